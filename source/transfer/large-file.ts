import type {ErrorRecord} from '../model/error.ts';
import {
	pieceSizeOf,
	type Extent,
	type LargeFacts,
	type PieceResult,
	type PieceTask,
} from './pieces.ts';
import type {TransferResult, TransferTask} from './types.ts';

type Gap = {readonly start: number; readonly end: number};

type Ending =
	| {readonly kind: 'parked' | 'refused' | 'no-room' | 'failed'; readonly error?: ErrorRecord}
	| {readonly kind: 'restart'; readonly error: ErrorRecord}
	| {readonly kind: 'indivisible'}
	| {readonly kind: 'done'; readonly result: TransferResult};

/** How a large file ended for the pool: with a result, or as one that has to be fetched in one stream. */
export type LargeOutcome =
	| {readonly kind: 'result'; readonly result: TransferResult}
	| {readonly kind: 'indivisible'; readonly task: TransferTask};

/**
 * One large object on its way in pieces: which bytes are there, which are under way, what comes
 * next. Does nothing itself: the pool hands its pieces to lanes and brings back what came of them.
 */
export class LargeFile {
	readonly task: TransferTask;
	readonly #mostRestarts: number;
	#facts: LargeFacts | undefined;
	#extents: Extent[] = [];
	#gaps: Gap[] = [];
	#bytes = 0;
	readonly #underWay = new Map<number, PieceTask>();
	#ending: Ending | undefined;
	#restarts = 0;
	#attempts = 1;
	#firstByte = 0;
	#isChanged = false;

	/** `mostRestarts`: how often it is begun from its first byte before it counts as failed. */
	constructor(task: TransferTask, mostRestarts: number) {
		this.task = task;
		this.#mostRestarts = mostRestarts;
	}

	/** Bytes that lie in the temporary file, pieces under way left out. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Pieces that were handed out and have not come back. */
	get underWay(): number {
		return this.#underWay.size;
	}

	/** No piece will be handed out any more, and those that wait for a lane need not be fetched. */
	get isEnding(): boolean {
		return this.#ending !== undefined;
	}

