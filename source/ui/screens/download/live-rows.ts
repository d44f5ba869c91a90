import type {GroupRow, Snapshot} from '../../../model/snapshot.ts';

/**
 * The rows of the last answer with the newest numbers laid over them. A group that was active and
 * is not among the shown ones any more has finished since: the ledger says how at the next answer.
 */
export function liveRows(
	rows: ReadonlyArray<GroupRow | undefined>,
	shown: Snapshot['shown'],
): ReadonlyArray<GroupRow | undefined> {
	const byId = new Map(shown.map((row) => [row.id, row]));
	return rows.map((row) => {
		if (row === undefined) return undefined;
		const live = byId.get(row.id);
		if (live !== undefined) return live;
		return row.state === 'active' && row.failed === 0 ? finished(row) : row;
	});
}

function finished(row: GroupRow): GroupRow {
	return {
		...row,
		state: 'done',
		filesDone: row.files,
		bytesDone: row.bytes,
		bytesPerSecond: 0,
		etaSeconds: null,
		openFiles: [],
	};
}

/** Changes when a group changes its state, and only then. */
export function stateVersion({groups}: Pick<Snapshot, 'groups'>): string {
	return `${groups.total} ${groups.done} ${groups.active} ${groups.waiting} ${groups.problem}`;
}
