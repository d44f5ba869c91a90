import type {FoundRow} from '../ledger/plan-table.ts';
import {type ErrorRecord, exitStatusOf, MusterError} from '../model/error.ts';
import type {FileEvent, PauseReason} from '../model/event.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {Credentials} from '../stores/types.ts';
import type {Problem} from '../model/snapshot.ts';
import {AutoResume} from './auto-resume.ts';
import type {GroupTable} from './group-table.ts';
import type {JobEnvironment} from './job-environment.ts';
import {diskFullError, freeBytes} from './job-folder.ts';
import type {JobPlace} from './job-place.ts';
import type {JobResult} from './job-result.ts';
import type {JobState} from './job-state.ts';
import {JobTransfers, type TransferFacts} from './job-transfers.ts';
import {NewestProblems} from './newest-problems.ts';
import {CredentialCare} from './sign-in/care.ts';
import type {NoticeBoard} from './notice-board.ts';
import {tellSettledRows} from './settled-rows.ts';
import {countAll, sumGroups} from './summary.ts';
import type {TriedFile} from './try-one.ts';

export type RunContext = {
	readonly spec: JobSpec;
	readonly place: JobPlace;
	readonly groups: GroupTable;
	readonly notices: NoticeBoard;
	readonly state: JobState;
	readonly result: JobResult;
	readonly environment: JobEnvironment;
	/** ends the wait for credentials before the download */
	readonly signal: AbortSignal;
};

/**
 * A job from the yes to its end: the orders of a person, what the transfers report, and what comes of
 * both: a pause and on again, a stop, a failure, the end. Calls that change the plan come one after
 * another; all others at any time.
 */
export class JobRun {
	readonly #context: RunContext;
	readonly #problems = new NewestProblems();
	readonly #transfers: JobTransfers;
	readonly #autoResume: AutoResume;
	readonly #care: CredentialCare;
	/** going on after a sign-in */
	#opening: Promise<void> = Promise.resolve();
	/** reports and last words, which a close waits for */
	#ending: Promise<void> = Promise.resolve();
	/** counts pauses and stops up: a going on that was ordered before one of them is void */
	#orders = 0;
	#closed = false;

