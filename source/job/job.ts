import {setImmediate as breathe} from 'node:timers/promises';
import type {CredentialHolder} from '../credentials/index.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {FoundRow} from '../ledger/plan-table.ts';
import type {JobId} from '../model/brand.ts';
import {
	type ErrorRecord,
	errorRecord,
	exitStatus,
	exitStatusOf,
	MusterError,
} from '../model/error.ts';
import type {
	FileEvent,
	JobEvent,
	PauseReason,
	RollCallCounts,
	SummaryEvent,
} from '../model/event.ts';
import type {JobSpec, ManifestSpec} from '../model/job-spec.ts';
import type {AmbiguousRule} from '../model/match.ts';
import {safeText} from '../model/safe-text.ts';
import type {Phase, Problem} from '../model/snapshot.ts';
import {providerModule} from '../stores/index.ts';
import type {Store} from '../stores/types.ts';
import {noCounters} from '../transfer/counters.ts';
import {createTransferPool, threadsFor} from '../transfer/pool.ts';
import type {SpareThread} from '../transfer/thread-handle.ts';
import type {TransferCounters, TransferPool} from '../transfer/types.ts';
import {choose, resolveAmbiguous, useSureGuesses} from './decisions.ts';
import {connectionsToBegin, groupLimit} from './connection-limits.ts';
import {Download} from './download.ts';
import {GroupTable} from './group-table.ts';
import {JobClock} from './job-clock.ts';
import {diskFullError, freeBytes} from './job-folder.ts';
import {JobPlace, type PlaceOptions} from './job-place.ts';
import {placeAhead} from './place-ahead.ts';
import {keepManifest} from './manifest-copy.ts';
import {DiskWait, missingWords, roomFor, type Room} from './disk-wait.ts';
import {Outage} from './outage.ts';
import {clearParts} from './parts.ts';
import {lookAgain, makePlan, recogniseLocal, startPlan, type PlanContext} from './plan.ts';
import {writeReports} from './reports.ts';
import {callRoll, type RollCallProgress} from './roll-call.ts';
import {isLongListing, withKeptListing} from './roll-call/kept-listing.ts';
import {settledRows} from './settled-rows.ts';
import {keepHeapSmall} from './small-heap.ts';
import {countAll, outcomeOf, sumGroups, summaryOf, workLeft} from './summary.ts';
import {fetchAlone, type TriedFile} from './try-one.ts';
import type {Heard} from './types.ts';
import {unlessAborted} from './unless-aborted.ts';

export type JobEnvironment = PlaceOptions & {
	readonly patient: boolean;
	readonly store: Store;
	readonly credentials: CredentialHolder;
	readonly emit: (event: JobEvent) => void;
	/** which events about files somebody listens to */
	readonly heard: () => Heard;
	/** milliseconds from a request to its first byte, for the estimate */
	readonly firstByte: (milliseconds: number) => void;
	/** something that the record of the job shows has changed */
	readonly onChange: () => void;
	/** for the first download; ended when there is none */
	readonly spare: SpareThread | undefined;
};

export type Notice = {readonly level: 'info' | 'warning' | 'error'; readonly text: string};

const mostProblems = 100;

/** One job from roll call to summary: the composition of manifest, store, ledger, plan and transfers. */
export class Job {
	readonly spec: JobSpec;
	readonly groups = new GroupTable();
	readonly progress: RollCallProgress = {
		phase: 'reading',
		rowsRead: 0,
		rowsChecked: 0,
		rowsSkipped: 0,
		keysListed: 0,
		listed: false,
	};
	id: JobId | null = null;
	phase: Phase = 'reading';
	pauseReason: PauseReason | null = null;
	failure: ErrorRecord | null = null;
	notice: Notice | null = null;
	summary: SummaryEvent | null = null;
	problems: Problem[] = [];
	rollStarted = Date.now();
	rollSeconds = 0;
	sureGuesses = 0;
	/** decisions of a person in the roll call so far */
	choices = 0;
	startedAt: number | null = null;
	finishedAt: number | null = null;
	readonly clock = new JobClock();
	readonly #environment: JobEnvironment;
	readonly #reading: ManifestSpec;
	readonly #abort = new AbortController();
	readonly #outage = new Outage();
	readonly #diskWait = new DiskWait();
	readonly #place: JobPlace;
	#pool: TransferPool | undefined;
	#download: Download | undefined;
	#stopCode: number = exitStatus.interrupted;
	/** open files are being cut off */
	#parked: Promise<void> = Promise.resolve();
	/** the end of a run: reports and last words, which a close waits for */
	#ending: Promise<void> = Promise.resolve();
	/** what changes the plan or begins a download: one after another, whoever asks */
	#turn: Promise<unknown> = Promise.resolve();
	/** counts pauses and stops up: a going on that was ordered before one of them is void */
	#orders = 0;
	#closed = false;

