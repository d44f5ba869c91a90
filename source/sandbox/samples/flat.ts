import {createWriteStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {Readable} from 'node:stream';
import {indexedBucket} from '../buckets.ts';
import type {BucketOptions} from '../buckets.ts';
import {generatedObject, patternReader} from '../objects.ts';
import type {SandboxBucket, SandboxObject} from '../types.ts';

export type FlatOptions = BucketOptions & {
	readonly keys: number;
	readonly name?: string;
	readonly prefix?: string;
	/** bytes of each object; 1,024 when left out */
	readonly size?: number | ((index: number) => number);
	/** `opaque` saves computing an MD5 for every key; taken from 50,000 keys on when left out */
	readonly etags?: 'md5' | 'opaque';
};

const defaultPrefix = 'images/';
const remembered = 5000;

/** `images/img_0000123.jpg`, for an index from 0. */
export const flatKey = (index: number, prefix = defaultPrefix) =>
	`${prefix}img_${String(index).padStart(7, '0')}.jpg`;

/** A bucket of up to ten million small objects under one prefix that needs next to no memory. */
export function flatBucket(options: FlatOptions): SandboxBucket {
	const {keys, prefix = defaultPrefix, size = 1024} = options;
	const opaque = (options.etags ?? (keys < 50_000 ? 'md5' : 'opaque')) === 'opaque';
	const sizeOf = typeof size === 'number' ? () => size : size;
	const objects = new Map<number, SandboxObject>();
	const make = (index: number) =>
		generatedObject(sizeOf(index), patternReader(index), {
			modified: Date.UTC(2025, 0, 1 + (Math.floor(index / 1000) % 28)),
			contentType: 'image/jpeg',
			...(opaque ? {etag: `${index.toString(16).padStart(32, '0')}-1`} : {}),
		});
	const find = (key: string) => {
		const index = indexOf(key, prefix);
		if (index === undefined || index >= keys) return undefined;
		let object = objects.get(index);
		if (object === undefined) {
			object = make(index);
			if (objects.size >= remembered) objects.clear();
			objects.set(index, object);
		}
		return object;
	};
	const name = options.name ?? 'flat';
	return indexedBucket(name, keys, (index) => flatKey(index, prefix), find, options);
}

function indexOf(key: string, prefix: string): number | undefined {
	if (!key.startsWith(`${prefix}img_`) || !key.endsWith('.jpg')) return undefined;
	const digits = key.slice(prefix.length + 4, -4);
	return /^\d{7}$/.test(digits) ? Number(digits) : undefined;
}

export type FlatCsvOptions = {
	readonly rows: number;
	readonly prefix?: string;
	/** each n-th row names a file that isn't there */
	readonly missingEvery?: number;
	/** rows by group in the column `folder` */
	readonly groups?: number;
};

/** Writes a CSV (id, file, folder) whose rows name the keys of a `flatBucket` by file name. */
export async function writeFlatCsv(file: string, options: FlatCsvOptions): Promise<void> {
	await pipeline(Readable.from(flatCsvChunks(options)), createWriteStream(file));
}

function* flatCsvChunks(options: FlatCsvOptions): Generator<string> {
	const {rows, prefix = defaultPrefix, missingEvery = 0, groups = 10} = options;
	let text = 'id,file,folder\n';
	for (let index = 0; index < rows; index++) {
		const isMissing = missingEvery > 0 && index % missingEvery === missingEvery - 1;
		const name = flatKey(index, prefix).slice(prefix.length);
		text += `${index + 1},${isMissing ? `absent_${name}` : name},folder_${index % groups}\n`;
		if (text.length < 65_536) continue;
		yield text;
		text = '';
	}
	yield text;
}
