import type {IncomingMessage} from 'node:http';
import {S3Error} from './s3-error.ts';

export type Query = readonly (readonly [name: string, value: string])[];

/** RFC 3986 as AWS wants it: everything but unreserved characters becomes %XX. */
export function encodeRfc3986(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

/** The canonical path: S3 alone of all services encodes once and doesn't normalise `..` or `//`. */
export function canonicalPath(decodedPath: string): string {
	return encodeRfc3986(decodedPath).replaceAll('%2F', '/');
}

/** The pairs of a query string, decoded. */
export function parseQuery(raw: string): Query {
	if (raw === '') return [];
	return raw
		.split('&')
		.filter((part) => part !== '')
		.map((part) => {
			const equals = part.indexOf('=');
			const name = equals === -1 ? part : part.slice(0, equals);
			return [decodeQuery(name), equals === -1 ? '' : decodeQuery(part.slice(equals + 1))];
		});
}

function decodeQuery(text: string): string {
	try {
		return decodeURIComponent(text.replaceAll('+', ' '));
	} catch {
		throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
	}
}

export function canonicalQuery(query: Query): string {
	return query
		.filter(([name]) => name !== 'X-Amz-Signature')
		.map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
		.sort(byCodeUnit)
		.join('&');
}

// Sorting the joined pairs would compare `=` with the next character of a longer name.
function byCodeUnit(a: string, b: string): number {
	const left = a.slice(0, a.indexOf('='));
	const right = b.slice(0, b.indexOf('='));
	if (left !== right) return left < right ? -1 : 1;
	return a < b ? -1 : a > b ? 1 : 0;
}

/** The canonical headers: lower-case names in the order signed, values trimmed, repeated ones joined. */
export function canonicalHeaders(request: IncomingMessage, names: readonly string[]): string {
	let text = '';
	for (const name of names) text += `${name}:${headerValue(request, name)}\n`;
	return text;
}

function headerValue(request: IncomingMessage, name: string): string {
	const values: string[] = [];
	const {rawHeaders} = request;
	for (let index = 0; index < rawHeaders.length; index += 2) {
		if (rawHeaders[index]?.toLowerCase() !== name) continue;
		values.push((rawHeaders[index + 1] ?? '').trim().replace(/ {2,}/g, ' '));
	}
	return values.join(',');
}
