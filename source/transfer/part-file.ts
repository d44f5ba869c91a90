import type {ObjectDigest} from '../model/object.ts';
import {canCheck, inFormOf, type Hasher, type Hashers} from './checksum.ts';
import {
	createFresh,
	dateFile,
	openExisting,
	placeInFolder,
	removeQuietly,
	writeFully,
	type Disk,
	type Folders,
} from './disk.ts';
import {notePath, readNote, writeNote} from './part-note.ts';
import {sameEtag} from './response.ts';
import {inMemoryLimit, noteAfter, resumableFrom} from './settings.ts';
import type {TransferTask} from './types.ts';

/** The object whose bytes a part file holds: everything an answer with its first byte told. */
export type Held = {
	readonly etag?: string;
	/** undefined when the answer did not say */
	readonly size?: number;
	readonly digest?: ObjectDigest;
};

const readSize = 1024 * 1024;

/**
 * The bytes of one file on their way: in memory while few, then in the temporary file; digested in
 * the same pass; given the final name when whole. All methods throw errno errors of the disk.
 *
 * There is no fsync: it costs 1 to 30 ms a file on common disks, which for small files is more than
 * the download. So a crash or `kill -9` of muster loses nothing (the page cache stays), while after a
 * power cut the newest files may be damaged on some file systems: `muster verify` finds them.
 */
export class PartFile {
	#bytes = 0;
	#held: Held = {};
	#memory: Uint8Array[] = [];
	#fd: number | undefined;
	#hasher: Hasher | undefined;
	/** the digest of a body that came whole in one piece */
	#whole: string | undefined;
	/** the temporary file lies on disk */
	#onDisk = false;
	/** so does the note beside it */
	#noted = false;
	readonly #task: TransferTask;
	readonly #hashers: Hashers;
	readonly #disk: Disk;

	constructor(task: TransferTask, hashers: Hashers, disk: Disk) {
		this.#task = task;
		this.#hashers = hashers;
		this.#disk = disk;
	}

	/** Bytes that are held, from the object's first. */
	get bytes(): number {
		return this.#bytes;
	}

	get held(): Held {
		return this.#held;
	}

	/** Starts over with a whole object. */
	begin(held: Held): void {
		this.discard();
		this.#held = {...held, digest: canCheck(held.digest) ? held.digest : undefined};
	}

