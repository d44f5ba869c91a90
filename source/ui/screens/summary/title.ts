import {formatCount} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';
import {clock} from '../../components/counts.ts';

const words: Readonly<Partial<Record<Snapshot['phase'], string>>> = {
	finished: 'finished',
	failed: 'failed',
	stopped: 'stopped, everything is saved',
};

/** `Job 12 finished · 2 files need you`. */
export function summaryTitle({job, phase, summary, totals}: Snapshot): string {
	const failed = summary?.failed ?? totals.filesFailed;
	const need =
		failed === 0
			? ''
			: ` · ${formatCount(failed)} ${failed === 1 ? 'file needs' : 'files need'} you`;
	return `Job ${job ?? ''} ${words[phase] ?? phase}${need}`;
}

/** `13:31 to 14:30`. */
export function timeWords({startedAt, finishedAt}: Snapshot): string {
	return startedAt === null || finishedAt === null
		? ''
		: `${clock(startedAt)} to ${clock(finishedAt)}`;
}
