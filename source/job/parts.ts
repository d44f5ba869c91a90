import {hash} from 'node:crypto';
import {readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {FoundRow} from '../ledger/plan-table.ts';
import type {JobSpec} from '../model/job-spec.ts';

/** Where unfinished downloads lie. */
export const partsFolder = (spec: JobSpec): string => path.join(spec.folder, '.muster', 'parts');

/** The same for the same version of an object at the same destination, so that a later run finds its bytes. */
function partName(row: FoundRow): string {
	const version = `${row.bucket}\0${row.key}\0${row.etag ?? ''}\0${row.size}\0${row.destination ?? ''}`;
	return hash('sha256', version, 'hex').slice(0, 24);
}

/** The temporary file of a row's download, in `partsFolder`. */
export const partFile = (folder: string, row: FoundRow): string =>
	`${folder}${path.sep}${partName(row)}.part`;

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
