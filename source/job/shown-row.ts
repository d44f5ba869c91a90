import type {LedgerRow} from '../ledger/row-windows.ts';
import type {ErrorRecord} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {WantedRow} from '../model/snapshot.ts';

/** A row of the ledger as front ends see it: nothing in it can move a cursor. */
export function shownRow(row: LedgerRow): WantedRow {
	return {
		id: row.id,
		groupId: row.groupId,
		group: safeText(row.group),
		text: safeText(row.text),
		row: row.row,
		state: row.state,
		rule: row.rule,
		key: row.key === null ? null : safeText(row.key),
		path: row.path === null ? null : safeText(row.path),
		size: row.size,
		candidates: row.candidates.map((candidate) => ({...candidate, key: safeText(candidate.key)})),
		error: shownError(row.error) ?? reasonOf(row),
	};
}

/** Why a row is missing or excluded, in the place where lists look for words. */
function reasonOf(row: LedgerRow): ErrorRecord | null {
	return row.reason === null ? null : {code: 'no-such-key', message: safeText(row.reason)};
}

/** The same for an error, whose words may come from a server. */
export function shownError(error: ErrorRecord | null): ErrorRecord | null {
	if (error === null) return null;
	return {
		code: error.code,
		message: safeText(error.message),
		...(error.hint === undefined ? {} : {hint: safeText(error.hint)}),
		...(error.detail === undefined ? {} : {detail: safeText(error.detail)}),
	};
}
