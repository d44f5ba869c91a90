import {errorRecord} from '../model/error.ts';
import type {ObjectDigest} from '../model/object.ts';
import {inFormOf, type Hashers} from './checksum.ts';
import {withDescriptor} from './crowd.ts';
import {dateFile, openExisting, placeInFolder, removeQuietly, type Disk} from './disk.ts';
import {diskFailure} from './disk-error.ts';
import {journalPath, removeJournal} from './journal.ts';
import {Parking} from './parking.ts';
import type {FinishTask, PieceResult} from './pieces.ts';
import {restartFailure} from './request-loop.ts';
import type {ThreadContext} from './thread-context.ts';
import {wholeDigest} from './whole-digest.ts';

const readSize = 1024 * 1024;

/** A large object whose bytes are all there: its digest is checked and the file gets its final name. */
export class FinishTransfer {
	readonly #task: FinishTask;
	readonly #hashers: Hashers;
	readonly #context: ThreadContext;
	readonly #parking = new Parking();
	/** what the bytes amount to, once that is known */
	#actual: string | undefined;

	constructor(task: FinishTask, hashers: Hashers, context: ThreadContext) {
		this.#task = task;
		this.#hashers = hashers;
		this.#context = context;
	}

	park(): void {
		this.#parking.park();
	}

	/** It asks nobody for anything. */
	silent(): number {
		return 0;
	}

	checkStall(): boolean {
		return false;
	}

	checkSlow(): boolean {
		return false;
	}

	rateChanged(): void {}

	/** Never rejects. */
	async run(): Promise<PieceResult> {
		const {id, file} = this.#task;
		try {
			const result = await withDescriptor(() => this.#finish(), this.#parking, this.#context);
			return result === 'parked' ? {kind: 'parked', id, attempts: 1} : result;
		} catch (error) {
			const isInternal = errorRecord(error).code === 'internal' && !isErrno(error);
			if (isInternal) return {kind: 'failed', id, attempts: 1, error: errorRecord(error)};
			const failure = diskFailure(error, file.destination);
			const kind = failure.remedy === 'pause' ? 'no-room' : 'failed';
			return {kind, id, attempts: 1, error: failure.error};
		}
	}

	async #finish(): Promise<PieceResult | 'parked'> {
		const {id, facts, file} = this.#task;
		const {disk, folders} = this.#context;
		if (facts.digest !== undefined) {
			this.#actual ??= await this.#digest(facts.digest);
			if (this.#actual === undefined) return 'parked';
			if (this.#actual !== facts.digest.value) {
				removeJournal(disk, file.temporary);
				return {
					kind: 'restart',
					id,
					attempts: 1,
					error: this.#mismatch(facts.digest, this.#actual),
				};
			}
		}
		const fd = openExisting(disk, file.temporary);
		let localModified: number;
		try {
			localModified = dateFile(disk, fd, file.modified);
		} finally {
			disk.closeSync(fd);
		}
		placeInFolder(disk, folders, file);
		removeQuietly(disk, journalPath(file.temporary));
		const verified = facts.digest?.algorithm ?? 'size';
		return {kind: 'finished', id, attempts: 1, verified, localModified};
	}

	/** What the bytes amount to; undefined when it was parked before that was known. */
	async #digest(digest: ObjectDigest): Promise<string | undefined> {
		const {facts, extents} = this.#task;
		const isParked = (): boolean => this.#parking.isParked;
		return (
			wholeDigest(this.#hashers, facts, digest, extents) ??
			(await readBack(this.#context.disk, this.#hashers, this.#task, digest, isParked))
		);
	}

	#mismatch(digest: ObjectDigest, actual: string) {
		const why = `the ${digest.algorithm} of what came is ${actual}, the store says ${digest.value}`;
		return restartFailure(this.#task.file.ref.key, 'checksum', why).error;
	}
}

const isErrno = (error: unknown): boolean => error instanceof Error && 'errno' in error;

/**
 * The digest of the file as it lies on the disk (mostly still in the page cache), in order. Yields
 * between reads, so that other lanes of the thread go on.
 */
async function readBack(
	disk: Disk,
	hashers: Hashers,
	{file, facts}: FinishTask,
	digest: ObjectDigest,
	isParked: () => boolean,
): Promise<string | undefined> {
	const fd = openExisting(disk, file.temporary);
	const buffer = Buffer.allocUnsafe(readSize);
	const hasher = hashers.startFor(digest);
	try {
		for (let at = 0; at < facts.size;) {
			if (isParked()) return undefined;
			const read = disk.readSync(fd, buffer, 0, readSize, at);
			if (read === 0) break;
			hasher.update(buffer.subarray(0, read));
			at += read;
			await new Promise((resolve) => setImmediate(resolve));
		}
	} finally {
		disk.closeSync(fd);
	}
	return inFormOf(digest, hasher.end());
}
