import {commandLine} from '../../../model/command-line.ts';
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatRate,
	plural,
} from '../../../model/format.ts';
import type {GroupRow, Problem, Snapshot} from '../../../model/snapshot.ts';
import {accountRows, rowsLabel, withGroup, type AccountRow} from '../../../model/summary-lines.ts';
import {
	clock,
	formatSum,
	groupName,
	groupNoun,
	readyCount,
	tableCount,
} from '../../components/counts.ts';
import {buckets, speedChart} from '../../components/speed-chart.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	bad,
	blank,
	bold,
	cutEnd,
	cutMiddle,
	fill,
	good,
	left,
	line,
	panes,
	right,
	textWidth,
	warn,
	wrap,
	type Line,
	type Span,
} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';

/** ` 11,840 of 11,842 files      386.3 GiB      56 m 12 s      117 MiB/s mean`. */
export function headLine(snapshot: Snapshot, layout: Layout): Line {
	const {rollCall, totals, summary} = snapshot;
	const files = summary?.downloaded ?? totals.filesDone;
	const bytes = summary?.bytes ?? totals.bytesDone;
	const seconds = summary?.seconds ?? totals.seconds;
	const all = Math.max(readyCount(rollCall), files);
	const pause =
		layout.wide && totals.pausedSeconds >= 1
			? `, without ${formatDuration(totals.pausedSeconds)} of waiting`
			: '';
	const best =
		layout.wide && snapshot.bestSpeed > 0 ? `, ${formatRate(snapshot.bestSpeed)} best` : '';
	const parts = [
		`${formatCount(files)} of ${plural(all, 'file')}`,
		formatSum(bytes),
		`${formatDuration(seconds)}${pause}`,
		...(seconds > 0 && files > 0
			? [
					`${formatRate(bytes / seconds)} mean${best}`,
					`${files / seconds >= 100 ? formatCount(files / seconds) : (files / seconds).toFixed(1)} files/s`,
				]
			: []),
	];
	for (const gap of [6, 4, 2]) {
		const text = parts.join(' '.repeat(gap));
		if (textWidth(text) + 2 <= layout.columns) return line(` ${text}`);
	}
	return line(` ${parts.slice(0, 3).join('  ')}`);
}

/** What stands behind a count: bytes and a word of advice. */
function rowWords(id: AccountRow['id'], snapshot: Snapshot): {bytes: number; words: string} {
	const {summary, totals, spec} = snapshot;
	switch (id) {
		case 'downloaded': {
			const how = spec?.verify === 'size' ? 'every size is right' : 'every checksum matched';
			return {bytes: summary?.bytes ?? totals.bytesDone, words: how};
		}
		case 'local':
			return {bytes: 0, words: 'left alone'};
		case 'failed':
			return {bytes: 0, words: 'r tries again'};
		case 'left':
			return {bytes: Math.max(0, totals.bytes - totals.bytesDone), words: 'r goes on'};
		case 'missing':
			return {bytes: 0, words: 'e writes missing.csv'};
		case 'ambiguous':
			return {bytes: 0, words: 'e writes resolved.csv'};
		case 'excluded':
			return {bytes: 0, words: 'by your filters'};
		case 'duplicate':
			return {bytes: 0, words: 'the same file, fetched once'};
		case 'rows':
			return {bytes: 0, words: ''};
		default:
			return id satisfies never;
	}
}

function countSpan(row: AccountRow, text: string): Span | string {
	if (row.count === 0 || row.id === 'rows') return text;
	if (row.id === 'downloaded' || row.id === 'local') return good(text);
	return row.id === 'failed'
		? bad(text)
		: row.id === 'excluded' || row.id === 'duplicate'
			? text
			: warn(text);
}

/** The account: rows that add up to the manifest. */
export function accountLines(snapshot: Snapshot, layout: Layout): Line[] {
	return accountRows(snapshot).map((row) => {
		const {bytes, words} = rowWords(row.id, snapshot);
		const label = row.id === 'rows' ? rowsLabel(snapshot) : row.label;
		const size = layout.narrow ? '' : right(bytes > 0 ? formatSum(bytes) : '', 12);
		const advice = row.count > 0 ? `   ${words}` : '';
		return line(
			'   ',
			left(label, 19),
			countSpan(row, right(formatCount(row.count), 9)),
			size,
			advice,
		);
	});
}

