import type {JobRecord} from '../../../job/link/messages.ts';
import {formatBytes, formatCount, formatRate, plural} from '../../../model/format.ts';
import {commandLine} from '../../../model/command-line.ts';
import {clock, formatOf} from '../../components/counts.ts';
import {rule} from '../../components/frame-lines.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	blank,
	bold,
	cutEnd,
	fill,
	left,
	line,
	panes,
	right,
	span,
	wrap,
	type Line,
	type Style,
} from '../../text/line.ts';

const looks: Readonly<Record<JobRecord['state'], {word: string; style: Style}>> = {
	running: {word: 'running', style: 'accent'},
	paused: {word: 'paused', style: 'warn'},
	stopped: {word: 'stopped', style: 'warn'},
	finished: {word: 'finished', style: 'good'},
	failed: {word: 'failed', style: 'bad'},
	interrupted: {word: 'interrupted', style: 'warn'},
};

/** Whether Enter goes on with a job; a finished one starts over with its roll call. */
export function unfinished({state}: Pick<JobRecord, 'state'>): boolean {
	return state !== 'finished';
}

const two = (value: number) => String(value).padStart(2, '0');

/** `2025-11-19 13:31`, in the person's time zone. */
export function dayAndTime(at: number): string {
	const date = new Date(at);
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at)}`;
}

/** One job in one line: number, time, state, how far, what from. */
export function jobLine(job: JobRecord, width: number, selected: boolean): Line {
	const {word, style} = looks[job.state];
	const narrow = width < 60;
	const files = `${formatCount(job.filesDone)} of ${formatCount(job.files)}`;
	const start = `${right(job.id, 4)}  ${narrow ? '' : `${dayAndTime(job.started)}  `}`;
	const counts = left(files, narrow ? 16 : 19);
	const room = width - 3 - start.length - 13 - counts.length - 1;
	return line(
		selected ? accent(' > ') : '   ',
		selected ? accent(start) : start,
		span(left(word, 13), style),
		counts,
		' ',
		room >= 6 ? cutEnd(job.title, room) : '',
	);
}

/** Everything about a job, with what Enter does. */
export function jobDetail(job: JobRecord, width: number): Line[] {
	const words = (text: string) =>
		wrap(text, Math.max(10, width - 2)).map((part) => line(` ${part}`));
	const enter =
		job.state === 'running'
			? 'Enter shows it'
			: unfinished(job)
				? 'Enter goes on where it stopped'
				: 'Enter calls its roll again';
	const speed = job.speed === null ? '' : ` · ${formatRate(job.speed)}`;
	return [
		line(
			' ',
			bold(`Job ${job.id}`),
			` · ${looks[job.state].word} ${dayAndTime(job.updated)} · ${enter}`,
		),
		...words(`${job.title} to ${job.folder}`),
		line(
			` ${formatOf(job.bytesDone, job.bytes)} · ${formatCount(job.missing)} missing · ${formatCount(job.failed)} failed${speed}`,
		),
		...words(commandLine(job.spec)),
	];
}

export type JobsInput = {
	readonly layout: Layout;
	readonly visible: ReadonlyArray<{readonly row: JobRecord; readonly selected: boolean}>;
	readonly total: number;
	readonly below: number;
	readonly chosen: JobRecord | undefined;
	/** what to say instead of the list */
	readonly words: string;
};

const blockRows = 6;

/** Jobs on screen. */
export function jobsRoom(layout: Layout): number {
	const block = layout.short || layout.wide ? 0 : blockRows + 1;
	return Math.max(1, layout.bodyRows - block - 2);
}

export function jobsBody(input: JobsInput): Line[] {
	const {layout, visible, total, below, chosen, words} = input;
	if (total === 0) return [blank, line(` ${words}`)];
	const width = layout.wide ? layout.mainWidth - 1 : layout.columns;
	const unit = plural(total, 'job');
	const bytes = chosen === undefined ? '' : ` · job ${chosen.id}: ${formatBytes(chosen.bytesDone)}`;
	const list = [
		line(' ', bold(unit), bytes),
		...visible.map(({row, selected}) => jobLine(row, width, selected)),
		...(below > 0 ? [line(`   ↓ ${formatCount(below)} more`)] : []),
	];
	const block = layout.short || layout.wide ? 0 : blockRows;
	const detail =
		chosen === undefined ? [] : jobDetail(chosen, layout.wide ? layout.sideWidth : layout.columns);
	if (layout.wide) {
		return panes(list, layout.mainWidth, detail, layout.sideWidth, layout.bodyRows);
	}
	if (block === 0) return fill(list, layout.bodyRows);
	return [...fill(list, layout.bodyRows - block - 1), rule(layout.columns), ...fill(detail, block)];
}
