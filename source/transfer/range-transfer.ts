import type {ErrorRecord} from '../model/error.ts';
import type {ObjectRef} from '../model/object.ts';
import type {ResponseHeaders} from '../stores/types.ts';
import type {Hasher} from './checksum.ts';
import {openExisting, writeFully} from './disk.ts';
import {diskFailure} from './disk-error.ts';
import {noteExtent} from './journal.ts';
import type {Lane} from './lane.ts';
import {canCombine, type Extent, type PieceResult, type RangeTask} from './pieces.ts';
import {restartFailure, type Asking, type RequestWork} from './request-loop.ts';
import {readResponse, type Asked} from './response.ts';
import type {Failure} from './retry.ts';
import type {ThreadContext} from './thread-context.ts';

/**
 * One piece of a large object, written at its place in the temporary file and digested as it passes.
 * Every request carries If-Match: an object that changes meanwhile is noticed, never mixed.
 */
export class RangeTransfer implements RequestWork<PieceResult> {
	readonly ref: ObjectRef;
	readonly destination: string;
	readonly #task: RangeTask;
	readonly #lane: Lane;
	readonly #context: ThreadContext;
	#hasher: Hasher;
	#fd: number | undefined;
	#bytes = 0;
	#asked: Asked = {kind: 'whole'};
	/** the newest answer that was not what was asked for, in words */
	#wrong: ErrorRecord | undefined;
	/** the digest, once the computation has ended */
	#value: string | undefined;

	constructor(task: RangeTask, lane: Lane, context: ThreadContext) {
		this.ref = task.file.ref;
		this.destination = task.file.destination;
		this.#task = task;
		this.#lane = lane;
		this.#context = context;
		this.#hasher = lane.hashers.start(task.facts.algorithm);
	}

	get bytes(): number {
		return this.#bytes;
	}

	ask(): Asking {
		const {facts, end} = this.#task;
		const start = this.#task.start + this.#bytes;
		const {etag, size} = facts;
		this.#asked = {kind: 'rest', offset: start, end: end - 1, etag, size};
		return {method: 'GET', range: {start, end: end - 1}, etag, bytes: end - start};
	}

	onHead(
		status: number,
		headers: ResponseHeaders,
	): 'body' | 'refusal' | {readonly unusable: Failure | PieceResult} {
		const reading = readResponse(this.#asked, status, headers);
		switch (reading.kind) {
			case 'rest':
				return 'body';
			case 'refusal':
				return 'refusal';
			case 'whole':
				return {unusable: {kind: 'indivisible', id: this.#task.id, attempts: 1}};
			case 'changed':
				return {unusable: this.#changed()};
			default:
				return {unusable: this.#wrongRange(restartFailure(this.ref.key, 'server', reading.why))};
		}
	}

	onData(chunk: Buffer): void {
		const {start, end, file} = this.#task;
		const at = start + this.#bytes;
		// More than was asked for: nothing of another piece is ever written over.
		const fitting = at + chunk.length > end ? chunk.subarray(0, end - at) : chunk;
		this.#fd ??= openExisting(this.#context.disk, file.temporary);
		writeFully(this.#context.disk, this.#fd, fitting, at);
		this.#hasher.update(fitting);
		this.#bytes += fitting.length;
	}

	check(): Failure | undefined {
		const {start, end} = this.#task;
		if (this.#bytes === end - start) return undefined;
		const why = `${this.#bytes} bytes came, ${end - start} were announced`;
		const failure = restartFailure(this.ref.key, 'size-mismatch', why);
		return this.#wrongRange({...failure, remedy: 'retry'});
	}

	finish(attempts: number): PieceResult | Failure {
		try {
			this.#close();
		} catch (error) {
			return diskFailure(error, this.destination);
		}
		const extent = this.#extent();
		if (extent === undefined) return restartFailure(this.ref.key, 'server', 'nothing came');
		noteExtent(this.#context.disk, this.#task.file.temporary, extent);
		return {kind: 'fetched', id: this.#task.id, attempts, extent};
	}

	discard(): void {
		this.#closeQuietly();
		this.#hasher = this.#lane.hashers.start(this.#task.facts.algorithm);
		this.#value = undefined;
		this.#bytes = 0;
	}

	/** The beginning of a piece is an extent too, where CRCs can be combined. */
	keep(): number {
		try {
			this.#close();
		} catch {
			// What the disk did not take is fetched again.
			this.discard();
		}
		const extent = this.#part();
		if (extent === undefined) return 0;
		noteExtent(this.#context.disk, this.#task.file.temporary, extent);
		return extent.length;
	}

	failed(error: ErrorRecord, attempts: number): PieceResult {
		// A server that does not understand ranges may well have the whole object.
		if (error === this.#wrong) return {kind: 'indivisible', id: this.#task.id, attempts};
		return this.#early('failed', attempts, error);
	}

	refused(error: ErrorRecord): PieceResult {
		return this.#early('refused', 1, error);
	}

	noRoom(error: ErrorRecord): PieceResult {
		return this.#early('no-room', 1, error);
	}

	parked(): PieceResult {
		return this.#early('parked', 1);
	}

	#wrongRange(failure: Failure): Failure {
		this.#wrong = failure.error;
		return failure;
	}

	#early(
		kind: 'failed' | 'refused' | 'no-room' | 'parked',
		attempts: number,
		error?: ErrorRecord,
	): PieceResult {
		const extent = this.#part();
		return {kind, id: this.#task.id, attempts, ...(extent && {extent}), ...(error && {error})};
	}

	#part(): Extent | undefined {
		return canCombine(this.#task.facts.algorithm) ? this.#extent() : undefined;
	}

	#extent(): Extent | undefined {
		if (this.#bytes === 0) return undefined;
		this.#value ??= this.#hasher.end().toString('hex');
		return {start: this.#task.start, length: this.#bytes, value: this.#value};
	}

	#changed(): PieceResult {
		const {error} = restartFailure(this.ref.key, 'changed', 'it changed while it was downloaded');
		return {kind: 'restart', id: this.#task.id, attempts: 1, error};
	}

	#close(): void {
		const fd = this.#fd;
		this.#fd = undefined;
		// Network file systems report a full disk here: the error counts.
		if (fd !== undefined) this.#context.disk.closeSync(fd);
	}

	#closeQuietly(): void {
		try {
			this.#close();
		} catch {
			// What it held is forgotten.
		}
	}
}