/** Failed files, the chosen one marked; then how many are not shown. */
export function failedLines(
	problems: ReadonlyArray<Problem | undefined>,
	index: number,
	width: number,
): Line[] {
	const names = problems.map((problem) =>
		problem === undefined ? '…' : withGroup(problem.group, problem.name),
	);
	const nameWidth = Math.min(
		Math.max(12, ...names.map((name) => textWidth(name))),
		Math.floor(width / 2),
	);
	return problems.map((problem, number) => {
		const selected = number === index;
		const name = left(names[number] ?? '', nameWidth);
		const reason = cutEnd(problem?.error.message ?? '', width - 3 - nameWidth - 4);
		return line(selected ? accent(' > ') : '   ', selected ? accent(name) : name, '  ', reason);
	});
}

/** `285 actors complete, 2 not: dalia_r, yara_m`. */
export function groupWords(
	snapshot: Snapshot,
	troubled: readonly GroupRow[],
	width: number,
): string {
	const {groups} = snapshot;
	const noun = groupNoun(snapshot.spec);
	const open = Math.max(0, groups.total - groups.done);
	const complete = `${plural(groups.done, noun.one, noun.many)} complete`;
	if (open === 0) return complete;
	const named = troubled.filter(({failed, files, filesDone}) => failed > 0 || filesDone < files);
	const names = named
		.map(({name}) => groupName(name))
		.slice(0, 6)
		.join(', ');
	const rest = open > Math.min(named.length, 6) && names !== '' ? ', …' : '';
	return cutEnd(
		`${complete}, ${formatCount(open)} not${names === '' ? '' : `: ${names}${rest}`}`,
		width,
	);
}

function waitedWords(snapshot: Snapshot): string {
	const {totals, disk, spec} = snapshot;
	const paused =
		totals.pausedSeconds >= 1 ? `Paused ${formatDuration(totals.pausedSeconds)}. ` : '';
	const free =
		disk === null ? '' : `${formatBytes(disk.free)} free in ${spec?.folder ?? 'the folder'}.`;
	return paused + free;
}

function whereLines(snapshot: Snapshot, width: number, withLog: boolean): Line[] {
	const {spec, reports} = snapshot;
	const row = (label: string, text: string) =>
		line(` ${left(label, 8)}`, cutMiddle(text, Math.max(8, width - 10)));
	return [
		...(spec === null ? [] : [row('Files', spec.folder)]),
		...(reports === null
			? []
			: [row('Reports', reports.folder), ...(withLog ? [row('Log', reports.log)] : [])]),
	];
}

/** What to do next, and the line that does it all again; as many lines as the command needs. */
function nextLines(snapshot: Snapshot, width: number, most: number): Line[] {
	const {job, spec, phase, totals, summary} = snapshot;
	const failed = summary?.failed ?? totals.filesFailed;
	const resume =
		job === null || (phase === 'finished' && failed === 0)
			? []
			: [
					line(
						` ${left('Next', 8)}`,
						accent(`muster resume ${job}`),
						phase === 'finished'
							? `  tries the ${plural(failed, 'failed file')} again`
							: '  goes on',
					),
				];
	if (spec === null) return resume;
	const command = wrap(commandLine(spec), Math.max(20, width - 10));
	// A command cut in the middle still starts alike; it is whole behind `o`.
	const room = Math.max(1, most - resume.length);
	const shown = command.slice(0, room);
	const cut = command.length > room;
	return [
		...resume,
		...shown.map((text, index) => {
			const words =
				cut && index === room - 1 ? `${cutEnd(`${text} …`, width - 28)}  o shows it whole` : text;
			return line(` ${index === 0 ? left('Again', 8) : ' '.repeat(8)}`, words);
		}),
	];
}

function chartLines(snapshot: Snapshot, width: number, glyphs: Glyphs): Line[] {
	const {speeds, bestSpeed, startedAt, finishedAt} = snapshot;
	if (speeds.length < 2) return [];
	const best = formatRate(bestSpeed);
	const chart = speedChart(speeds, bestSpeed, width - textWidth(best) - 2, glyphs);
	const marks = buckets(speeds, width - textWidth(best) - 2).length;
	const from = startedAt === null ? '' : clock(startedAt);
	const to = finishedAt === null ? '' : clock(finishedAt);
	const times = marks >= 12 ? from + ' '.repeat(marks - 10) + to : from;
	return [
		line(bold('Speed over time')),
		line(`${best} `, accent(chart)),
		line(`${' '.repeat(textWidth(best))} ${times}`),
		blank,
	];
}

