import {statfsSync} from 'node:fs';
import {emptySnapshot} from '../model/empty-snapshot.ts';
import {Estimate} from '../model/estimate.ts';
import {safeText} from '../model/safe-text.ts';
import type {
	ActiveFile,
	GroupRow,
	GroupState,
	IdentityInfo,
	SignInState,
	Snapshot,
} from '../model/snapshot.ts';
import {groupState, type GroupCounts} from './group-table.ts';
import {GroupRates} from './group-rates.ts';
import type {Job} from './job.ts';
import type {OpenFile} from './job-transfers.ts';
import {SpeedHistory} from './speed-history.ts';
import {sumGroups} from './summary.ts';

const publishEvery = 100;
const sampleEvery = 500;
const mostShown = 64;
const mostCells = 4096;

/**
 * Turns a job's state into frozen snapshots about ten times a second, whatever the rate of events.
 * Bounded: a snapshot holds the active groups and the newest problems, never a list of files.
 */
export class Monitor {
	readonly #listeners = new Set<() => void>();
	readonly #timer: NodeJS.Timeout;
	#job: Job | undefined;
	#identity: IdentityInfo | null = null;
	readonly #signIn: () => SignInState | null;
	#snapshot: Snapshot;
	#rates = new GroupRates();
	#speeds = new SpeedHistory();
	#estimate = new Estimate();
	#estimatePaused = false;
	#sampledAt = 0;
	#secondAt = 0;
	#diskAt = 0;
	#disk: {free: number; total: number} | null = null;
	#serial = 0;

	constructor(signIn: () => SignInState | null = () => null) {
		this.#signIn = signIn;
		this.#snapshot = this.#build();
		this.#timer = setInterval(() => this.#tick(), publishEvery);
		this.#timer.unref();
	}

	watch(job: Job | undefined): void {
		this.#job = job;
		this.#rates = new GroupRates();
		this.#speeds = new SpeedHistory();
		this.#estimate = new Estimate();
		this.#diskAt = 0;
		this.publish();
	}

	setIdentity(identity: IdentityInfo | null): void {
		this.#identity = identity;
		this.publish();
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	getSnapshot(): Snapshot {
		return this.#snapshot;
	}

	/** Milliseconds that a question of the roll call took, while nothing filled the link. */
	question(milliseconds: number): void {
		this.#estimate.question(milliseconds);
	}

	firstByte(milliseconds: number): void {
		this.#estimate.firstByte(milliseconds);
	}

	/** Publishes at once: phases and answers to key presses must not wait for the beat. */
	publish(): void {
		this.#sample(Date.now());
		this.#snapshot = this.#build();
		for (const listener of this.#listeners) listener();
	}

	close(): void {
		clearInterval(this.#timer);
		this.#listeners.clear();
	}

	#tick(): void {
		const phase = this.#job?.state.phase;
		const moving =
			phase !== undefined &&
			phase !== 'ready' &&
			phase !== 'stopped' &&
			phase !== 'finished' &&
			phase !== 'failed';
		if (moving || phase !== this.#snapshot.phase) this.publish();
	}

	#sample(now: number): void {
		const job = this.#job;
		if (job === undefined || now - this.#sampledAt < sampleEvery) return;
		this.#sampledAt = now;
		const paused = job.state.phase === 'paused';
		if (paused !== this.#estimatePaused) {
			if (paused) this.#estimate.pause();
			else this.#estimate.resume();
			this.#estimatePaused = paused;
		}
		if (job.state.phase !== 'downloading' && job.state.phase !== 'stopping') return;
		const totals = sumGroups(job.groups.all());
		const open = job.transfers.openFiles();
		const openBytes = open.reduce((sum, file) => sum + file.bytes, 0);
		this.#estimate.sample({
			at: performance.now(),
			bytes: totals.bytesDone + openBytes,
			bytesTotal: totals.bytes,
			files: totals.filesDone + totals.failed,
			filesTotal: totals.files,
			connections: job.transfers.connections,
		});
		const byGroup = new Map<number, number>();
		for (const {row, bytes} of open)
			byGroup.set(row.groupId, (byGroup.get(row.groupId) ?? 0) + bytes);
		for (const [id, bytes] of byGroup) {
			this.#rates.sample(id, (job.groups.get(id)?.bytesDone ?? 0) + bytes, now);
		}
		this.#rates.keep(new Set(byGroup.keys()));
		if (now - this.#secondAt >= 1000) {
			this.#secondAt = now;
			this.#speeds.tick(totals.bytesDone + openBytes);
		}
	}

	#diskNow(folder: string): {free: number; total: number} | null {
		if (Date.now() - this.#diskAt < 2000) return this.#disk;
		this.#diskAt = Date.now();
		try {
			const stats = statfsSync(folder);
			this.#disk = {free: stats.bavail * stats.bsize, total: stats.blocks * stats.bsize};
		} catch {
			this.#disk = null;
		}
		return this.#disk;
	}

	#build(): Snapshot {
		const job = this.#job;
		this.#serial++;
		const base = {
			serial: this.#serial,
			at: Date.now(),
			identity: this.#identity,
			signIn: this.#signIn(),
		};
		if (job === undefined) return {...emptySnapshot, ...base};
		const all = job.groups.all();
		const totals = sumGroups(all);
		const open = job.transfers.openFiles();
		const openBytes = open.reduce((sum, file) => sum + file.bytes, 0);
		const counters = job.transfers.counters();
		const reading = this.#estimate.read();
		const counts = job.counts();
		const {progress, startedAt, seconds, sureGuesses, choices} = job.preparation;
		const reviewing = isReviewing(job);
		const states = all.map((group) => groupState(group, reviewing));
		const running = job.state.phase === 'downloading' || job.state.phase === 'stopping';
		return {
			...base,
			phase: job.state.phase === 'reading' ? progress.phase : job.state.phase,
			job: job.id,
			spec: job.spec,
			pauseReason: job.state.pauseReason,
			rollCall: {
				...counts,
				wanted: Math.max(counts.wanted, progress.rowsRead),
				rowsRead: progress.rowsRead,
				rowsChecked: progress.rowsChecked,
				rowsSkipped: progress.rowsSkipped,
				keysListed: progress.keysListed,
				listed: progress.listed,
				seconds: seconds === 0 ? (Date.now() - startedAt) / 1000 : seconds,
				groups: all.length,
				groupsMissing: all.filter((group) => group.missing > 0).length,
				groupsAmbiguous: all.filter((group) => group.ambiguous > 0).length,
				sureGuesses,
				choices,
			},
			totals: {
				files: totals.files,
				filesDone: totals.filesDone,
				filesFailed: totals.failed,
				bytes: totals.bytes,
				bytesDone: Math.min(totals.bytes, totals.bytesDone + openBytes),
				bytesPerSecond: running ? reading.bytesPerSecond : 0,
				filesPerSecond: running ? reading.filesPerSecond : 0,
				etaSeconds: running ? reading.etaSeconds : null,
				seconds: job.state.activeSeconds,
				pausedSeconds: job.state.pausedSeconds,
				openFiles: open.length,
				connections: job.transfers.connections,
				retries: counters.retries,
				slowDowns: counters.slowDowns,
				quietSeconds:
					running && open.length > 0 && counters.lastByteAt > 0
						? Math.max(0, (Date.now() - counters.lastByteAt) / 1000)
						: 0,
			},
			groups: {total: all.length, ...countStates(all, states)},
			cells: states
				.slice(0, mostCells)
				.map((state) => (state === 'problem' ? '!' : state[0]))
				.join(''),
			shown: shownGroups(all, states).map(({group, state}) => this.row(job, group, state, open)),
			problems: job.problems,
			disk: this.#diskNow(job.spec.folder),
			notice: job.notices.newest,
			speeds: this.#speeds.speeds,
			bestSpeed: this.#speeds.best,
			failure: job.state.failure,
			summary: job.state.summary,
			startedAt: job.state.startedAt,
			finishedAt: job.state.finishedAt,
			reports: job.logFile === null ? null : {folder: job.reportsFolder, log: job.logFile},
		};
	}

