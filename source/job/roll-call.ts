import {setImmediate as breathe} from 'node:timers/promises';
import pLimit from 'p-limit';
import type {Ledger} from '../ledger/ledger.ts';
import type {NewWanted, Verdict} from '../ledger/roll-call-table.ts';
import {readManifest} from '../manifests/index.ts';
import {objectKey} from '../model/brand.ts';
import {MusterError} from '../model/error.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {ObjectInfo} from '../model/object.ts';
import {decide, decideMany, type Decision} from '../planning/match.ts';
import {probeOf, wantedProbes} from '../planning/name-forms.ts';
import {NearMiss} from '../planning/near-miss.ts';
import type {Store} from '../stores/types.ts';
import type {GroupTable} from './group-table.ts';
import type {JobLog} from './log.ts';

/** Live counts of a roll call, changed in place as it goes on. */
export type RollCallProgress = {
	phase: 'reading' | 'listing' | 'matching';
	rowsRead: number;
	rowsChecked: number;
	rowsSkipped: number;
	keysListed: number;
	listed: boolean;
};

export type RollCallContext = {
	readonly spec: JobSpec;
	readonly ledger: Ledger;
	readonly store: Store;
	readonly groups: GroupTable;
	readonly progress: RollCallProgress;
	readonly log: JobLog;
	readonly signal: AbortSignal;
	readonly notice: (level: 'info' | 'warning', text: string) => void;
};

const chunk = 2000;
/** a probe with more candidates than this is joined by one stream over them */
const manyCandidates = 64;
/** wanted rows of one such family that are decided together; bounds memory */
const mostAtOnce = 20_000;
/** one question costs about as much as this many listed keys */
const keysPerQuestion = 10;
const questionsAtOnce = 48;
const mostGroups = 10_000;

/**
 * Holds every wanted row against the store. Afterwards each row in the ledger is found, missing,
 * ambiguous or a duplicate; filters and destinations are the plan's work. A question that failed for
 * another reason than "not there" ends the roll call with its error and never counts as missing.
 */
export async function callRoll(context: RollCallContext): Promise<void> {
	const {spec, ledger, progress} = context;
	ledger.rollCall.reset();
	if (spec.manifest.kind === 'prefix') {
		await listWhole(context, spec.bucket, spec.prefix);
		ledger.rollCall.indexObjects();
		progress.phase = 'matching';
		await wantEverything(context);
	} else {
		await readWanted(context);
		ledger.rollCall.markRepeats(spec.layout === 'groups');
		const complete = await listFor(context);
		progress.phase = 'matching';
		await matchRows(context, complete);
	}
	ledger.rollCall.indexWanted();
}

async function readWanted(context: RollCallContext): Promise<void> {
	const {spec, ledger, groups, progress, log} = context;
	progress.phase = 'reading';
	const ids = new Map<string, number>();
	const groupId = (name: string): number => {
		const known = ids.get(name);
		if (known !== undefined) return known;
		const id = ledger.rollCall.addGroup(name);
		ids.set(name, id);
		groups.add(id, name);
		return id;
	};
	let batch: NewWanted[] = [];
	const flush = async (): Promise<void> => {
		ledger.rollCall.addWanted(batch);
		for (const {groupId} of batch) {
			const group = groups.get(groupId);
			if (group !== undefined) group.wanted++;
		}
		batch = [];
		context.signal.throwIfAborted();
		await breathe();
	};
	for await (const entry of readManifest(spec.manifest, {
		signal: context.signal,
		endpoint: spec.store.endpoint,
	})) {
		if (entry.type === 'wanted') {
			batch.push({item: entry.item, groupId: groupId(entry.item.group)});
			progress.rowsRead++;
			if (batch.length >= chunk) await flush();
			continue;
		}
		const {problem} = entry;
		log.write('warn', `manifest: ${problem.message}`);
		ledger.rollCall.addProblem(problem);
		if (problem.kind === 'skipped-row') progress.rowsSkipped++;
		else {
			await flush();
			progress.rowsRead++;
			ledger.rollCall.addMissingList(problem, groupId(problem.group));
			context.notice('warning', problem.message);
		}
	}
	await flush();
	if (progress.rowsRead === 0) {
		throw new MusterError('manifest', `${manifestFile(spec)} names no files.`, {
			hint:
				progress.rowsSkipped > 0
					? `All ${progress.rowsSkipped} rows were unusable; run with --verbose to see why.`
					: 'Check that it is the right file and the right column.',
		});
	}
}

