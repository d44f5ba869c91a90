import type {ResponseHeaders} from '../stores/types.ts';

/**
 * What was asked for: everything, or what follows `offset` of an object known by `etag` and `size`, up
 * to the byte `end` (inclusive; left out is the last one).
 */
export type Asked =
	| {readonly kind: 'whole'}
	| {
			readonly kind: 'rest';
			readonly offset: number;
			readonly end?: number;
			readonly etag: string;
			readonly size: number;
	  };

/** What an answer's head means for the file. */
export type Reading =
	/** the object from its first byte */
	| {readonly kind: 'whole'; readonly size?: number; readonly etag?: string}
	/** what follows the bytes that are held */
	| {readonly kind: 'rest'}
	/** not success: the store says what it means */
	| {readonly kind: 'refusal'}
	/** the object is another one now */
	| {readonly kind: 'changed'}
	/** success that makes no sense */
	| {readonly kind: 'nonsense'; readonly why: string};

/** Reads status and headers of an answer (RFC 9110). Never trusts a range it did not ask for. */
export function readResponse(asked: Asked, status: number, headers: ResponseHeaders): Reading {
	if (status === 200) return readWhole(headers);
	if (status === 206) {
		return asked.kind === 'rest'
			? readRest(asked, headers)
			: {kind: 'nonsense', why: 'a part came where the whole object was asked for'};
	}
	// The object may have shrunk where If-Match is ignored.
	if (asked.kind === 'rest' && (status === 412 || status === 416)) return {kind: 'changed'};
	return {kind: 'refusal'};
}

function readWhole(headers: ResponseHeaders): Reading {
	const length = headers['content-length'];
	const size = parseCount(length);
	if (length !== undefined && size === undefined) {
		return {kind: 'nonsense', why: 'the Content-Length makes no sense'};
	}
	const etag = single(headers['etag']);
	return {kind: 'whole', ...(size !== undefined && {size}), ...(etag !== undefined && {etag})};
}

function readRest(asked: Asked & {kind: 'rest'}, headers: ResponseHeaders): Reading {
	const etag = single(headers['etag']);
	if (etag !== undefined && !sameEtag(etag, asked.etag)) return {kind: 'changed'};
	const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(
		single(headers['content-range']) ?? '',
	);
	if (range === null)
		return {kind: 'nonsense', why: 'the Content-Range is missing or makes no sense'};
	const [start, end, total] = range.slice(1).map(Number);
	if (total !== asked.size) {
		return etag === undefined
			? {kind: 'changed'}
			: {kind: 'nonsense', why: 'the Content-Range tells another size under the same ETag'};
	}
	if (start !== asked.offset || end !== (asked.end ?? asked.size - 1)) {
		return {kind: 'nonsense', why: 'another range came than was asked for'};
	}
	return {kind: 'rest'};
}

/** Whether two ETags name the same bytes; quotes and the weak mark don't count. */
export function sameEtag(one: string, other: string): boolean {
	return bareEtag(one) === bareEtag(other);
}

/** An ETag without quotes and weak mark. */
function bareEtag(etag: string): string {
	return etag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/** A header that is a number of bytes; undefined when it is none. */
export function parseCount(value: string | string[] | undefined): number | undefined {
	return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** A header that came once. */
export function single(value: string | string[] | undefined): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