	constructor(context: RunContext) {
		this.#context = context;
		const {spec, place, groups, notices, state, environment, signal} = context;
		const {store, gate, spare, firstByte, patient, onChange} = environment;
		this.#transfers = new JobTransfers({
			spec,
			place,
			groups,
			notices,
			store,
			gate,
			spare,
			signal,
			onFile: (row, event) => this.#onFile(row, event),
			onFirstByte: firstByte,
			onBlocked: (reason, error) => void this.#block(reason, error),
			...(patient ? {isOutage: (row) => this.#autoResume.isOutage(row)} : {}),
			onIdle: () => this.#idle(),
			onRefused: (error) => void this.#care.refused(error),
			onError: (error) => this.#fail(error),
		});
		this.#care = new CredentialCare({
			gate,
			inUse: () => this.#transfers.credentials,
			isDownloading: () => state.phase === 'downloading',
			filesDone: () => sumGroups(groups.all()).filesDone,
			onFresh: (fresh) => this.#takeCredentials(fresh),
			note: (text) => place.log.write('info', text),
		});
		this.#autoResume = new AutoResume({
			spec,
			groups,
			notices,
			store,
			log: () => place.log,
			pauseReason: () => state.pauseReason,
			quietSince: () => Math.max(this.#transfers.counters().lastByteAt, state.startedAt ?? 0),
			proceed: () => this.proceed(),
			onNoCredentials: (error) => this.#waitForCredentials(error),
			onChange,
		});
	}

	get transfers(): TransferFacts {
		return this.#transfers;
	}

	get problems(): readonly Problem[] {
		return this.#problems.all;
	}

	/** Before the yes: fetches the smallest ready file alone, to show that reading, writing and checking work. */
	async tryOne(): Promise<TriedFile & {seconds: number}> {
		const {place, groups} = this.#context;
		const row = place.ledger.plan.smallestWaiting();
		if (row === undefined) throw new MusterError('usage', 'There is no file left to try.');
		const started = Date.now();
		const result = await this.#transfers.tryOne(row);
		groups.recount(place.ledger);
		return {...result, seconds: (Date.now() - started) / 1000};
	}

	/** The yes. Throws `disk-full` when the plan can't fit; a job that was stopped meanwhile does not begin. */
	async begin(): Promise<void> {
		const {groups, place, state, environment} = this.#context;
		this.#mustFit();
		const {emit, heard, spare} = environment;
		const isWanted = (): boolean => state.phase === 'ready' && !this.#closed;
		const {files, filesDone, failed} = sumGroups(groups.all());
		// With nothing to fetch no thread is started.
		const isOpen = files <= filesDone + failed || (await this.#transfers.open(isWanted));
		spare?.end();
		if (!isOpen || !(await tellSettledRows(place.ledger, heard(), emit, isWanted))) return;
		this.#run();
	}

	#mustFit(): void {
		const {spec, groups} = this.#context;
		const {bytes} = countAll(groups.all());
		const free = freeBytes(spec.folder);
		if (free !== undefined && bytes > free) throw diskFullError(spec.folder, bytes, free);
	}

	#run(): void {
		this.#context.state.run();
		this.#care.begin();
		this.#context.environment.onChange();
		this.#transfers.feed();
	}

	#onFile(row: FoundRow, event: FileEvent): void {
		const {state, environment} = this.#context;
		if (event.error !== undefined) this.#problems.add(row, event.error);
		// What was under way when the connection went may still end in the pause.
		else if (state.phase === 'downloading') this.#autoResume.fileCame();
		environment.emit(event);
	}

	/** A person's pause. */
	async pause(): Promise<void> {
		if (this.#context.state.phase === 'downloading') await this.#halt('user');
	}

	async #block(reason: PauseReason, error: ErrorRecord): Promise<void> {
		const {state, notices} = this.#context;
		if (state.phase !== 'downloading') return;
		const words = this.#autoResume.wordsOf(reason, error);
		notices.tell('error', words, reason);
		await this.#halt(reason, reason === 'disk' ? {...error, message: words} : error);
		if (reason === 'disk' && state.pauseReason === 'disk') this.#autoResume.waitForRoom();
	}

	async #halt(reason: PauseReason, failure?: ErrorRecord): Promise<void> {
		const {state, place, environment} = this.#context;
		this.#orders++;
		state.pause(reason, failure);
		place.log.write('info', `paused: ${reason}`);
		environment.emit({type: 'paused', reason});
		environment.onChange();
		await this.#transfers.park();
	}

	/** In a pause that was for something else. */
	#waitForCredentials(error: ErrorRecord): void {
		const {state, notices, environment} = this.#context;
		state.pause('credentials', error);
		environment.emit({type: 'paused', reason: 'credentials'});
		notices.tell('error', error.message, 'credentials');
		environment.gate.close(error, this.#transfers.credentials);
	}

	/** The gate has closed: the store refuses, and only a person can mend that. */
	signedOut(error: ErrorRecord): void {
		void this.#block('credentials', error);
	}

	/** The gate has opened: credentials are good again. */
	signedIn(): void {
		if (this.#context.state.pauseReason !== 'credentials') return;
		this.#opening = this.#goOn(true);
	}

	/** Renewed by a person before they were refused. */
	async renew(): Promise<void> {
		const {state, environment} = this.#context;
		const fresh = await environment.credentials.source();
		if (state.isLive) this.#takeCredentials(fresh);
		else environment.onCredentials();
	}

	#takeCredentials(fresh: Credentials | undefined): void {
		this.#transfers.setCredentials(fresh);
		this.#context.environment.onCredentials();
	}

	/** Goes on after a pause, after the first Ctrl+C, after a full disk, with fresh credentials. */
	async proceed(): Promise<void> {
		await this.#goOn(false);
	}

	/** `isProven`: the store has taken the credentials just now. */
	async #goOn(isProven: boolean): Promise<void> {
		const {state, place, environment} = this.#context;
		const {credentials, gate, emit} = environment;
		const orders = this.#orders;
		const mayGoOn = (): boolean =>
			this.#orders === orders && (state.phase === 'paused' || state.phase === 'stopping');
		// What was refused with the old credentials must not count against fresh ones.
		await this.#transfers.parked();
		if (!mayGoOn()) return;
		if (!isProven && gate.closed !== null) {
			// Opened, it leads here by itself where the pause was for that.
			const isItsPause = state.pauseReason === 'credentials';
			await gate.tryOpen();
			if (isItsPause) return this.#opening;
		}
		// Lanes may have been refused in any pause, and then wait for credentials, fresh or not.
		if (!isProven && state.pauseReason === 'credentials') credentials.reset();
		const fresh = await credentials.source();
		// The sign-in may take its time: a stop, or the job's end, may have come meanwhile.
		if (!mayGoOn()) return;
		this.#takeCredentials(fresh);
		this.#autoResume.resumed();
		emit({type: 'resumed'});
		place.log.write('info', 'resumed');
		this.#run();
	}

	/** Answers the number that is in use then. */
	setConnections(connections: number | 'auto'): number {
		this.#transfers.setConnections(connections);
		return this.#transfers.connections;
	}

	/** Failed files wait again; from `finished` the job runs on. Answers how many. */
	async retryFailed(where: {wantedId?: number; groupId?: number}): Promise<number> {
		const {state, place, groups} = this.#context;
		this.#transfers.save();
		const ids = place.ledger.progress.retryFailed(where);
		if (ids.length === 0) return 0;
		groups.recount(place.ledger);
		this.#problems.forget(ids);
		if (state.phase === 'finished') {
			await this.#ending;
			await this.#transfers.close();
			place.ledger.setMeta('finished', '0');
			const isWanted = (): boolean => state.phase === 'finished' && !this.#closed;
			if (!(await this.#transfers.open(isWanted))) return 0;
			this.#run();
		} else this.#transfers.again(ids);
		return ids.length;
	}

	/** `finish`: no new files, open ones end. `now`: open ones are parked. Both end in `stopped`. */
	async stop(mode: 'finish' | 'now'): Promise<void> {
		const {state, place} = this.#context;
		this.#orders++;
		if (!state.isLive) return;
		const isPaused = state.phase === 'paused';
		state.beginToStop();
		place.log.write('info', `stopping: ${mode}`);
		if (mode === 'finish' && !isPaused) await this.#transfers.finish();
		else await this.#transfers.park();
	}

	#idle(): void {
		const {state} = this.#context;
		if (state.phase === 'stopping') {
			state.end('stopped');
			this.#ending = this.#end(state.stopCode);
		} else if (state.phase === 'downloading') {
			state.end('finished');
			this.#ending = this.#end(undefined);
		}
	}

	#fail(error: unknown): void {
		const {state} = this.#context;
		if (state.isOver) return;
		const {code} = state.fail(error);
		this.#ending = this.#endFailed(exitStatusOf(code));
	}

	/** The threads that are left must not go on for a job that has ended. */
	async #endFailed(code: number): Promise<void> {
		await this.#transfers.close();
		await this.#end(code);
	}

	async #end(code: number | undefined): Promise<void> {
		const {state, result, environment} = this.#context;
		state.finishedAt = Date.now();
		const summary = await result.settle(code);
		state.summary = summary;
		environment.onChange();
		environment.emit(summary);
	}

	/** What is waited for is waited for no more; a download that is about to begin does not. */
	abandon(): void {
		this.#closed = true;
		this.#care.end();
		this.#autoResume.stop();
	}

	/** Parks what is open, ends the threads and waits for the reports. */
	async close(): Promise<void> {
		this.abandon();
		await this.#transfers.close();
		await this.#ending;
	}
}