const manifestFile = (spec: JobSpec): string =>
	spec.manifest.kind === 'prefix' ? spec.prefix : spec.manifest.file;

/** Lists what the wanted rows need. Answers the buckets whose listing covers every key in question. */
async function listFor(context: RollCallContext): Promise<ReadonlySet<string>> {
	const {spec, ledger, progress} = context;
	progress.phase = 'listing';
	const complete = new Set<string>();
	const names = ledger.rollCall.countNames();
	if (names > 0) {
		if (spec.bucket === '') {
			throw new MusterError('usage', 'The manifest holds file names, but no bucket was given.', {
				hint: 'Name the source: muster get s3://BUCKET/PREFIX …',
			});
		}
		if (await listIfAllowed(context, spec.bucket, spec.prefix, Infinity)) complete.add(spec.bucket);
	}
	for (const wanted of ledger.rollCall.wantedBuckets()) {
		const prefix = folderOf(commonPrefix(wanted.first, wanted.last));
		if (complete.has(wanted.bucket) && prefix.startsWith(spec.prefix)) continue;
		complete.delete(wanted.bucket);
		const budget = Math.max(3, Math.ceil((wanted.rows * keysPerQuestion) / 1000));
		if (await listIfAllowed(context, wanted.bucket, prefix, budget)) complete.add(wanted.bucket);
	}
	progress.listed = true;
	ledger.rollCall.indexObjects();
	return complete;
}

async function listIfAllowed(
	context: RollCallContext,
	bucket: string,
	prefix: string,
	pages: number,
): Promise<boolean> {
	try {
		return await listPages(context, bucket, prefix, pages);
	} catch (error) {
		if (!(error instanceof MusterError) || error.code !== 'denied') throw error;
		context.log.write('warn', `listing ${bucket}/${prefix}: ${error.message}`);
		context.notice(
			'warning',
			`You may not list ${bucket}. Each file is asked for by its own name instead; that finds exact names only.`,
		);
		return false;
	}
}

async function listWhole(context: RollCallContext, bucket: string, prefix: string): Promise<void> {
	context.progress.phase = 'listing';
	await listPages(context, bucket, prefix, Infinity);
	context.progress.listed = true;
}

/** Reads up to `pages` pages into the ledger, the next page under way while one is written. */
async function listPages(
	context: RollCallContext,
	bucket: string,
	prefix: string,
	pages: number,
): Promise<boolean> {
	const {store, ledger, progress, signal, log} = context;
	const started = Date.now();
	let listed = 0;
	let next = store.list({bucket, prefix, signal});
	for (let count = 1; ; count++) {
		const page = await next;
		const more = page.continuation !== undefined && count < pages;
		if (more) {
			next = store.list({bucket, prefix, continuation: page.continuation, signal});
			// The page is awaited in the next turn; a failure before that must not count as unhandled.
			next.catch(() => undefined);
		}
		ledger.rollCall.addObjects(bucket, page.objects, probeOf);
		listed += page.objects.length;
		progress.keysListed += page.objects.length;
		signal.throwIfAborted();
		if (!more) {
			const whole = page.continuation === undefined;
			log.write(
				'info',
				`listed ${listed} keys of ${bucket}/${prefix} in ${Date.now() - started} ms${whole ? '' : ', then stopped: asking key by key is cheaper'}`,
			);
			return whole;
		}
	}
}

