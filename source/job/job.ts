import type {Ledger} from '../ledger/ledger.ts';
import type {JobId} from '../model/brand.ts';
import {type ErrorRecord, exitStatusOf, MusterError} from '../model/error.ts';
import type {RollCallCounts} from '../model/event.ts';
import type {JobSpec, ManifestSpec} from '../model/job-spec.ts';
import type {AmbiguousRule} from '../model/match.ts';
import type {Problem} from '../model/snapshot.ts';
import {GroupTable} from './group-table.ts';
import type {Attendant} from './sign-in/gate.ts';
import type {JobEnvironment} from './job-environment.ts';
import {JobPlace} from './job-place.ts';
import {JobResult} from './job-result.ts';
import {JobRun} from './job-run.ts';
import {JobState, type StateFacts} from './job-state.ts';
import type {TransferFacts} from './job-transfers.ts';
import {NoticeBoard} from './notice-board.ts';
import {Preparation, type PreparationFacts} from './preparation.ts';
import {isLongListing, withKeptListing} from './roll-call/kept-listing.ts';
import {countAll} from './summary.ts';
import type {TriedFile} from './try-one.ts';

/**
 * One job from roll call to summary: what engine and screens hold of it. Up to `ready` a `Preparation`
 * does the work, from the yes on a `JobRun`; here is what leads from one to the other, and what may
 * come at any time.
 */
export class Job {
	readonly spec: JobSpec;
	readonly groups = new GroupTable();
	readonly notices: NoticeBoard;
	readonly #environment: JobEnvironment;
	readonly #abort = new AbortController();
	readonly #place: JobPlace;
	readonly #state = new JobState();
	readonly #preparation: Preparation;
	readonly #run: JobRun;
	readonly #result: JobResult;
	/** what changes the plan or begins a download: one after another, whoever asks */
	#turn: Promise<unknown> = Promise.resolve();
	#closed = false;
	readonly #attendant: Attendant;

	/** `reading`: the manifest as it was understood, nothing left to guess; kept in the ledger beside the user's own words. */
	constructor(spec: JobSpec, environment: JobEnvironment, reading: ManifestSpec = spec.manifest) {
		const place = new JobPlace(spec, environment);
		const notices = new NoticeBoard((level, text) => {
			if (place.logFile !== null) place.log.write(level, text);
		});
		this.spec = spec;
		this.notices = notices;
		this.#environment = environment;
		this.#place = place;
		const common = {spec, place, groups: this.groups, notices, state: this.#state};
		const {signal} = this.#abort;
		const result = new JobResult(common);
		this.#result = result;
		this.#preparation = new Preparation({...common, reading, store: environment.store, signal});
		this.#run = new JobRun({...common, result, environment, signal});
		this.#attendant = {
			patience: environment.signInPatience,
			prove: async () =>
				spec.bucket === '' ? undefined : environment.probe(spec.bucket, spec.prefix),
			onClosed: (error) => this.#signedOut(error),
			onOpened: () => this.#signedIn(),
			note: (text) => place.log.write('info', text),
		};
	}

	get id(): JobId | null {
		return this.#place.id;
	}

	get ledger(): Ledger {
		return this.#place.ledger;
	}

	get logFile(): string | null {
		return this.#place.logFile;
	}

	get reportsFolder(): string {
		return this.#place.reportsFolder;
	}

	get state(): StateFacts {
		return this.#state;
	}

	get preparation(): PreparationFacts {
		return this.#preparation;
	}

	get transfers(): TransferFacts {
		return this.#run.transfers;
	}

	get problems(): readonly Problem[] {
		return this.#run.problems;
	}

	counts(): RollCallCounts {
		const {files} = this.#preparation.archived;
		return {...countAll(this.groups.all()), ...(files > 0 ? {archived: files} : {})};
	}

	/** Locks the folder and settles the job's number; `known` is that of a job to be resumed. Throws before anything is changed on disk. */
	async open(signal: AbortSignal = this.#abort.signal, known?: JobId): Promise<JobId | null> {
		const id = await this.#place.open(signal, known);
		this.#environment.gate.attend(this.#attendant);
		return id;
	}

	/** Calls the roll and makes the plan; ends in `ready` or `failed`. */
	async rollCall(): Promise<void> {
		try {
			await this.#preparation.rollCall();
			this.#becomeReady();
		} catch (error) {
			this.#failRollCall(error);
		}
	}

