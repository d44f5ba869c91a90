import type {ErrorRecord} from '../model/error.ts';
import type {ObjectRef} from '../model/object.ts';
import type {ResponseHeaders} from '../stores/types.ts';
import {withDescriptor} from './crowd.ts';
import {diskFailure} from './disk-error.ts';
import {removeJournal} from './journal.ts';
import type {Lane} from './lane.ts';
import type {Parking} from './parking.ts';
import {PartFile} from './part-file.ts';
import {restartFailure, TooManyBytes, type Asking, type RequestWork} from './request-loop.ts';
import {readResponse, sameEtag, type Asked} from './response.ts';
import type {Failure} from './retry.ts';
import {resumableFrom} from './settings.ts';
import type {ThreadContext} from './thread-context.ts';
import type {TransferResult, TransferTask} from './types.ts';

/**
 * One file as a whole, from its first request to its final name, with everything that may happen on
 * the way.
 *
 * A whole object is asked for without If-Match: one answer is consistent in itself, so an object
 * that was replaced since it was listed is downloaded as it is now, and the result carries its ETag and
 * size. A body that is cut off is continued by Range with If-Match; if the object is another one by
 * then, it starts over. An answer of another length under the ETag that was listed is no new object
 * but a broken one, and is fetched again like wrong bytes.
 */
export class FileTransfer implements RequestWork<TransferResult> {
	readonly ref: ObjectRef;
	readonly destination: string;
	readonly #task: TransferTask;
	readonly #lane: Lane;
	readonly #context: ThreadContext;
	readonly #part: PartFile;
	#asked: Asked = {kind: 'whole'};
	/** nothing but the end of the connection tells where the body ends */
	#isOpenEnded = false;

	constructor(task: TransferTask, lane: Lane, context: ThreadContext) {
		this.ref = task.ref;
		this.destination = task.destination;
		this.#task = task;
		this.#lane = lane;
		this.#context = context;
		this.#part = new PartFile(task, lane.hashers, context.disk);
	}

	get bytes(): number {
		return this.#part.bytes;
	}

	async restore(parking: Parking): Promise<void> {
		// What pieces of it left can't be used in one stream.
		if (this.#task.inOnePiece) removeJournal(this.#context.disk, this.#task.temporary);
		if (this.#task.size < resumableFrom) return;
		try {
			const {verify} = this.#context;
			const restore = () => this.#part.restore(verify, () => parking.isParked);
			await withDescriptor(restore, parking, this.#context);
			this.#lane.progress(this.#part.bytes);
		} catch {
			// What can't be read is fetched.
			this.#part.discard();
		}
	}

	ask(): Asking {
		const {etag, size} = this.#part.held;
		const offset = this.#part.bytes;
		const bytes = this.#task.size - offset;
		if (offset === 0 || etag === undefined || size === undefined || offset >= size) {
			this.#asked = {kind: 'whole'};
			return {method: 'GET', bytes};
		}
		this.#asked = {kind: 'rest', offset, etag, size};
		return {method: 'GET', range: {start: offset}, etag, bytes};
	}

	onHead(
		status: number,
		headers: ResponseHeaders,
	): 'body' | 'refusal' | {readonly unusable: Failure} {
		const reading = readResponse(this.#asked, status, headers);
		switch (reading.kind) {
			case 'refusal':
				return 'refusal';
			case 'rest':
				return 'body';
			case 'whole': {
				const {verify, writer} = this.#context;
				const size = reading.size ?? this.#task.size;
				const digest = verify === 'checksum' ? writer.digest(headers, size) : undefined;
				this.#isOpenEnded =
					reading.size === undefined && headers['transfer-encoding'] === undefined;
				this.#part.begin({size: reading.size, etag: reading.etag, ...(digest && {digest})});
				return 'body';
			}
			case 'changed':
				return {unusable: this.#restart('changed', 'it changed while it was downloaded')};
			default:
				return {unusable: this.#restart('server', reading.why)};
		}
	}

	onData(chunk: Buffer): void {
		const {held, bytes} = this.#part;
		const isTooLong = held.size === undefined && bytes + chunk.length > this.#task.size;
		if (isTooLong && !this.#mayHaveChanged())
			throw new TooManyBytes(`more than the ${this.#task.size} bytes came that were listed`);
		this.#part.append(chunk);
	}

	/** Length and digest of a body that came to its end. */
	check(): Failure | undefined {
		const {held, bytes} = this.#part;
		if (held.size !== undefined && bytes !== held.size) {
			return this.#restart('size-mismatch', `${bytes} bytes came, ${held.size} were announced`);
		}
		const actual = this.#part.digest();
		const expected = held.digest;
		if (expected !== undefined && actual !== expected.value) {
			return this.#restart(
				'checksum',
				`the ${expected.algorithm} of what came is ${actual ?? 'unknown'}, the store says ${expected.value}`,
			);
		}
		if (bytes !== this.#task.size && !this.#mayHaveChanged()) {
			return this.#restart('size-mismatch', `${bytes} bytes came, ${this.#task.size} were listed`);
		}
		return undefined;
	}

	finish(attempts: number, firstByte: number): TransferResult | Failure {
		const {etag, digest} = this.#part.held;
		const {bytes} = this.#part;
		try {
			const localModified = this.#part.finish(this.#context.folders);
			return {
				kind: 'done',
				id: this.#task.id,
				bytes,
				verified: digest?.algorithm ?? 'size',
				...(digest && {digest}),
				...(etag !== undefined && {etag}),
				localModified,
				attempts,
				firstByte,
			};
		} catch (error) {
			this.#part.discard();
			return diskFailure(error, this.destination);
		}
	}

	discard(): void {
		this.#part.discard();
	}

	keep(): number {
		return this.#part.keep();
	}

	failed(error: ErrorRecord, attempts: number): TransferResult {
		return {kind: 'failed', id: this.#task.id, attempts, error};
	}

	refused(error: ErrorRecord): TransferResult {
		return {kind: 'refused', id: this.#task.id, error};
	}

	noRoom(error: ErrorRecord): TransferResult {
		return {kind: 'no-room', id: this.#task.id, error};
	}

	parked(bytes: number): TransferResult {
		return {kind: 'parked', id: this.#task.id, bytes};
	}

	/**
	 * Whether another length than the listed one may be right: of another object, and not of a body
	 * that was perhaps cut off with nothing to tell.
	 */
	#mayHaveChanged(): boolean {
		const isDelimited = this.#part.held.digest !== undefined || !this.#isOpenEnded;
		return isDelimited && this.#isAnother();
	}

	/** Whether the answer was surely another object than the one that was listed. */
	#isAnother(): boolean {
		const {etag, digest} = this.#part.held;
		if (this.#task.etag === undefined || etag === undefined) return digest !== undefined;
		return !sameEtag(this.#task.etag, etag);
	}

	#restart(code: 'changed' | 'checksum' | 'server' | 'size-mismatch', why: string): Failure {
		return restartFailure(this.ref.key, code, why);
	}
}
