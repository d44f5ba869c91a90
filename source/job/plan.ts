import {readdirSync} from 'node:fs';
import {setImmediate as breathe} from 'node:timers/promises';
import type {LocalFile} from '../ledger/files-table.ts';
import type {FoundRow, KeptRow, PlannedRow} from '../ledger/plan-table.ts';
import type {Ledger} from '../ledger/ledger.ts';
import {objectKey, type SafePath} from '../model/brand.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {Verified} from '../model/object.ts';
import {foldersOf, foldPath, localPath, withSuffix} from '../planning/destination.ts';
import {compileFilters} from '../planning/filters.ts';
import {isAsLeft, lookAt, md5Of} from './local-scan.ts';
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

const chunk = 2000;

/** A row whose file has a place in the folder. */
type PlacedRow = FoundRow & {readonly destination: string};

const isPlaced = (row: FoundRow): row is PlacedRow => row.destination !== null;

/** Forgets the plan of an earlier roll call. */
export function startPlan({ledger, disk}: PlanContext): void {
	ledger.plan.startPlan((path) => foldPath(path, disk));
}

/**
 * Turns every found row that has no plan yet into a local file, an excluded row, a duplicate or a
 * refusal, and marks the files that are here already.
 */
export async function makePlan(context: PlanContext): Promise<void> {
	const {ledger, signal} = context;
	const filter = compileFilters(context.spec.filters, context.spec.prefix);
	const folder = new SafeFolder(context.spec.folder);
	let last = 0;
	for (;;) {
		const rows = ledger.plan.unplannedAfter(last, chunk);
		if (rows.length === 0) break;
		last = rows.at(-1)?.id ?? last;
		await recognise(context, folder, planChunk(context, rows, filter));
		signal.throwIfAborted();
		await breathe();
	}
	await recognise(context, folder, moveFilesBesideFolders(context));
}

/** Answers the rows that have a place, with it. */
function planChunk(
	context: PlanContext,
	rows: readonly FoundRow[],
	filter: ReturnType<typeof compileFilters>,
): readonly PlacedRow[] {
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
	return resolveCollisions(context, planned, byId);
}

function plannedRow(context: PlanContext, row: FoundRow, destination: SafePath): PlannedRow {
	const {id, objectId, size} = row;
	return {id, objectId, size, destination, ...foldedPlace(context, destination)};
}

/** A destination as this disk tells names apart, and the folders that it needs. */
export function foldedPlace(
	{disk}: PlanContext,
	destination: SafePath,
): Pick<PlannedRow, 'folded' | 'folders'> {
	const folded = foldPath(destination, disk);
	return {folded, folders: foldersOf(folded)};
}

/** The second of two different objects for one path gets a name of its own; the same object twice is a duplicate row. */
function resolveCollisions(
	context: PlanContext,
	planned: readonly PlannedRow[],
	byId: ReadonlyMap<number, FoundRow>,
): readonly PlacedRow[] {
	const {ledger, log} = context;
	const plans = new Map(planned.map((plan) => [plan.id, plan]));
	const placed = new Map(planned.map(({id, destination}) => [id, destination]));
	const duplicates: {id: number; by: number}[] = [];
	let refused = ledger.plan.take(planned);
	for (let attempt = 1; refused.length > 0; attempt++) {
		const again: PlannedRow[] = [];
		for (const {id, same, by} of refused) {
			const row = byId.get(id);
			const plan = plans.get(id);
			if (same || row === undefined || plan === undefined) {
				duplicates.push({id, by});
				placed.delete(id);
				continue;
			}
			const renamed = withSuffix(plan.destination as SafePath, difference(row, attempt));
			log.write('warn', `${row.key}: its local name was taken, saved as ${renamed}`);
			again.push(plannedRow(context, row, renamed));
			placed.set(id, renamed);
		}
		refused = ledger.plan.take(again);
	}
	ledger.plan.markDuplicates(duplicates);
	return [...placed].flatMap(([id, destination]) => {
		const row = byId.get(id);
		return row === undefined ? [] : [{...row, destination}];
	});
}

/** What tells an object from another one for the same path: its key, its bucket, and then only a count. */
function difference({bucket, key}: FoundRow, attempt: number): string {
	if (attempt === 1) return key;
	return attempt === 2 ? `${bucket}/${key}` : `${bucket}/${key}/${attempt}`;
}

