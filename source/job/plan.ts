import {setImmediate as breathe} from 'node:timers/promises';
import type {FoundRow, LocalMark, PlannedRow} from '../ledger/plan-table.ts';
import type {Ledger} from '../ledger/ledger.ts';
import {objectKey, type SafePath} from '../model/brand.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {Verified} from '../model/object.ts';
import {foldPath, localPath, withSuffix} from '../planning/destination.ts';
import {compileFilters} from '../planning/filters.ts';
import {isAsLeft, lookAt} from './local-scan.ts';
import type {JobLog} from './log.ts';
import {SafeFolder} from './safe-folder.ts';

export type PlanContext = {
	readonly spec: JobSpec;
	readonly ledger: Ledger;
	readonly log: JobLog;
	readonly signal: AbortSignal;
	/** the number of the job, for files that are recognised */
	readonly job: number;
	/** how the disk tells names apart */
	readonly disk: {readonly caseInsensitive: boolean; readonly normalising: boolean};
};

const chunk = 1000;

/** Turns every found row that has no plan yet into a local file, an excluded row, a duplicate or a refusal. */
export async function makePlan(context: PlanContext, options: {fresh: boolean}): Promise<void> {
	const {ledger, signal} = context;
	if (options.fresh) ledger.plan.startPlan();
	const filter = compileFilters(context.spec.filters, context.spec.prefix);
	const changed = new Set<number>();
	let last = 0;
	for (;;) {
		const rows = ledger.plan.unplannedAfter(last, chunk);
		if (rows.length === 0) break;
		last = rows.at(-1)?.id ?? last;
		if (!options.fresh) for (const {id} of rows) changed.add(id);
		planChunk(context, rows, filter);
		signal.throwIfAborted();
		await breathe();
	}
	for (const id of moveFilesBesideFolders(context)) changed.add(id);
	await recogniseLocal(context, options.fresh ? undefined : changed);
}

function planChunk(
	context: PlanContext,
	rows: readonly FoundRow[],
	filter: ReturnType<typeof compileFilters>,
): void {
	const {spec, ledger} = context;
	const excluded: {id: number; reason: string}[] = [];
	const refused: {id: number; reason: string}[] = [];
	const planned: PlannedRow[] = [];
	const byId = new Map<number, FoundRow>();
	for (const row of rows) {
		const reason = filter({key: objectKey(row.key), size: row.size});
		if (reason !== undefined) {
			excluded.push({id: row.id, reason});
			continue;
		}
		const target = localPath({
			layout: spec.layout,
			group: row.group,
			key: row.key,
			prefix: spec.prefix,
		});
		if (target.kind === 'refused') {
			refused.push({id: row.id, reason: target.reason});
			continue;
		}
		byId.set(row.id, row);
		planned.push(plannedRow(context, row, target.path));
	}
	ledger.plan.exclude(excluded);
	ledger.plan.refuse(refused);
	resolveCollisions(context, planned, byId);
}

function plannedRow(context: PlanContext, row: FoundRow, destination: SafePath): PlannedRow {
	const folded = foldPath(destination, context.disk);
	const folders: string[] = [];
	for (let slash = folded.indexOf('/'); slash >= 0; slash = folded.indexOf('/', slash + 1)) {
		folders.push(folded.slice(0, slash));
	}
	return {id: row.id, objectId: row.objectId, destination, folded, folders};
}

/** The second of two different objects for one path gets a name of its own; the same object twice is a duplicate row. */
function resolveCollisions(
	context: PlanContext,
	planned: readonly PlannedRow[],
	byId: ReadonlyMap<number, FoundRow>,
): void {
	const {ledger, log} = context;
	const plans = new Map(planned.map((plan) => [plan.id, plan]));
	const duplicates: {id: number; by: number}[] = [];
	let refused = ledger.plan.take(planned);
	for (let attempt = 1; refused.length > 0; attempt++) {
		const again: PlannedRow[] = [];
		for (const {id, same, by} of refused) {
			const row = byId.get(id);
			const plan = plans.get(id);
			if (same || row === undefined || plan === undefined) {
				duplicates.push({id, by});
				continue;
			}
			const renamed = withSuffix(plan.destination as SafePath, difference(row, attempt));
			log.write('warn', `${row.key}: its local name was taken, saved as ${renamed}`);
			again.push(plannedRow(context, row, renamed));
		}
		refused = ledger.plan.take(again);
	}
	ledger.plan.markDuplicates(duplicates);
}

