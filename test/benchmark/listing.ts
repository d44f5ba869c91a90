import {compareKeys, firstIndex} from '../../source/sandbox/key-order.ts';
import {encodeListing, escapeXml} from '../../source/sandbox/xml.ts';

export type ListedObject = {
	readonly key: string;
	readonly size: number;
	/** with its quotes */
	readonly etag: string;
	/** milliseconds since 1970 */
	readonly modified: number;
};

type Rows = {readonly bytes: Buffer; readonly offsets: Float64Array};
type Request = {
	readonly prefix: string;
	readonly delimiter: string;
	readonly first: number;
	readonly maxKeys: number;
	readonly encode: boolean;
};
type Page = {
	/** from and up to, of objects that stand together */
	readonly runs: readonly (readonly [number, number])[];
	readonly folders: readonly string[];
	/** the index where the next page begins */
	readonly next: number | undefined;
};

/**
 * A bucket's listing that costs next to nothing to serve: the XML of every object is made once, in
 * key order and in one buffer, so that the body of a page is a piece of it.
 */
export class Listing {
	readonly #bucket: string;
	readonly #keys: readonly string[];
	readonly #plain: Rows;
	readonly #encoded: Rows;

	/** `objects` in any order, with keys that differ. */
	constructor(bucket: string, objects: Iterable<ListedObject>) {
		const sorted = [...objects].sort((a, b) => compareKeys(a.key, b.key));
		this.#bucket = bucket;
		this.#keys = sorted.map(({key}) => key);
		this.#plain = renderRows(sorted, escapeXml);
		const alike = this.#keys.every((key) => escapeXml(key) === encodeListing(key));
		this.#encoded = alike ? this.#plain : renderRows(sorted, encodeListing);
	}

	get size(): number {
		return this.#keys.length;
	}

