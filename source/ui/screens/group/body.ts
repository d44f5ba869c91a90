import {formatBytes, formatCount} from '../../../model/format.ts';
import type {GroupRow, WantedRow} from '../../../model/snapshot.ts';
import {groupPane} from '../../components/group-pane.ts';
import {rule} from '../../components/frame-lines.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	blank,
	bold,
	cutMiddle,
	fill,
	left,
	line,
	panes,
	right,
	span,
	textWidth,
	warn,
	wrap,
	type Line,
	type Style,
} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';
import {belowPrefix, candidateWords, wantedName, wantedText} from '../../components/candidates.ts';

const looks: Readonly<Record<WantedRow['state'], {word: string; style: Style}>> = {
	found: {word: 'ready', style: 'plain'},
	local: {word: 'already local', style: 'good'},
	missing: {word: 'missing', style: 'warn'},
	ambiguous: {word: 'ambiguous', style: 'warn'},
	excluded: {word: 'excluded', style: 'plain'},
	duplicate: {word: 'duplicate', style: 'plain'},
	downloaded: {word: 'done', style: 'good'},
	failed: {word: 'failed', style: 'bad'},
	waiting: {word: 'waiting', style: 'plain'},
};

const stateWidth = 13;

export type GroupPlan = {
	/** lines for the group's own numbers above the rows; 0 without a running job */
	readonly head: number;
	readonly area: number;
	readonly block: number;
};

/** Lines of the parts: the group's live pane, its rows, the chosen row's details. */
export function planGroup(layout: Layout, live: GroupRow | undefined): GroupPlan {
	const open = live?.openFiles.length ?? 0;
	const most = layout.short ? 2 : layout.wide ? 8 : 5;
	const head = live === undefined ? 0 : Math.min(most, 2 + open) + 1;
	const block = layout.wide ? 0 : layout.short ? 3 : 6;
	return {
		head,
		area: Math.max(1, layout.bodyRows - head - 2 - (block > 0 ? block + 1 : 0)),
		block,
	};
}

/** A number key takes this candidate of the chosen row. */
export function candidateLines(row: WantedRow, width: number, prefix: string): Line[] {
	return row.candidates.slice(0, 9).map((candidate, index) => {
		const end = `${right(formatBytes(candidate.size), 10)}  ${left(candidateWords(candidate), 13)}`;
		const room = Math.max(8, width - 5 - textWidth(end));
		return line(' ', accent(index + 1), ' = ', left(belowPrefix(candidate.key, prefix), room), end);
	});
}

/** Everything about one row; keys and paths whole, on as many lines as they need. */
export function rowDetail(row: WantedRow, width: number, prefix: string): Line[] {
	const words = (text: string) =>
		wrap(text, Math.max(10, width - 2)).map((part) => line(` ${part}`));
	const rule = row.rule === null ? '' : `, matched by ${row.rule.replace('-', ' ')}`;
	return [
		line(' ', bold(cutMiddle(wantedText(row.text), width - 2))),
		line(` row ${formatCount(row.row)}, ${looks[row.state].word}${rule}`),
		...(row.error === null
			? []
			: [row.error.message, row.error.hint ?? '']
					.filter((text) => text !== '')
					.flatMap((text) => wrap(text, width - 2).map((part) => line(' ', warn(part))))),
		...candidateLines(row, width, prefix),
		...(row.key === null ? [] : words(row.key)),
		...(row.path === null ? [] : words(row.path)),
	];
}

/** In a short window: the choices, or why it failed, or where it went. */
function shortDetail(row: WantedRow, width: number, prefix: string): Line[] {
	if (row.candidates.length > 0) return candidateLines(row, width, prefix);
	if (row.error !== null) {
		return wrap(row.error.message, width - 2).map((part) => line(' ', warn(part)));
	}
	return [row.key, row.path]
		.filter((text) => text !== null)
		.map((text) => line(` ${cutMiddle(text, width - 2)}`));
}

export type GroupInput = {
	readonly layout: Layout;
	readonly glyphs: Glyphs;
	readonly plan: GroupPlan;
	readonly live: GroupRow | undefined;
	readonly rows: ReadonlyArray<WantedRow | undefined>;
	readonly total: number;
	readonly offset: number;
	readonly index: number;
	readonly answered: boolean;
	readonly prefix: string;
	readonly order: string;
};

function rowLines(input: GroupInput, width: number): Line[] {
	const {rows, offset, index, prefix} = input;
	const room = width - 3 - 2 - stateWidth - 10 - 2;
	const longest = Math.max(8, ...rows.map((row) => textWidth(wantedName(row?.text ?? ''))));
	const nameWidth = Math.max(8, Math.min(longest, Math.max(room, 8)));
	const rest = room - nameWidth - 2;
	return rows.map((row, number) => {
		if (row === undefined) return line('   …');
		const selected = offset + number === index;
		const {word, style} = looks[row.state];
		const name = left(wantedName(row.text), nameWidth);
		const key = row.key === null ? '' : belowPrefix(row.key, prefix);
		return line(
			selected ? accent(' > ') : '   ',
			selected ? accent(name) : name,
			'  ',
			span(left(word, stateWidth), style),
			right(row.size > 0 ? formatBytes(row.size) : '-', 10),
			'  ',
			rest >= 10 && key !== row.text ? cutMiddle(key, rest) : '',
		);
	});
}

export function groupBody(input: GroupInput): Line[] {
	const {layout, glyphs, plan, live, rows, total, offset, index, answered, prefix} = input;
	const {order} = input;
	const head =
		live === undefined
			? []
			: fill(
					groupPane(
						live,
						{
							width: Math.min(layout.columns, 100),
							height: plan.head - 1,
							name: Math.min(24, Math.max(8, textWidth(live.name))),
						},
						glyphs,
						false,
					),
					plan.head,
				);
	const width = layout.wide ? layout.mainWidth - 1 : layout.columns;
	const below = Math.max(0, total - offset - rows.length);
	const more = below > 0 ? `   ↓ ${formatCount(below)} more` : '';
	const title =
		total === 0
			? answered
				? `No files here${order === '' ? '' : ` · ${order}`}`
				: 'Asking…'
			: `${formatCount(total)} ${total === 1 ? 'file' : 'files'}${order === '' ? '' : ` · ${order}`}`;
	const height = layout.bodyRows - plan.head - (plan.block > 0 ? plan.block + 1 : 0);
	const list = fill([line(' ', bold(title)), ...rowLines(input, width), line(more)], height);
	const chosen = rows[index - offset];
	if (layout.wide) {
		const detail = chosen === undefined ? [] : rowDetail(chosen, layout.sideWidth, prefix);
		return [
			...head,
			...panes(list, layout.mainWidth, detail, layout.sideWidth, layout.bodyRows - plan.head),
		];
	}
	if (plan.block === 0) return [...head, ...list];
	const detail =
		chosen === undefined
			? [blank]
			: layout.short
				? shortDetail(chosen, layout.columns, prefix)
				: rowDetail(chosen, layout.columns, prefix);
	return [...head, ...list, rule(layout.columns), ...fill(detail, plan.block)];
}
