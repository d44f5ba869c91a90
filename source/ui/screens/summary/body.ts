import {commandLine} from '../../../model/command-line.ts';
import {formatBytes, formatCount, formatDuration, plural} from '../../../model/format.ts';
import type {GroupRow, Problem, Snapshot} from '../../../model/snapshot.ts';
import {accountRows, withGroup} from '../../../model/summary-lines.ts';
import {groupName, groupNoun} from '../../components/counts.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	bad,
	blank,
	bold,
	cutEnd,
	cutMiddle,
	fill,
	left,
	line,
	panes,
	textWidth,
	wrap,
	type Line,
} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';
import {accountLines, headLine} from './account.ts';
import {chartLines, factLines, troubledLines} from './side.ts';

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

/** `285 actors complete, 2 with something to look at: dalia_r, yara_m`; '' while that is not known. */
export function groupWords(
	snapshot: Snapshot,
	troubled: SummaryInput['troubled'],
	width: number,
): string {
	const {groups, rollCall, totals, summary} = snapshot;
	const noun = groupNoun(snapshot.spec);
	const failed = summary?.failed ?? totals.filesFailed;
	const {rows, all} = troubled;
	if (rows.length === 0 && rollCall.missing + rollCall.ambiguous + failed > 0) return '';
	const look = 'with something to look at';
	if (!all) return `${plural(groups.total, noun.one, noun.many)}, over ${rows.length} ${look}`;
	// Done says that nothing is left to fetch; names that no object fits are part of it.
	const done = groups.done - rows.filter(({state}) => state === 'done').length;
	const unfinished = groups.total - done - rows.length;
	const names = rows
		.slice(0, 6)
		.map(({name}) => groupName(name))
		.join(', ');
	const parts = [
		`${plural(Math.max(0, done), noun.one, noun.many)} complete`,
		...(unfinished > 0 ? [`${formatCount(unfinished)} not finished`] : []),
		...(rows.length > 0
			? [`${formatCount(rows.length)} ${look}: ${names}${rows.length > 6 ? ', …' : ''}`]
			: []),
	];
	return cutEnd(parts.join(', '), width);
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

export type SummaryInput = {
	readonly snapshot: Snapshot;
	readonly layout: Layout;
	readonly glyphs: Glyphs;
	/** the failed files in view */
	readonly failed: ReadonlyArray<Problem | undefined>;
	readonly failedTotal: number;
	/** position of the chosen one in view */
	readonly index: number;
	/** the groups with failed, missing or ambiguous names; `all` unless there are more of them */
	readonly troubled: {readonly all: boolean; readonly rows: readonly GroupRow[]};
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
	const words = [groupWords(snapshot, troubled, width - 2), waitedWords(snapshot)];
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
		...troubledLines(troubled.rows, troubled.rows.length, layout.sideWidth, room, snapshot, glyphs),
		...facts,
	];
	const main = mainLines(input, layout.mainWidth - 1);
	return [...head, ...panes(main, layout.mainWidth, side, layout.sideWidth, height)];
}
