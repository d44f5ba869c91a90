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
