import type {ErrorRecord} from '../model/error.ts';
import type {PauseReason, ProgressEvent, RollCallCounts, SummaryEvent} from '../model/event.ts';
import {formatBytes, formatCount, formatRate} from '../model/format.ts';
import type {JobSpec} from '../model/job-spec.ts';
import {safeText} from '../model/safe-text.ts';
import type {DownloadTotals, Snapshot} from '../model/snapshot.ts';

/** `13:50:58` in local time. */
export function clockTime(at: number): string {
	const date = new Date(at);
	return [date.getHours(), date.getMinutes(), date.getSeconds()]
		.map((part) => String(part).padStart(2, '0'))
		.join(':');
}

/** `36m`, `56m12s`, `5h02m`: a duration without blanks. */
export function shortDuration(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60) return `${whole}s`;
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return whole % 60 === 0 ? `${minutes}m` : `${minutes}m${pad(whole % 60)}s`;
	return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** `muster: what happened` and, on its own line, what to do. */
export function errorLines(error: ErrorRecord): string[] {
	const lines = [`muster: ${safeText(error.message)} code=${error.code}`];
	if (error.hint !== undefined) lines.push(`  ${safeText(error.hint)}`);
	return lines;
}

/** The manifest's word for its groups. */
export function groupWord(spec: JobSpec | null, count: number): string {
	const word = spec?.manifest.kind === 'actors' ? 'actor' : 'group';
	return count === 1 ? word : `${word}s`;
}

/** The counts of a roll call in one line. */
export function rollCallLine(counts: RollCallCounts): string {
	const optional = [
		[counts.archived ?? 0, 'archived'],
		[counts.excluded, 'excluded by filters'],
		[counts.duplicate, 'wanted twice'],
	] as const;
	const parts = [
		`${formatCount(counts.wanted)} wanted`,
		`${formatCount(counts.found)} found`,
		`${formatCount(counts.missing)} missing`,
		`${formatCount(counts.ambiguous)} ambiguous`,
		`${formatCount(counts.local)} already here`,
		...optional
			.filter(([count]) => count > 0)
			.map(([count, words]) => `${formatCount(count)} ${words}`),
	];
	return `roll call: ${parts.join(', ')}; ${formatBytes(counts.bytes)} to download`;
}

/** `137.2/386.4 GiB`: both in the unit of the larger. */
function bytesPair(done: number, total: number): string {
	const [amount = '0', unit = 'B'] = formatBytes(total).split(' ');
	const scale = Number(amount) > 0 ? total / Number(amount) : 1;
	const digits = unit === 'B' ? 0 : amount.includes('.') ? (amount.split('.')[1]?.length ?? 0) : 0;
	return `${(done / scale).toFixed(digits)}/${amount} ${unit}`;
}

/** How far a download is, 0 to 1: by bytes, or by files when there are none. */
export function fraction(totals: DownloadTotals): number {
	if (totals.bytes > 0) return Math.min(1, totals.bytesDone / totals.bytes);
	return totals.files > 0 ? (totals.filesDone + totals.filesFailed) / totals.files : 0;
}

/** `job 12: 35% 4206/11842 files 137.2/386.4 GiB 118 MiB/s 36m left, 96/287 actors done` */
export function progressLine(snapshot: Snapshot): string {
	const {totals, groups, job, spec} = snapshot;
	const left = totals.etaSeconds === null ? '' : ` ${shortDuration(totals.etaSeconds)} left`;
	const grouped =
		groups.total > 1
			? `, ${groups.done - groups.nothing}/${groups.total - groups.nothing} ${groupWord(spec, groups.total)} done`
			: '';
	const name = job === null ? 'download' : `job ${job}`;
	return (
		`${name}: ${Math.floor(fraction(totals) * 100)}% ${totals.filesDone}/${totals.files} files ` +
		`${bytesPair(totals.bytesDone, totals.bytes)} ${formatRate(totals.bytesPerSecond)}${left}${grouped}`
	);
}

const pauseWords: Readonly<Record<PauseReason, string>> = {
	credentials: 'paused: the sign-in has ended; nothing is lost',
	disk: 'paused: the disk needs room; open files are kept',
	user: 'paused',
	throttled: 'paused: the store asked to slow down',
	network: 'paused: no connection to the store; nothing is lost',
};

export const pauseLine = (reason: PauseReason): string => pauseWords[reason];

/** The progress event of a snapshot. */
export function progressOf({totals, groups}: Snapshot): ProgressEvent {
	return {
		type: 'progress',
		done: totals.filesDone,
		total: totals.files,
		bytes: totals.bytesDone,
		bytes_total: totals.bytes,
		bytes_per_second: Math.round(totals.bytesPerSecond),
		files_per_second: Math.round(totals.filesPerSecond * 1000) / 1000,
		eta_seconds: totals.etaSeconds === null ? null : Math.round(totals.etaSeconds),
		groups_active: groups.active,
	};
}

/** The summary event of a snapshot, also where the engine had none to give. */
export function summaryOf(snapshot: Snapshot, event?: SummaryEvent): SummaryEvent {
	const known = event ?? snapshot.summary;
	if (known !== null && known !== undefined) return known;
	const {rollCall, totals} = snapshot;
	const {wanted, found, missing, ambiguous, excluded, duplicate, local} = rollCall;
	const rate = (amount: number): number =>
		totals.seconds > 0 ? Math.round((amount / totals.seconds) * 1000) / 1000 : 0;
	return {
		type: 'summary',
		job: snapshot.job,
		wanted,
		found,
		missing,
		ambiguous,
		excluded,
		duplicate,
		downloaded: totals.filesDone,
		local,
		failed: totals.filesFailed,
		bytes: totals.bytesDone,
		seconds: totals.seconds,
		files_per_second: rate(totals.filesDone),
		bytes_per_second: Math.round(rate(totals.bytesDone)),
		exit_code: 0,
	};
}

/** `finished job 12: 11840 ok, 2 failed, …, 386.3 GiB in 56m12s. Exit code 3.` */
export function lastLine(snapshot: Snapshot, exitCode: number): string {
	const sum = summaryOf(snapshot);
	const job = sum.job === null ? '' : ` job ${sum.job}`;
	const verb = {finished: 'finished', stopped: 'stopped', failed: 'failed'} as const;
	const word = snapshot.phase in verb ? verb[snapshot.phase as keyof typeof verb] : 'ended';
	const counts = [
		`${sum.downloaded} ok`,
		`${sum.failed} failed`,
		`${sum.missing} missing`,
		`${sum.ambiguous} ambiguous`,
		`${sum.local} local`,
	];
	return (
		`${word}${job}: ${counts.join(', ')}, ${formatBytes(sum.bytes)} in ` +
		`${shortDuration(sum.seconds)}. Exit code ${exitCode}.`
	);
}
