import {randomFillSync} from 'node:crypto';
import {
	closeSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readSync,
	utimesSync,
	writeSync,
} from 'node:fs';
import path from 'node:path';
import {createCRC64} from 'hash-wasm';
import {keyOf, modified} from './dataset.ts';
import type {Dataset} from './dataset.ts';

/** CRC-64/NVME by its reversed polynomial, the checksum that S3 gives every new object. */
const crc = await createCRC64('9a6c9329ac4bc9b5');
const pieceSize = 4 * 1024 * 1024;

export type StoredObjects = {
	/** CRC64NVME in base64, by the path below the folder with `/` before it */
	readonly checksums: ReadonlyMap<string, string>;
};

/** Where the server keeps an object, below the folder of all buckets. */
export function storedPath(dataset: Dataset, index: number): string {
	return dataset.body === 'shared'
		? `shared/${dataset.bucket}`
		: `${dataset.bucket}/${keyOf(index)}`;
}

/**
 * Writes the files of a data set below `folder`, all of the same time, and computes their checksums.
 * A sparse object's zeros are read for its checksum, but take no room.
 */
export function storeObjects(folder: string, dataset: Dataset): StoredObjects {
	const checksums = new Map<string, string>();
	const filling = randomFillSync(Buffer.alloc(Math.min(dataset.size, pieceSize)));
	const files = dataset.body === 'shared' ? 1 : dataset.count;
	const made = new Set<string>();
	for (let index = 0; index < files; index++) {
		const name = storedPath(dataset, index);
		const file = path.join(folder, name);
		const parent = path.dirname(file);
		if (!made.has(parent)) mkdirSync(parent, {recursive: true});
		made.add(parent);
		const descriptor = openSync(file, 'w+');
		if (dataset.body === 'sparse') ftruncateSync(descriptor, dataset.size);
		else fill(descriptor, dataset.size, filling, index);
		checksums.set(`/${name}`, checksumOf(descriptor, dataset.size));
		closeSync(descriptor);
		utimesSync(file, modified, modified);
	}
	return {checksums};
}

/** The same random bytes for all, but for the first eight of each piece, so that no two are alike. */
function fill(descriptor: number, size: number, filling: Buffer, index: number): void {
	for (let at = 0; at < size; at += filling.length) {
		const piece = filling.subarray(0, Math.min(filling.length, size - at));
		if (piece.length >= 8) {
			piece.writeUInt32LE(index, 0);
			piece.writeUInt32LE(at / filling.length, 4);
		}
		writeSync(descriptor, piece);
	}
}

const buffer = Buffer.alloc(pieceSize);

function checksumOf(descriptor: number, size: number): string {
	crc.init();
	for (let at = 0; at < size;) {
		const read = readSync(descriptor, buffer, 0, buffer.length, at);
		crc.update(buffer.subarray(0, read));
		at += read;
	}
	return Buffer.from(crc.digest('binary')).toString('base64');
}
