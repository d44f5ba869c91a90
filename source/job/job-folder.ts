import {mkdirSync, rmdirSync, rmSync, statfsSync, statSync} from 'node:fs';
import path from 'node:path';
import {MusterError} from '../model/error.ts';
import {formatBytes} from '../model/format.ts';

/** Makes a job's folders and can take back what it made, for a job that ends before it began. */
export class JobFolder {
	/** the `.muster` folder */
	readonly state: string;
	readonly #made: string[] = [];

	/** Throws `disk` or `disk-full` when the folder can't be made. */
	constructor(base: string) {
		this.state = path.join(base, '.muster');
		try {
			this.#make(base);
			this.#make(this.state);
		} catch (error) {
			this.takeBack();
			throw folderError(base, error);
		}
	}

	/** One by one: where a system refuses without a reason (`/proc`), Node's own recursion never ends. */
	#make(folder: string): void {
		if (statSync(folder, {throwIfNoEntry: false})?.isDirectory() === true) return;
		const parent = path.dirname(folder);
		if (parent !== folder) this.#make(parent);
		try {
			mkdirSync(folder);
			this.#made.push(folder);
		} catch (error) {
			// Another engine may have made it at this very moment.
			if (statSync(folder, {throwIfNoEntry: false})?.isDirectory() !== true) throw error;
		}
	}

	/** Removes the folders that were made here, unless somebody else has put something there. */
	takeBack(): void {
		for (const folder of this.#made.reverse()) {
			try {
				if (folder === this.state) rmSync(folder, {recursive: true, force: true});
				else rmdirSync(folder);
			} catch {
				// It is in use: it stays.
			}
		}
		this.#made.length = 0;
	}
}

/** Bytes that an unprivileged process may still write to the folder's disk. */
export function freeBytes(folder: string): number | undefined {
	try {
		const stats = statfsSync(folder);
		return stats.bavail * stats.bsize;
	} catch {
		return undefined;
	}
}

function folderError(folder: string, cause: unknown): MusterError {
	const errno = (cause as NodeJS.ErrnoException).code ?? '';
	return new MusterError(errno === 'ENOSPC' ? 'disk-full' : 'disk', folderReason(folder, errno), {
		hint: 'Choose another output folder with --to.',
		detail: errno,
		cause,
	});
}

function folderReason(folder: string, errno: string): string {
	switch (errno) {
		case 'EEXIST':
		case 'ENOTDIR':
			return `${fileOnTheWay(folder)} is a file, not a folder.`;
		case 'ENOSPC':
			return `The disk with ${folder} is full.`;
		case 'EROFS':
			return `The disk with ${folder} can only be read.`;
		case 'ENAMETOOLONG':
			return `The name of the output folder is too long: ${folder}`;
		default:
			return `You may not write to ${folder}.`;
	}
}

/** The file that stands where a folder of this path has to be; the path itself when none can be seen. */
function fileOnTheWay(folder: string): string {
	for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
		try {
			if (statSync(at, {throwIfNoEntry: false})?.isFile() === true) return at;
		} catch {
			// It lies below the file that is looked for.
		}
	}
	return folder;
}

/** The plan needs more bytes than the disk has. */
export function diskFullError(folder: string, bytes: number, free: number): MusterError {
	return new MusterError(
		'disk-full',
		`${formatBytes(bytes)} to get, but ${folder} has only ${formatBytes(free)} free.`,
		{hint: 'Make room, choose another folder with --to, or narrow the job with filters.'},
	);
}
