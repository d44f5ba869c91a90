import {createHash} from 'node:crypto';
import {createReadStream, type Stats} from 'node:fs';
import {lstatSync} from 'node:fs';
import path from 'node:path';
import type {FilesTable} from '../ledger/files-table.ts';
import type {FoundRow} from '../ledger/plan-table.ts';
import type {Overwrite} from '../model/job-spec.ts';
import type {Verified} from '../model/object.ts';

/** What lies at a destination, held against the object that belongs there. */
export type LocalVerdict =
	| {readonly kind: 'absent'}
	/** the object's bytes are here; `record` when the ledger does not know the file yet */
	| {
			readonly kind: 'same';
			readonly verified: Verified;
			readonly record: boolean;
			readonly modified: number;
	  }
	/** something else is here, of a size that the object has not, and nothing may replace it */
	| {readonly kind: 'kept'; readonly size: number}
	/** something else is here */
	| {readonly kind: 'different'}
	/** a folder or special file is in the way */
	| {readonly kind: 'blocked'};

/** Two stamps are one when they agree to the second: some file systems keep no more. */
const sameTime = (a: number, b: number): boolean => Math.abs(a - b) < 2000;

const singlePartMd5 = /^"?([0-9a-f]{32})"?$/i;

/**
 * Whether a file that is here already is the wanted one: the ledger's record with size and date
 * first, then the date that muster gives its files, then, in doubt, the MD5 of a single-part ETag.
 */
export async function lookAt(
	folder: string,
	row: FoundRow & {readonly destination: string},
	files: FilesTable,
	overwrite: Overwrite,
): Promise<LocalVerdict> {
	const file = path.join(folder, row.destination);
	const stats = statOf(file);
	if (stats === undefined) return {kind: 'absent'};
	if (!stats.isFile()) return {kind: 'blocked'};
	const record = files.get(row.destination);
	const modified = stats.mtimeMs;
	if (
		record !== undefined &&
		record.size === stats.size &&
		sameTime(record.localModified, modified)
	) {
		const sameObject =
			record.bucket === row.bucket &&
			record.key === row.key &&
			(record.etag === null || row.etag === null || record.etag === row.etag);
		if (sameObject) return {kind: 'same', verified: record.verified, record: false, modified};
	}
	if (stats.size !== row.size) {
		return overwrite === 'never' ? {kind: 'kept', size: stats.size} : {kind: 'different'};
	}
	if (overwrite === 'never') return {kind: 'same', verified: 'size', record: false, modified};
	const md5 = singlePartMd5.exec(row.etag ?? '')?.[1];
	if (md5 !== undefined) {
		return (await md5Of(file)) === md5.toLowerCase()
			? {kind: 'same', verified: 'md5', record: true, modified}
			: {kind: 'different'};
	}
	if (row.modified !== null && sameTime(row.modified, modified)) {
		return {kind: 'same', verified: 'size', record: true, modified};
	}
	return {kind: 'different'};
}

/** What can't be looked at is not here: the download will say why, for this file alone. */
/** Whether a finished file lies there as it was left: one look, nothing is read. */
export function isAsLeft(folder: string, destination: string, files: FilesTable): boolean {
	const stats = statOf(path.join(folder, destination));
	if (stats?.isFile() !== true) return false;
	const record = files.get(destination);
	return (
		record === undefined ||
		(record.size === stats.size && sameTime(record.localModified, stats.mtimeMs))
	);
}

function statOf(file: string): Stats | undefined {
	try {
		return lstatSync(file);
	} catch {
		return undefined;
	}
}

/** Undefined where the file can't be read: then nothing tells that it is the right one. */
async function md5Of(file: string): Promise<string | undefined> {
	const hash = createHash('md5');
	try {
		for await (const bytes of createReadStream(file, {highWaterMark: 1 << 20})) {
			hash.update(bytes as Buffer);
		}
	} catch {
		return undefined;
	}
	return hash.digest('hex');
}
