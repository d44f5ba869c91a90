import type {IncomingHttpHeaders} from 'node:http';
import type {Answer} from './answer.ts';
import {S3Error} from './s3-error.ts';
import type {SandboxObject} from './types.ts';

const cache = new WeakMap<
	SandboxObject,
	{plain: readonly string[]; checksums?: readonly string[]}
>();

/** The answer to HeadObject or GetObject, with range and conditions, or with an uploaded part. Throws S3Error. */
export function objectAnswer(
	object: SandboxObject,
	headers: IncomingHttpHeaders,
	{isHead, part}: {readonly isHead: boolean; readonly part?: number},
): Answer {
	const unchanged = checkConditions(object, headers);
	if (unchanged) return {status: 304, headers: ['ETag', `"${object.etag}"`], body: undefined};
	if (!isHead && isArchived(object)) {
		throw new S3Error(
			403,
			'InvalidObjectState',
			"The operation is not valid for the object's storage class",
			{
				extra: {
					StorageClass: object.storageClass,
					...(object.archiveTier === undefined ? {} : {AccessTier: object.archiveTier}),
				},
			},
		);
	}
	const asked = headers.range === undefined ? undefined : readRange(headers.range, object.size);
	const range = part === undefined ? asked : partOf(object, part);
	const {start, end} = range ?? {start: 0, end: object.size};
	const body = {
		size: end - start,
		read: (from: number, to: number) => object.read(start + from, start + to),
	};
	if (range !== undefined) {
		const place = ['Content-Range', `bytes ${start}-${end - 1}/${object.size}`];
		const count = part === undefined ? [] : ['x-amz-mp-parts-count', String(partCount(object))];
		return {status: 206, headers: [...plainHeaders(object), ...place, ...count], body};
	}
	const wantsChecksum = headers['x-amz-checksum-mode']?.toString().toUpperCase() === 'ENABLED';
	return {
		status: 200,
		headers: wantsChecksum ? checksumHeaders(object) : plainHeaders(object),
		body,
	};
}

const partCount = ({size, partSize = size}: SandboxObject): number =>
	Math.max(1, Math.ceil(size / partSize));

/** The bytes of an uploaded part, from 1; an object that was uploaded whole has one. */
function partOf(object: SandboxObject, part: number): {start: number; end: number} {
	if (!(part >= 1 && part <= partCount(object))) {
		throw new S3Error(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable');
	}
	const {size, partSize = size} = object;
	return {start: (part - 1) * partSize, end: Math.min(size, part * partSize)};
}

const archived = new Set(['GLACIER', 'DEEP_ARCHIVE']);

const isArchived = ({storageClass, archiveTier, restore}: SandboxObject): boolean =>
	restore !== 'ready' && (archiveTier !== undefined || archived.has(storageClass));

const restoreHeaders = {
	ongoing: 'ongoing-request="true"',
	ready: 'ongoing-request="false", expiry-date="Fri, 01 Jan 2100 00:00:00 GMT"',
};

function plainHeaders(object: SandboxObject): readonly string[] {
	return cached(object).plain;
}

// Checksums describe the whole object, so S3 leaves them out of answers to a range.
function checksumHeaders(object: SandboxObject): readonly string[] {
	const entry = cached(object);
	entry.checksums ??= [
		...entry.plain,
		...Object.entries(object.checksums).flatMap(([name, value]) => [
			`x-amz-checksum-${name}`,
			value,
		]),
		...(Object.keys(object.checksums).length === 0
			? []
			: ['x-amz-checksum-type', object.checksumType]),
	];
	return entry.checksums;
}

function cached(object: SandboxObject) {
	let entry = cache.get(object);
	if (entry === undefined) {
		entry = {
			plain: [
				'ETag',
				`"${object.etag}"`,
				'Last-Modified',
				new Date(object.modified).toUTCString(),
				'Accept-Ranges',
				'bytes',
				'Content-Type',
				object.contentType,
				...(object.storageClass === 'STANDARD' ? [] : ['x-amz-storage-class', object.storageClass]),
				...(object.archiveTier === undefined ? [] : ['x-amz-archive-status', object.archiveTier]),
				...(object.restore === undefined ? [] : ['x-amz-restore', restoreHeaders[object.restore]]),
			],
		};
		cache.set(object, entry);
	}
	return entry;
}

const rangeForm = /^bytes=(\d*)-(\d*)$/;

/** A single range, `end` exclusive. Anything else, several ranges too, is ignored as on S3. */
function readRange(header: string, size: number): {start: number; end: number} | undefined {
	const match = rangeForm.exec(header.trim());
	if (match === null) return undefined;
	const [, first = '', last = ''] = match;
	if (first === '' && last === '') return undefined;
	if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
	const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
	const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
	if (start < end) return {start, end};
	throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable', {
		headers: ['Content-Range', `bytes */${size}`],
		extra: {RangeRequested: header, ActualObjectSize: String(size)},
	});
}

/** True when the client has the object already (304); throws when it wants another version (412). */
function checkConditions(object: SandboxObject, headers: IncomingHttpHeaders): boolean {
	const seconds = Math.floor(object.modified / 1000);
	const ifMatch = headers['if-match'];
	const ifNoneMatch = headers['if-none-match'];
	if (ifMatch !== undefined) {
		if (!namesEtag(ifMatch, object.etag)) throw preconditionFailed('If-Match');
	} else if (seconds > secondsOf(headers['if-unmodified-since'], Infinity)) {
		throw preconditionFailed('If-Unmodified-Since');
	}
	if (ifNoneMatch !== undefined) return namesEtag(ifNoneMatch, object.etag);
	return seconds <= secondsOf(headers['if-modified-since'], -Infinity);
}

const namesEtag = (header: string, etag: string) =>
	header.split(',').some((part) => {
		const value = part
			.trim()
			.replace(/^W\//, '')
			.replace(/^"(.*)"$/, '$1');
		return value === '*' || value === etag;
	});

function secondsOf(header: string | undefined, otherwise: number): number {
	const time = header === undefined ? Number.NaN : Date.parse(header);
	return Number.isNaN(time) ? otherwise : time / 1000;
}

function preconditionFailed(condition: string): S3Error {
	return new S3Error(
		412,
		'PreconditionFailed',
		'At least one of the pre-conditions you specified did not hold',
		{extra: {Condition: condition}},
	);
}
