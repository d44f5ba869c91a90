import {FileTransfer} from './file-transfer.ts';
import {FinishTransfer} from './finish-transfer.ts';
import type {Lane} from './lane.ts';
import {Parking} from './parking.ts';
import {isPiece, type PieceResult, type PieceTask} from './pieces.ts';
import {PrepareTransfer} from './prepare-transfer.ts';
import {RangeTransfer} from './range-transfer.ts';
import {RequestLoop} from './request-loop.ts';
import {inMemoryLimit} from './settings.ts';
import type {Watched} from './stall-watch.ts';
import type {ThreadContext} from './thread-context.ts';
import type {Patience} from './exchange.ts';
import type {TransferResult, TransferTask} from './types.ts';
import type {UsualPace} from './usual-pace.ts';

/** What a lane is busy with. */
export type LaneWork = Watched & {
	/** Never rejects. */
	run(): Promise<TransferResult | PieceResult>;
	/** Stops as soon as possible and keeps what can be continued. */
	park(): void;
	/** The rate limit has changed. */
	rateChanged(): void;
};

/** Small enough to be let finish rather than thrown away. */
export const isSmall = (task: TransferTask | PieceTask): boolean =>
	isPiece(task) ? task.kind === 'finish' : task.size <= inMemoryLimit;

/** The work for a task, on a lane. */
export function createWork(
	task: TransferTask | PieceTask,
	lane: Lane,
	context: ThreadContext,
): LaneWork {
	if (!isPiece(task)) return new RequestLoop(new FileTransfer(task, lane, context), lane, context);
	switch (task.kind) {
		case 'prepare':
			return new Preparation(new PrepareTransfer(task, lane, context), lane, context);
		case 'range':
			return new RequestLoop(new RangeTransfer(task, lane, context), lane, context);
		default:
			return new FinishTransfer(task, lane.hashers, context);
	}
}

/** Asks for an object's facts, then looks at what lies on the disk. */
class Preparation implements LaneWork {
	readonly #transfer: PrepareTransfer;
	readonly #loop: RequestLoop<PieceResult>;
	readonly #parking = new Parking();

	constructor(transfer: PrepareTransfer, lane: Lane, context: ThreadContext) {
		this.#transfer = transfer;
		this.#loop = new RequestLoop(transfer, lane, context);
	}

	async run(): Promise<PieceResult> {
		const result = await this.#loop.run();
		if (result.kind !== 'prepared') return result;
		return this.#transfer.prepared(result, this.#parking);
	}

	park(): void {
		this.#parking.park();
		this.#loop.park();
	}

	silent(now: number): number {
		return this.#loop.silent(now);
	}

	checkStall(now: number, patience: Patience): boolean {
		return this.#loop.checkStall(now, patience);
	}

	checkSlow(now: number, usual: UsualPace, leastTime: number): boolean {
		return this.#loop.checkSlow(now, usual, leastTime);
	}

	rateChanged(): void {
		this.#loop.rateChanged();
	}
}
