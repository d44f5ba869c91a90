import type {Query} from './canonical.ts';
import {compareKeys, firstIndex} from './key-order.ts';
import {S3Error} from './s3-error.ts';
import type {SandboxBucket, SandboxObject} from './types.ts';
import {encodeListing, escapeXml} from './xml.ts';

export type ListRequest = {
	readonly prefix: string;
	readonly delimiter: string;
	readonly startAfter: string;
	readonly continuation: string | undefined;
	readonly maxKeys: number;
	readonly encodeUrl: boolean;
	/** rows tell the restoration of archived objects */
	readonly restoration?: boolean;
};

export type Listing = {
	readonly keys: readonly string[];
	readonly folders: readonly string[];
	/** undefined on the last page */
	readonly next: string | undefined;
};

export function listRequest(query: Query): ListRequest {
	const value = (name: string) => query.find(([key]) => key === name)?.[1];
	const encoding = value('encoding-type');
	if (encoding !== undefined && encoding !== 'url') {
		throw new S3Error(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request');
	}
	const maxKeys = Number(value('max-keys') ?? 1000);
	if (!Number.isInteger(maxKeys) || maxKeys < 0) {
		throw new S3Error(400, 'InvalidArgument', 'Argument max-keys must be an integer from 0 on');
	}
	return {
		prefix: value('prefix') ?? '',
		delimiter: value('delimiter') ?? '',
		startAfter: value('start-after') ?? '',
		continuation: value('continuation-token'),
		maxKeys: Math.min(maxKeys, 1000),
		encodeUrl: encoding === 'url',
	};
}

/** One page: keys and rolled-up folders together in byte order, at most `maxKeys` of both. */
export function listPage(bucket: SandboxBucket, request: ListRequest): Listing {
	const {prefix, delimiter, maxKeys} = request;
	const keys: string[] = [];
	const folders: string[] = [];
	let last = '';
	let index = maxKeys === 0 ? bucket.size : firstOfPage(bucket, request);
	while (index < bucket.size) {
		const key = bucket.keyAt(index);
		if (!key.startsWith(prefix)) break;
		if (keys.length + folders.length === maxKeys) return {keys, folders, next: last};
		const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
		if (cut === -1) {
			keys.push(key);
			last = token('key', key);
			index++;
		} else {
			const folder = key.slice(0, cut + delimiter.length);
			folders.push(folder);
			last = token('folder', folder);
			index = afterFolder(bucket, folder);
		}
	}
	return {keys, folders, next: undefined};
}

function firstOfPage(bucket: SandboxBucket, request: ListRequest): number {
	const from = (key: string) =>
		firstIndex(bucket.size, (at) => compareKeys(bucket.keyAt(at), key) >= 0);
	const after = (key: string) =>
		firstIndex(bucket.size, (at) => compareKeys(bucket.keyAt(at), key) > 0);
	const atPrefix = from(request.prefix);
	if (request.continuation !== undefined) {
		const {kind, key} = readToken(request.continuation);
		return Math.max(atPrefix, kind === 'folder' ? afterFolder(bucket, key) : after(key));
	}
	return request.startAfter === '' ? atPrefix : Math.max(atPrefix, after(request.startAfter));
}

/** All keys that begin alike stand together, so the first that doesn't ends the folder. */
function afterFolder(bucket: SandboxBucket, folder: string): number {
	return firstIndex(bucket.size, (at) => {
		const key = bucket.keyAt(at);
		return compareKeys(key, folder) > 0 && !key.startsWith(folder);
	});
}

type TokenKind = 'key' | 'folder';

const token = (kind: TokenKind, key: string) => Buffer.from(`${kind}:${key}`).toString('base64url');

function readToken(continuation: string): {kind: TokenKind; key: string} {
	const text = Buffer.from(continuation, 'base64url').toString();
	const colon = text.indexOf(':');
	const kind = text.slice(0, colon);
	if (kind !== 'key' && kind !== 'folder') {
		throw new S3Error(400, 'InvalidArgument', 'The continuation token provided is incorrect');
	}
	return {kind, key: text.slice(colon + 1)};
}

/** The ListBucketResult document. `find` gives the object as it is now. */
export function listDocument(
	bucket: SandboxBucket,
	request: ListRequest,
	find: (key: string) => SandboxObject | undefined,
): string {
	const page = listPage(bucket, request);
	const name = request.encodeUrl ? encodeListing : escapeXml;
	let xml = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket.name}</Name><Prefix>${name(request.prefix)}</Prefix>`;
	if (request.startAfter !== '') xml += `<StartAfter>${name(request.startAfter)}</StartAfter>`;
	if (request.continuation !== undefined) {
		xml += `<ContinuationToken>${escapeXml(request.continuation)}</ContinuationToken>`;
	}
	if (page.next !== undefined) {
		xml += `<NextContinuationToken>${page.next}</NextContinuationToken>`;
	}
	xml += `<KeyCount>${page.keys.length + page.folders.length}</KeyCount><MaxKeys>${request.maxKeys}</MaxKeys>`;
	if (request.delimiter !== '') xml += `<Delimiter>${name(request.delimiter)}</Delimiter>`;
	if (request.encodeUrl) xml += '<EncodingType>url</EncodingType>';
	xml += `<IsTruncated>${page.next !== undefined}</IsTruncated>`;
	for (const key of page.keys) {
		const object = find(key);
		if (object !== undefined) xml += contents(name(key), object, request.restoration === true);
	}
	for (const folder of page.folders) {
		xml += `<CommonPrefixes><Prefix>${name(folder)}</Prefix></CommonPrefixes>`;
	}
	return `${xml}</ListBucketResult>`;
}

function contents(name: string, object: SandboxObject, restoration: boolean): string {
	const status = restoration && object.restore !== undefined ? restoreStatus[object.restore] : '';
	return `<Contents><Key>${name}</Key><LastModified>${isoDate(object.modified)}</LastModified><ETag>&quot;${object.etag}&quot;</ETag><Size>${object.size}</Size><StorageClass>${object.storageClass}</StorageClass>${status}</Contents>`;
}

const restoreStatus = {
	ongoing: '<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>',
	ready:
		'<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2100-01-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>',
};

let lastDate = {time: Number.NaN, text: ''};

/** Neighbours often share their date, and making the text is the dearest part of a row. */
function isoDate(time: number): string {
	if (time !== lastDate.time) lastDate = {time, text: new Date(time).toISOString()};
	return lastDate.text;
}
