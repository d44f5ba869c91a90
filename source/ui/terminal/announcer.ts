import type {Snapshot} from '../../model/snapshot.ts';
import type {TerminalTraits} from './environment.ts';

const bell = '\u0007';

/** What the terminal is told outside of the frames: title, taskbar progress, bell. Pure but for its memory. */
export type Announcer = {
	/** sequences that a new snapshot calls for; '' mostly */
	next(snapshot: Snapshot, now: number): string;
	/** sequences for the start: keeps the title that was there */
	start(): string;
	/** undoes title and progress */
	end(): string;
};

function titleOf(snapshot: Snapshot, percent: number): string {
	if (snapshot.job === null) return 'muster';
	switch (snapshot.phase) {
		case 'downloading':
		case 'paused':
		case 'stopping':
			return `muster ${percent}% job ${snapshot.job}`;
		case 'finished':
			return `muster done job ${snapshot.job}`;
		default:
			return `muster job ${snapshot.job}`;
	}
}

/** OSC 9;4: state 1 shows a value, 2 failed, 4 paused, 0 nothing. */
function progressOf(snapshot: Snapshot, percent: number): string {
	switch (snapshot.phase) {
		case 'downloading':
		case 'stopping':
			return `4;1;${percent}`;
		case 'paused':
			return `4;4;${percent}`;
		case 'failed':
			return `4;2;${percent}`;
		default:
			return '4;0';
	}
}

const restPhases = new Set(['finished', 'failed']);
/** A title changes at most this often. */
const titleEvery = 5000;
/** Jobs shorter than this ring no bell. */
const bellAfter = 60;

export function createAnnouncer(
	traits: Pick<TerminalTraits, 'title' | 'progress'>,
	options: {
		readonly bell: boolean;
		/** share of the work that is done, 0 to 1: the one that the bar shows */
		readonly share: (totals: Snapshot['totals']) => number;
	},
): Announcer {
	let title = '';
	let titleAt = -Infinity;
	let progress = '4;0';
	let rung = '';

	const ring = (snapshot: Snapshot): string => {
		const needsPerson =
			snapshot.phase === 'paused' &&
			(snapshot.pauseReason === 'credentials' || snapshot.pauseReason === 'disk');
		if (!needsPerson && !restPhases.has(snapshot.phase)) {
			if (snapshot.phase === 'downloading') rung = '';
			return '';
		}

		const long = snapshot.totals.seconds + snapshot.totals.pausedSeconds > bellAfter;
		const cause = `${snapshot.phase} ${snapshot.pauseReason ?? ''}`;
		if (!options.bell || !long || rung === cause) return '';
		rung = cause;
		return bell;
	};

	return {
		start: () => (traits.title ? '\u001B[22;0t\u001B]2;muster\u0007' : ''),
		next(snapshot, now) {
			let out = ring(snapshot);
			const percent = Math.floor(options.share(snapshot.totals) * 100 + 1e-9);
			const nextTitle = titleOf(snapshot, percent);
			const words = (text: string) => text.replace(/\d+%/, '');
			const due = now - titleAt >= titleEvery || words(nextTitle) !== words(title);
			if (traits.title && nextTitle !== title && due) {
				title = nextTitle;
				titleAt = now;
				out += `\u001B]2;${nextTitle}\u0007`;
			}

			const nextProgress = progressOf(snapshot, percent);
			if (traits.progress && nextProgress !== progress) {
				progress = nextProgress;
				out += `\u001B]9;${nextProgress}\u0007`;
			}

			return out;
		},
		end: () =>
			(traits.progress && progress !== '4;0' ? '\u001B]9;4;0\u0007' : '') +
			(traits.title ? '\u001B[23;0t' : ''),
	};
}