function troubledLines(
	rows: readonly GroupRow[],
	total: number,
	width: number,
	most: number,
	snapshot: Snapshot,
	glyphs: Glyphs,
): Line[] {
	if (rows.length === 0) return [];
	const count = 8;
	const name = Math.max(8, width - count * 4 - 2);
	const title = `${groupNoun(snapshot.spec).many} with something to look at`;
	const heading = title.charAt(0).toUpperCase() + title.slice(1);
	const shown = rows.slice(0, Math.max(1, most));
	const rest = total - shown.length;
	return [
		line(bold(heading)),
		line(
			' '.repeat(name + 2),
			right('Got', count),
			right('Failed', count),
			right('Missing', count),
			right('Ambig', count),
		),
		...shown.map((row) =>
			line(
				'  ',
				left(groupName(row.name), name),
				tableCount(row.filesDone, count, glyphs),
				tableCount(row.failed, count, glyphs),
				tableCount(row.missing, count, glyphs),
				tableCount(row.ambiguous, count, glyphs),
			),
		),
		...(rest > 0 ? [line(`  ↓ ${formatCount(rest)} more`)] : []),
		blank,
	];
}

function factLines({totals}: Snapshot): Line[] {
	return [
		line(
			left('Retries', 14),
			`${plural(totals.retries, 'request')}, ${plural(totals.slowDowns, 'slow-down')} from S3`,
		),
		line(left('Connections', 14), `${formatCount(totals.connections)} at the end`),
	];
}

export type SummaryInput = {
	readonly snapshot: Snapshot;
	readonly layout: Layout;
	readonly glyphs: Glyphs;
	/** the failed files in view */
	readonly failed: ReadonlyArray<Problem | undefined>;
	readonly failedTotal: number;
	/** position of the chosen one in view */
	readonly index: number;
	readonly troubled: {readonly total: number; readonly rows: readonly GroupRow[]};
};

/** Failed files in view for a window: the account and the places come first. */
export function failedRoom(snapshot: Snapshot, layout: Layout): number {
	const account = accountRows(snapshot).length;
	if (layout.short) return 0;
	const fixed = 2 + account + 2 + 3 + 5 + (layout.wide ? 4 : 0);
	return Math.max(1, Math.min(12, layout.bodyRows - fixed));
}

function failureLines(snapshot: Snapshot, width: number): Line[] {
	const {failure} = snapshot;
	if (failure === null) return [];
	return wrap([failure.message, failure.hint ?? ''].join(' ').trim(), width - 2)
		.slice(0, 3)
		.map((text) => line(' ', bad(text)));
}

function mainLines(input: SummaryInput, width: number): Line[] {
	const {snapshot, layout, failed, failedTotal, index, troubled} = input;
	const account = accountLines(snapshot, {...layout, columns: width});
	const rest = failedTotal - failed.length;
	const list =
		failed.length === 0
			? []
			: [
					line(' ', bold('Failed'), rest > 0 ? `  ${formatCount(rest)} more: x shows all` : ''),
					...failedLines(failed, index, width),
					blank,
				];
	const words = [groupWords(snapshot, troubled.rows, width - 2), waitedWords(snapshot)];
	const top = [
		...account,
		blank,
		...list,
		...words.map((text) => line(` ${cutEnd(text, width - 2)}`)),
		blank,
	];
	const where = whereLines(snapshot, width, layout.bodyRows >= 24);
	const room = layout.bodyRows - 2 - top.length - where.length;
	return [...top, ...where, ...nextLines(snapshot, width, Math.max(2, room))];
}

/** The whole account of a job. */
export function summaryBody(input: SummaryInput): Line[] {
	const {snapshot, layout, glyphs, troubled} = input;
	const head = [...failureLines(snapshot, layout.columns), headLine(snapshot, layout), blank];
	if (layout.short) {
		const account = accountLines(snapshot, layout);
		const failed = snapshot.summary?.failed ?? snapshot.totals.filesFailed;
		const more =
			failed > 0 ? [line(' ', accent('x'), ` shows the ${plural(failed, 'failed file')}`)] : [];
		const rest = nextLines(snapshot, layout.columns, 1);
		return fill([...head.slice(0, -1), ...account, ...more, ...rest], layout.bodyRows);
	}
	if (!layout.wide) return fill([...head, ...mainLines(input, layout.columns)], layout.bodyRows);
	const chart = chartLines(snapshot, layout.sideWidth, glyphs);
	const facts = factLines(snapshot);
	const height = layout.bodyRows - head.length;
	const room = height - chart.length - facts.length - 4;
	const side = [
		...chart,
		...troubledLines(troubled.rows, troubled.total, layout.sideWidth, room, snapshot, glyphs),
		...facts,
	];
	const main = mainLines(input, layout.mainWidth - 1);
	return [...head, ...panes(main, layout.mainWidth, side, layout.sideWidth, height)];
}
