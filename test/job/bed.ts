import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createEngine} from '../../source/job/engine.ts';
import type {LinkParams} from '../../source/job/link/messages.ts';
import type {Engine, EngineOptions} from '../../source/job/types.ts';
import {MusterError} from '../../source/model/error.ts';
import type {FileEvent, JobEvent, SummaryEvent} from '../../source/model/event.ts';
import {jobSpecDefaults, type JobSpec} from '../../source/model/job-spec.ts';
import type {Phase, Snapshot, WantedRow} from '../../source/model/snapshot.ts';
import {createSandbox, defaultIdentity, type Sandbox} from '../../source/sandbox/index.ts';
import type {SandboxBucket, SandboxOptions} from '../../source/sandbox/index.ts';

/** A folder, a sandbox and an engine in this process; everything that a job test stands on. */
export type Bed = {
	readonly root: string;
	readonly out: string;
	readonly jobs: string;
	readonly sandbox: Sandbox;
	readonly events: JobEvent[];
	engine: Engine;
	/** a file below `root` */
	file(name: string): string;
	spec(changes: Partial<JobSpec>): JobSpec;
	/** closes the engine and makes a new one, as a new process would */
	renew(): Promise<Engine>;
};

export const secretsInEnvironment = (
	sandbox: Pick<Sandbox, 'accessKeyId' | 'secretAccessKey'>,
): void => {
	process.env['AWS_ACCESS_KEY_ID'] = sandbox.accessKeyId;
	process.env['AWS_SECRET_ACCESS_KEY'] = sandbox.secretAccessKey;
	delete process.env['AWS_SESSION_TOKEN'];
	delete process.env['AWS_PROFILE'];
	process.env['AWS_CONFIG_FILE'] = '/nowhere/config';
	process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nowhere/credentials';
	process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
};

export function scratch(name = 'job'): string {
	return mkdtempSync(path.join(tmpdir(), `muster-${name}-`));
}

/** Runs `work` with all of it and clears it away, whatever happens. */
export async function withBed(
	buckets: readonly SandboxBucket[],
	work: (bed: Bed) => Promise<void>,
	options: Omit<SandboxOptions, 'buckets'> & {engine?: Partial<EngineOptions>} = {},
): Promise<void> {
	const {engine: engineOptions = {}, ...sandboxOptions} = options;
	const root = scratch();
	const sandbox = await createSandbox({
		buckets,
		identities: [defaultIdentity],
		...sandboxOptions,
	});
	secretsInEnvironment(sandbox);
	const jobs = path.join(root, 'jobs');
	const events: JobEvent[] = [];
	const make = (): Engine => {
		const engine = createEngine({jobsFolder: jobs, logLevel: 'debug', ...engineOptions});
		engine.onEvent((event) => events.push(event));
		return engine;
	};
	const bed: Bed = {
		root,
		out: path.join(root, 'out'),
		jobs,
		sandbox,
		events,
		engine: make(),
		file: (name) => path.join(root, name),
		spec: (changes) => ({...baseSpec(sandbox, path.join(root, 'out')), ...changes}),
		async renew() {
			await bed.engine.shutDown();
			bed.engine = make();
			return bed.engine;
		},
	};
	try {
		await work(bed);
	} finally {
		await bed.engine.shutDown();
		await sandbox.close();
		rmSync(root, {recursive: true, force: true});
	}
}

export function baseSpec(store: {endpoint: string; region: string}, folder: string): JobSpec {
	return {
		...jobSpecDefaults,
		store: {provider: 's3', endpoint: store.endpoint, region: store.region},
		credentials: {kind: 'chain'},
		bucket: '',
		prefix: '',
		manifest: {kind: 'prefix'},
		folder,
	};
}

