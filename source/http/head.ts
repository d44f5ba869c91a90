import {HttpError} from './http-error.ts';

/** Names in lower case; a list where a name came several times. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How the end of a body is told (RFC 9112, 6.3). */
export type Framing =
	| {readonly kind: 'length'; readonly bytes: number}
	| {readonly kind: 'chunked'}
	/** the connection's end is the body's end */
	| {readonly kind: 'close'};

export type Head = {
	readonly status: number;
	/** names in lower case */
	readonly headers: ResponseHeaders;
	readonly framing: Framing;
	/** whether the connection may carry another request after this answer */
	readonly keepAlive: boolean;
};

export type Method = 'GET' | 'HEAD';

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Lower-case forms of the names that servers send: the same dozen again and again. */
const names = new Map<string, string>();

/**
 * Reads an answer's head, given without its final empty line. Strict where leniency would let two
 * readers disagree about where a body ends: folded lines, names with spaces, two different lengths.
 * Throws HttpError.
 */
export function parseHead(text: string, method: Method): Head {
	let end = text.indexOf('\r\n');
	if (end < 0) end = text.length;
	const first = statusLine.exec(text.slice(0, end));
	if (first === null) throw bad('its first line is no status line');
	const status = Number(first[2]);
	const headers = parseHeaders(text, end + 2);
	return {
		status,
		headers,
		framing: framingOf(status, headers, method),
		keepAlive: staysOpen(headers, first[1] === '1'),
	};
}

function parseHeaders(text: string, from: number): Record<string, string | string[]> {
	const headers: Record<string, string | string[]> = Object.create(null);
	for (let at = from; at < text.length;) {
		let end = text.indexOf('\r\n', at);
		if (end < 0) end = text.length;
		const colon = text.indexOf(':', at);
		if (colon < 0 || colon > end) throw bad('a header has no colon');
		const name = lowerName(text.slice(at, colon));
		const value = text.slice(colon + 1, end).trim();
		const known = headers[name];
		if (known === undefined) headers[name] = value;
		else headers[name] = typeof known === 'string' ? [known, value] : [...known, value];
		at = end + 2;
	}
	return headers;
}

function lowerName(name: string): string {
	const known = names.get(name);
	if (known !== undefined) return known;
	if (!token.test(name)) throw bad('a header’s name makes no sense');
	const lower = name.toLowerCase();
	if (names.size < 1000) names.set(name, lower);
	return lower;
}

const noBody: Framing = {kind: 'length', bytes: 0};

function framingOf(status: number, headers: ResponseHeaders, method: Method): Framing {
	if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return noBody;
	const encoding = headers['transfer-encoding'];
	const length = headers['content-length'];
	if (encoding !== undefined) {
		// Both together is how answers are smuggled.
		if (length !== undefined || String(encoding).toLowerCase() !== 'chunked')
			throw bad('its transfer encoding makes no sense');
		return {kind: 'chunked'};
	}
	if (length === undefined) return {kind: 'close'};
	const [text, ...others] = typeof length === 'string' ? [length] : length;
	if (text === undefined || !/^\d{1,15}$/.test(text) || others.some((other) => other !== text))
		throw bad('its Content-Length makes no sense');
	return {kind: 'length', bytes: Number(text)};
}

function staysOpen(headers: ResponseHeaders, isVersion11: boolean): boolean {
	const {connection} = headers;
	if (connection === undefined) return isVersion11;
	const wishes = String(connection).toLowerCase();
	return isVersion11 ? !wishes.includes('close') : wishes.includes('keep-alive');
}

function bad(why: string): HttpError {
	return new HttpError('HTTP_BAD_ANSWER', `The answer can't be read: ${why}.`);
}
