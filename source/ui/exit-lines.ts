import {formatBytes, formatCount, formatDuration, formatRate, plural} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import type {Snapshot} from '../model/snapshot.ts';
import type {AppResult} from './types.ts';

/**
 * What stays in the scrollback after the app: at most 12 lines, keys whole. A job that goes on in the
 * background is nothing to resume; the command says how to come back to it.
 */
export function exitLines(snapshot: Snapshot, reason: AppResult['reason']): string[] {
	const {job, phase, totals, rollCall, spec} = snapshot;
	if (job === null || spec === null) return [];
	if (phase === 'reading' || phase === 'listing' || phase === 'matching' || phase === 'ready') {
		return [];
	}

	const isOpen = phase !== 'finished' || totals.filesFailed > 0;
	const time = formatDuration(totals.seconds);
	const rate = totals.seconds > 0 ? ` (${formatRate(totals.bytesDone / totals.seconds)})` : '';
	const lines = [
		`muster job ${job}: ${formatCount(totals.filesDone)} of ${plural(totals.files, 'file')}, ${formatBytes(totals.bytesDone)} in ${time}${rate}`,
		`${formatCount(totals.filesFailed)} failed, ${formatCount(rollCall.missing)} missing, ${formatCount(rollCall.ambiguous)} ambiguous, ${formatCount(rollCall.local)} already local`,
		...snapshot.problems.slice(0, 5).map((problem) => `${problem.name}: ${problem.error.message}`),
		`Folder ${spec.folder}`,
		...(snapshot.reports === null ? [] : [`Report ${snapshot.reports.folder}`]),
		...(isOpen && reason !== 'background' ? [`muster resume ${job}`] : []),
	];
	return lines.slice(0, 12).map((text) => safeText(text));
}
