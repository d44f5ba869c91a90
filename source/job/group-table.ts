import type {Ledger} from '../ledger/ledger.ts';
import type {GroupCount} from '../ledger/progress-table.ts';
import type {GroupState} from '../model/snapshot.ts';

/** Live counts of one group. Bytes of rows that are found; `files` and `bytes` are those to download. */
export type GroupCounts = {
	readonly id: number;
	wanted: number;
	found: number;
	missing: number;
	ambiguous: number;
	local: number;
	excluded: number;
	duplicate: number;
	files: number;
	filesDone: number;
	failed: number;
	bytes: number;
	bytesDone: number;
	/** files handed to the workers */
	open: number;
	/** Unix milliseconds of its first file and its last */
	started: number;
	ended: number;
};

const empty = (id: number): GroupCounts => ({
	id,
	wanted: 0,
	found: 0,
	missing: 0,
	ambiguous: 0,
	local: 0,
	excluded: 0,
	duplicate: 0,
	files: 0,
	filesDone: 0,
	failed: 0,
	bytes: 0,
	bytesDone: 0,
	open: 0,
	started: 0,
	ended: 0,
});

/** The counts of all groups, in manifest order; grows with the groups, never with the files. */
export class GroupTable {
	readonly #groups: GroupCounts[] = [];
	readonly #byId = new Map<number, GroupCounts>();
	readonly #names = new Map<number, string>();

	add(id: number, name: string): GroupCounts {
		const counts = empty(id);
		this.#groups.push(counts);
		this.#byId.set(id, counts);
		this.#names.set(id, name);
		return counts;
	}

	get size(): number {
		return this.#groups.length;
	}

	get(id: number): GroupCounts | undefined {
		return this.#byId.get(id);
	}

	name(id: number): string {
		return this.#names.get(id) ?? '';
	}

	all(): readonly GroupCounts[] {
		return this.#groups;
	}

	/** Counts all groups of the roll call anew. */
	recount({progress}: Ledger): void {
		this.load(progress.groupNames(), progress.counts());
	}

	/** Sets everything anew from the ledger. Files downloaded earlier in this job count as done. */
	load(names: readonly {id: number; name: string}[], counts: readonly GroupCount[]): void {
		// only what has begun has anything to keep: there may be a hundred thousand groups
		const begun = this.#groups.filter(({open, started}) => open > 0 || started > 0);
		const times = new Map(begun.map((group) => [group.id, group]));
		this.#groups.length = 0;
		this.#byId.clear();
		this.#names.clear();
		for (const {id, name} of names) {
			const group = this.add(id, name);
			const before = times.get(id);
			if (before !== undefined) {
				group.open = before.open;
				group.started = before.started;
				group.ended = before.ended;
			}
		}
		for (const count of counts) this.#addCount(count);
	}

	#addCount(count: GroupCount): void {
		const group = this.#byId.get(count.groupId);
		if (group === undefined) return;
		group.wanted += count.rows;
		if (count.state === 2) group.missing += count.rows;
		if (count.state === 3) group.ambiguous += count.rows;
		if (count.state === 4) group.duplicate += count.rows;
		if (count.state === 5) group.excluded += count.rows;
		if (count.state !== 1) return;
		group.found += count.rows;
		if (count.status === 3) group.local += count.rows;
		if (count.status === 1 || count.status === 2 || count.status === 4) {
			group.files += count.rows;
			group.bytes += count.bytes;
		}
		if (count.status === 2) {
			group.filesDone += count.rows;
			group.bytesDone += count.bytes;
		}
		if (count.status === 4) group.failed += count.rows;
	}
}

/** A group's state for cells and lists; `reviewing` is the roll call, where missing files count as problems. */
export function groupState(group: GroupCounts, reviewing: boolean): GroupState {
	if (group.failed > 0) return 'problem';
	if (reviewing) return group.missing + group.ambiguous > 0 ? 'problem' : 'waiting';
	if (group.filesDone + group.failed >= group.files) return 'done';
	return group.open > 0 ? 'active' : 'waiting';
}
