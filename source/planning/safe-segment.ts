import {createHash} from 'node:crypto';
import {extensionOf} from './name-forms.ts';

/** The system whose rules a local name must keep. */
export type NamePlatform = 'linux' | 'darwin' | 'win32';

/** Most bytes of one name: the limit of ext4, XFS, APFS and, in UTF-16 units, NTFS. */
export const longestName = 255;

/** Twelve hexadecimal digits that stand for a text in a changed name. */
export function shortHash(text: string): string {
	// UTF-16 keeps lone surrogates apart, which UTF-8 would make one
	return createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 12);
}

/**
 * One folder or file name made safe. A name that had to be changed carries a hash of what it was, and a
 * name that looks as if it did is changed as well: so two different names never become one.
 */
export function safeSegment(segment: string, platform: NamePlatform): string {
	const clean = cleaned(segment, platform);
	if (clean === segment && !looksChanged.test(segment) && Buffer.byteLength(clean) <= longestName)
		return segment;
	return tagged(clean, shortHash(segment));
}

/** `photo~tag.png` of `photo.png`, shortened to the longest name that a disk takes. */
export function tagged(name: string, tag: string): string {
	const extension = extensionOf(name);
	const ending = `~${tag}${extension}`;
	const stem = name.slice(0, name.length - extension.length);
	return cut(stem, longestName - Buffer.byteLength(ending)) + ending;
}

const looksChanged = /~[0-9a-f]{12}(?:\.[^.]*)?$/i;

/** As `model/safe-text`, but for joiners, which words of several scripts and many emoji need. */
const unprintable =
	/[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Windows: drive letters, alternate streams, its own separator and wildcards. */
const notOnWindows = /[<>:"|?*\\]/g;
const reservedOnWindows = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])[ ]*(?:\.|$)/i;

function cleaned(segment: string, platform: NamePlatform): string {
	if (segment === '') return '_';
	if (segment === '.' || segment === '..') return segment.replaceAll('.', '_');
	const clean = segment.replace(unprintable, '_');
	if (platform !== 'win32') return clean;
	const allowed = clean
		.replace(notOnWindows, '_')
		.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
	return reservedOnWindows.test(allowed) ? `_${allowed}` : allowed;
}

/** The longest beginning of at most `bytes` bytes of UTF-8 that ends between two characters. */
function cut(text: string, bytes: number): string {
	if (Buffer.byteLength(text) <= bytes) return text;
	let kept = '';
	let size = 0;
	for (const character of text) {
		size += Buffer.byteLength(character);
		if (size > bytes) break;
		kept += character;
	}
	return kept;
}
