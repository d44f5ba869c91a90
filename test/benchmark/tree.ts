import {closeSync, openSync, readdirSync, readSync, statSync} from 'node:fs';
import path from 'node:path';
import {bytesOf, keyOf} from './dataset.ts';
import type {BenchServer} from './server.ts';
import {storedPath} from './objects.ts';

/**
 * What is wrong with a downloaded tree, in words: files and bytes are counted, and three files are
 * held against the server's. undefined when it is whole. muster's own folder does not count.
 */
export function faultOf(server: BenchServer, folder: string): string | undefined {
	const {dataset} = server;
	const found = countTree(folder);
	if (found.files !== dataset.count || found.bytes !== bytesOf(dataset)) {
		return `${found.files} files of ${dataset.count}, ${found.bytes} bytes of ${bytesOf(dataset)}`;
	}
	const samples = [0, Math.floor(dataset.count / 2), dataset.count - 1];
	const wrong = samples.find((index) => {
		const stored = path.join(server.objects, storedPath(dataset, index));
		return !alike(stored, path.join(folder, keyOf(index)), dataset.size);
	});
	return wrong === undefined ? undefined : `${keyOf(wrong)} has other bytes than the object`;
}

function countTree(folder: string): {files: number; bytes: number} {
	let files = 0;
	let bytes = 0;
	for (const entry of readdirSync(folder, {withFileTypes: true})) {
		if (entry.name === '.muster') continue;
		const name = path.join(folder, entry.name);
		if (entry.isDirectory()) {
			const below = countTree(name);
			files += below.files;
			bytes += below.bytes;
		} else {
			files++;
			bytes += statSync(name).size;
		}
	}
	return {files, bytes};
}

const pieceSize = 4 * 1024 * 1024;

/** Compares whole files up to 256 MiB, and larger ones in 64 pieces spread over them. */
function alike(left: string, right: string, size: number): boolean {
	const step = Math.max(pieceSize, Math.floor(size / 64));
	const files = [openSync(left, 'r'), openSync(right, 'r')];
	try {
		for (let at = 0; at < size; at += step) {
			const [first, second] = files.map((file) => readPiece(file, at));
			if (first === undefined || second === undefined || !first.equals(second)) return false;
		}
		return true;
	} finally {
		for (const file of files) closeSync(file);
	}
}

function readPiece(file: number, at: number): Buffer {
	const piece = Buffer.alloc(pieceSize);
	return piece.subarray(0, readSync(file, piece, 0, pieceSize, at));
}
