import {setImmediate as breathe} from 'node:timers/promises';
import type {Ledger} from '../ledger/ledger.ts';
import type {LedgerRow} from '../ledger/row-windows.ts';
import type {FileEvent} from '../model/event.ts';
import type {Verified} from '../model/object.ts';
import type {Heard} from './types.ts';

const states = ['local', 'missing', 'ambiguous', 'excluded', 'failed'] as const;
const problems = ['failed'] as const;

/** events that are told between two looks at what else there is to do */
const atOnce = 1000;

/** Tells each event of `settledRows`; breaks off and answers false once nobody wants them any more. */
export async function tellSettledRows(
	ledger: Ledger,
	heard: Heard,
	tell: (event: FileEvent) => void,
	isWanted: () => boolean,
): Promise<boolean> {
	let told = 0;
	for (const event of settledRows(ledger, heard)) {
		tell(event);
		if (++told % atOnce !== 0) continue;
		await breathe();
		if (!isWanted()) return false;
	}
	return true;
}

/**
 * Events of the rows that have their end without a download: here already, missing, ambiguous,
 * excluded, refused; with `problems` only what is an error.
 */
export function* settledRows(ledger: Ledger, heard: Heard): Generator<FileEvent> {
	if (heard === 'nothing') return;
	const told = heard === 'problems' ? problems : states;
	let last = 0;
	for (;;) {
		const rows = ledger.windows.after({states: told}, last, 1000);
		if (rows.length === 0) return;
		for (const row of rows) {
			last = row.id;
			const status = states.find((state) => state === row.state);
			if (status !== undefined) yield fileEvent(row, status);
		}
	}
}

function fileEvent(row: LedgerRow, status: FileEvent['status']): FileEvent {
	const local = status === 'local';
	return {
		type: 'file',
		status,
		group: row.group,
		wanted: row.text,
		key: row.key,
		path: row.path,
		bytes: local ? row.size : 0,
		attempts: row.attempts,
		...(local && row.verified !== null ? {verified: row.verified as Verified} : {}),
		...(row.error === null ? {} : {error: {code: row.error.code, message: row.error.message}}),
	};
}
