import fs from 'node:fs';
import path from 'node:path';
import {errnoOf} from './disk-error.ts';

/**
 * The file-system calls of this room, replaceable in tests. Synchronous on purpose: in a thread that
 * draws nothing they cost less than their asynchronous forms (a hop to libuv's pool and back each).
 */
export type Disk = Pick<
	typeof fs,
	| 'closeSync'
	| 'fstatSync'
	| 'ftruncateSync'
	| 'futimesSync'
	| 'linkSync'
	| 'lstatSync'
	| 'mkdirSync'
	| 'openSync'
	| 'readFileSync'
	| 'readSync'
	| 'renameSync'
	| 'unlinkSync'
	| 'writeFileSync'
	| 'writeSync'
>;

export const realDisk: Disk = fs;

const {O_CREAT, O_EXCL, O_RDWR} = fs.constants;
// Windows has no such flag; it does not follow links for plain users either.
const noFollow = fs.constants.O_NOFOLLOW ?? 0;

/** A new file that nobody else has: what lies at `file` is unlinked, never written through. */
export function createFresh(disk: Disk, file: string): number {
	try {
		return disk.openSync(file, O_RDWR | O_CREAT | O_EXCL | noFollow, 0o666);
	} catch (error) {
		if (errnoOf(error) !== 'EEXIST') throw error;
		disk.unlinkSync(file);
		return disk.openSync(file, O_RDWR | O_CREAT | O_EXCL | noFollow, 0o666);
	}
}

/** An existing file, opened for going on with it; a symbolic link is an error (ELOOP). */
export function openExisting(disk: Disk, file: string): number {
	return disk.openSync(file, O_RDWR | noFollow);
}

/** Writes the whole chunk at `position`; the system may take it in several bites. */
export function writeFully(disk: Disk, fd: number, chunk: Uint8Array, position: number): void {
	let written = 0;
	while (written < chunk.length) {
		written += disk.writeSync(fd, chunk, written, chunk.length - written, position + written);
	}
}

/** Unlinks a file; that it was not there is fine, and so is any other trouble in cleaning up. */
export function removeQuietly(disk: Disk, file: string): void {
	try {
		disk.unlinkSync(file);
	} catch {
		// Left-overs are found and removed by the next run.
	}
}

/** A file on its way to its name. */
export const draftOf = (file: string): string => `${file}.new`;

/** Writes a small file that takes the place of the one that is there in one step: a kill loses neither. */
export function replaceFile(disk: Disk, file: string, text: string): void {
	const draft = draftOf(file);
	// A kill may have left one.
	removeQuietly(disk, draft);
	try {
		disk.writeFileSync(draft, text, {flag: 'wx'});
		disk.renameSync(draft, file);
	} catch (error) {
		removeQuietly(disk, draft);
		throw error;
	}
}

/** Makes folders and remembers those it made, for one thread. */
export class Folders {
	readonly #known = new Set<string>();
	readonly #disk: Disk;

	constructor(disk: Disk) {
		this.#disk = disk;
	}

	/** Makes the folder that `file` goes into. */
	makeFor(file: string): void {
		const folder = path.dirname(file);
		if (this.#known.has(folder)) return;
		this.#disk.mkdirSync(folder, {recursive: true});
		// Flat memory on jobs with a million folders: forgetting costs one mkdir each.
		if (this.#known.size >= 10_000) this.#known.clear();
		this.#known.add(folder);
	}

	/** Somebody removed a folder that we had made. */
	forgetFor(file: string): void {
		this.#known.delete(path.dirname(file));
	}
}

/** Not supported by this file system (FAT, some network and FUSE mounts). */
const noLinks = new Set([
	'EPERM',
	'ENOTSUP',
	'EOPNOTSUPP',
	'ENOSYS',
	'EINVAL',
	'EMLINK',
	'UNKNOWN',
]);

/**
 * Gives a finished file its final name. `replace`: rename, which replaces in one step (and replaces a
 * symbolic link itself rather than its target). Otherwise link and unlink, the one portable way that
 * can't overwrite; where links don't exist, a look and a rename. Throws EEXIST if something is there.
 */
export function place(disk: Disk, from: string, to: string, replace: boolean): void {
	if (replace) {
		disk.renameSync(from, to);
		return;
	}
	try {
		disk.linkSync(from, to);
	} catch (error) {
		if (!noLinks.has(errnoOf(error) ?? '')) throw error;
		if (disk.lstatSync(to, {throwIfNoEntry: false}) !== undefined) {
			throw Object.assign(new Error(`EEXIST: file already exists, '${to}'`), {code: 'EEXIST'});
		}
		disk.renameSync(from, to);
		return;
	}
	disk.unlinkSync(from);
}

/** Gives a file its modification time (Unix milliseconds); returns it as the disk keeps it. */
export function dateFile(disk: Disk, fd: number, modified: number | undefined): number {
	if (modified !== undefined) disk.futimesSync(fd, Date.now() / 1000, modified / 1000);
	return Math.round(disk.fstatSync(fd).mtimeMs);
}

/** `place`, with the folder made before; again if somebody removed the folder meanwhile. */
export function placeInFolder(
	disk: Disk,
	folders: Folders,
	file: {readonly temporary: string; readonly destination: string; readonly replace: boolean},
): void {
	const {temporary, destination, replace} = file;
	folders.makeFor(destination);
	try {
		place(disk, temporary, destination, replace);
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') throw error;
		folders.forgetFor(destination);
		folders.makeFor(destination);
		place(disk, temporary, destination, replace);
	}
}
