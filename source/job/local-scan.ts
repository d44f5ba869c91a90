import {createHash} from 'node:crypto';
import {createReadStream, type Stats} from 'node:fs';
import type {KnownFile} from '../ledger/files-table.ts';
import type {FoundRow} from '../ledger/plan-table.ts';
import type {Overwrite} from '../model/job-spec.ts';
import type {Verified} from '../model/object.ts';

/** What lies at a destination, held against the object that belongs there, without reading it. */
export type LocalVerdict =
	| {readonly kind: 'absent'}
	/** the object's bytes are here; `record` when the ledger does not know the file yet */
	| {readonly kind: 'same'; readonly verified: Verified; readonly record: boolean}
	/** something else is here, of a size that the object has not, and nothing may replace it */
	| {readonly kind: 'kept'; readonly size: number}
	/** something else is here */
	| {readonly kind: 'different'}
	/** a folder or special file is in the way */
	| {readonly kind: 'blocked'}
	/** only its bytes can tell: it is the object when they have this MD5, in hexadecimal */
	| {readonly kind: 'read'; readonly md5: string};

/** Two stamps are one when they agree to the second: some file systems keep no more. */
const sameTime = (a: number, b: number): boolean => Math.abs(a - b) < 2000;

const singlePartMd5 = /^"?([0-9a-f]{32})"?$/i;

/**
 * Whether a file that is here already is the wanted one: the ledger's record with size and date
 * first, then, in doubt, the MD5 of a single-part ETag, or the date that muster gives its files.
 */
export function lookAt(
	row: FoundRow,
	stats: Stats | undefined,
	record: KnownFile | undefined,
	overwrite: Overwrite,
): LocalVerdict {
	if (stats === undefined) return {kind: 'absent'};
	if (!stats.isFile()) return {kind: 'blocked'};
	if (record !== undefined && isAsLeft(stats, record)) {
		const sameObject =
			record.bucket === row.bucket &&
			record.key === row.key &&
			(record.etag === null || row.etag === null || record.etag === row.etag);
		if (sameObject) return {kind: 'same', verified: record.verified, record: false};
	}
	if (stats.size !== row.size) {
		return overwrite === 'never' ? {kind: 'kept', size: stats.size} : {kind: 'different'};
	}
	if (overwrite === 'never') return {kind: 'same', verified: 'size', record: false};
	const md5 = singlePartMd5.exec(row.etag ?? '')?.[1];
	if (md5 !== undefined) return {kind: 'read', md5: md5.toLowerCase()};
	if (row.modified !== null && sameTime(row.modified, stats.mtimeMs)) {
		return {kind: 'same', verified: 'size', record: true};
	}
	return {kind: 'different'};
}

/** Whether a finished file lies there as it was left; nothing is read. */
export function isAsLeft(stats: Stats | undefined, record: KnownFile | undefined): boolean {
	if (stats?.isFile() !== true) return false;
	return (
		record === undefined ||
		(record.size === stats.size && sameTime(record.localModified, stats.mtimeMs))
	);
}

/** The MD5 of a file's bytes in hexadecimal; undefined where it can't be read: then nothing tells that it is the right one. */
export async function md5Of(file: string): Promise<string | undefined> {
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