	/**
	 * The answer to ListObjectsV2, or to ListObjects where the query has no `list-type=2`, in pieces.
	 * Tokens are only valid for this listing.
	 */
	answer(query: URLSearchParams): Buffer[] {
		const second = query.get('list-type') === '2';
		const request = this.#request(query);
		const page = this.#page(request);
		const rows = request.encode ? this.#encoded : this.#plain;
		const name = request.encode ? encodeListing : escapeXml;
		const head = [
			`<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
			element('Name', this.#bucket),
			element('Prefix', name(request.prefix)),
			second ? this.#secondHead(query, page, name) : this.#firstHead(query, page, name),
			element('MaxKeys', String(request.maxKeys)),
			request.delimiter === '' ? '' : element('Delimiter', name(request.delimiter)),
			request.encode ? element('EncodingType', 'url') : '',
			element('IsTruncated', String(page.next !== undefined)),
		].join('');
		const folders = page.folders.map((folder) =>
			element('CommonPrefixes', element('Prefix', name(folder))),
		);
		return [
			Buffer.from(head),
			...page.runs.map(([from, to]) => rows.bytes.subarray(rows.offsets[from], rows.offsets[to])),
			Buffer.from(`${folders.join('')}</ListBucketResult>`),
		];
	}

	#secondHead(query: URLSearchParams, page: Page, name: (text: string) => string): string {
		const token = query.get('continuation-token');
		const startAfter = query.get('start-after') ?? '';
		const count = page.runs.reduce((sum, [from, to]) => sum + to - from, page.folders.length);
		return [
			startAfter === '' ? '' : element('StartAfter', name(startAfter)),
			token === null ? '' : element('ContinuationToken', escapeXml(token)),
			page.next === undefined ? '' : element('NextContinuationToken', tokenOf(page.next)),
			element('KeyCount', String(count)),
		].join('');
	}

	#firstHead(query: URLSearchParams, page: Page, name: (text: string) => string): string {
		const last = page.next === undefined ? undefined : this.#keys[page.next - 1];
		const folder = page.folders.at(-1);
		const marker = folder !== undefined && last?.startsWith(folder) === true ? folder : last;
		return [
			element('Marker', name(query.get('marker') ?? '')),
			marker === undefined ? '' : element('NextMarker', name(marker)),
		].join('');
	}

	#request(query: URLSearchParams): Request {
		const prefix = query.get('prefix') ?? '';
		const delimiter = query.get('delimiter') ?? '';
		const token = query.get('continuation-token');
		const asked = Number(query.get('max-keys') ?? 1000);
		const start = token === null ? this.#start(query, prefix, delimiter) : indexOf(token);
		return {
			prefix,
			delimiter,
			first: Math.max(start, this.#firstFrom(prefix)),
			maxKeys: Math.min(Number.isInteger(asked) && asked >= 0 ? asked : 1000, 1000),
			encode: query.get('encoding-type') === 'url',
		};
	}

	#page({prefix, delimiter, first, maxKeys}: Request): Page {
		const end = this.#endOf(prefix);
		if (maxKeys === 0 || first >= end) return {runs: [], folders: [], next: undefined};
		if (delimiter === '') {
			const to = Math.min(end, first + maxKeys);
			return {runs: [[first, to]], folders: [], next: to < end ? to : undefined};
		}
		const runs: [number, number][] = [];
		const folders: string[] = [];
		let index = first;
		for (let entries = 0; index < end && entries < maxKeys; entries++) {
			const key = this.#keys[index] ?? '';
			const cut = key.indexOf(delimiter, prefix.length);
			if (cut === -1) {
				runs.push([index, index + 1]);
				index++;
			} else {
				const folder = key.slice(0, cut + delimiter.length);
				folders.push(folder);
				index = this.#endOf(folder);
			}
		}
		return {runs, folders, next: index < end ? index : undefined};
	}

	/** Behind `start-after`, or behind a `marker`, which stands for all of a folder when it is one. */
	#start(query: URLSearchParams, prefix: string, delimiter: string): number {
		const marker = query.get('marker') ?? '';
		const cut = delimiter === '' ? -1 : marker.indexOf(delimiter, prefix.length);
		const isFolder = cut !== -1 && cut + delimiter.length === marker.length;
		if (isFolder && marker.startsWith(prefix)) return this.#endOf(marker);
		const after = query.get('start-after') ?? marker;
		if (after === '') return 0;
		return firstIndex(this.size, (at) => compareKeys(this.#keys[at] ?? '', after) > 0);
	}

	#firstFrom(key: string): number {
		return firstIndex(this.size, (at) => compareKeys(this.#keys[at] ?? '', key) >= 0);
	}

	/** Keys that begin alike stand together; the index behind the last of them. */
	#endOf(prefix: string): number {
		return firstIndex(this.size, (at) => {
			const key = this.#keys[at] ?? '';
			return compareKeys(key, prefix) > 0 && !key.startsWith(prefix);
		});
	}
}

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;
const tokenOf = (index: number): string => Buffer.from(`at:${index}`).toString('base64url');

function indexOf(token: string): number {
	const index = Number(/^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1]);
	return Number.isNaN(index) ? 0 : index;
}

const rowsAtOnce = 10_000;

function renderRows(objects: readonly ListedObject[], name: (text: string) => string): Rows {
	const offsets = new Float64Array(objects.length + 1);
	const blocks: Buffer[] = [];
	let length = 0;
	for (let from = 0; from < objects.length; from += rowsAtOnce) {
		let text = '';
		for (let index = from; index < Math.min(objects.length, from + rowsAtOnce); index++) {
			const object = objects[index];
			const row = object === undefined ? '' : renderRow(object, name);
			length += Buffer.byteLength(row);
			offsets[index + 1] = length;
			text += row;
		}
		blocks.push(Buffer.from(text));
	}
	return {bytes: Buffer.concat(blocks), offsets};
}

/** The fields that S3 gives an object with a checksum, in its order. */
function renderRow(object: ListedObject, name: (text: string) => string): string {
	return element(
		'Contents',
		[
			element('Key', name(object.key)),
			element('LastModified', new Date(object.modified).toISOString()),
			element('ETag', escapeXml(object.etag)),
			element('ChecksumAlgorithm', 'CRC64NVME'),
			element('ChecksumType', 'FULL_OBJECT'),
			element('Size', String(object.size)),
			element('StorageClass', 'STANDARD'),
		].join(''),
	);
}