	/** Takes the next bytes. `chunk` is valid only during the call: it is written or copied. */
	append(chunk: Uint8Array): void {
		if (this.#fd === undefined) {
			const {size} = this.#held;
			const bytes = this.#bytes + chunk.length;
			// Most small objects come whole in one read: digested and written from where they lie.
			if (this.#bytes === 0 && bytes === size) {
				this.#takeWhole(chunk);
				return;
			}
			// What will not fit into memory goes to the disk at once, without a copy.
			if (bytes <= inMemoryLimit && (size ?? 0) <= inMemoryLimit) {
				this.#memory.push(Uint8Array.prototype.slice.call(chunk));
				this.#bytes = bytes;
				return;
			}
			this.#spill(true);
		}
		this.#write(chunk);
		if (!this.#noted && this.#bytes >= noteAfter) this.#note({});
	}

	#takeWhole(chunk: Uint8Array): void {
		const expected = this.#held.digest;
		if (expected !== undefined) {
			this.#whole = this.#hashers.once(expected, [chunk]);
			// Wrong bytes never touch the disk.
			if (this.#whole !== expected.value) {
				this.#bytes = chunk.length;
				return;
			}
		}
		writeFully(this.#disk, this.#spill(false), chunk, 0);
		this.#bytes = chunk.length;
	}

	/** The digest of what is held, in the form of the expected one; undefined when there is none to check. */
	digest(): string | undefined {
		const expected = this.#held.digest;
		if (expected === undefined || this.#whole !== undefined) return this.#whole;
		return this.#hasher === undefined
			? this.#hashers.once(expected, this.#memory)
			: inFormOf(expected, this.#hasher.end());
	}

	/** Puts everything under the final name; returns the file's modification time as the disk keeps it. */
	finish(folders: Folders): number {
		const fd = this.#spill(false);
		const {temporary, destination, modified, replace} = this.#task;
		const localModified = dateFile(this.#disk, fd, modified);
		this.#close();
		placeInFolder(this.#disk, folders, {temporary, destination, replace});
		if (this.#noted) removeQuietly(this.#disk, notePath(temporary));
		return localModified;
	}

	/** Leaves what can be continued on disk and returns its length; 0 when it is not worth keeping. */
	keep(): number {
		const bytes = this.#bytes;
		const worth = this.#fd !== undefined && bytes >= resumableFrom;
		if (worth && this.#note({bytes})) {
			this.#close();
			return bytes;
		}
		this.discard();
		return 0;
	}

	/** Forgets everything that is held and removes the temporary file. */
	discard(): void {
		this.#closeQuietly();
		if (this.#onDisk) removeQuietly(this.#disk, this.#task.temporary);
		if (this.#noted) removeQuietly(this.#disk, notePath(this.#task.temporary));
		this.#onDisk = false;
		this.#noted = false;
		this.#memory = [];
		this.#hasher = undefined;
		this.#whole = undefined;
		this.#held = {};
		this.#bytes = 0;
	}

	/**
	 * Takes up what an earlier run left, if it is surely the beginning of this very object. Yields
	 * between reads, so that other lanes of the thread go on. True when there is something to go on from.
	 */
	async restore(verify: 'checksum' | 'size', cancelled: () => boolean): Promise<boolean> {
		const found = this.#findOld(verify);
		if (found === undefined) return false;
		this.#fd = openExisting(this.#disk, this.#task.temporary);
		this.#onDisk = true;
		this.#noted = true;
		this.#held = found.held;
		if (found.held.digest !== undefined) {
			this.#hasher = this.#hashers.startFor(found.held.digest);
			await this.#digestOld(this.#fd, this.#hasher, found.bytes, cancelled);
		}
		this.#disk.ftruncateSync(this.#fd, found.bytes);
		this.#bytes = found.bytes;
		return true;
	}

	#findOld(verify: 'checksum' | 'size'): {held: Held; bytes: number} | undefined {
		const {size, etag, temporary} = this.#task;
		if (size < resumableFrom) return undefined;
		const stat = this.#disk.lstatSync(temporary, {throwIfNoEntry: false});
		// Two names: a crash came between link and unlink, and writing would change a finished file.
		if (stat === undefined || !stat.isFile() || stat.nlink > 1) return undefined;
		const note = readNote(this.#disk, temporary);
		if (note === undefined || note.size !== size) return undefined;
		if (etag !== undefined && !sameEtag(etag, note.etag)) return undefined;
		const digest = verify === 'checksum' ? note.digest : undefined;
		// After a crash of the machine a file can be longer than its good bytes; only a digest tells.
		const bytes = digest === undefined ? note.bytes : stat.size;
		if (bytes === undefined || bytes > stat.size || bytes >= size) return undefined;
		if (bytes < resumableFrom) return undefined;
		return {held: {etag: note.etag, size, ...(digest && {digest})}, bytes};
	}

	async #digestOld(
		fd: number,
		hasher: Hasher,
		bytes: number,
		cancelled: () => boolean,
	): Promise<void> {
		const buffer = Buffer.allocUnsafe(readSize);
		for (let at = 0; at < bytes && !cancelled();) {
			const read = this.#disk.readSync(fd, buffer, 0, Math.min(readSize, bytes - at), at);
			if (read === 0) throw Object.assign(new Error('EIO: short read'), {code: 'EIO'});
			hasher.update(buffer.subarray(0, read));
			at += read;
			await new Promise((resolve) => setImmediate(resolve));
		}
	}

	/** From memory to the temporary file; `hash` when more will follow, otherwise it was digested at once. */
	#spill(hash: boolean): number {
		if (this.#fd !== undefined) return this.#fd;
		const fd = createFresh(this.#disk, this.#task.temporary);
		this.#onDisk = true;
		this.#fd = fd;
		const memory = this.#memory;
		if (hash && this.#held.digest !== undefined) {
			this.#hasher = this.#hashers.startFor(this.#held.digest);
		}
		this.#memory = [];
		this.#bytes = 0;
		for (const chunk of memory) this.#write(chunk);
		return fd;
	}

	#write(chunk: Uint8Array): void {
		if (this.#fd === undefined) return;
		writeFully(this.#disk, this.#fd, chunk, this.#bytes);
		this.#hasher?.update(chunk);
		this.#bytes += chunk.length;
	}

	#note(more: {bytes?: number}): boolean {
		const {etag, size, digest} = this.#held;
		if (etag === undefined || size === undefined) return false;
		this.#noted = writeNote(this.#disk, this.#task.temporary, {
			etag,
			size,
			...(digest && {digest}),
			...more,
		});
		return this.#noted;
	}

	#close(): void {
		const fd = this.#fd;
		this.#fd = undefined;
		// Network file systems report a full disk here: the error counts.
		if (fd !== undefined) this.#disk.closeSync(fd);
	}

	#closeQuietly(): void {
		try {
			this.#close();
		} catch {
			// The file is about to be removed.
		}
	}
}
