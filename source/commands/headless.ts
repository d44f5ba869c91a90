import type {Engine} from '../job/types.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {errorRecord, exitStatus, exitStatusOf} from '../model/error.ts';
import type {ErrorCode, ErrorRecord} from '../model/error.ts';
import {formatDuration} from '../model/format.ts';
import type {Snapshot} from '../model/snapshot.ts';
import type {Reporter} from '../reporters/index.ts';
import {watchInterruption} from './interruption.ts';
import {groupsToFetch} from './rows.ts';
import {isOver, isSettled, waitFor} from './wait.ts';

export type HeadlessJob = {
	readonly engine: Engine;
	readonly reporter: Reporter;
	/** how long a sign-in that somebody does elsewhere is waited for, milliseconds */
	readonly signInPatience?: number;
	/** begins the roll call, or takes a job up */
	readonly begin: () => Promise<unknown>;
	/** looks at the roll call: true downloads, a number ends the command with that exit status */
	readonly decide: (snapshot: Snapshot) => Promise<true | number>;
};

/** Without a person, a pause that only a person can end is the end: saved, with a status that says why. */
function pauseStatus({phase, pauseReason}: Snapshot): number | undefined {
	if (phase !== 'paused') return undefined;
	if (pauseReason === 'credentials') return exitStatus.credentials;
	return pauseReason === 'disk' ? exitStatus.disk : undefined;
}

/** Says once for each refusal what is waited for, and how long. */
function tellSignIns({engine, reporter, signInPatience = 0}: HeadlessJob): () => void {
	let told: number | undefined;
	return engine.subscribe(() => {
		const refused = engine.getSnapshot().signIn?.refused;
		if (signInPatience === 0 || refused == null || refused.at === told) return;
		told = refused.at;
		reporter.fail(refused.error);
		reporter.say(`waiting up to ${formatDuration(signInPatience / 1000)} for that`);
	});
}

/** Waits where that was asked for; the gate itself looks for a sign-in elsewhere, and lets the job go on. */
async function isSignedInMeanwhile(
	snapshot: Snapshot,
	{engine, signInPatience = 0}: HeadlessJob,
): Promise<boolean> {
	if (snapshot.pauseReason !== 'credentials' || signInPatience === 0) return false;
	const over = new AbortController();
	const patience = delay(signInPatience, false, {signal: over.signal}).catch(() => false);
	const change = waitFor(engine, ({phase}) => phase !== 'paused').then(() => true);
	try {
		return await Promise.race([change, patience]);
	} finally {
		over.abort();
	}
}

/** What goes on with the job once its cause is mended. */
function withResume(failure: ErrorRecord, {job, pauseReason}: Snapshot): ErrorRecord {
	if (pauseReason !== 'credentials' || job === null) return failure;
	const hint = (failure.hint ?? 'Sign in again.').replace(
		/, then go on(?:: nothing is lost)?\.$/,
		'.',
	);
	return {...failure, hint: `${hint} Then \`muster resume ${job}\` goes on; nothing is lost.`};
}

async function download(job: HeadlessJob): Promise<number | undefined> {
	const {engine, reporter} = job;
	let snapshot: Snapshot;
	do snapshot = await waitFor(engine, (one) => isOver(one) || pauseStatus(one) !== undefined);
	while (await isSignedInMeanwhile(snapshot, job));
	const status = pauseStatus(snapshot);
	if (status === undefined) return undefined;
	if (snapshot.failure !== null) reporter.fail(withResume(snapshot.failure, snapshot));
	await engine.call('stop', {mode: 'now', code: status});
	await waitFor(engine, isOver);
	return status;
}

/** A signal that came when there was nothing to stop yet has stopped nothing. */
async function stopIfTold(
	{engine}: HeadlessJob,
	interrupted: () => number | undefined,
): Promise<void> {
	const code = interrupted();
	if (code !== undefined) await engine.call('stop', {mode: 'now', code});
}

async function carryOut(job: HeadlessJob, interrupted: () => number | undefined): Promise<number> {
	const {engine, reporter} = job;
	await job.begin();
	await stopIfTold(job, interrupted);
	const rolled = await waitFor(engine, isSettled);
	await stopIfTold(job, interrupted);
	if (rolled.phase === 'ready' && interrupted() === undefined) {
		const decision = await job.decide(rolled);
		if (decision !== true) return interrupted() ?? decision;
		reporter.expect(await groupsToFetch(engine));
		await engine.call('start', {});
	}
	const paused = await download(job);
	const {failure, summary, phase} = engine.getSnapshot();
	if (phase === 'failed' && failure !== null) reporter.fail(failure);
	return interrupted() ?? paused ?? summary?.exit_code ?? exitStatus.failed;
}

/**
 * Runs a job in this process, tells it through a reporter and answers the exit status. Every way
 * out goes through the reporter's last word and the engine's shut-down.
 */
export async function runHeadless(job: HeadlessJob): Promise<number> {
	const {engine, reporter} = job;
	const stopEvents = engine.onEvent((event) => reporter.event(event), reporter.hears);
	const stopSnapshots = engine.subscribe(() => reporter.snapshot(engine.getSnapshot()));
	const stopTelling = tellSignIns(job);
	const interruption = watchInterruption(
		engine,
		(text) => reporter.say(text),
		(code) => reporter.finish(engine.getSnapshot(), code),
	);
	let code: number;
	try {
		code = await carryOut(job, interruption.code);
	} catch (error) {
		const record = errorRecord(error);
		const told = interruption.code();
		if (told === undefined) reporter.fail(record);
		code = told ?? exitStatusOf(record.code satisfies ErrorCode);
	}
	stopEvents();
	stopSnapshots();
	stopTelling();
	const last = engine.getSnapshot();
	await engine.shutDown().catch(() => undefined);
	interruption.dispose();
	reporter.finish(last, code);
	return code;
}