	/** The next piece, with `id`; undefined while there is none to hand out. */
	next(id: number): PieceTask | undefined {
		if (this.#ending !== undefined) return undefined;
		const piece = this.#piece(id);
		if (piece !== undefined) this.#underWay.set(id, piece);
		return piece;
	}

	#piece(id: number): PieceTask | undefined {
		const file = this.task;
		const facts = this.#facts;
		const isQuiet = this.#underWay.size === 0;
		if (facts === undefined) return isQuiet ? {kind: 'prepare', id, file} : undefined;
		const [gap, ...others] = this.#gaps;
		if (gap === undefined) {
			return isQuiet ? {kind: 'finish', id, file, facts, extents: this.#extents} : undefined;
		}
		const end = Math.min(gap.end, pieceEnd(facts, gap.start));
		this.#gaps = end < gap.end ? [{start: end, end: gap.end}, ...others] : others;
		return {kind: 'range', id, file, facts, start: gap.start, end};
	}

	/** A piece that no lane has begun comes back. */
	giveBack(id: number): void {
		const piece = this.#underWay.get(id);
		this.#underWay.delete(id);
		if (piece?.kind === 'range') this.#gaps.unshift({start: piece.start, end: piece.end});
	}

	/** What came of a piece. */
	take(result: PieceResult): void {
		const piece = this.#underWay.get(result.id);
		this.#underWay.delete(result.id);
		this.#attempts += Math.max(0, result.attempts - 1);
		switch (result.kind) {
			case 'prepared':
				this.#prepared(result.facts, result.extents);
				this.#firstByte ||= result.firstByte;
				return;
			case 'fetched':
				this.#add(result.extent);
				return;
			case 'finished':
				this.#ending = {kind: 'done', result: this.#done(result)};
				return;
			case 'indivisible':
				// A pause that came before stands: the next run finds out for itself.
				this.#ending ??= {kind: 'indivisible'};
				return;
			case 'restart':
				this.#ending ??= {kind: 'restart', error: result.error};
				return;
			default:
				this.#cutShort(piece, result);
		}
	}

	/** No more pieces; what is under way comes back as it can. */
	park(): void {
		this.#ending ??= {kind: 'parked'};
	}

	/** How it ended, once nothing is under way any more; a restart begins by itself. */
	outcome(): LargeOutcome | undefined {
		if (this.#underWay.size > 0 || this.#ending === undefined) return undefined;
		const ending = this.#ending;
		const {id} = this.task;
		switch (ending.kind) {
			case 'done':
				return {kind: 'result', result: ending.result};
			case 'indivisible':
				return {kind: 'indivisible', task: {...this.task, inOnePiece: true}};
			case 'restart':
				return this.#restart(ending.error);
			case 'parked':
				return {kind: 'result', result: {kind: 'parked', id, bytes: this.#bytes}};
			default: {
				const {kind, error = unknownError} = ending;
				const attempts = this.#attempts;
				const result: TransferResult =
					kind === 'failed' ? {kind, id, attempts, error} : {kind, id, error};
				return {kind: 'result', result};
			}
		}
	}

	#prepared(facts: LargeFacts, extents: readonly Extent[]): void {
		this.#facts = facts;
		this.#extents = [...extents];
		this.#bytes = 0;
		this.#gaps = [];
		let end = 0;
		for (const extent of extents) {
			if (extent.start > end) this.#gaps.push({start: end, end: extent.start});
			end = extent.start + extent.length;
			this.#bytes += extent.length;
		}
		if (end < facts.size) this.#gaps.push({start: end, end: facts.size});
	}

	#add(extent: Extent): void {
		this.#extents.push(extent);
		this.#bytes += extent.length;
	}

	/** The beginning of the piece may be there; the rest is a gap again. */
	#cutShort(
		piece: PieceTask | undefined,
		result: PieceResult & {kind: 'parked' | 'refused' | 'no-room' | 'failed'},
	): void {
		const {kind, extent, error} = result;
		if (extent !== undefined) this.#add(extent);
		if (piece?.kind === 'range') {
			const start = piece.start + (extent?.length ?? 0);
			if (start < piece.end) this.#gaps.unshift({start, end: piece.end});
		}
		// Somebody who parks wants no failure to be counted that parking may have brought about.
		this.#ending ??= {kind, ...(error && {error})};
	}

	#restart(error: ErrorRecord): LargeOutcome | undefined {
		const {id} = this.task;
		this.#restarts++;
		this.#attempts++;
		if (error.code === 'changed') this.#isChanged = true;
		if (this.#restarts >= this.#mostRestarts) {
			const attempts = this.#attempts;
			return {kind: 'result', result: {kind: 'failed', id, attempts, error}};
		}
		this.#ending = undefined;
		this.#facts = undefined;
		this.#extents = [];
		this.#gaps = [];
		this.#bytes = 0;
		return undefined;
	}

	#done({verified, localModified}: PieceResult & {kind: 'finished'}): TransferResult {
		const facts = this.#facts;
		return {
			kind: 'done',
			id: this.task.id,
			bytes: this.#bytes,
			verified,
			...(facts?.digest && {digest: facts.digest}),
			...(facts && {etag: facts.etag}),
			localModified,
			attempts: this.#attempts,
			firstByte: this.#firstByte,
			...(this.#isChanged && {changed: true}),
		};
	}
}

/** Where a piece from `start` on ends: never beyond the uploaded part that a composite digest is of. */
function pieceEnd(facts: LargeFacts, start: number): number {
	const size = pieceSizeOf(facts);
	const {partSize = facts.size} = facts;
	const part = Math.floor(start / partSize) * partSize;
	return Math.min(part + partSize, part + (Math.floor((start - part) / size) + 1) * size);
}

const unknownError: ErrorRecord = {
	code: 'internal',
	message: 'A piece of the file came to nothing.',
};