/** `a` beside `a/b`: the folder keeps the name, the file gets a suffix. Answers the rows it moved. */
function moveFilesBesideFolders(context: PlanContext): readonly PlacedRow[] {
	const {ledger, log} = context;
	return ledger.plan.filesThatAreFolders().flatMap((row) => {
		if (row.destination === null) return [];
		ledger.plan.release(row.id);
		for (let attempt = 1; ; attempt++) {
			const renamed = withSuffix(row.destination as SafePath, difference(row, attempt));
			log.write('warn', `${row.key}: a folder has its name, saved as ${renamed}`);
			if (ledger.plan.take([plannedRow(context, row, renamed)]).length === 0)
				return [{...row, destination: renamed}];
		}
	});
}

/** Looks at the destination of every row that still waits, and marks what is here already. */
export async function recogniseLocal(context: PlanContext): Promise<void> {
	const {spec, ledger, signal} = context;
	if (isEmptyFolder(spec.folder)) return;
	const folder = new SafeFolder(spec.folder);
	let last = 0;
	for (;;) {
		const rows = ledger.plan.waitingAfter(last, chunk);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		await recognise(context, folder, rows.filter(isPlaced));
		signal.throwIfAborted();
		await breathe();
	}
}

/** Nothing of ours or anybody's can be there already; muster's own folder does not count. */
function isEmptyFolder(folder: string): boolean {
	try {
		return readdirSync(folder).every((name) => name === '.muster');
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ENOENT';
	}
}

/** One question to the ledger for all these rows, one look at the disk for each whose folder is there. */
async function recognise(
	{spec, ledger, job, log}: PlanContext,
	folder: SafeFolder,
	rows: readonly PlacedRow[],
): Promise<void> {
	const known = ledger.files.known(rows.map(({destination}) => destination));
	const local = new Map<Verified, number[]>();
	const records: LocalFile[] = [];
	const kept: KeptRow[] = [];
	for (const row of rows) {
		const file = known.get(row.destination);
		// `always` fetches again what earlier jobs brought, never what this one has finished.
		if (spec.overwrite === 'always' && file?.job !== job) continue;
		const stats = folder.look(row.destination);
		let verdict = lookAt(row, stats, file, spec.overwrite);
		if (verdict.kind === 'read') {
			if ((await md5Of(folder.resolve(row.destination))) !== verdict.md5) continue;
			verdict = {kind: 'same', verified: 'md5', record: true};
		}
		if (verdict.kind === 'kept') {
			const why = `A file of ${verdict.size} bytes lies there, the object has ${row.size}: it was kept, and nothing was downloaded (--overwrite never).`;
			log.write('warn', `${row.destination}: ${why}`);
			kept.push({id: row.id, why});
		}
		if (verdict.kind !== 'same') continue;
		const {verified} = verdict;
		const ids = local.get(verified);
		if (ids === undefined) local.set(verified, [row.id]);
		else ids.push(row.id);
		if (verdict.record) records.push(recordOf(row, verified, stats?.mtimeMs ?? 0, job));
	}
	if (local.size === 0 && kept.length === 0) return;
	ledger.transaction(() => {
		ledger.plan.markKept(kept);
		for (const [verified, ids] of local) ledger.plan.markLocal(ids, verified);
		for (const file of records) ledger.files.put(file);
	});
}

/** What earlier runs have finished is looked at again: a file that went or changed since is fetched anew. */
export async function lookAgain({spec, ledger, signal, log}: PlanContext): Promise<void> {
	const folder = new SafeFolder(spec.folder);
	let last = 0;
	for (;;) {
		const rows = ledger.plan.finishedAfter(last, chunk);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		const placed = rows.filter(isPlaced);
		const known = ledger.files.known(placed.map(({destination}) => destination));
		const gone = placed.filter(
			({destination}) => !isAsLeft(folder.look(destination), known.get(destination)),
		);
		for (const row of gone) log.write('warn', `${row.destination} is not as it was left`);
		if (gone.length > 0) ledger.plan.waitAgain(gone.map(({id}) => id));
		signal.throwIfAborted();
		await breathe();
	}
}

function recordOf(
	row: PlacedRow,
	verified: Verified,
	localModified: number,
	job: number,
): LocalFile {
	const isMd5 = verified === 'md5';
	return {
		path: row.destination,
		bucket: row.bucket,
		key: row.key,
		etag: row.etag,
		size: row.size,
		modified: row.modified,
		localModified,
		verified: isMd5 ? 'md5' : 'size',
		digest:
			isMd5 && row.etag !== null
				? {algorithm: 'md5', value: row.etag.replaceAll('"', ''), encoding: 'hex', kind: 'full'}
				: null,
		job,
		finished: Date.now(),
	};
}
