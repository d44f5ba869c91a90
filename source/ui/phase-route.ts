import type {Phase} from '../model/snapshot.ts';

const calling: ReadonlySet<Phase> = new Set(['reading', 'listing', 'matching', 'ready']);
const moving: ReadonlySet<Phase> = new Set(['downloading', 'paused', 'stopping']);
const ended: ReadonlySet<Phase> = new Set(['finished', 'failed', 'stopped']);
/** screens about the running job: the end of the job leads on from all of them */
const jobScreens: ReadonlySet<string> = new Set([
	'analysis',
	'download',
	'group',
	'problems',
	'sign-in',
]);
/** screens that a download which begins or goes on leaves as they are */
const overJob: ReadonlySet<string> = new Set(['download', 'problems', 'group', 'sign-in']);

/**
 * The screen that a change of phase leads to, or null to stay. The wizard goes to Analysis by
 * itself when it has called `prepare`; from there on the engine's phase leads.
 */
export function routeOfPhase(previous: Phase, phase: Phase, screen: string): string | null {
	if (previous === phase) return null;
	if (moving.has(phase) && !moving.has(previous)) {
		return overJob.has(screen) ? null : 'download';
	}

	if (ended.has(phase) && moving.has(previous)) {
		return jobScreens.has(screen) || screen === 'jobs' ? 'summary' : null;
	}

	if (phase === 'failed' && calling.has(previous) && screen === 'download') return 'summary';
	return null;
}

/** Whether the sign-in screen opens by itself over this one when the credentials are refused. */
export function opensSignIn(screen: string): boolean {
	return screen === 'download' || screen === 'group' || screen === 'problems';
}

/** The screen to start on. */
export function startScreen(start: 'wizard' | 'analysis' | 'download', phase: Phase): string {
	if (start === 'wizard') return 'welcome';
	if (moving.has(phase)) return 'download';
	if (ended.has(phase)) return 'summary';
	return start;
}