	/** `reading`: the manifest as it was understood, nothing left to guess; kept in the ledger beside the user's own words. */
	constructor(spec: JobSpec, environment: JobEnvironment, reading: ManifestSpec = spec.manifest) {
		this.spec = spec;
		this.#reading = reading;
		this.#environment = environment;
		this.#place = new JobPlace(spec, environment);
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

	get connections(): number {
		return this.#download?.connections ?? connectionsToBegin(this.spec);
	}

	counters(): TransferCounters {
		return this.#pool?.counters() ?? noCounters;
	}

	/** Files in flight with the bytes of each that are here. */
	openFiles(): readonly {row: FoundRow; bytes: number}[] {
		const open = this.#pool?.open() ?? [];
		return open.flatMap(({id, bytes}) => {
			const row = this.#download?.row(id);
			return row === undefined ? [] : [{row, bytes}];
		});
	}

	/** Locks the folder and settles the job's number; `known` is that of a job to be resumed. Throws before anything is changed on disk. */
	async open(signal: AbortSignal = this.#abort.signal, known?: JobId): Promise<JobId | null> {
		this.id = await this.#place.open(signal, known);
		return this.id;
	}

	/** Calls the roll and makes the plan; ends in `ready` or `failed`. */
	async rollCall(): Promise<void> {
		const {ledger} = this;
		const letHeapGrow = keepHeapSmall();
		try {
			const isContinued = this.#place.isContinued && ledger.meta('rolled') === '0';
			ledger.setMeta('rolled', '0');
			ledger.setMeta('seconds', '0');
			this.rollStarted = Date.now();
			this.#place.keepReading(this.#reading);
			const spec = await keepManifest(
				{...this.spec, manifest: this.#reading},
				this.#place.stateFolder,
			);
			const planContext = this.#planContext();
			startPlan(planContext);
			await callRoll({
				spec,
				ledger,
				store: this.#environment.store,
				groups: this.groups,
				progress: this.progress,
				log: this.#place.log,
				signal: this.#abort.signal,
				isContinued,
				notice: (level, text) => this.tell(level, text),
				placeAhead: (isSorted) => placeAhead(planContext, isSorted),
			});
			if (spec.ambiguous !== 'ask')
				await resolveAmbiguous(ledger, spec, spec.ambiguous, {signal: this.#abort.signal});
			await makePlan(planContext);
			if (spec.manifest.kind === 'prefix') await recogniseLocal(planContext);
			ledger.rollCall.indexWanted();
			ledger.setMeta('rolled', '1');
			this.#recount();
			this.#abort.signal.throwIfAborted();
			this.rollSeconds = (Date.now() - this.rollStarted) / 1000;
			this.phase = 'ready';
			this.#place.log.write('info', `roll call in ${this.rollSeconds.toFixed(1)} s`);
			this.#environment.emit({type: 'roll-call', ...this.counts()});
		} catch (error) {
			this.#failRollCall(error);
		} finally {
			letHeapGrow();
		}
	}

	#failRollCall(error: unknown): void {
		if (isLongListing(this.ledger)) {
			this.fail(withKeptListing(error));
			return;
		}
		// the number is taken back below: nobody could look for it
		if (this.#place.isNew && !this.#abort.signal.aborted) this.id = null;
		this.fail(error);
		if (this.phase === 'failed') this.#place.takeBack();
	}

	/** Ends a job before its download has begun: stopped where somebody asked for it, otherwise failed. */
	fail(error: unknown): void {
		if (isOver(this.phase)) return;
		if (this.#abort.signal.aborted) {
			this.phase = 'stopped';
			this.#finishSummary(this.#stopCode);
			return;
		}
		this.failure = errorRecord(error);
		this.phase = 'failed';
		const {code, message, detail} = this.failure;
		this.#place.log.write('error', `before the download: ${code}: ${message} ${detail ?? ''}`);
		this.#finishSummary(exitStatusOf(code));
	}

	/** Takes up the plan of an earlier run without a new roll call; answers false when there is none, or half of one. */
	async takeUp(): Promise<boolean> {
		const {ledger} = this;
		if (!this.#place.isContinued || ledger.meta('rolled') !== '1') return false;
		// A run that ended between a person's choice and its plan: nobody would fetch these rows.
		if (ledger.plan.unplannedAfter(0, 1).length > 0) return false;
		this.phase = 'matching';
		ledger.progress.retryFailed();
		await lookAgain(this.#planContext());
		await recogniseLocal(this.#planContext());
		this.#recount();
		this.#abort.signal.throwIfAborted();
		this.clock.startFrom(Number(ledger.meta('seconds') ?? 0));
		this.progress.rowsRead = this.counts().wanted;
		this.progress.rowsChecked = this.progress.rowsRead;
		this.progress.listed = true;
		this.phase = 'ready';
		this.#environment.emit({type: 'roll-call', ...this.counts()});
		return true;
	}

	counts(): RollCallCounts {
		return countAll(this.groups.all());
	}

	/** The yes: begins to download. Throws `disk-full` when the plan can't fit. */
	async start(): Promise<void> {
		await this.#inTurn(() => this.#start());
	}

	async #start(): Promise<void> {
		if (this.phase !== 'ready') return;
		const {bytes} = this.counts();
		const free = freeBytes(this.spec.folder);
		if (free !== undefined && bytes > free) {
			throw diskFullError(this.spec.folder, bytes, free);
		}
		const {files, filesDone, failed} = sumGroups(this.groups.all());
		// With nothing to fetch no thread is started.
		const isOpen = files <= filesDone + failed || (await this.#openPool('ready'));
		this.#environment.spare?.end();
		if (!isOpen || !(await this.#emitSettledRows())) return;
		this.startedAt = Date.now();
		this.#run();
	}

	/** One after another: a start must not meet a half-made plan, a second start, or a file that is being tried. */
	#inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
		const turn = this.#turn.then(work);
		this.#turn = turn.catch(() => undefined);
		return turn;
	}

	/** False when the job has left `phase` while credentials were asked for. */
	async #openPool(phase: Phase): Promise<boolean> {
		const connections = this.connections;
		const pool = await this.#makePool(threadsFor(workLeft(this.groups.all())), connections);
		if (this.phase !== phase || this.#closed) {
			await pool.close();
			return false;
		}
		this.#pool = pool;
		this.#pool.onError((error) => this.#failRun(error));
		this.#download = new Download(
			{
				spec: this.spec,
				job: this.id ?? 0,
				ledger: this.ledger,
				groups: this.groups,
				pool: this.#pool,
				log: this.#place.log,
				onFile: (row, event) => this.#onFile(row, event),
				onFirstByte: this.#environment.firstByte,
				onBlocked: (reason, error) => void this.#block(reason, error),
				...(this.#environment.patient ? {isOutage: (row) => this.#isOutage(row)} : {}),
				onSlowDown: (use) => this.#slowDown(use),
				onChanged: (row) => this.tell('warning', changedWords(row)),
				onIdle: () => this.#idle(),
			},
			this.groups.all().map((group) => group.id),
			connections,
		);
		return true;
	}

	async #makePool(threads: number, connections: number): Promise<TransferPool> {
		const {store, credentials} = this.#environment;
		const perGroup = groupLimit(this.spec);
		return createTransferPool({
			providerModule: providerModule(this.spec.store.provider),
			wire: store.wire(),
			credentials: await unlessAborted(credentials.source(), this.#abort.signal),
			threads,
			connections,
			spare: this.#environment.spare,
			verify: this.spec.verify,
			retries: this.spec.retries,
			limitRate: this.spec.limitRate,
			...(this.groups.size > 1 && perGroup !== undefined ? {perGroup} : {}),
		});
	}

	#run(): void {
		this.phase = 'downloading';
		this.clock.run();
		this.#environment.onChange();
		if (this.#download === undefined) this.#idle();
		else this.#download.feed();
	}

	/** A file has come: an outage is over, and so are its words. */
	#connected(): void {
		this.#outage.over();
		if (this.notice?.text.startsWith('No connection') === true) this.notice = null;
	}

	/** Asks the store itself: one object that can't be fetched is no outage. */
	async #isOutage(row: FoundRow): Promise<boolean> {
		if (this.#outage.isHopeless(Date.now())) return false;
		const {store} = this.#environment;
		return this.#outage.confirm(
			async () => (await store.probeBucket(row.bucket)).error?.code === 'network',
		);
	}

	#waitForNetwork(): string {
		const quietSince = Math.max(this.counters().lastByteAt, this.startedAt ?? 0);
		return this.#outage.wait(quietSince, Date.now(), () => void this.#tryAgain());
	}

	/** Without a connection there may be no credentials either: that is another wait, or the person's turn. */
	async #tryAgain(): Promise<void> {
		if (this.pauseReason !== 'network') return;
		try {
			await this.proceed();
		} catch (error) {
			const record = errorRecord(error);
			if (exitStatusOf(record.code) === exitStatus.credentials) {
				this.pauseReason = 'credentials';
				this.failure = record;
				this.#environment.emit({type: 'paused', reason: 'credentials'});
				this.tell('error', record.message);
			} else this.tell('error', this.#waitForNetwork());
		} finally {
			this.#environment.onChange();
		}
	}

	#slowDown(use: {connections: number; of: number} | null): void {
		const words = 'S3 asked us to slow down.';
		if (use !== null)
			this.tell('warning', `${words} Using ${use.connections} of ${use.of} connections for now.`);
		else if (this.notice?.text.startsWith(words) === true) this.notice = null;
	}

	#onFile(row: FoundRow, event: FileEvent): void {
		// What was under way when the connection went may still end in the pause.
		if (event.error === undefined && this.phase === 'downloading') {
			this.#connected();
			this.#diskWait.over();
		}
		if (event.error !== undefined) {
			this.problems = [
				...this.problems.slice(-(mostProblems - 1)),
				{
					wantedId: row.id,
					groupId: row.groupId,
					group: safeText(row.group),
					name: safeText(row.destination ?? row.text),
					error: {code: event.error.code, message: safeText(event.error.message)},
				},
			];
		}
		this.#environment.emit(event);
	}

	async pause(): Promise<void> {
		if (this.phase !== 'downloading') return;
		await this.#halt('user');
	}

	async #block(reason: PauseReason, error: ErrorRecord): Promise<void> {
		if (this.phase !== 'downloading') return;
		const words = this.#wordsOf(reason, error);
		this.tell('error', words);
		this.failure = reason === 'disk' ? {...error, message: words} : error;
		await this.#halt(reason);
		if (reason === 'disk' && this.pauseReason === 'disk') this.#waitForDisk();
	}

	#wordsOf(reason: PauseReason, error: ErrorRecord): string {
		if (reason === 'network') return this.#waitForNetwork();
		return error.code === 'disk-full' ? error.message + missingWords(this.#room()) : error.message;
	}

	#room(): Room {
		let left = 0;
		for (const {bytes, bytesDone} of this.groups.all()) left += Math.max(0, bytes - bytesDone);
		return roomFor(this.spec, left);
	}

