import type {FoundRow} from '../ledger/plan-table.ts';
import type {ErrorRecord} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {Problem} from '../model/snapshot.ts';

const most = 100;

/** The files that failed last, safe to show. Bounded: the ledger has all of them. */
export class NewestProblems {
	#problems: readonly Problem[] = [];

	/** Oldest first; another array after each change. */
	get all(): readonly Problem[] {
		return this.#problems;
	}

	add(row: FoundRow, {code, message}: ErrorRecord): void {
		this.#problems = [
			...this.#problems.slice(-(most - 1)),
			{
				wantedId: row.id,
				groupId: row.groupId,
				group: safeText(row.group),
				name: safeText(row.destination ?? row.text),
				error: {code, message: safeText(message)},
			},
		];
	}

	/** Files that are fetched again are no problem for now. */
	forget(wantedIds: readonly number[]): void {
		const gone = new Set(wantedIds);
		this.#problems = this.#problems.filter(({wantedId}) => !gone.has(wantedId));
	}
}