	#failRollCall(error: unknown): void {
		if (isLongListing(this.ledger)) {
			this.fail(withKeptListing(error));
			return;
		}
		if (!this.#abort.signal.aborted) this.#place.withdrawId();
		this.fail(error);
		if (this.#state.phase === 'failed') this.#place.takeBack();
	}

	/** Takes up the plan of an earlier run without a new roll call; answers false when there is none, or half of one. */
	async takeUp(): Promise<boolean> {
		if (!this.#preparation.canTakeUp()) return false;
		this.#state.takeUp();
		await this.#preparation.takeUp();
		this.#becomeReady();
		return true;
	}

	/** The store refuses the credentials, and only a person can mend that. */
	#signedOut(error: ErrorRecord): void {
		const {emit, onChange} = this.#environment;
		if (this.#state.isLive) this.#run.signedOut(error);
		else {
			emit({type: 'paused', reason: 'credentials'});
			this.notices.tell('error', `${error.message} The job waits for it.`, 'credentials');
		}
		onChange();
	}

	#signedIn(): void {
		const {emit, onChange, onCredentials} = this.#environment;
		if (this.#state.isLive) this.#run.signedIn();
		else {
			onCredentials();
			emit({type: 'resumed'});
			this.notices.takeBack('credentials');
		}
		onChange();
	}

	/** A person has renewed the credentials, refused or not. Throws what is wrong with them. */
	async renew(): Promise<void> {
		const {gate} = this.#environment;
		if (gate.closed !== null) await gate.tryOpen();
		else await this.#run.renew();
	}

	#becomeReady(): void {
		this.#abort.signal.throwIfAborted();
		this.#state.becomeReady(Number(this.ledger.meta('seconds') ?? 0));
		this.#environment.emit({type: 'roll-call', ...this.counts()});
	}

	/** Ends a job before its download has begun: stopped where somebody asked for it, otherwise failed. */
	fail(error: unknown): void {
		if (this.#state.isOver) return;
		if (this.#abort.signal.aborted) {
			this.#endUnbegun();
			return;
		}
		const {code, message, detail} = this.#state.fail(error);
		this.#place.log.write('error', `before the download: ${code}: ${message} ${detail ?? ''}`);
		this.#summarise(exitStatusOf(code));
	}

	#endUnbegun(): void {
		this.#state.end('stopped');
		this.#summarise(this.#state.stopCode);
	}

	#summarise(exitCode: number): void {
		const summary = this.#result.summary(exitCode);
		this.#state.summary = summary;
		this.#environment.emit(summary);
	}

	async choose(wantedId: number, objectId: number | null): Promise<void> {
		await this.#whileReady(() => this.#preparation.choose(wantedId, objectId));
	}

	async resolveAmbiguous(rule: Exclude<AmbiguousRule, 'ask'>, groupId?: number): Promise<number> {
		return this.#whileReady(() => this.#preparation.resolveAmbiguous(rule, groupId));
	}

	async useSureGuesses(groupId?: number): Promise<number> {
		return this.#whileReady(() => this.#preparation.useSureGuesses(groupId));
	}

	/** Fetches the smallest ready file alone, to show that reading, writing and checking work. */
	async tryOne(): Promise<TriedFile & {seconds: number}> {
		return this.#whileReady(() => this.#run.tryOne());
	}

	/** The yes: begins to download. Throws `disk-full` when the plan can't fit. */
	async start(): Promise<void> {
		await this.#inTurn(async () => {
			if (this.#state.phase === 'ready') await this.#run.begin();
		});
	}

	async pause(): Promise<void> {
		await this.#run.pause();
	}

	/** Goes on after a pause, after the first Ctrl+C, after a full disk, with fresh credentials. */
	async proceed(): Promise<void> {
		await this.#run.proceed();
	}

	setConnections(connections: number | 'auto'): number {
		return this.#run.setConnections(connections);
	}

	/** Failed files wait again; from `finished` the job runs on. */
	async retryFailed(where: {wantedId?: number; groupId?: number}): Promise<number> {
		return this.#inTurn(() => this.#run.retryFailed(where));
	}

	async #whileReady<Result>(work: () => Promise<Result>): Promise<Result> {
		return this.#inTurn(async () => {
			if (this.#state.phase === 'ready') return work();
			throw new MusterError('usage', 'The roll call is over; this can be changed in the next one.');
		});
	}

	/** One after another: a start must not meet a half-made plan, a second start, or a file that is being tried. */
	#inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
		const turn = this.#turn.then(work);
		this.#turn = turn.catch(() => undefined);
		return turn;
	}

	/**
	 * `finish`: no new files, open ones end. `now`: open ones are parked. Both end in `stopped` with
	 * everything saved. `code` is the exit status that the summary then carries.
	 */
	async stop(mode: 'finish' | 'now', code?: number): Promise<void> {
		if (code !== undefined) this.#state.stopCode = code;
		if (this.#state.isPreparing) {
			this.#abort.abort();
		} else if (this.#state.phase === 'ready') {
			this.#abort.abort();
			this.#endUnbegun();
		} else await this.#run.stop(mode);
	}

	async exportReports(): Promise<{folder: string; files: readonly string[]}> {
		const files = await this.#result.writeReports(this.#state.summary ?? this.#result.summary());
		return {folder: this.reportsFolder, files};
	}

	/** Writes down the time spent, for the run that takes the job up. */
	keepTime(): void {
		this.#place.keepTime(this.#state.activeSeconds);
	}

	/** Ends a roll call that nobody wants to download: no job is left of it, nor a folder that was made for it. */
	async discard(): Promise<void> {
		await this.#turn;
		const isUntouched = this.#state.startedAt === null && this.ledger.files.count().files === 0;
		if (isUntouched && !isLongListing(this.ledger)) this.#place.takeBack();
		await this.close();
	}

	/** Ends everything and gives the folder free. */
	async close(): Promise<void> {
		this.#run.abandon();
		if (this.#closed) return;
		this.#closed = true;
		this.#abort.abort();
		this.#environment.gate.leave(this.#attendant);
		this.#environment.spare?.end();
		await this.#turn;
		await this.#run.close();
		this.#place.close();
	}
}
