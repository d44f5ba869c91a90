import {type ErrorRecord, errorRecord, exitStatus} from '../model/error.ts';
import type {PauseReason, SummaryEvent} from '../model/event.ts';
import type {Phase} from '../model/snapshot.ts';
import {JobClock} from './job-clock.ts';

/** What can be told of a job's state. */
export type StateFacts = Readonly<
	Pick<
		JobState,
		| 'phase'
		| 'isLive'
		| 'pauseReason'
		| 'failure'
		| 'summary'
		| 'startedAt'
		| 'finishedAt'
		| 'activeSeconds'
		| 'pausedSeconds'
	>
>;

/**
 * The phase of a job with what belongs to it: the reason of a pause, the error of a failure, the time that
 * counts. Each change of phase is one method; whether it may come now is for the caller to know.
 */
export class JobState {
	phase: Phase = 'reading';
	pauseReason: PauseReason | null = null;
	failure: ErrorRecord | null = null;
	/** stands once the job has ended and its reports are written */
	summary: SummaryEvent | null = null;
	/** when the download began and the last run ended, Unix milliseconds */
	startedAt: number | null = null;
	finishedAt: number | null = null;
	/** the exit status of a job that is stopped */
	stopCode: number = exitStatus.interrupted;
	readonly #clock = new JobClock();

	/** Still on the way to `ready`. */
	get isPreparing(): boolean {
		return this.phase === 'reading' || this.phase === 'listing' || this.phase === 'matching';
	}

	/** Files are fetched, or may be at any moment. */
	get isLive(): boolean {
		return this.phase === 'downloading' || this.phase === 'paused' || this.phase === 'stopping';
	}

	get isOver(): boolean {
		return this.phase === 'finished' || this.phase === 'stopped' || this.phase === 'failed';
	}

	/** Seconds spent downloading, those of earlier runs with them. */
	get activeSeconds(): number {
		return this.#clock.activeSeconds;
	}

	get pausedSeconds(): number {
		return this.#clock.pausedSeconds;
	}

	/** The plan of an earlier run is looked at again. */
	takeUp(): void {
		this.phase = 'matching';
	}

	/** `seconds`: those that earlier runs have spent downloading. */
	becomeReady(seconds: number): void {
		this.phase = 'ready';
		this.#clock.startFrom(seconds);
	}

	/** Downloads from now on: first, after a pause, or again after an end. */
	run(): void {
		this.phase = 'downloading';
		this.pauseReason = null;
		this.failure = null;
		this.summary = null;
		this.startedAt ??= Date.now();
		this.finishedAt = null;
		this.#clock.run();
	}

	/** `failure`: what is told of a pause that nobody ordered. */
	pause(reason: PauseReason, failure: ErrorRecord | null = null): void {
		this.phase = 'paused';
		this.pauseReason = reason;
		if (failure !== null) this.failure = failure;
		this.#clock.pause();
	}

	/** Files in flight are still to end or to be parked, which is time that counts. */
	beginToStop(): void {
		this.phase = 'stopping';
		this.pauseReason = null;
		this.#clock.run();
	}

	end(phase: 'stopped' | 'finished'): void {
		this.phase = phase;
		this.#clock.stop();
	}

	/** Answers the error as it is told. */
	fail(error: unknown): ErrorRecord {
		this.failure = errorRecord(error);
		this.phase = 'failed';
		this.pauseReason = null;
		this.#clock.stop();
		return this.failure;
	}
}
