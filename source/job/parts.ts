import {createHash} from 'node:crypto';
import {readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {FoundRow} from '../ledger/plan-table.ts';
import type {JobSpec} from '../model/job-spec.ts';

/** Where unfinished downloads lie. */
export const partsFolder = (spec: JobSpec): string => path.join(spec.folder, '.muster', 'parts');

/** The same for the same version of an object at the same destination, so that a later run finds its bytes. */
function partName(row: FoundRow): string {
	return createHash('sha256')
		.update(
			[row.bucket, row.key, row.etag ?? '', String(row.size), row.destination ?? ''].join('\0'),
		)
		.digest('hex')
		.slice(0, 24);
}

/** The temporary file of a row's download. */
export const partFile = (spec: JobSpec, row: FoundRow): string =>
	path.join(partsFolder(spec), `${partName(row)}.part`);

/** Removes what unfinished downloads left, once nothing is unfinished any more. */
export function clearParts(spec: JobSpec): void {
	try {
		for (const name of readdirSync(partsFolder(spec))) {
			rmSync(path.join(partsFolder(spec), name), {force: true, recursive: true});
		}
	} catch {
		// There is nothing to clear, or it can't be: no harm is done either way.
	}
}
