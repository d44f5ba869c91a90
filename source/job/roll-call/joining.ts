import {setImmediate as breathe} from 'node:timers/promises';
import type {UnresolvedRow} from '../../ledger/roll-call-table.ts';
import type {Verdict} from '../../ledger/verdict-table.ts';
import {decide, decideMany, type Decision} from '../../planning/match.ts';
import {wantedProbes} from '../../planning/name-forms.ts';
import {NearMiss} from '../../planning/near-miss.ts';
import {chunk, folderOf, type RollCallContext} from './context.ts';
import type {Coverage} from './listing.ts';

/** a probe with more candidates than this is joined by one stream over them */
const manyCandidates = 64;
/** wanted rows of one such family that are decided together; bounds memory */
const mostAtOnce = 20_000;
/** milliseconds that suggestions for misspelt names may take: a courtesy, not the roll call's work */
const nearMissPatience = 4000;

/** Everything that no exact rule found, joined with the listed keys by the loosest form of their names. */
export async function joinByProbe(context: RollCallContext, coverage: Coverage): Promise<void> {
	const {spec, ledger, signal} = context;
	const {rollCall} = ledger;
	ledger.probes.start();
	let last = 0;
	for (;;) {
		const rows = rollCall.unresolvedAfter(last, chunk);
		if (rows.length === 0) break;
		last = rows.at(-1)?.id ?? last;
		const single: {probe: string; wantedId: number}[] = [];
		const verdicts: Verdict[] = [];
		for (const row of rows) {
			if (row.bucket !== null || !coverage.names) {
				verdicts.push(joinAddress(context, row));
				continue;
			}
			const probes = row.path === '' ? [] : wantedProbes(row.path, spec.prefix);
			const [first, ...others] = probes;
			if (first === undefined) verdicts.push({kind: 'missing', wantedId: row.id, guesses: []});
			else if (others.length === 0) single.push({probe: first, wantedId: row.id});
			else verdicts.push(joinSeveral(context, row, probes));
		}
		ledger.probes.add(single);
		ledger.verdicts.record(verdicts);
		signal.throwIfAborted();
		await breathe();
	}
	await joinSingle(context, spec.bucket);
	ledger.probes.end();
}

/** A URL or whole key names its folder: only there may another extension or spelling stand in; elsewhere it is a guess. */
function joinAddress({spec, ledger}: RollCallContext, row: UnresolvedRow): Verdict {
	const bucket = row.bucket ?? spec.bucket;
	const isBelow = row.bucket === null && !row.path.startsWith(spec.prefix);
	const key = isBelow ? spec.prefix + row.path : row.path;
	const probes = wantedProbes(key);
	const folder = folderOf(key);
	const beside = probes.flatMap((probe) =>
		ledger.objects.candidatesIn(bucket, probe, folder, manyCandidates),
	);
	const decision = decide(key, beside, '', spec.match);
	if (decision.kind !== 'none') return verdict(row.id, decision);
	const relatives = probes.flatMap((probe) =>
		ledger.objects.candidatesOf(bucket, probe, '', manyCandidates),
	);
	return verdict(row.id, decide(key, relatives, '', 'exact'), true);
}

/** A name that may be read in two ways looks under both. */
function joinSeveral(
	{spec, ledger}: RollCallContext,
	row: {id: number; path: string},
	probes: readonly string[],
): Verdict {
	const candidates = new Map<number, {id: number; key: string}>();
	for (const probe of probes) {
		for (const candidate of ledger.objects.candidateStream(spec.bucket, probe, spec.prefix)) {
			candidates.set(candidate.id, candidate);
		}
	}
	return verdict(row.id, decide(row.path, candidates.values(), spec.prefix, spec.match));
}

async function joinSingle(context: RollCallContext, bucket: string): Promise<void> {
	const {ledger, progress, signal} = context;
	let last: string | undefined;
	for (;;) {
		const probes = ledger.probes.after(last, 500);
		if (probes.length === 0) return;
		last = probes.at(-1);
		const verdicts = probes.flatMap((probe) => joinProbe(context, bucket, probe));
		ledger.verdicts.record(verdicts);
		progress.rowsChecked += verdicts.length;
		signal.throwIfAborted();
		await breathe();
	}
}

function joinProbe({spec, ledger}: RollCallContext, bucket: string, probe: string): Verdict[] {
	const {objects} = ledger;
	const wanted = ledger.probes.wantedOf(probe);
	const candidates = objects.candidatesOf(bucket, probe, spec.prefix, manyCandidates + 1);
	if (candidates.length <= manyCandidates) {
		return wanted.map(({id, path}) =>
			verdict(id, decide(path, candidates, spec.prefix, spec.match)),
		);
	}
	const verdicts: Verdict[] = [];
	for (let start = 0; start < wanted.length; start += mostAtOnce) {
		const some = wanted.slice(start, start + mostAtOnce);
		const stream = objects.candidateStream(bucket, probe, spec.prefix);
		for (const [id, decision] of decideMany(some, stream, spec.prefix, spec.match)) {
			verdicts.push(verdict(id, decision));
		}
	}
	return verdicts;
}

/** `onlyGuess`: whatever was decided is offered as a guess in another folder. */
function verdict(wantedId: number, decision: Decision, onlyGuess = false): Verdict {
	if (decision.kind === 'none') {
		const guesses = decision.guesses.map(({id, reason}) => ({objectId: id, reason}));
		return {kind: 'missing', wantedId, guesses};
	}
	if (onlyGuess) {
		const ids = decision.kind === 'found' ? [decision.id] : decision.ids.slice(0, 3);
		const guesses = ids.map((objectId) => ({objectId, reason: 'other-folder' as const}));
		return {kind: 'missing', wantedId, guesses};
	}
	return decision.kind === 'found'
		? {kind: 'found', wantedId, objectId: decision.id, rule: decision.rule}
		: {kind: 'ambiguous', wantedId, objectIds: decision.ids, rule: decision.rule};
}

/** Suggestions for names that have no relative at all: one pass over the keys for typing mistakes. */
export async function searchNearMisses(context: RollCallContext): Promise<void> {
	const {ledger, log, signal} = context;
	const missing = ledger.verdicts.missingWithoutGuess(2000);
	if (missing.length === 0) return;
	const started = Date.now();
	const near = new NearMiss(missing);
	let last = 0;
	while (Date.now() - started < nearMissPatience) {
		const keys = ledger.objects.keysAfter(last, chunk);
		if (keys.length === 0) break;
		last = keys.at(-1)?.id ?? last;
		for (const {id, key} of keys) near.offer(id, key);
		signal.throwIfAborted();
		await breathe();
	}
	ledger.transaction(() => {
		for (const [wantedId, guesses] of near.results()) ledger.verdicts.addGuesses(wantedId, guesses);
	});
	log.write(
		'info',
		`looked for near misses of ${missing.length} names in ${Date.now() - started} ms`,
	);
}
