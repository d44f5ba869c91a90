import {accessSync, constants, existsSync, statSync, statfsSync} from 'node:fs';
import path from 'node:path';
import {exitStatus} from '../../model/error.ts';
import {formatBytes} from '../../model/format.ts';
import {ok, warning} from './finding.ts';
import type {Finding} from './finding.ts';

/** The folder itself or the nearest one above it that is there. */
function nearestExisting(folder: string): string {
	let here = folder;
	while (!existsSync(here) && path.dirname(here) !== here) here = path.dirname(here);
	return here;
}

const lowSpace = 1024 ** 3;

/** Whether files can be written to a folder, and how much room it has. Makes nothing. */
export function checkFolder(folder: string): Finding[] {
	const base = nearestExisting(folder);
	const problem = (text: string, mend: string): Finding[] => [
		{level: 'problem', subject: 'Folder', text, mend, status: exitStatus.disk},
	];
	if (!statSync(base).isDirectory())
		return problem(`${base} is a file, not a folder`, 'Name another output folder with --to.');
	try {
		accessSync(base, constants.W_OK | constants.X_OK);
	} catch {
		return problem(`you may not write to ${base}`, 'Name another output folder with --to.');
	}
	const {bavail, blocks, bsize} = statfsSync(base);
	const room = `${formatBytes(bavail * bsize)} free of ${formatBytes(blocks * bsize)}`;
	return [
		ok('Folder', base === folder ? `${folder} can be written` : `${folder} can be made`),
		bavail * bsize < lowSpace
			? warning('Disk', room, 'Make room, or name a folder on another disk with --to.')
			: ok('Disk', room),
	];
}
