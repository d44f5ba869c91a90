import type {Outcomes} from '../ledger/ledger.ts';
import type {FoundRow} from '../ledger/plan-table.ts';
import type {ErrorRecord} from '../model/error.ts';
import type {FileEvent} from '../model/event.ts';
import type {TransferResult} from '../transfer/types.ts';

type Done = TransferResult & {readonly kind: 'done'};

/** What the ledger keeps of a file that has arrived. */
export function doneRow(
	result: Done,
	row: FoundRow,
	{job, finished}: {readonly job: number; readonly finished: number},
): Outcomes['done'][number] {
	return {
		id: row.id,
		size: result.bytes,
		attempts: result.attempts,
		verified: result.verified,
		file: {
			path: row.destination ?? '',
			bucket: row.bucket,
			key: row.key,
			etag: result.etag ?? row.etag,
			size: result.bytes,
			modified: row.modified,
			localModified: result.localModified,
			verified: result.verified,
			digest: result.digest ?? null,
			job,
			finished,
		},
	};
}

/** What listeners hear of a file that has arrived or failed. */
export function fileEvent(
	row: FoundRow,
	attempts: number,
	outcome: {bytes?: number; verified?: FileEvent['verified']; error?: ErrorRecord},
): FileEvent {
	const {bytes, verified, error} = outcome;
	return {
		type: 'file',
		status: error === undefined ? 'downloaded' : 'failed',
		group: row.group,
		wanted: row.text,
		key: row.key,
		path: row.destination,
		bytes: bytes ?? 0,
		attempts,
		...(verified === undefined ? {} : {verified}),
		...(error === undefined ? {} : {error: {code: error.code, message: error.message}}),
	};
}

/** Whether what was fetched is another object than the one that was listed. */
export function hasChanged(result: Done, row: FoundRow): boolean {
	if (result.changed === true) return true;
	const bare = (etag: string): string => etag.replaceAll('"', '');
	return row.etag !== null && result.etag !== undefined && bare(row.etag) !== bare(result.etag);
}
