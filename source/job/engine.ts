import {stat} from 'node:fs/promises';
import type {JobId} from '../model/brand.ts';
import {MusterError, type ErrorRecord} from '../model/error.ts';
import type {JobEvent} from '../model/event.ts';
import {formatCount} from '../model/format.ts';
import type {JobSpec} from '../model/job-spec.ts';
import {safeText} from '../model/safe-text.ts';
import type {Snapshot} from '../model/snapshot.ts';
import {AccessCache, type OpenAccess} from './access.ts';
import {admit, type AdmissionContext, identify} from './admission.ts';
import {diskInfo} from './disk-info.ts';
import {queryGroups} from './group-query.ts';
import {Job} from './job.ts';
import type {JobEnvironment} from './job-environment.ts';
import type {LinkMethod, LinkParams, LinkResult, StoreAccess} from './link/messages.ts';
import {recordOf} from './job-record.ts';
import {Monitor} from './monitor.ts';
import {signInAnswers} from './sign-in/answers.ts';
import {type Customer, SignInDesk} from './sign-in/desk.ts';
import type {SignInGate} from './sign-in/gate.ts';
import {startSpareThread} from './spare-thread.ts';
import {timedStore} from './timed-store.ts';
import {findJob, listJobs, writeJob} from './registry.ts';
import {shownError, shownRow} from './shown-row.ts';
import type {Engine, EngineOptions, Heard} from './types.ts';
import {verifyFolder} from './verify-folder.ts';
import {WizardService} from './wizard-service.ts';

type Handlers = {
	[M in LinkMethod]: (params: LinkParams<M>) => Promise<LinkResult<M>> | LinkResult<M>;
};

/** The engine in this process: one job at a time, the wizard's questions, snapshots and events. */
export function createEngine(options: EngineOptions): Engine {
	return new LocalEngine(options);
}

const recordEvery = 2000;

class LocalEngine implements Engine {
	readonly #options: EngineOptions;
	readonly #access = new AccessCache();
	readonly #wizard = new WizardService(this.#access);
	readonly #desk = new SignInDesk(() => this.#monitor.publish());
	/** of the job's store */
	#gate: SignInGate | undefined;
	readonly #monitor = new Monitor(() => this.#desk.state(this.#gate?.closed ?? null));
	readonly #eventListeners = new Map<(event: JobEvent) => void, Exclude<Heard, 'nothing'>>();
	readonly #handlers: Handlers;
	readonly #recorder: NodeJS.Timeout;
	#job: Job | undefined;
	/** the roll call or resume that runs in the background */
	#work: Promise<void> = Promise.resolve();
	#socket: string | null = null;
	/** while a job is being prepared */
	#breakOff: (() => void) | undefined;

	constructor(options: EngineOptions) {
		this.#options = options;
		this.#handlers = this.#makeHandlers();
		this.#recorder = setInterval(() => this.#record(), recordEvery);
		this.#recorder.unref();
	}

	/** Where this engine can be attached to; stands in the job's record. */
	setSocket(socket: string | null): void {
		this.#socket = socket;
	}

	subscribe(listener: () => void): () => void {
		return this.#monitor.subscribe(listener);
	}

	getSnapshot(): Snapshot {
		return this.#monitor.getSnapshot();
	}

	onEvent(
		listener: (event: JobEvent) => void,
		heard: Exclude<Heard, 'nothing'> = 'everything',
	): () => void {
		this.#eventListeners.set(listener, heard);
		return () => this.#eventListeners.delete(listener);
	}