/** Waits until a snapshot satisfies `condition`; fails loudly instead of hanging. */
export async function until(
	engine: Pick<Engine, 'getSnapshot' | 'subscribe'>,
	condition: (snapshot: Snapshot) => boolean,
	patience = 30_000,
): Promise<Snapshot> {
	const deadline = Date.now() + patience;
	while (!condition(engine.getSnapshot())) {
		if (Date.now() > deadline) {
			const {phase, failure, notice, totals} = engine.getSnapshot();
			throw new Error(
				`Waited in vain: ${JSON.stringify({phase, failure, notice, totals}, undefined, '\t')}`,
			);
		}
		await new Promise<void>((resolve) => {
			const done = (): void => {
				unsubscribe();
				clearTimeout(timer);
				resolve();
			};
			const timer = setTimeout(done, 200);
			const unsubscribe = engine.subscribe(done);
		});
	}
	return engine.getSnapshot();
}

export const untilPhase = async (
	engine: Pick<Engine, 'getSnapshot' | 'subscribe'>,
	...phases: readonly Phase[]
): Promise<Snapshot> => until(engine, ({phase}) => phases.includes(phase));

/** Calls the roll; answers the snapshot that stands then. Throws the job's failure. */
export async function rollCall(engine: Engine, spec: JobSpec): Promise<Snapshot> {
	await engine.call('prepare', {spec});
	const snapshot = await untilPhase(engine, 'ready', 'failed', 'stopped');
	if (snapshot.failure !== null) throw MusterError.from(snapshot.failure);
	return snapshot;
}

/** Roll call and download up to its end, whatever it is. The summary comes with it. */
export async function run(
	engine: Engine,
	spec: JobSpec,
): Promise<Snapshot & {readonly summary: SummaryEvent}> {
	await rollCall(engine, spec);
	await engine.call('start', {});
	return ended(engine);
}

export async function ended(engine: Engine): Promise<Snapshot & {readonly summary: SummaryEvent}> {
	const snapshot = await until(
		engine,
		({phase, summary}) => /^(?:finished|failed|stopped)$/.test(phase) && summary !== null,
		120_000,
	);
	if (snapshot.summary === null) throw new Error('There is no summary.');
	return {...snapshot, summary: snapshot.summary};
}

/** All rows of a job by window. */
export async function allRows(
	engine: Engine,
	filter: Omit<LinkParams<'rows'>, 'offset' | 'limit'> = {},
): Promise<readonly WantedRow[]> {
	const {rows, total} = await engine.call('rows', {offset: 0, limit: 1_000_000, ...filter});
	if (rows.length !== total) throw new Error('A window lost rows.');
	return rows;
}

export const fileEvents = (events: readonly JobEvent[]): readonly FileEvent[] =>
	events.filter((event) => event.type === 'file');

/** Every file below a folder with its bytes as latin1 text; `.muster` left out unless asked for. */
export function tree(folder: string, options: {own?: boolean} = {}): Record<string, string> {
	const files: Record<string, string> = {};
	if (!existsSync(folder)) return files;
	for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort()) {
		if (options.own !== true && /^\.muster(?:\/|$)/.test(name)) continue;
		const file = path.join(folder, name);
		const stats = statSync(file, {throwIfNoEntry: false});
		files[name] = stats?.isFile() === true ? readFileSync(file, 'latin1') : '<folder>';
	}
	return files;
}

/** The plain files of a tree, without their contents. */
export const fileNames = (folder: string): readonly string[] =>
	Object.entries(tree(folder))
		.filter(([, content]) => content !== '<folder>')
		.map(([name]) => name);

/** wanted = found + missing + ambiguous + excluded + duplicate, and what else must always add up. */
export function balance({rollCall}: Snapshot): number {
	const {wanted, found, missing, ambiguous, excluded, duplicate} = rollCall;
	return wanted - (found + missing + ambiguous + excluded + duplicate);
}

/** The code and words of a refusal. */
export async function refusal(
	work: Promise<unknown>,
): Promise<{code: string; message: string; hint: string}> {
	try {
		await work;
	} catch (error) {
		if (!(error instanceof MusterError)) throw error;
		return {code: error.code, message: error.message, hint: error.hint ?? ''};
	}
	throw new Error('It was not refused.');
}
