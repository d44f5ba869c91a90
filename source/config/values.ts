import picomatch from 'picomatch';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {nearest} from './nearest.ts';

/** Reads one value of an option or a configuration key; throws a sentence that names neither. */
export type ValueParser<Value> = (text: string) => Value;

const bad = (message: string, hint: string): MusterError =>
	new MusterError('usage', message, {hint});

const factors: Readonly<Record<string, number>> = {
	'': 1,
	b: 1,
	k: 1e3,
	kb: 1e3,
	m: 1e6,
	mb: 1e6,
	g: 1e9,
	gb: 1e9,
	t: 1e12,
	tb: 1e12,
	ki: 2 ** 10,
	kib: 2 ** 10,
	mi: 2 ** 20,
	mib: 2 ** 20,
	gi: 2 ** 30,
	gib: 2 ** 30,
	ti: 2 ** 40,
	tib: 2 ** 40,
};

/** `500KB` (thousands), `1.5MiB` (powers of 1,024), `1000`: whole bytes. */
export function parseSize(text: string): number {
	const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
	const factor = factors[parts?.[2]?.toLowerCase() ?? '-'];
	const bytes = factor === undefined ? Number.NaN : Math.round(Number(parts?.[1]) * factor);
	if (!Number.isSafeInteger(bytes))
		throw bad(`"${safeText(text)}" is not a size`, 'Write sizes as 1000, 500KB, 1.5MB or 1GiB.');
	return bytes;
}

/** Bytes per second; `10MB/s` is the same as `10MB`. */
export function parseRate(text: string): number {
	return parseSize(text.replace(/\s*(?:\/s|ps)\s*$/i, ''));
}

const seconds: Readonly<Record<string, number>> = {'': 1, s: 1, m: 60, h: 3600, d: 86_400};

/** `90`, `90s`, `30m`, `8h`, `1d`: milliseconds. */
export function parseDuration(text: string): number {
	const parts = /^\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*$/i.exec(text);
	const factor = seconds[parts?.[2]?.toLowerCase() ?? '-'];
	const value = factor === undefined ? Number.NaN : Math.round(Number(parts?.[1]) * factor * 1000);
	if (!Number.isSafeInteger(value))
		throw bad(`"${safeText(text)}" is not a time`, 'Write times as 90s, 30m or 8h.');
	return value;
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): ValueParser<number> {
	return (text) => {
		const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
		if (!Number.isSafeInteger(value) || value < least || value > most)
			throw bad(
				`"${safeText(text)}" is not a whole number from ${least} to ${most}`,
				`Give a number from ${least} to ${most}.`,
			);
		return value;
	};
}

/** `auto` or a number of connections. */
export function parseConnections(text: string): number | 'auto' {
	if (text.trim().toLowerCase() === 'auto') return 'auto';
	try {
		return wholeNumber(1, 1024)(text);
	} catch {
		throw bad(
			`"${safeText(text)}" is not a number of connections`,
			'Give a number from 1 to 1024, or auto.',
		);
	}
}

/** One word of a closed list, with a guess when it is misspelt. */
export function choice<const Word extends string>(words: readonly Word[]): ValueParser<Word> {
	return (text) => {
		const found = words.find((word) => word === text.trim().toLowerCase());
		if (found !== undefined) return found;
		const guess = nearest(text.trim(), words);
		throw bad(
			`"${safeText(text)}" is none of ${words.join(', ')}`,
			guess === undefined ? `Use one of ${words.join(', ')}.` : `Did you mean ${guess}?`,
		);
	};
}

/** A glob as picomatch reads it; brackets that are meant as they stand are written with a backslash. */
export function parseGlob(text: string): string {
	const glob = someText(text);
	try {
		picomatch.makeRe(glob, {strictBrackets: true});
		return glob;
	} catch (error) {
		const why = error instanceof SyntaxError ? 'brackets that do not close' : 'too much in it';
		throw bad(
			`"${safeText(glob.slice(0, 100))}" has ${why}`,
			String.raw`Globs look like *.png or images/**; a bracket that is part of a name is written as \[.`,
		);
	}
}

/** `png,JPG` or `.png .jpg`: lower case, each with its dot. */
export function parseExtensions(text: string): string[] {
	const words = text.split(/[\s,;]+/).filter((word) => word !== '');
	if (words.length === 0 || words.some((word) => !/^\.?[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(word)))
		throw bad(
			`"${safeText(text)}" is not a list of file name endings`,
			'Write endings with commas between them: png,jpg.',
		);
	return words.map((word) => (word.startsWith('.') ? word : `.${word}`).toLowerCase());
}

const delimiters: Readonly<Record<string, string>> = {
	tab: '\t',
	'\\t': '\t',
	comma: ',',
	semicolon: ';',
	pipe: '|',
	space: ' ',
};

/** One character, or its name: `tab`, `comma`, `semicolon`, `pipe`. */
export function parseDelimiter(text: string): string {
	const delimiter = delimiters[text.toLowerCase()] ?? text;
	if (delimiter.length !== 1 || /["\r\n\0]/.test(delimiter))
		throw bad(
			`"${safeText(text)}" is not a delimiter`,
			'Give one character, or tab, comma, semicolon, pipe.',
		);
	return delimiter;
}

/** RFC 6901: empty, or `/`-separated tokens. */
export function parsePointer(text: string): string {
	if (text !== '' && (!text.startsWith('/') || /~(?![01])/.test(text)))
		throw bad(
			`"${safeText(text)}" is not a JSON pointer`,
			'A JSON pointer (RFC 6901) looks like /data/images.',
		);
	return text;
}

/** http or https, nothing secret in it. */
export function parseEndpoint(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || !['http:', 'https:'].includes(url.protocol))
		throw bad(
			`"${safeText(text)}" is not an address of a store`,
			'An endpoint looks like https://s3.example.com or http://127.0.0.1:9000.',
		);
	if (url.username !== '' || url.password !== '')
		throw bad(
			'An endpoint must not hold a user name or a password',
			'Give credentials with --profile, --env-file or the environment.',
		);
	return text.replace(/\/+$/, '');
}

/** Any text but an empty one. */
export function someText(text: string): string {
	if (text.trim() === '' || text.includes('\0'))
		throw bad('the value is empty', 'Give a value, or leave the option out.');
	return text;
}

/** A secret in a configuration file: refused, whatever it is. */
export function noSecret(): never {
	throw bad(
		'no secret belongs in a configuration file',
		'Name a file that holds it alone: access-key-file, secret-key-file, session-token-file or env-file.',
	);
}