/** A whole prefix: every listed object is a wanted row; its group is the first folder below the prefix. */
async function wantEverything(context: RollCallContext): Promise<void> {
	const {spec, ledger, groups, progress} = context;
	const ids = new Map<string, number>();
	const groupId = (name: string): number => {
		const wanted = ids.size < mostGroups || ids.has(name) ? name : '';
		const known = ids.get(wanted);
		if (known !== undefined) return known;
		const id = ledger.rollCall.addGroup(wanted);
		ids.set(wanted, id);
		groups.add(id, wanted);
		return id;
	};
	let last = 0;
	for (;;) {
		const objects = ledger.rollCall.objectsAfter(last, chunk);
		if (objects.length === 0) break;
		last = objects.at(-1)?.id ?? last;
		const wanted = objects.filter((object) => !(object.key.endsWith('/') && object.size === 0));
		ledger.rollCall.addFound(
			wanted.map((object) => {
				const below = object.key.slice(spec.prefix.length).replace(/^\//, '');
				const slash = below.indexOf('/');
				progress.rowsRead++;
				return {
					groupId: groupId(slash > 0 ? below.slice(0, slash) : ''),
					row: progress.rowsRead,
					text: below === '' ? object.key : below,
					bucket: object.bucket,
					path: object.key,
					objectId: object.id,
					rule: 'key' as const,
				};
			}),
		);
		progress.rowsChecked = progress.rowsRead;
		context.signal.throwIfAborted();
		await breathe();
	}
	if (progress.rowsRead === 0) {
		throw new MusterError('manifest', `There is nothing under s3://${spec.bucket}/${spec.prefix}`, {
			hint: 'Check the prefix; `muster` without arguments lets you browse the bucket.',
		});
	}
}

async function matchRows(context: RollCallContext, complete: ReadonlySet<string>): Promise<void> {
	const {spec, ledger, progress} = context;
	ledger.rollCall.resolveExact(spec.bucket, spec.prefix);
	progress.rowsChecked = progress.rowsRead - ledger.rollCall.countUnresolved();
	await breathe();
	await askOneByOne(context, complete);
	await joinByProbe(context);
	await searchNearMisses(context);
	progress.rowsChecked = progress.rowsRead;
}

/** Keys that no complete listing covers are asked for by name, many at once. */
async function askOneByOne(context: RollCallContext, complete: ReadonlySet<string>): Promise<void> {
	const {spec, ledger, store, progress, signal} = context;
	const limit = pLimit(questionsAtOnce);
	let last = 0;
	for (;;) {
		const rows = ledger.rollCall.unresolvedAfter(last, 500);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		const questions = rows.filter((row) => !complete.has(row.bucket ?? spec.bucket));
		const answers = await Promise.all(
			questions.map((row) =>
				limit(async () => {
					const bucket = row.bucket ?? spec.bucket;
					const keys = row.bucket === null ? [row.path, spec.prefix + row.path] : [row.path];
					for (const key of new Set(keys)) {
						const object = await store.stat({bucket, key: objectKey(key)}, signal);
						if (object !== undefined) return {row, bucket, object};
					}
					return {row, bucket, object: undefined};
				}),
			),
		);
		recordAnswers(context, answers);
		progress.rowsChecked += questions.length;
		signal.throwIfAborted();
	}
}

function recordAnswers(
	context: RollCallContext,
	answers: readonly {row: {id: number}; bucket: string; object: ObjectInfo | undefined}[],
): void {
	const {ledger, spec} = context;
	for (const {bucket, object} of answers) {
		if (object !== undefined) ledger.rollCall.addObjects(bucket, [object], probeOf);
	}
	ledger.rollCall.resolveExact(spec.bucket, spec.prefix);
	for (const {row, object} of answers) {
		if (object === undefined) ledger.rollCall.setMissing(row.id, null);
	}
}

/** Everything that no exact rule found, joined with the listed keys by the loosest form of their names. */
async function joinByProbe(context: RollCallContext): Promise<void> {
	const {spec, ledger, signal} = context;
	const {rollCall} = ledger;
	rollCall.startProbes();
	let last = 0;
	for (;;) {
		const rows = rollCall.unresolvedAfter(last, chunk);
		if (rows.length === 0) break;
		last = rows.at(-1)?.id ?? last;
		const single: {probe: string; wantedId: number}[] = [];
		const verdicts: Verdict[] = [];
		for (const row of rows) {
			if (row.bucket !== null) {
				verdicts.push(joinUrl(context, row.id, row.bucket, row.path));
				continue;
			}
			const probes = row.path === '' ? [] : wantedProbes(row.path, spec.prefix);
			const [first, ...others] = probes;
			if (first === undefined) verdicts.push({kind: 'missing', wantedId: row.id, guesses: []});
			else if (others.length === 0) single.push({probe: first, wantedId: row.id});
			else verdicts.push(joinSeveral(context, row, probes));
		}
		rollCall.addProbes(single);
		rollCall.record(verdicts);
		signal.throwIfAborted();
		await breathe();
	}
	await joinSingle(context, spec.bucket);
	rollCall.endProbes();
}

/** A URL names its folder: only there may another extension or spelling stand in; elsewhere it is a guess. */
function joinUrl(context: RollCallContext, wantedId: number, bucket: string, key: string): Verdict {
	const {spec, ledger} = context;
	const relatives = wantedProbes(key).flatMap((probe) =>
		ledger.rollCall.candidatesOf(bucket, probe, manyCandidates),
	);
	const folder = folderOf(key);
	const beside = relatives.filter((relative) => folderOf(relative.key) === folder);
	const decision = decide(key, beside, '', spec.match);
	if (decision.kind !== 'none') return verdict(wantedId, decision);
	return verdict(wantedId, decide(key, relatives, '', 'exact'), true);
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

/** A name that may be read in two ways looks under both. */
function joinSeveral(
	context: RollCallContext,
	row: {id: number; path: string},
	probes: readonly string[],
): Verdict {
	const {spec, ledger} = context;
	const candidates = new Map<number, {id: number; key: string}>();
	for (const probe of probes) {
		for (const candidate of ledger.rollCall.candidateStream(spec.bucket, probe)) {
			candidates.set(candidate.id, candidate);
		}
	}
	return verdict(row.id, decide(row.path, candidates.values(), spec.prefix, spec.match));
}

async function joinSingle(context: RollCallContext, bucket: string): Promise<void> {
	const {spec, ledger, progress, signal} = context;
	const {rollCall} = ledger;
	let last: string | undefined;
	for (;;) {
		const probes = rollCall.probesAfter(last, 500);
		if (probes.length === 0) return;
		last = probes.at(-1);
		const verdicts: Verdict[] = [];
		for (const probe of probes) {
			const wanted = rollCall.wantedOfProbe(probe);
			const candidates = rollCall.candidatesOf(bucket, probe, manyCandidates + 1);
			if (candidates.length > manyCandidates) {
				for (let start = 0; start < wanted.length; start += mostAtOnce) {
					const decisions = decideMany(
						wanted.slice(start, start + mostAtOnce),
						rollCall.candidateStream(bucket, probe),
						spec.prefix,
						spec.match,
					);
					for (const [id, decision] of decisions) verdicts.push(verdict(id, decision));
				}
			} else {
				for (const {id, path} of wanted) {
					verdicts.push(verdict(id, decide(path, candidates, spec.prefix, spec.match)));
				}
			}
		}
		rollCall.record(verdicts);
		progress.rowsChecked += verdicts.length;
		signal.throwIfAborted();
		await breathe();
	}
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
async function searchNearMisses(context: RollCallContext): Promise<void> {
	const {ledger, log} = context;
	const missing = ledger.rollCall.missingWithoutGuess(2000);
	if (missing.length === 0) return;
	const started = Date.now();
	const near = new NearMiss(missing);
	for (const {id, key} of ledger.rollCall.allKeys()) {
		near.offer(id, key);
		// Suggestions are a courtesy: on millions of keys they must not hold up the roll call.
		if (id % 10_000 === 0) {
			if (Date.now() - started > 4000) break;
			context.signal.throwIfAborted();
		}
	}
	ledger.transaction(() => {
		for (const [wantedId, guesses] of near.results()) ledger.rollCall.addGuesses(wantedId, guesses);
	});
	log.write(
		'info',
		`looked for near misses of ${missing.length} names in ${Date.now() - started} ms`,
	);
}

function commonPrefix(a: string, b: string): string {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	// A high surrogate alone would be no valid text.
	if (length > 0 && /[\uD800-\uDBFF]/.test(a[length - 1] ?? '')) length--;
	return a.slice(0, length);
}
