import {LargeFile, type LargeOutcome} from './large-file.ts';
import type {PieceResult, PieceTask} from './pieces.ts';
import type {OpenTransfer, TransferTask} from './types.ts';

/** A large file beside others gets at least so many lanes. */
const fewestLanes = 4;

/**
 * The large files that a pool has begun, in their order. The first ones get their pieces first, so
 * that they finish one after another; beside small files they take half of the lanes at most.
 */
export class LargeFiles {
	readonly #files = new Map<number, LargeFile>();
	/** begun files by group */
	readonly #groups = new Map<number, number>();
	readonly #mostRestarts: number;
	readonly #perGroup: number;
	#lastId = 0;

	/** `perGroup`: files of one group that may be open at once. */
	constructor(mostRestarts: number, perGroup: number) {
		this.#mostRestarts = mostRestarts;
		this.#perGroup = perGroup;
	}

	/** Whether another file may be begun on so many connections. */
	mayBegin({group}: TransferTask, connections: number): boolean {
		return (
			this.#files.size < connections && (this.#groups.get(group) ?? 0) < Math.max(1, this.#perGroup)
		);
	}

	begin(task: TransferTask): void {
		this.#files.set(task.id, new LargeFile(task, this.#mostRestarts));
		this.#groups.set(task.group, (this.#groups.get(task.group) ?? 0) + 1);
	}

	/** The next piece for a lane; `isAlone`: no other file waits for one. */
	next(connections: number, isAlone: boolean): PieceTask | undefined {
		if (this.#files.size === 0) return undefined;
		// A few more than lanes, so that none waits for the engine between two pieces.
		const most = isAlone
			? connections + fewestLanes
			: Math.max(fewestLanes, Math.floor(connections / 2 / this.#files.size));
		for (const file of this.#files.values()) {
			if (file.underWay >= most) continue;
			const piece = file.next(this.#lastId - 1);
			if (piece === undefined) continue;
			this.#lastId--;
			return piece;
		}
		return undefined;
	}

	/** A piece that no lane has begun. */
	giveBack(piece: PieceTask): LargeOutcome | undefined {
		const file = this.#files.get(piece.file.id);
		file?.giveBack(piece.id);
		return this.#settle(file);
	}

	take(piece: PieceTask, result: PieceResult): LargeOutcome | undefined {
		const file = this.#files.get(piece.file.id);
		file?.take(result);
		return this.#settle(file);
	}

	/** Whether a file's pieces that have not begun are to be taken back. */
	isEnding({file}: PieceTask): boolean {
		return this.#files.get(file.id)?.isEnding === true;
	}

	/** No more pieces of any file; those with nothing under way have ended. */
	park(): LargeOutcome[] {
		const outcomes: LargeOutcome[] = [];
		for (const file of this.#files.values()) {
			file.park();
			const outcome = this.#settle(file);
			if (outcome !== undefined) outcomes.push(outcome);
		}
		return outcomes;
	}

	/** The files in flight: `lanes` tells the bytes that are under way. */
	open(lanes: readonly OpenTransfer[]): OpenTransfer[] {
		if (this.#files.size === 0) return [...lanes];
		const bytes = new Map<number, OpenTransfer>();
		for (const {task, bytes: there} of this.#files.values())
			bytes.set(task.id, {id: task.id, group: task.group, bytes: there});
		for (const lane of lanes) {
			const known = bytes.get(lane.id)?.bytes ?? 0;
			bytes.set(lane.id, {...lane, bytes: known + lane.bytes});
		}
		return [...bytes.values()];
	}

	#settle(file: LargeFile | undefined): LargeOutcome | undefined {
		const outcome = file?.outcome();
		if (file === undefined || outcome === undefined) return undefined;
		const {id, group} = file.task;
		this.#files.delete(id);
		const left = (this.#groups.get(group) ?? 1) - 1;
		if (left > 0) this.#groups.set(group, left);
		else this.#groups.delete(group);
		return outcome;
	}
}
