import {parseObjectUrl, type ObjectUrl} from '../model/object-url.ts';

export type Json =
	null | boolean | number | string | readonly Json[] | {readonly [name: string]: Json};

/** What is wrong with a JSON text, and where: line and column from 1. */
export class JsonError extends Error {
	override readonly name = 'JsonError';
	readonly line: number;
	readonly column: number;

	constructor(message: string, line: number, column: number) {
		super(message);
		this.line = line;
		this.column = column;
	}
}

/** `JSON.parse` whose errors always tell line and column (V8 leaves them out for unexpected characters). */
export function parseJson(text: string): Json {
	try {
		return JSON.parse(text) as Json;
	} catch {
		const offset = errorOffset(text);
		const before = text.slice(0, offset).split('\n');
		throw new JsonError(
			offset >= text.length ? 'it ends too early' : 'it is not valid JSON there',
			before.length,
			(before.at(-1)?.length ?? 0) + 1,
		);
	}
}

const token =
	/[ \t\n\r]*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\da-f]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])|true\b|false\b|null\b)/iy;

/** Offset of the first token that can't stand where it stands. Only runs on text that `JSON.parse` refused. */
function errorOffset(text: string): number {
	const open: string[] = [];
	let state: 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'after' = 'value';
	let at = 0;
	for (;;) {
		token.lastIndex = at;
		const match = token.exec(text);
		const start = at + (/^[ \t\n\r]*/.exec(text.slice(at, at + 100_000))?.[0].length ?? 0);
		if (match === null) return start;
		const [, mark, quoted] = match;
		const closing: string | undefined = open.at(-1);
		if (mark === '}' || mark === ']') {
			const empty = mark === '}' ? 'first-key' : 'first-value';
			if (mark !== closing || (state !== 'after' && state !== empty)) return start;
			open.pop();
			state = 'after';
		} else if (state === 'after') {
			if (mark !== ',' || closing === undefined) return start;
			state = closing === '}' ? 'key' : 'value';
		} else if (state === 'colon') {
			if (mark !== ':') return start;
			state = 'value';
		} else if (state === 'key' || state === 'first-key') {
			if (quoted === undefined) return start;
			state = 'colon';
		} else if (mark === '{' || mark === '[') {
			open.push(mark === '{' ? '}' : ']');
			state = mark === '{' ? 'first-key' : 'first-value';
		} else {
			if (mark !== undefined) return start;
			state = 'after';
		}

		at = token.lastIndex;
	}
}

/** What a JSON pointer (RFC 6901) leads to; undefined when it leads nowhere. `pointer` is '' or starts with `/`. */
export function atPointer(value: Json, pointer: string): Json | undefined {
	let at: Json | undefined = value;
	for (const part of pointer.split('/').slice(1)) {
		const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
		if (Array.isArray(at))
			at = /^(?:0|[1-9]\d*)$/.test(name) ? (at as readonly Json[])[Number(name)] : undefined;
		else if (isObject(at) && Object.hasOwn(at, name)) at = at[name];
		else return undefined;
		if (at === undefined) return undefined;
	}

	return at;
}

export const isObject = (value: Json | undefined): value is {readonly [name: string]: Json} =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export type FoundUrl = {readonly text: string; readonly url: ObjectUrl};

/**
 * Every S3 address in a JSON value, in document order, each object once: in strings, in names, in
 * running text, and in strings that hold JSON themselves. Addresses of "folders" (`…/`) are left out.
 * `otherUrls` counts web addresses that are not S3's, to explain an empty result.
 */
export function findObjectUrls(
	root: Json,
	options: {endpoint?: string} = {},
): {urls: FoundUrl[]; otherUrls: number} {
	const urls: FoundUrl[] = [];
	const seen = new Set<string>();
	let otherUrls = 0;
	const takeString = (text: string, depth: number): void => {
		if (depth < 5 && /^\s*[[{"]/.test(text)) {
			const inner = innerJson(text);
			if (inner !== undefined) {
				walk(inner, depth + 1);
				return;
			}
		}

		for (const piece of addressesIn(text)) {
			const url = parseObjectUrl(piece, options);
			if (url === undefined) otherUrls++;
			if (url === undefined || url.key.endsWith('/')) continue;
			const id = `${url.bucket}/${url.key}`;
			if (!seen.has(id)) urls.push({text: piece, url});
			seen.add(id);
		}
	};

	// An explicit stack: nesting in a file from elsewhere has no limit, the call stack has.
	const walk = (value: Json, depth: number): void => {
		const stack: Json[] = [value];
		while (stack.length > 0) {
			const next = stack.pop();
			if (typeof next === 'string') takeString(next, depth);
			else if (Array.isArray(next)) {
				for (let index = next.length - 1; index >= 0; index--)
					stack.push((next as Json[])[index] ?? null);
			} else if (isObject(next)) {
				for (const [name, inner] of Object.entries(next).reverse()) stack.push(inner, name);
			}
		}
	};

	walk(root, 0);
	return {urls, otherUrls};
}

function innerJson(text: string): Json | undefined {
	try {
		return JSON.parse(text) as Json;
	} catch {
		return undefined;
	}
}

const addressStart =
	/(?<=^|[\s,;|"'`<>(){}[\]])(?:s3[an]?:\/\/|https?:\/\/|arn:aws[a-z-]*:s3:::)/gi;

/** The addresses in a text. One that fills the whole text may hold spaces; in running text they end at white space. */
function addressesIn(text: string): string[] {
	const trimmed = text.trim();
	const starts = [...trimmed.matchAll(addressStart)].map((match) => match.index);
	if (starts.length === 1 && starts[0] === 0 && !/[\n\r"<>]/.test(trimmed)) return [trimmed];
	return starts.map((start, index) => {
		const piece = trimmed.slice(start, starts[index + 1]);
		const end = piece.search(/[\s"'`<>|]/);
		return (end === -1 ? piece : piece.slice(0, end)).replace(/[,;.)}\]]+$/, '');
	});
}
