import type {GuessReason} from '../../model/match.ts';
import type {Candidate} from '../../model/snapshot.ts';

const reasons: Readonly<Record<GuessReason, string>> = {
	'letter-case': 'letter case',
	'unicode-form': 'Unicode form',
	separators: 'separators',
	'leading-zeros': 'leading zero',
	'other-folder': 'other folder',
	'other-ending': 'other ending',
	'one-letter-off': '1 letter off',
	'two-letters-off': '2 letters off',
};

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function day(modified: number | null): string {
	if (modified === null) return '';
	const date = new Date(modified);
	return `${date.getDate()} ${months[date.getMonth()] ?? ''} ${date.getFullYear()}`;
}

/** Why this key: the reason of a guess, the date of an ambiguous one. */
export function candidateWords({reason, modified}: Candidate): string {
	return reason === null ? day(modified) : reasons[reason];
}

/** A key without the prefix that all keys of the job share. */
export function belowPrefix(key: string, prefix: string): string {
	return prefix !== '' && key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

const url = /^[a-z][a-z0-9+.-]*:\/\//i;

/** A wanted text without what a presigned URL carries: a signature is a key to the file. */
export function wantedText(text: string): string {
	return url.test(text) ? text.replace(/[?#].*$/s, '') : text;
}

/** A wanted text as a row shows it: of a URL only the file, the same for all its forms. */
export function wantedName(text: string): string {
	if (!url.test(text)) return text;
	const bare = wantedText(text).replace(/\/+$/, '');
	return bare.slice(bare.lastIndexOf('/') + 1) || bare;
}
