import type {Ledger} from '../ledger/ledger.ts';
import type {LedgerRow} from '../ledger/row-windows.ts';
import {MusterError} from '../model/error.ts';
import type {AmbiguousRule} from '../model/match.ts';
import {pick} from '../planning/ambiguous.ts';

/**
 * What a person decides about rows that the roll call left open. Each function changes the ledger
 * only; the plan for rows that became found is made afterwards.
 */

/** A key for one row: a candidate of an ambiguous row, or a guess for a missing one; null leaves it open again. */
export function choose(ledger: Ledger, wantedId: number, objectId: number | null): void {
	const row = ledger.windows.row(wantedId);
	if (row === undefined) throw new MusterError('usage', `There is no row ${wantedId} in this job.`);
	if (objectId === null) {
		ledger.rollCall.reopen(wantedId);
		return;
	}
	if (!ledger.windows.candidates(wantedId).some((candidate) => candidate.objectId === objectId)) {
		throw new MusterError('usage', `That key is no candidate for "${row.text}".`);
	}
	ledger.rollCall.record([{kind: 'found', wantedId, objectId, rule: 'chosen'}]);
}

/** One rule for all ambiguous rows, or those of one group. `all` adds a row for every further key. Answers how many rows. */
export function resolveAmbiguous(
	ledger: Ledger,
	rule: Exclude<AmbiguousRule, 'ask'>,
	groupId?: number,
): number {
	if (rule === 'skip') return 0;
	const ids = ledger.progress.ambiguousIds(groupId);
	for (const id of ids) {
		const row = ledger.windows.row(id);
		if (row !== undefined) resolveOne(ledger, row, rule);
	}
	return ids.length;
}

function resolveOne(ledger: Ledger, row: LedgerRow, rule: AmbiguousRule): void {
	const candidates = ledger.windows.candidates(row.id);
	const [first, ...others] = pick(
		rule,
		candidates.map(({objectId, key, size, modified}) => ({id: objectId, key, size, modified})),
	);
	if (first === undefined) return;
	ledger.rollCall.record([{kind: 'found', wantedId: row.id, objectId: first, rule: 'chosen'}]);
	ledger.rollCall.addFound(
		others.map((objectId) => ({
			groupId: row.groupId,
			row: row.row,
			text: row.text,
			bucket: '',
			path: candidates.find((candidate) => candidate.objectId === objectId)?.key ?? row.text,
			objectId,
			rule: 'chosen',
			extraOf: row.id,
		})),
	);
}

/** Takes every guess that is the only one for its row. Answers how many. */
export function useSureGuesses(ledger: Ledger, groupId?: number): number {
	const guesses = ledger.progress.sureGuesses(groupId);
	ledger.rollCall.record(
		guesses.map(({wantedId, objectId}) => ({kind: 'found', wantedId, objectId, rule: 'chosen'})),
	);
	return guesses.length;
}