	#waitForDisk(): void {
		this.#diskWait.begin(
			() => this.#room(),
			() => {
				if (this.pauseReason !== 'disk') return;
				this.#place.log.write('info', 'there is room on the disk again');
				this.proceed().catch((error: unknown) => {
					this.tell('error', errorRecord(error).message);
					this.#waitForDisk();
				});
			},
		);
	}

	async #halt(reason: PauseReason): Promise<void> {
		this.#orders++;
		this.phase = 'paused';
		this.pauseReason = reason;
		this.clock.pause();
		this.#place.log.write('info', `paused: ${reason}`);
		this.#environment.emit({type: 'paused', reason});
		this.#environment.onChange();
		await this.#park();
	}

	#park(): Promise<void> {
		this.#parked = this.#download?.halt('park') ?? Promise.resolve();
		return this.#parked;
	}

	/** Goes on after a pause, after the first Ctrl+C, after a full disk, with fresh credentials. */
	async proceed(): Promise<void> {
		const orders = this.#orders;
		const mayGoOn = (): boolean =>
			this.#orders === orders && (this.phase === 'paused' || this.phase === 'stopping');
		// What was refused with the old credentials must not count against fresh ones.
		await this.#parked;
		if (!mayGoOn()) return;
		// Lanes may have been refused in any pause, and then wait for credentials, fresh or not.
		const {credentials, store} = this.#environment;
		if (this.pauseReason === 'credentials') credentials.reset();
		const fresh = await credentials.source();
		// The sign-in may take its time: a stop, or the job's end, may have come meanwhile.
		if (!mayGoOn()) return;
		this.#pool?.setCredentials(fresh, store.wire());
		this.#outage.stop();
		this.#diskWait.stop();
		if (this.notice?.text.startsWith('The disk') === true) this.notice = null;
		this.pauseReason = null;
		this.failure = null;
		this.#environment.emit({type: 'resumed'});
		this.#place.log.write('info', 'resumed');
		this.#run();
	}

	/**
	 * `finish`: no new files, open ones end. `now`: open ones are parked. Both end in `stopped` with
	 * everything saved. `code` is the exit status that the summary then carries.
	 */
	async stop(mode: 'finish' | 'now', code?: number): Promise<void> {
		this.#orders++;
		if (code !== undefined) this.#stopCode = code;
		if (this.phase === 'reading' || this.phase === 'listing' || this.phase === 'matching') {
			this.#abort.abort();
			return;
		}
		if (this.phase === 'ready') {
			this.phase = 'stopped';
			this.#abort.abort();
			this.#finishSummary(this.#stopCode);
			return;
		}
		if (this.phase !== 'downloading' && this.phase !== 'paused' && this.phase !== 'stopping')
			return;
		const paused = this.phase === 'paused';
		this.pauseReason = null;
		this.clock.run();
		this.phase = 'stopping';
		this.#place.log.write('info', `stopping: ${mode}`);
		if (mode === 'finish' && !paused) await this.#download?.halt('finish');
		else await this.#park();
	}

	#idle(): void {
		if (this.phase === 'stopping') {
			this.clock.stop();
			this.phase = 'stopped';
			this.#ending = this.#end(this.#stopCode);
		} else if (this.phase === 'downloading') {
			this.clock.stop();
			this.phase = 'finished';
			this.#ending = this.#end(undefined);
		}
	}

	#failRun(error: unknown): void {
		if (isOver(this.phase)) return;
		this.failure = errorRecord(error);
		this.clock.stop();
		this.phase = 'failed';
		this.#ending = this.#endFailed(exitStatusOf(this.failure.code));
	}

	/** The threads that are left must not go on for a job that has ended. */
	async #endFailed(code: number): Promise<void> {
		await this.#download?.close();
		await this.#end(code);
	}

	/** The summary stands once the reports do: whoever sees it may leave. */
	async #end(code: number | undefined): Promise<void> {
		const {ledger, spec} = this;
		this.finishedAt = Date.now();
		this.keepTime();
		let exitCode = code ?? this.rollCallStatus();
		try {
			this.#recount();
			exitCode = code ?? this.rollCallStatus();
			if (code === undefined && exitCode !== exitStatus.failed) {
				ledger.setMeta('finished', '1');
				clearParts(spec);
			}
			await writeReports(
				ledger,
				this.#place.readSpec(),
				this.reportsFolder,
				this.#account(exitCode),
			);
		} catch (error) {
			this.tell('warning', `The reports could not be written: ${errorRecord(error).message}`);
		}
		this.#place.log.write('info', `ended with status ${exitCode}`);
		this.#place.log.flush();
		this.summary = this.#account(exitCode);
		this.#environment.onChange();
		this.#environment.emit(this.summary);
	}

	/** The exit status of a roll call that stands by itself. */
	rollCallStatus(): number {
		return outcomeOf(this.groups.all(), this.spec.allowMissing);
	}

	#account(exitCode: number): SummaryEvent {
		return summaryOf(this.id, this.groups.all(), this.clock.activeSeconds, exitCode);
	}

	#finishSummary(exitCode: number): void {
		this.summary = this.#account(exitCode);
		this.#environment.emit(this.summary);
	}

	// Decisions of a person in the roll call.

	async choose(wantedId: number, objectId: number | null): Promise<void> {
		await this.#decide(() => choose(this.ledger, wantedId, objectId));
	}

	async resolveAmbiguous(rule: Exclude<AmbiguousRule, 'ask'>, groupId?: number): Promise<number> {
		const which = {signal: this.#abort.signal, ...(groupId === undefined ? {} : {groupId})};
		return this.#decide(() => resolveAmbiguous(this.ledger, this.spec, rule, which));
	}

	async useSureGuesses(groupId?: number): Promise<number> {
		return this.#decide(() => useSureGuesses(this.ledger, groupId));
	}

	#decide<Result>(decision: () => Result | Promise<Result>): Promise<Result> {
		return this.#inTurn(async () => {
			this.#mustBeReady();
			const result = await decision();
			this.choices++;
			await makePlan(this.#planContext());
			this.#recount();
			return result;
		});
	}

	#mustBeReady(): void {
		if (this.phase !== 'ready') {
			throw new MusterError('usage', 'The roll call is over; this can be changed in the next one.');
		}
	}

	/** Failed files wait again; from `finished` the job runs on. */
	async retryFailed(where: {wantedId?: number; groupId?: number}): Promise<number> {
		return this.#inTurn(() => this.#retryFailed(where));
	}

	async #retryFailed(where: {wantedId?: number; groupId?: number}): Promise<number> {
		this.#download?.save();
		const ids = this.ledger.progress.retryFailed(where);
		if (ids.length === 0) return 0;
		this.#recount();
		const again = new Set(ids);
		this.problems = this.problems.filter((problem) => !again.has(problem.wantedId));
		if (this.phase === 'finished') {
			await this.#ending;
			await this.#download?.close();
			this.ledger.setMeta('finished', '0');
			if (!(await this.#openPool('finished'))) return 0;
			this.finishedAt = null;
			this.summary = null;
			this.#run();
		} else this.#download?.again(ids);
		return ids.length;
	}

	/** Fetches the smallest ready file alone, to show that reading, writing and checking work. */
	async tryOne(): Promise<TriedFile & {seconds: number}> {
		return this.#inTurn(() => this.#tryOne());
	}

	async #tryOne(): Promise<TriedFile & {seconds: number}> {
		this.#mustBeReady();
		const row = this.ledger.plan.smallestWaiting();
		if (row === undefined) throw new MusterError('usage', 'There is no file left to try.');
		const started = Date.now();
		const pool = await this.#makePool(1, 1);
		const {spec, ledger} = this;
		const context = {spec, job: this.id ?? 0, ledger, pool, log: this.#place.log};
		const result = await fetchAlone(row, context, this.#abort.signal);
		this.#recount();
		return {...result, seconds: (Date.now() - started) / 1000};
	}

	setConnections(connections: number | 'auto'): number {
		this.#download?.setConnections(connections);
		return this.connections;
	}

	async exportReports(): Promise<{folder: string; files: readonly string[]}> {
		const summary = this.summary ?? this.#account(this.rollCallStatus());
		const files = await writeReports(
			this.ledger,
			this.#place.readSpec(),
			this.reportsFolder,
			summary,
		);
		return {folder: this.reportsFolder, files};
	}

	tell(level: Notice['level'], text: string): void {
		this.notice = {level, text: safeText(text)};
		if (this.logFile !== null) this.#place.log.write(level === 'warning' ? 'warn' : level, text);
	}

	/** Ends a roll call that nobody wants to download: no job is left of it, nor a folder that was made for it. */
	async discard(): Promise<void> {
		await this.#turn;
		const isUntouched = this.startedAt === null && this.ledger.files.count().files === 0;
		if (isUntouched && !isLongListing(this.ledger)) this.#place.takeBack();
		await this.close();
	}

	/** Ends everything and gives the folder free. */
	async close(): Promise<void> {
		this.#diskWait.stop();
		if (this.#closed) return;
		this.#closed = true;
		this.#abort.abort();
		this.#environment.spare?.end();
		await this.#turn;
		await this.#download?.close();
		await this.#ending;
		this.#place.close();
	}

	#recount(): void {
		const {ledger} = this;
		this.groups.load(ledger.progress.groupNames(), ledger.progress.counts());
		this.sureGuesses = ledger.progress.sureGuesses().length;
	}

	/** Rows that have their end without a download, told once when the download begins; false when the job was ended meanwhile. */
	async #emitSettledRows(): Promise<boolean> {
		let told = 0;
		for (const event of settledRows(this.ledger, this.#environment.heard())) {
			this.#environment.emit(event);
			if (++told % 1000 !== 0) continue;
			await breathe();
			if (this.phase !== 'ready' || this.#closed) return false;
		}
		return true;
	}

	/** Writes down the time spent, for the run that takes the job up. */
	keepTime(): void {
		this.#place.keepTime(this.clock.activeSeconds);
	}

	#planContext(): PlanContext {
		return {
			spec: this.spec,
			ledger: this.ledger,
			log: this.#place.log,
			signal: this.#abort.signal,
			job: this.id ?? 0,
			disk: {caseInsensitive: false, normalising: process.platform === 'darwin'},
		};
	}
}

const changedWords = ({key}: FoundRow): string =>
	`${safeText(key)} has changed since it was listed: the object that is there now was fetched.`;

const isOver = (phase: Phase): boolean =>
	phase === 'finished' || phase === 'stopped' || phase === 'failed';
