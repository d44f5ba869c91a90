import type {FoundRow, PlanTable} from '../ledger/plan-table.ts';

type Lane = {
	readonly groupId: number;
	/** rows read from the ledger and not handed out yet */
	queue: FoundRow[];
	/** the last row read */
	last: number;
	exhausted: boolean;
	open: number;
};

/**
 * Decides which file is fetched next: a few groups at once, in manifest order, sharing the
 * connections in turns, so that groups finish one after another rather than all at the end.
 */
export class Scheduler {
	readonly #plan: PlanTable;
	readonly #groupIds: readonly number[];
	readonly #laneOf = new Map<number, Lane>();
	readonly #again: FoundRow[] = [];
	#nextGroup = 0;
	#lanes: Lane[] = [];
	#turn = 0;

	constructor(plan: PlanTable, groupIds: readonly number[]) {
		this.#plan = plan;
		this.#groupIds = groupIds;
	}

	/** Up to `count` rows, at most `perGroup` of one group outstanding, from at most `groups` groups at once. */
	take(count: number, limits: {perGroup: number; groups: number}): readonly FoundRow[] {
		const rows: FoundRow[] = [];
		while (rows.length < count && this.#again.length > 0) {
			const row = this.#again.shift();
			if (row === undefined) break;
			this.#opened(row.groupId);
			rows.push(row);
		}
		this.#openLanes(limits.groups);
		let idle = 0;
		while (rows.length < count && this.#lanes.length > 0 && idle < this.#lanes.length) {
			this.#turn %= this.#lanes.length;
			const lane = this.#lanes[this.#turn];
			if (lane === undefined) break;
			const row = lane.open < limits.perGroup ? this.#nextOf(lane) : undefined;
			if (row === undefined) {
				// A group with nothing left makes room for the next one, which is then asked in its turn.
				if (isSpent(lane)) {
					this.#openLanes(limits.groups);
					idle = 0;
				} else {
					idle++;
					this.#turn++;
				}
				continue;
			}
			idle = 0;
			this.#turn++;
			lane.open++;
			rows.push(row);
		}
		return rows;
	}

	/** A row handed out came back: done, failed, or to be handed out again. */
	settled(row: FoundRow, again: boolean): void {
		const lane = this.#laneOf.get(row.groupId);
		if (lane !== undefined) lane.open--;
		if (again) this.#again.push(row);
	}

	/** A row that had its end is wanted once more. */
	handBack(row: FoundRow): void {
		this.#again.push(row);
	}

	/** Groups that have, or may have, files to hand out. */
	get groupsLeft(): number {
		const open = this.#lanes.filter((lane) => !lane.exhausted || lane.queue.length > 0).length;
		return open + this.#groupIds.length - this.#nextGroup;
	}

	/** Nothing is left to hand out, apart from what is outstanding. */
	get empty(): boolean {
		return (
			this.#again.length === 0 &&
			this.#nextGroup >= this.#groupIds.length &&
			this.#lanes.every((lane) => lane.exhausted && lane.queue.length === 0)
		);
	}

	#opened(groupId: number): void {
		const lane = this.#laneOf.get(groupId);
		if (lane !== undefined) lane.open++;
	}

	#nextOf(lane: Lane): FoundRow | undefined {
		if (lane.queue.length === 0 && !lane.exhausted) {
			lane.queue = [...this.#plan.waitingOfGroup(lane.groupId, lane.last, 200)];
			lane.last = lane.queue.at(-1)?.id ?? lane.last;
			lane.exhausted = lane.queue.length < 200;
		}
		return lane.queue.shift();
	}

	#openLanes(groups: number): void {
		this.#lanes = this.#lanes.filter((lane) => {
			const live = !isSpent(lane);
			if (!live) this.#laneOf.delete(lane.groupId);
			return live;
		});
		while (this.#lanes.length < groups && this.#nextGroup < this.#groupIds.length) {
			const groupId = this.#groupIds[this.#nextGroup++];
			if (groupId === undefined) return;
			const lane: Lane = {groupId, queue: [], last: 0, exhausted: false, open: 0};
			this.#laneOf.set(groupId, lane);
			this.#lanes.push(lane);
		}
	}
}

const isSpent = (lane: Lane): boolean =>
	lane.exhausted && lane.queue.length === 0 && lane.open === 0;
