import {createReadStream, existsSync, lstatSync} from 'node:fs';
import path from 'node:path';
import {Ledger} from '../ledger/ledger.ts';
import type {LocalFile} from '../ledger/files-table.ts';
import {MusterError} from '../model/error.ts';
import {canCheck, Hashers, inFormOf} from '../transfer/checksum.ts';

export type FolderReport = {
	readonly files: number;
	readonly bytes: number;
	readonly bad: readonly {readonly path: string; readonly reason: string}[];
	readonly missing: readonly string[];
	/** how many files by what they were held against */
	readonly verified: Readonly<Record<string, number>>;
};

export type VerifyOptions = {
	/** a ledger that is open already */
	readonly ledger?: Ledger;
	readonly onProgress?: (done: {files: number; bytes: number; total: number}) => void;
	readonly signal?: AbortSignal;
};

/** Reads every file of a folder back and holds it against the ledger's size and checksum. Changes nothing. */
export async function verifyFolder(
	folder: string,
	options: VerifyOptions = {},
): Promise<FolderReport> {
	const ledger = options.ledger ?? openLedger(folder);
	try {
		return await verifyAll(ledger, folder, options);
	} finally {
		if (options.ledger === undefined) ledger.close();
	}
}

function openLedger(folder: string): Ledger {
	const state = path.join(folder, '.muster');
	if (!existsSync(path.join(state, 'ledger.sqlite'))) {
		throw new MusterError('usage', `${folder} has no ledger of muster.`, {
			hint: 'Name the output folder of a job: `muster jobs` lists them.',
		});
	}
	return Ledger.open(state);
}

async function verifyAll(
	ledger: Ledger,
	folder: string,
	options: VerifyOptions,
): Promise<FolderReport> {
	const hashers = new Hashers();
	const total = ledger.files.count().files;
	const bad: {path: string; reason: string}[] = [];
	const missing: string[] = [];
	const verified: Record<string, number> = {};
	let files = 0;
	let bytes = 0;
	for (const file of ledger.files.all()) {
		options.signal?.throwIfAborted();
		const reason = await verifyOne(folder, file, hashers);
		if (reason === 'gone') missing.push(file.path);
		else if (reason !== undefined) bad.push({path: file.path, reason});
		else {
			const by = file.digest === null ? 'size' : file.verified;
			verified[by] = (verified[by] ?? 0) + 1;
		}
		files++;
		bytes += file.size;
		options.onProgress?.({files, bytes, total});
	}
	return {files, bytes, bad, missing, verified};
}

/** Why a file is not what it was; `gone` when it is not there. */
async function verifyOne(
	folder: string,
	file: LocalFile,
	hashers: Hashers,
): Promise<string | undefined> {
	const absolute = path.join(folder, file.path);
	let size: number;
	try {
		const stats = lstatSync(absolute);
		if (!stats.isFile()) return 'it is no file any more';
		size = stats.size;
	} catch {
		return 'gone';
	}
	if (size !== file.size) return `it has ${size} bytes, the ledger says ${file.size}`;
	const digest = file.digest ?? undefined;
	if (!canCheck(digest)) return undefined;
	const hasher = hashers.startFor(digest);
	try {
		for await (const chunk of createReadStream(absolute, {highWaterMark: 1 << 20})) {
			hasher.update(chunk as Buffer);
		}
	} catch (error) {
		return `it can't be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}`;
	}
	const now = inFormOf(digest, hasher.end());
	return now === digest.value
		? undefined
		: `its ${digest.algorithm} is ${now}, the ledger says ${digest.value}`;
}
