import {commandLine} from './command-line.ts';
import {formatBytes, formatCount, formatDuration, formatRate, plural} from './format.ts';
import {safeText} from './safe-text.ts';
import type {Snapshot} from './snapshot.ts';

/** One line of the account of a job. The rows' counts add up to `Rows in manifest`. */
export type AccountRow = {
	readonly id:
		| 'downloaded'
		| 'local'
		| 'failed'
		| 'missing'
		| 'ambiguous'
		| 'excluded'
		| 'duplicate'
		| 'left'
		| 'rows';
	readonly label: string;
	readonly count: number;
};

/**
 * The account of a job: every wanted row stands in exactly one line, and the last line is their
 * sum. Lines that a plain job never has (excluded, duplicates, not fetched) are left out while 0.
 */
export function accountRows(snapshot: Snapshot): readonly AccountRow[] {
	const {rollCall, totals, summary} = snapshot;
	const downloaded = summary?.downloaded ?? totals.filesDone;
	const failed = summary?.failed ?? totals.filesFailed;
	const left = Math.max(0, rollCall.found - rollCall.local - downloaded - failed);
	const rows: readonly AccountRow[] = [
		{id: 'downloaded', label: 'Downloaded', count: downloaded},
		{id: 'local', label: 'Already local', count: rollCall.local},
		{id: 'failed', label: 'Failed', count: failed},
		{id: 'left', label: 'Not fetched yet', count: left},
		{id: 'missing', label: 'Missing in bucket', count: rollCall.missing},
		{id: 'ambiguous', label: 'Ambiguous, skipped', count: rollCall.ambiguous},
		{id: 'excluded', label: 'Excluded by filters', count: rollCall.excluded},
		{id: 'duplicate', label: 'Wanted twice', count: rollCall.duplicate},
		{id: 'rows', label: 'Rows in manifest', count: rollCall.wanted},
	];
	const optional: ReadonlySet<AccountRow['id']> = new Set(['left', 'excluded', 'duplicate']);
	return rows.filter(({id, count}) => count > 0 || !optional.has(id));
}

/** The manifest's word for its rows: a prefix and a key list have no rows. */
export function rowsLabel(snapshot: Snapshot): string {
	switch (snapshot.spec?.manifest.kind) {
		case 'prefix':
			return 'Files in bucket';
		case 'keys':
			return 'Keys wanted';
		case 'actors':
			return 'Images wanted';
		default:
			return 'Rows in manifest';
	}
}

function stateWord({phase}: Snapshot): string {
	switch (phase) {
		case 'finished':
			return '';
		case 'failed':
			return ' failed';
		case 'stopped':
		case 'stopping':
			return ' stopped';
		default:
			return ' goes on';
	}
}

function speedLine(snapshot: Snapshot): string {
	const {totals, summary} = snapshot;
	const bytes = summary?.bytes ?? totals.bytesDone;
	const seconds = summary?.seconds ?? totals.seconds;
	const files = summary?.downloaded ?? totals.filesDone;
	const amount = `${formatBytes(bytes)} in ${formatDuration(seconds)}`;
	if (seconds <= 0 || files === 0) return amount;
	const perSecond = files / seconds;
	const pace = perSecond >= 100 ? formatCount(perSecond) : perSecond.toFixed(1);
	return `${amount} (${formatRate(bytes / seconds)}, ${pace} files/s)`;
}

const countWords: Readonly<Partial<Record<AccountRow['id'], string>>> = {
	downloaded: 'downloaded',
	local: 'skipped (already here)',
	failed: 'failed',
	left: 'not fetched yet',
	missing: 'missing',
	ambiguous: 'ambiguous',
	excluded: 'excluded',
	duplicate: 'wanted twice',
};

function countsLine(snapshot: Snapshot): string {
	const always = new Set<AccountRow['id']>(['downloaded', 'local', 'failed']);
	return accountRows(snapshot)
		.filter(({id, count}) => id !== 'rows' && (count > 0 || always.has(id)))
		.map(({id, count}) => `${formatCount(count)} ${countWords[id] ?? id}`)
		.join(', ');
}

/** Failed keys stand here whole; who wants all of them opens the report. */
function failureLines(snapshot: Snapshot, most: number): readonly string[] {
	const failed = snapshot.summary?.failed ?? snapshot.totals.filesFailed;
	const all = snapshot.problems.slice(0, failed);
	const shown = all.length > most ? all.slice(0, most - 1) : all;
	const lines = shown.map(
		({group, name, error}) =>
			`failed: ${safeText(withGroup(group, name))}: ${safeText(error.message)}`,
	);
	const rest = failed - shown.length;
	if (rest <= 0) return lines;
	const where = snapshot.reports === null ? '' : `: ${snapshot.reports.folder}/failed.csv`;
	return [...lines, safeText(`and ${plural(rest, 'more failed file')}${where}`)];
}

/** `actor/file` unless the path names its group already. */
export function withGroup(group: string, name: string): string {
	return group === '' || name.split('/').includes(group) ? name : `${group}/${name}`;
}

function nextLine(snapshot: Snapshot): string {
	const {job, phase, totals, summary} = snapshot;
	if (job === null) return '';
	const failed = summary?.failed ?? totals.filesFailed;
	if (phase === 'finished' && failed === 0) return '';
	const what =
		phase === 'finished'
			? failed === 1
				? 'tries the failed file again'
				: `tries the ${formatCount(failed)} failed files again`
			: 'goes on from here, nothing is fetched twice';
	return `Next     muster resume ${job}   ${what}`;
}

/**
 * What stays in the scrollback when a job's screen closes, and what the headless reporters print:
 * at most 12 lines, safe to print. Keys, paths and the command are whole, never cut; a terminal may
 * wrap them. Empty without a job.
 */
export function summaryLines(snapshot: Snapshot): string[] {
	const {job, spec, totals, rollCall, failure, reports} = snapshot;
	if (spec === null) return [];
	const name = job === null ? 'muster' : `muster job ${job}`;
	const files = snapshot.summary?.downloaded ?? totals.filesDone;
	const toGet = Math.max(rollCall.found - rollCall.local, files);
	const of = `${formatCount(files)} of ${plural(toGet, 'file')}`;
	const wanted = [
		`${name}${stateWord(snapshot)}: ${of}, ${speedLine(snapshot)}`,
		countsLine(snapshot),
		failure === null ? '' : failure.message,
		failure?.hint ?? '',
		...failureLines(snapshot, 4),
		`Files    ${spec.folder}`,
		reports === null ? '' : `Reports  ${reports.folder}`,
		nextLine(snapshot),
		`Again    ${commandLine(spec)}`,
	];
	return wanted
		.filter((line) => line !== '')
		.map(safeText)
		.slice(0, 12);
}