/** What tells an object from another one for the same path: its key, its bucket, and then only a count. */
function difference({bucket, key}: FoundRow, attempt: number): string {
	if (attempt === 1) return key;
	return attempt === 2 ? `${bucket}/${key}` : `${bucket}/${key}/${attempt}`;
}

/** `a` beside `a/b`: the folder keeps the name, the file gets a suffix. Answers the rows it moved. */
function moveFilesBesideFolders(context: PlanContext): readonly number[] {
	const {ledger, log} = context;
	const rows = ledger.plan.filesThatAreFolders();
	for (const row of rows) {
		if (row.destination === null) continue;
		ledger.plan.release(row.id);
		for (let attempt = 1; ; attempt++) {
			const renamed = withSuffix(row.destination as SafePath, difference(row, attempt));
			log.write('warn', `${row.key}: a folder has its name, saved as ${renamed}`);
			if (ledger.plan.take([plannedRow(context, row, renamed)]).length === 0) break;
		}
	}
	return rows.map(({id}) => id);
}

/**
 * Looks at every destination once and marks what is here already. `only`: these rows alone, so that a
 * person's choice for one row does not cost a look at a hundred thousand files.
 */
export async function recogniseLocal(
	context: PlanContext,
	only?: ReadonlySet<number>,
): Promise<void> {
	const {spec, ledger, signal, job, log} = context;
	const folder = new SafeFolder(spec.folder);
	let last = 0;
	for (;;) {
		const waiting = ledger.plan.waitingAfter(last, chunk);
		if (waiting.length === 0) return;
		last = waiting.at(-1)?.id ?? last;
		const rows = only === undefined ? waiting : waiting.filter(({id}) => only.has(id));
		const local: LocalMark[] = [];
		for (const row of rows) {
			if (row.destination === null || !folder.holds(row.destination)) continue;
			const known = ledger.files.get(row.destination);
			// `always` fetches again what earlier jobs brought, never what this one has finished.
			if (spec.overwrite === 'always' && known?.job !== job) continue;
			const verdict = await lookAt(
				spec.folder,
				{...row, destination: row.destination},
				ledger.files,
				spec.overwrite,
			);
			if (verdict.kind === 'kept') {
				const kept = `A file of ${verdict.size} bytes lies there, the object has ${row.size}: it was kept, and nothing was downloaded (--overwrite never).`;
				log.write('warn', `${row.destination}: ${kept}`);
				local.push({id: row.id, verified: null, kept});
			}
			if (verdict.kind !== 'same') continue;
			local.push({id: row.id, verified: verdict.verified});
			if (verdict.record) record(context, row, verdict);
		}
		ledger.plan.markLocal(local);
		signal.throwIfAborted();
		await breathe();
	}
}

/** What earlier runs have finished is looked at again: a file that went or changed since is fetched anew. */
export async function lookAgain({spec, ledger, signal, log}: PlanContext): Promise<void> {
	let last = 0;
	for (;;) {
		const rows = ledger.plan.finishedAfter(last, chunk);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		const gone = rows.filter(
			({destination}) => destination !== null && !isAsLeft(spec.folder, destination, ledger.files),
		);
		for (const row of gone) log.write('warn', `${row.destination} is not as it was left`);
		ledger.plan.waitAgain(gone.map(({id}) => id));
		signal.throwIfAborted();
		await breathe();
	}
}

function record(
	context: PlanContext,
	row: FoundRow,
	verdict: {verified: Verified; modified: number},
): void {
	context.ledger.files.put({
		path: row.destination ?? '',
		bucket: row.bucket,
		key: row.key,
		etag: row.etag,
		size: row.size,
		modified: row.modified,
		localModified: verdict.modified,
		verified: verdict.verified === 'md5' ? 'md5' : 'size',
		digest:
			verdict.verified === 'md5' && row.etag !== null
				? {algorithm: 'md5', value: row.etag.replaceAll('"', ''), encoding: 'hex', kind: 'full'}
				: null,
		job: context.job,
		finished: Date.now(),
	});
}