	/** A group as the screens show it. */
	row(job: Job, group: GroupCounts, state: GroupState, open: readonly OpenFile[]): GroupRow {
		const files = open.filter((file) => file.row.groupId === group.id);
		const openBytes = files.reduce((sum, file) => sum + file.bytes, 0);
		// in a pause nothing moves, whatever the last seconds were like
		const running = job.state.phase === 'downloading' || job.state.phase === 'stopping';
		const rate = running ? this.#rates.rate(group.id) : 0;
		const left = Math.max(0, group.bytes - group.bytesDone - openBytes);
		return {
			id: group.id,
			name: safeText(job.groups.name(group.id)),
			state,
			wanted: group.wanted,
			found: group.found,
			missing: group.missing,
			ambiguous: group.ambiguous,
			local: group.local,
			excluded: group.excluded,
			duplicate: group.duplicate,
			files: group.files,
			filesDone: group.filesDone,
			failed: group.failed,
			bytes: group.bytes,
			bytesDone: Math.min(group.bytes, group.bytesDone + openBytes),
			bytesPerSecond: rate,
			etaSeconds: rate > 0 && left > 0 ? Math.max(5, Math.round(left / rate / 5) * 5) : null,
			seconds: state === 'done' && group.ended > 0 ? (group.ended - group.started) / 1000 : null,
			openFiles: files.slice(0, 8).map(({row, bytes}): ActiveFile => ({
				name: safeText((row.destination ?? row.key).split('/').at(-1) ?? ''),
				bytes,
				size: row.size,
			})),
		};
	}
}

/** In the roll call a group with missing files needs a look; later only failed files do. */
export const isReviewing = (job: Job): boolean =>
	job.state.phase === 'reading' || job.state.phase === 'ready' || job.state.phase === 'matching';

/** Groups by state, in one pass: there may be a hundred thousand, ten times a second. */
function countStates(
	groups: readonly GroupCounts[],
	states: readonly GroupState[],
): Record<GroupState | 'nothing', number> {
	const counts = {done: 0, nothing: 0, active: 0, waiting: 0, problem: 0};
	for (const [index, state] of states.entries()) {
		counts[state]++;
		if (state === 'done' && groups[index]?.files === 0) counts.nothing++;
	}
	return counts;
}

/** Active groups first, then those that need a person, then waiting ones, then done ones. */
function shownGroups(
	groups: readonly GroupCounts[],
	states: readonly GroupState[],
): readonly {group: GroupCounts; state: GroupState}[] {
	const shown: {group: GroupCounts; state: GroupState}[] = [];
	for (const wanted of ['active', 'problem', 'waiting', 'done'] as const) {
		for (const [index, group] of groups.entries()) {
			if (shown.length >= mostShown) return shown;
			if (states[index] === wanted) shown.push({group, state: wanted});
		}
	}
	return shown;
}
