import {setImmediate as breathe} from 'node:timers/promises';
import type {Ledger} from '../ledger/ledger.ts';
import type {LedgerRow} from '../ledger/row-windows.ts';
import {MusterError} from '../model/error.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {AmbiguousRule} from '../model/match.ts';
import {pick, type AmbiguousCandidate} from '../planning/ambiguous.ts';
import {ambiguousShown} from '../planning/decision.ts';
import {Matcher} from '../planning/match-rules.ts';
import {wantedProbes} from '../planning/name-forms.ts';

/**
 * What a person decides about rows that the roll call left open. Each function changes the ledger
 * only; the plan for rows that became found is made afterwards.
 */

/** What the names of the roll call were held against. */
export type MatchContext = Pick<JobSpec, 'bucket' | 'prefix' | 'match'>;

/** A key for one row: a candidate of an ambiguous row, or a guess for a missing one; null leaves it open again. */
export function choose(ledger: Ledger, wantedId: number, objectId: number | null): void {
	const row = ledger.windows.row(wantedId);
	if (row === undefined) throw new MusterError('usage', `There is no row ${wantedId} in this job.`);
	const candidates = ledger.windows.candidates(wantedId);
	if (candidates.length === 0) {
		throw new MusterError('usage', `There is nothing to choose for "${row.text}".`);
	}
	if (objectId !== null && !candidates.some((candidate) => candidate.objectId === objectId)) {
		throw new MusterError('usage', `That key is no candidate for "${row.text}".`);
	}
	ledger.transaction(() => reopen(ledger, wantedId));
	if (objectId === null) return;
	ledger.verdicts.record([{kind: 'found', wantedId, objectId, rule: 'chosen'}]);
}

/** Takes back what was chosen for a row, with the rows that `all` added to it. */
function reopen(ledger: Ledger, wantedId: number): void {
	for (const extra of ledger.verdicts.extrasOf(wantedId)) {
		ledger.plan.release(extra);
		ledger.verdicts.removeExtra(extra);
	}
	ledger.plan.release(wantedId);
	ledger.verdicts.reopen(wantedId);
}

/** rows that are decided between two looks at what else there is to do: some 20 ms */
const atOnce = 500;

/** One rule for all ambiguous rows, or those of one group. `all` adds a row for every further key. Answers how many rows. */
export async function resolveAmbiguous(
	ledger: Ledger,
	context: MatchContext,
	rule: Exclude<AmbiguousRule, 'ask'>,
	{groupId, signal}: {groupId?: number; signal: AbortSignal},
): Promise<number> {
	if (rule === 'skip') return 0;
	const ids = ledger.progress.ambiguousIds(groupId);
	for (const [index, id] of ids.entries()) {
		const row = ledger.windows.row(id);
		if (row !== undefined) resolveOne(ledger, context, row, rule);
		if (index % atOnce !== atOnce - 1) continue;
		await breathe();
		signal.throwIfAborted();
	}
	return ids.length;
}

function resolveOne(
	ledger: Ledger,
	context: MatchContext,
	row: LedgerRow,
	rule: AmbiguousRule,
): void {
	const candidates = candidatesOf(ledger, context, row.id);
	const [first, ...others] = pick(rule, candidates);
	if (first === undefined) return;
	const keys = new Map(candidates.map(({id, key}) => [id, key]));
	ledger.verdicts.record([{kind: 'found', wantedId: row.id, objectId: first, rule: 'chosen'}]);
	ledger.rollCall.addFound(
		others.map((objectId) => ({
			groupId: row.groupId,
			row: row.row,
			text: row.text,
			bucket: '',
			path: keys.get(objectId) ?? row.text,
			objectId,
			rule: 'chosen',
			extraOf: row.id,
		})),
	);
}

/** The keys that stand at the same strength: the ledger keeps the first few; where there may be more, all of them are sought again. */
function candidatesOf(
	ledger: Ledger,
	context: MatchContext,
	wantedId: number,
): readonly AmbiguousCandidate[] {
	const kept = ledger.windows.candidates(wantedId);
	const address = ledger.rollCall.wantedAddress(wantedId);
	if (kept.length < ambiguousShown || address === undefined || address.bucket !== null) {
		return kept.map(({objectId, key, size, modified}) => ({id: objectId, key, size, modified}));
	}
	return strongest(ledger, context, address.path).flatMap((id) => ledger.objects.facts(id) ?? []);
}

function strongest(
	ledger: Ledger,
	{bucket, prefix, match}: MatchContext,
	path: string,
): readonly number[] {
	const matcher = new Matcher(path, prefix, match);
	let best = Infinity;
	let ids = new Set<number>();
	for (const probe of wantedProbes(path, prefix)) {
		for (const {id, key} of ledger.objects.candidateStream(bucket, probe, prefix)) {
			const strength = matcher.strength(key);
			if (strength === undefined || strength > best) continue;
			if (strength < best) ids = new Set();
			best = strength;
			ids.add(id);
		}
	}
	return [...ids];
}

/** Takes every guess that is the only one for its row. Answers how many. */
export function useSureGuesses(ledger: Ledger, groupId?: number): number {
	const guesses = ledger.progress.sureGuesses(groupId);
	ledger.verdicts.record(
		guesses.map(({wantedId, objectId}) => ({kind: 'found', wantedId, objectId, rule: 'chosen'})),
	);
	return guesses.length;
}
