import type {Phase} from '../model/snapshot.ts';

/** How far the Ctrl+C ladder has been climbed. */
export type Ladder = {
	readonly step: 'none' | 'asked' | 'finishing' | 'leaving';
	/** when `asked` was, in milliseconds of a steady clock */
	readonly at: number;
};

export const ladderStart: Ladder = {step: 'none', at: 0};

/** How long "Ctrl+C again quits" stands. */
export const askWindow = 2000;

export type InterruptAct =
	| 'clear-field'
	/** a listing of the wizard: stop it, keep what was found */
	| 'stop-screen'
	/** the roll call: stop it, keep what was found */
	| 'stop-roll-call'
	/** say "Ctrl+C again quits" */
	| 'ask'
	/** no new files, open ones finish */
	| 'finish'
	/** sockets closed, journal flushed, then exit 130 */
	| 'stop-now'
	| 'quit'
	/** the third press: away at once */
	| 'gone';

const jobPhases: ReadonlySet<Phase> = new Set(['downloading', 'paused', 'stopping']);

/** Whether a job runs that quitting would disturb. */
export function jobRuns(phase: Phase): boolean {
	return jobPhases.has(phase);
}

/** What one more Ctrl+C does (UX.md section 2), and the ladder after it. */
export function interrupt(
	ladder: Ladder,
	now: {
		readonly time: number;
		readonly phase: Phase;
		readonly fieldFilled: boolean;
		readonly screenBusy: boolean;
	},
): {readonly ladder: Ladder; readonly act: InterruptAct} {
	if (ladder.step === 'leaving') return {ladder, act: 'gone'};
	if (now.fieldFilled) return {ladder, act: 'clear-field'};
	if (jobRuns(now.phase)) {
		return ladder.step === 'finishing'
			? {ladder: {step: 'leaving', at: now.time}, act: 'stop-now'}
			: {ladder: {step: 'finishing', at: now.time}, act: 'finish'};
	}

	const asked = ladder.step === 'asked' && now.time - ladder.at <= askWindow;
	if (asked) return {ladder: {step: 'leaving', at: now.time}, act: 'quit'};
	// After stopping work the next press within the window quits, as the words then say.
	const next: Ladder = {step: 'asked', at: now.time};
	if (now.screenBusy) return {ladder: next, act: 'stop-screen'};
	if (now.phase === 'reading' || now.phase === 'listing' || now.phase === 'matching') {
		return {ladder: next, act: 'stop-roll-call'};
	}

	return {ladder: next, act: 'ask'};
}

/** The ladder when the job went on (`p`) or ended. */
export function settleLadder(ladder: Ladder, phase: Phase): Ladder {
	return ladder.step === 'finishing' && phase !== 'stopping' && phase !== 'stopped'
		? ladderStart
		: ladder;
}
