import type {ObjectRef} from '../../model/object.ts';
import {safeText} from '../../model/safe-text.ts';
import type {ResponseHeaders} from '../types.ts';
import {isRegion} from './address.ts';
import {tagText} from './xml.ts';

/** A response that is not success; `body` may be cut off or empty (HEAD). */
export type Refusal = {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: string;
	/** the service's code, where someone else has read the body already */
	readonly code?: string;
	readonly message?: string;
};

/** What the request was about: `key` is '' for a bucket, `bucket` '' for the service. */
export type Asked = {
	readonly ref: ObjectRef | {readonly bucket: string; readonly key: ''};
	/** milliseconds that requests were already corrected by */
	readonly clockOffset: number;
};

/** A refusal with its code known. */
export type Known = Refusal & {readonly code: string; readonly asked: Asked};
/** Servers answer HEAD without a body; some put the code into a header instead. */
export function codeOf({headers, body}: Refusal): string {
	return (
		tagText(body, 'Code') ??
		header(headers, 'x-amz-error-code') ??
		header(headers, 'x-minio-error-code') ??
		''
	);
}

/** `403 AccessDenied, request 4442587FB7D0A2F9: the server's own words`. */
export function detail(known: Known): string {
	const {status, code, headers, body} = known;
	const request = header(headers, 'x-amz-request-id') ?? tagText(body, 'RequestId');
	const words = messageOf(known);
	const parts = [
		`${status}${code === '' ? '' : ` ${code}`}`,
		request === undefined ? '' : `, request ${request}`,
		words === undefined || words === code ? '' : `: ${words}`,
	];
	return safeText(parts.join('')).slice(0, 500);
}

/** The service's own words. */
export const messageOf = ({body, message}: Known): string | undefined =>
	message ?? tagText(body, 'Message');

export function subject({asked: {ref}}: Known): string {
	if (ref.bucket === '') return 'the list of buckets';
	return ref.key === '' ? `the bucket ${quote(ref.bucket)}` : quote(ref.key);
}

export const quote = (text: string) => `"${safeText(text)}"`;
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The server's clock against ours, as it stands in the body of the answer or its Date header. */
export function serverOffset({body, headers}: Known): number | undefined {
	const time = Date.parse(tagText(body, 'ServerTime') ?? header(headers, 'date') ?? '');
	return Number.isNaN(time) ? undefined : time - Date.now();
}

export function skew(known: Known): number {
	const offset = serverOffset(known);
	return offset === undefined ? 0 : Math.abs(offset - known.asked.clockOffset);
}

/** The region that the answer names; answers are untrusted, and a region becomes part of a host name. */
export function regionOf({headers, body, message}: Known): string | undefined {
	const endpoint = tagText(body, 'Endpoint') ?? '';
	const words = message ?? tagText(body, 'Message') ?? '';
	const named = [
		header(headers, 'x-amz-bucket-region'),
		tagText(body, 'Region'),
		/expecting '([^']+)'/.exec(words)?.[1],
		/[.-]s3[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\./.exec(`.${endpoint}`)?.[1],
	];
	return named.find(isRegion);
}

/** Retry-After in seconds or as a date, at most five minutes. */
export function retryAfter(headers: ResponseHeaders): {retryAfter?: number} {
	const value = header(headers, 'retry-after');
	if (value === undefined) return {};
	const wait = /^\d+$/.test(value) ? Number(value) * 1000 : untilDate(value, headers);
	return wait > 0 ? {retryAfter: Math.min(wait, 300_000)} : {};
}

/** Milliseconds until a date of the server's clock, which its Date header tells: ours may be wrong. */
function untilDate(date: string, headers: ResponseHeaders): number {
	const now = Date.parse(header(headers, 'date') ?? '');
	return Date.parse(date) - (Number.isNaN(now) ? Date.now() : now);
}

export function header(headers: ResponseHeaders, name: string): string | undefined {
	const value = headers[name];
	return typeof value === 'string' ? value : value?.[0];
}
