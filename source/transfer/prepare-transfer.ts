import type {ErrorRecord} from '../model/error.ts';
import type {ObjectDigest, ObjectRef} from '../model/object.ts';
import type {ResponseHeaders} from '../stores/types.ts';
import {canCheck, partsOf} from './checksum.ts';
import {withDescriptor} from './crowd.ts';
import {diskFailure} from './disk-error.ts';
import {beginJournal, removeJournal, restoreJournal} from './journal.ts';
import type {Lane} from './lane.ts';
import type {Parking} from './parking.ts';
import {
	largeFrom,
	ofExtents,
	type Extent,
	type LargeFacts,
	type PieceResult,
	type PrepareTask,
} from './pieces.ts';
import type {Asking, RequestWork} from './request-loop.ts';
import {parseCount, sameEtag, single} from './response.ts';
import type {ThreadContext} from './thread-context.ts';

/** A digest of an object of several uploaded parts tells nothing without their size. */
const smallestPart = 1024 * 1024;

type Question =
	| 'facts'
	/** HEAD was refused without words: the answer to a GET says why */
	| 'words'
	/** the size of the uploaded parts: of the first, then of the last */
	| 'first-part'
	| 'last-part';

/** What a large object is before its pieces are fetched: its facts, and what an earlier run left of it. */
export class PrepareTransfer implements RequestWork<PieceResult> {
	readonly ref: ObjectRef;
	readonly destination: string;
	readonly bytes = 0;
	readonly #task: PrepareTask;
	readonly #lane: Lane;
	readonly #context: ThreadContext;
	#question: Question = 'facts';
	#etag: string | undefined;
	#size: number | undefined;
	#digest: ObjectDigest | undefined;
	#partSize: number | undefined;

	constructor(task: PrepareTask, lane: Lane, context: ThreadContext) {
		this.ref = task.file.ref;
		this.destination = task.file.destination;
		this.#task = task;
		this.#lane = lane;
		this.#context = context;
	}

