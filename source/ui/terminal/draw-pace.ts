import {cpus} from 'node:os';

/** What drawing may take of a core while the download needs all of them. */
const share = 0.03;
/** Cores that idle less than this are needed elsewhere. */
const idleEnough = 0.15;
const lookEvery = 500;
const slowest = 1000;

/** Used and idle time so far, in milliseconds: of this process, and of all cores. */
export type Usage = {readonly own: number; readonly idle: number; readonly all: number};

function usage(): Usage {
	const {user, system} = process.cpuUsage();
	let idle = 0;
	let all = 0;
	for (const {times} of cpus()) {
		idle += times.idle;
		all += times.user + times.nice + times.sys + times.irq + times.idle;
	}
	return {own: (user + system) / 1000, idle, all};
}

/**
 * How long to wait between two draws of new numbers: the usual time while cores are idle; on a machine that
 * is busy, so long that drawing takes three per cent of a core. Called at least at every draw.
 */
export function watchDrawCost(
	measure: () => Usage = usage,
	now: () => number = () => performance.now(),
): (usual: number) => number {
	let before = measure();
	let at = now();
	let interval = 0;
	return (usual) => {
		const elapsed = now() - at;
		if (elapsed >= lookEvery) {
			const after = measure();
			const isBusy = after.idle - before.idle < idleEnough * (after.all - before.all);
			const cost = ((after.own - before.own) / elapsed) * Math.max(usual, interval);
			interval = isBusy ? Math.min(slowest, cost / share) : 0;
			before = after;
			at = now();
		}
		return Math.max(usual, interval);
	};
}