	async call<M extends LinkMethod>(method: M, params: LinkParams<M>): Promise<LinkResult<M>> {
		const handler = this.#handlers[method] as (
			params: LinkParams<M>,
		) => Promise<LinkResult<M>> | LinkResult<M>;
		if (!Object.hasOwn(this.#handlers, method))
			throw new MusterError('usage', `There is no command ${method}.`);
		return handler(params);
	}

	lost(): ErrorRecord | undefined {
		return undefined;
	}

	close(): void {
		void this.shutDown();
	}

	async shutDown(): Promise<void> {
		clearInterval(this.#recorder);
		this.#breakOff?.();
		const job = this.#job;
		// A roll call is broken off, too; one that stands keeps its state.
		if (job !== undefined && job.state.phase !== 'ready') await job.stop('now');
		await this.#work;
		// One that was being taken up may have begun meanwhile.
		if (job !== undefined && job.state.isLive) await job.stop('now');
		this.#record();
		await job?.close();
		this.#options.spare?.end();
		this.#desk.end();
		await this.#access.close();
		this.#monitor.close();
	}

	#makeHandlers(): Handlers {
		const wizard = this.#wizard;
		return {
			hello: () => ({version: 1, pid: process.pid, job: this.#job?.id ?? null}),
			profiles: () => wizard.profiles(),
			...signInAnswers(this.#desk, (access) => this.#customer(access)),
			useProfile: async ({profile}) =>
				this.#published(this.#desk.useProfile(await this.#customer(), profile)),
			tryCredentials: () => this.#published(this.#theJob().renew()),
			identify: (params) => wizard.identify(params),
			buckets: (params) => wizard.buckets(params),
			probeBucket: (params) => wizard.probeBucket(params),
			browse: (params) => wizard.browse(params),
			countPrefix: (params) => wizard.countPrefix(params),
			manifests: (params) => wizard.manifests(params),
			inspectManifest: (params) => wizard.inspectManifest(params),
			tryColumns: (params) => wizard.tryColumns(params),
			disk: async ({folder}) => diskInfo(folder, await listJobs(this.#options.jobsFolder)),
			jobs: () => listJobs(this.#options.jobsFolder),
			prepare: ({spec, waits}) => this.#prepare(spec, waits === true),
			resumeJob: ({job}) => this.#resume(job),
			abandon: () => {
				this.#breakOff?.();
				return this.#abandon();
			},
			start: () => this.#published(this.#theJob().start()),
			tryOne: () =>
				this.#theJob()
					.tryOne()
					.finally(() => this.#monitor.publish()),
			pause: () => this.#published(this.#theJob().pause()),
			proceed: () => this.#published(this.#theJob().proceed()),
			stop: ({mode, code}) => {
				if (this.#breakOff === undefined) return this.#published(this.#theJob().stop(mode, code));
				this.#breakOff();
				return null;
			},
			retryFailed: async (params) => ({files: await this.#theJob().retryFailed(params)}),
			setConnections: ({connections}) => ({
				connections: this.#theJob().setConnections(connections),
			}),
			verifyLocal: () => this.#verifyLocal(),
			groups: (query) => queryGroups(this.#theJob(), this.#monitor, query),
			rows: ({offset, limit, ...filter}) => {
				const {total, rows} = this.#theJob().ledger.windows.rows(filter, offset, limit);
				return {total, rows: rows.map((row) => shownRow(row))};
			},
			problems: (query) => this.#problems(query),
			choose: async ({wantedId, objectId}) =>
				this.#published(this.#theJob().choose(wantedId, objectId)),
			resolveAmbiguous: async ({rule, groupId}) => ({
				rows: await this.#theJob()
					.resolveAmbiguous(rule, groupId)
					.finally(() => this.#monitor.publish()),
			}),
			useSureGuesses: async ({groupId}) => ({
				rows: await this.#theJob()
					.useSureGuesses(groupId)
					.finally(() => this.#monitor.publish()),
			}),
			exportReports: () => this.#theJob().exportReports(),
			detach: () => null,
		};
	}

	async #published(work: Promise<void>): Promise<null> {
		try {
			await work;
		} finally {
			this.#monitor.publish();
		}
		return null;
	}

	/** Who signs in: the wizard for a store that it asks, or the job. */
	async #customer(access?: StoreAccess): Promise<Customer> {
		const asked = access ?? this.#theJob().spec;
		const {credentials} = await this.#access.get(asked);
		if (access === undefined) return {credentials, onFresh: () => this.#theJob().renew()};
		return {
			credentials,
			async onFresh() {
				credentials.reset();
				await credentials.identity();
			},
		};
	}

	#theJob(): Job {
		if (this.#job === undefined) throw new MusterError('usage', 'There is no job yet.');
		return this.#job;
	}

	async #prepare(spec: JobSpec, waits: boolean): Promise<{job: JobId}> {
		await this.#abandon();
		const {access, settled, note} = await this.#breakable((signal) =>
			admit(spec, this.#admission(waits), signal),
		);
		const job = new Job(spec, this.#environment(access, spec), settled.manifest);
		const id = await this.#breakable((signal) => job.open(signal));
		this.#watch(job);
		if (note !== undefined) job.notices.tell('info', note);
		this.#work = job.rollCall().finally(() => {
			this.#monitor.publish();
			this.#record();
		});
		return {job: id ?? (0 as JobId)};
	}

	/** Work before there is a job, which a Ctrl+C ends as well. */
	async #breakable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		const controller = new AbortController();
		const broken = Promise.withResolvers<never>();
		this.#breakOff = () => {
			const error = new MusterError('stopped', 'Stopped before the roll call.');
			controller.abort(error);
			broken.reject(error);
		};
		try {
			return await Promise.race([work(controller.signal), broken.promise]);
		} finally {
			this.#breakOff = undefined;
		}
	}

	#admission(mayWait: boolean): AdmissionContext {
		return {
			access: this.#access,
			onIdentity: (identity) => this.#monitor.setIdentity(identity),
			mayWait: mayWait && (this.#options.signInPatience ?? 0) > 0,
		};
	}

	async #resume(id: number): Promise<{job: JobId}> {
		await this.#abandon();
		const record = await findJob(this.#options.jobsFolder, id);
		if (record.pid !== null) {
			throw new MusterError('locked', `Job ${id} is running already.`, {
				hint: `Watch it with: muster attach ${id}`,
			});
		}
		await stat(record.folder).catch(() => {
			throw new MusterError('usage', `The folder of job ${id} is gone: ${record.folder}`, {
				hint: 'Start anew with `muster get`.',
			});
		});
		const access = await this.#breakable(async () => {
			const opened = await this.#access.get(record.spec);
			await identify(opened, this.#admission(true));
			return opened;
		});
		const job = new Job(record.spec, this.#environment(access, record.spec));
		const opened = await this.#breakable((signal) => job.open(signal, record.id));
		this.#watch(job);
		this.#work = this.#goOn(job).finally(() => {
			this.#monitor.publish();
			this.#record();
		});
		return {job: opened ?? record.id};
	}

	async #goOn(job: Job): Promise<void> {
		try {
			if (!(await job.takeUp())) await job.rollCall();
			if (job.state.phase === 'ready') await job.start();
		} catch (error) {
			job.fail(error);
		}
	}

	async #abandon(): Promise<null> {
		const job = this.#job;
		if (job === undefined) return null;
		if (job.state.isLive) {
			throw new MusterError('usage', 'A job is running; stop it first.');
		}
		await job.stop('now');
		await this.#work;
		if (job.state.startedAt === null && job.state.phase === 'stopped') await job.discard();
		else await job.close();
		this.#job = undefined;
		this.#monitor.watch(undefined);
		return null;
	}

	#watch(job: Job): void {
		this.#job = job;
		this.#monitor.watch(job);
		this.#record();
	}

	#environment(access: OpenAccess, {store}: JobSpec): JobEnvironment {
		this.#gate = access.gate;
		return {
			jobsFolder: this.#options.jobsFolder,
			ledgerFolder: this.#options.ledgerFolder,
			logLevel: this.#options.logLevel,
			patient: this.#options.patient ?? false,
			// With a process of its own it loads while the roll call waits for its answers.
			spare: this.#options.spare ?? (this.#options.patient ? startSpareThread(store) : undefined),
			store: timedStore(access.store, (milliseconds) => this.#monitor.question(milliseconds)),
			credentials: access.credentials,
			gate: access.gate,
			signInPatience: this.#options.signInPatience ?? 0,
			probe: access.probe,
			onCredentials: () => void this.#tellIdentity(access),
			emit: (event) => {
				for (const listener of this.#eventListeners.keys()) listener(event);
			},
			heard: () => this.#heard(),
			firstByte: (milliseconds) => this.#monitor.firstByte(milliseconds),
			onChange: () => {
				this.#monitor.publish();
				this.#record();
			},
		};
	}

	async #tellIdentity({credentials}: OpenAccess): Promise<void> {
		const identity = await credentials.identity().catch(() => undefined);
		if (identity !== undefined) this.#monitor.setIdentity(identity);
	}

	#heard(): Heard {
		if (this.#eventListeners.size === 0) return 'nothing';
		const all = Array.from(this.#eventListeners.values());
		return all.includes('everything') ? 'everything' : 'problems';
	}

	#problems({offset, limit}: {offset: number; limit: number}): LinkResult<'problems'> {
		const {total, rows} = this.#theJob().ledger.windows.rows({states: ['failed']}, offset, limit);
		return {
			total,
			rows: rows.map((row) => ({
				wantedId: row.id,
				groupId: row.groupId,
				group: safeText(row.group),
				name: safeText(row.path ?? row.text),
				error: shownError(row.error) ?? {code: 'internal', message: 'unknown'},
			})),
		};
	}

	async #verifyLocal(): Promise<{files: number; bad: number}> {
		const job = this.#theJob();
		const result = await verifyFolder(job.spec.folder, {ledger: job.ledger});
		const bad = result.bad.length + result.missing.length;
		job.notices.tell(
			bad === 0 ? 'info' : 'error',
			bad === 0
				? `All ${formatCount(result.files)} files match their recorded checksums.`
				: `${formatCount(bad)} of ${formatCount(result.files)} files are damaged or gone.`,
		);
		this.#monitor.publish();
		return {files: result.files, bad};
	}

	/** The job as `muster jobs` shows it; a roll call by itself is no job. */
	#record(): void {
		const job = this.#job;
		if (
			job === undefined ||
			job.id === null ||
			(job.state.phase === 'failed' && job.state.startedAt === null)
		)
			return;
		if (job.state.isLive) job.keepTime();
		const record = recordOf(job, job.id, this.#monitor.getSnapshot(), this.#socket);
		writeJob(this.#options.jobsFolder, record);
	}
}