	ask(): Asking {
		switch (this.#question) {
			case 'facts':
				return {method: 'HEAD', bytes: 0};
			case 'words':
				return {method: 'GET', range: {start: 0, end: 0}, bytes: 1};
			default: {
				const last = partsOf(this.#digest?.value ?? '') ?? 1;
				const partNumber = this.#question === 'first-part' ? 1 : last;
				return {method: 'HEAD', partNumber, bytes: 0, ...(this.#etag && {etag: this.#etag})};
			}
		}
	}

	onHead(
		status: number,
		headers: ResponseHeaders,
	): 'body' | 'refusal' | {readonly unusable: PieceResult} {
		switch (this.#question) {
			case 'facts':
				if (status === 200) this.#learn(headers);
				// A server or a proxy that knows no HEAD may well know GET.
				else if (status === 405 || status === 501) return {unusable: this.#indivisible()};
				else if (status === 400 || status === 403) this.#question = 'words';
				else return 'refusal';
				return 'body';
			case 'words':
				// HEAD is not allowed here, GET is: it can be had as a whole.
				return status < 300 ? {unusable: this.#indivisible()} : 'refusal';
			default:
				// Not now is no answer: it is asked again, or the file would count as checked by its size.
				if (status === 429 || status >= 500) return status === 501 ? this.#untold() : 'refusal';
				if (status === 200 || status === 206) this.#learnPart(headers);
				else this.#forgetDigest();
				return 'body';
		}
	}

	onData(): void {}

	check(): 'more' | undefined {
		if (this.#question === 'words') return 'more';
		if (this.#digest?.kind !== 'composite' || canCheck(this.#digest)) return undefined;
		// Its parts are asked for once, the first and the last.
		if (this.#question === 'facts') this.#question = 'first-part';
		else if (this.#question === 'first-part') this.#question = 'last-part';
		else this.#forgetDigest();
		return this.#digest === undefined ? undefined : 'more';
	}

	/** `finish` has no time for what may take long: see `prepared`. */
	finish(attempts: number, firstByte: number): PieceResult {
		const facts = this.#facts();
		if (facts === undefined) return this.#indivisible();
		return {kind: 'prepared', id: this.#task.id, facts, extents: [], attempts, firstByte};
	}

	/** The temporary file for an object whose facts are known: an earlier run's, or an empty one. */
	async prepared(result: PieceResult & {kind: 'prepared'}, parking: Parking): Promise<PieceResult> {
		try {
			const extents = await withDescriptor(
				() => this.#takeUp(result.facts, parking),
				parking,
				this.#context,
			);
			return extents === 'parked' ? this.parked() : {...result, extents};
		} catch (error) {
			const {remedy, error: record} = diskFailure(error, this.destination);
			if (remedy === 'pause') return this.noRoom(record);
			return this.failed(record, result.attempts);
		}
	}

	async #takeUp(facts: LargeFacts, parking: Parking): Promise<readonly Extent[] | 'parked'> {
		const {disk} = this.#context;
		const {temporary} = this.#task.file;
		const isParked = (): boolean => parking.isParked;
		const left = await restoreJournal(disk, this.#lane.hashers, temporary, facts, isParked);
		if (left !== undefined) return left;
		removeJournal(disk, temporary);
		beginJournal(disk, temporary, facts);
		return [];
	}

	discard(): void {}

	keep(): number {
		return 0;
	}

	failed(error: ErrorRecord, attempts: number): PieceResult {
		return {kind: 'failed', id: this.#task.id, attempts, error};
	}

	refused(error: ErrorRecord): PieceResult {
		return {kind: 'refused', id: this.#task.id, attempts: 1, error};
	}

	noRoom(error: ErrorRecord): PieceResult {
		return {kind: 'no-room', id: this.#task.id, attempts: 1, error};
	}

	parked(): PieceResult {
		return {kind: 'parked', id: this.#task.id, attempts: 1};
	}

	#learn(headers: ResponseHeaders): void {
		this.#etag = single(headers['etag']);
		this.#size = parseCount(headers['content-length']);
		const {verify, writer} = this.#context;
		this.#digest =
			verify === 'checksum' && this.#size !== undefined
				? writer.digest(headers, this.#size)
				: undefined;
	}

	/** A part's answer must fit into the picture of equal parts and a rest. */
	#learnPart(headers: ResponseHeaders): void {
		const digest = this.#digest;
		const size = this.#size;
		const length = parseCount(headers['content-length']);
		if (digest === undefined || size === undefined || length === undefined) return;
		const count = partsOf(digest.value);
		// Some stores tell a part's size and leave it to the digest to tell their number.
		const told = this.#context.writer.uploadedParts(headers) ?? count;
		if (count === undefined || told !== count) {
			this.#forgetDigest();
			return;
		}
		if (this.#question === 'first-part') {
			const fits = length >= smallestPart && Math.ceil(size / length) === count;
			if (fits) this.#partSize = length;
			else this.#forgetDigest();
		} else if (this.#partSize !== undefined && size - (count - 1) * this.#partSize === length) {
			this.#digest = {...digest, partSize: this.#partSize};
		}
	}

	/** The store does not know of parts. */
	#untold(): 'body' {
		this.#forgetDigest();
		return 'body';
	}

	/** It can't be held against this digest, because its parts are not known. */
	#forgetDigest(): void {
		this.#digest = undefined;
		this.#partSize = undefined;
	}

	#facts(): LargeFacts | undefined {
		const etag = this.#etag;
		const size = this.#size;
		// Without an ETag nobody can tell whether all pieces are of one object.
		if (etag === undefined || etag.startsWith('W/') || size === undefined) return undefined;
		if (size < largeFrom && this.#digest?.partSize === undefined) return undefined;
		const {file} = this.#task;
		const digest = this.#digest;
		// Another length under the ETag that was listed is a broken answer: the one stream deals with it.
		if (size !== file.size && (file.etag === undefined || sameEtag(file.etag, etag)))
			return undefined;
		return {etag, size, ...(digest && {digest}), ...ofExtents(digest)};
	}

	#indivisible(): PieceResult {
		return {kind: 'indivisible', id: this.#task.id, attempts: 1};
	}
}
