import {mkdirSync, rmdirSync, rmSync, statfsSync, statSync} from 'node:fs';
import path from 'node:path';
import {MusterError} from '../model/error.ts';

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
	const reason =
		errno === 'EEXIST' || errno === 'ENOTDIR'
			? `${folder} is a file, not a folder.`
			: errno === 'ENOSPC'
				? `The disk with ${folder} is full.`
				: `You may not write to ${folder}.`;
	return new MusterError(errno === 'ENOSPC' ? 'disk-full' : 'disk', reason, {
		hint: 'Choose another output folder with --to.',
		detail: errno,
		cause,
	});
}
