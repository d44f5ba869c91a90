import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {Method} from './head.ts';

/** A request as it will be sent; `headers` are names and values in turn. */
export type RequestLines = {
	readonly origin: string;
	readonly path: string;
	readonly headers: readonly string[];
};

/** What may stand in a request's head without becoming another line of it. */
const safe = /^[\t\x20-\x7E\x80-\xFF]*$/;
const safePath = /^\/[\x21-\x7E]*$/;

const unsendable = (what: string) =>
	new MusterError('internal', `${what} can't be sent.`, {
		hint: 'This is a mistake in muster, or credentials with a line break in them.',
	});

/** A request without a body in the words of HTTP/1.1. Throws `internal` when something in it would be another line. */
export function requestHead(method: Method, {origin, path, headers}: RequestLines): string {
	if (!safePath.test(path)) throw unsendable('The path of a request');
	let text = `${method} ${path} HTTP/1.1\r\n`;
	let hasHost = false;
	for (let at = 0; at + 1 < headers.length; at += 2) {
		const name = headers[at] ?? '';
		const value = headers[at + 1] ?? '';
		if (!safe.test(value)) throw unsendable(`The header ${safeText(name)}`);
		if (name === 'host') hasHost = true;
		text += `${name}: ${value}\r\n`;
	}
	if (!hasHost) text += `host: ${new URL(origin).host}\r\n`;
	return `${text}\r\n`;
}
