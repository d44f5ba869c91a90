import {formatCount} from '../../../model/format.ts';
import type {GroupRow, Snapshot} from '../../../model/snapshot.ts';
import {cellStrip} from '../../components/cells.ts';
import {groupCounts, groupName, groupNoun, hasNothing} from '../../components/counts.ts';
import {groupPane, openFilesLine} from '../../components/group-pane.ts';
import {groupLine, rowColumns, rowHeader, type RowColumns} from '../../components/group-rows.ts';
import type {Layout} from '../../layout.ts';
import {blank, fill, line, panes, textWidth, type Line} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';
import {footLine, overallBar, problemLines, stateLine, sumsLine} from './head.ts';

/** How the groups are drawn: rows of a table, panes under each other, panes in two columns. */
export type GroupView = 'rows' | 'stack' | 'grid';

/** Where everything stands; told by window size and number of groups alone, so nothing jumps. */
export type Plan = {
	readonly view: GroupView;
	/** lines for the list of groups, heading not counted */
	readonly area: number;
	/** groups on screen */
	readonly room: number;
	readonly cellRows: number;
	readonly problems: number;
	/** lines of one pane in the grid */
	readonly pane: number;
	readonly counts: boolean;
	readonly foot: boolean;
};

/** Up to so many groups get a pane each. */
const fewGroups = 12;

/** The view that fits by itself; `v` takes the other one. */
export function viewOf(total: number, layout: Layout, swapped: boolean): GroupView {
	const pane = layout.wide ? 'grid' : 'stack';
	const panesFirst = total <= fewGroups ? !layout.short && !layout.narrow : layout.wide;
	return panesFirst === swapped ? 'rows' : pane;
}

function gridSizes(area: number, total: number): {pane: number; room: number} {
	const across = 2;
	const wanted = Math.ceil(Math.min(total, fewGroups) / across);
	// A few groups share the whole height; many get the six lines of the mock-up.
	const pane =
		total <= fewGroups ? Math.min(9, Math.max(3, Math.floor(area / Math.max(1, wanted)))) : 6;
	return {pane, room: Math.max(1, Math.floor((area + 1) / pane)) * across};
}

/** Lines of every part for a window and a job. */
export function planBody(
	snapshot: Pick<Snapshot, 'groups' | 'cells' | 'problems'>,
	layout: Layout,
	swapped: boolean,
): Plan {
	const {total} = snapshot.groups;
	const view = viewOf(total, layout, swapped);
	const many = total > fewGroups;
	const inLine = layout.columns - 2;
	const cellRows =
		layout.short || !many ? 0 : Math.min(4, Math.ceil(snapshot.cells.length / inLine));
	const most = layout.short ? 1 : layout.rows >= 32 ? 3 : 1;
	const problems = Math.min(most, snapshot.problems.length);
	const foot = !layout.short;
	const counts = many || layout.short;
	const head = 3 + (counts ? 1 : 0) + cellRows + (cellRows > 0 ? 1 : 0);
	const heading = view === 'rows' && !layout.short ? 1 : 0;
	const spare = layout.wide && view === 'grid' ? 1 : 0;
	const area = Math.max(1, layout.bodyRows - head - heading - problems - (foot ? 1 : 0) - spare);
	const grid = gridSizes(area, total);
	const room =
		view === 'rows'
			? Math.max(1, area - (total > area && (total <= 60 || layout.short) ? 1 : 0))
			: view === 'stack'
				? Math.max(1, Math.min(area, total <= fewGroups ? total : Math.floor(area / 2)))
				: grid.room;
	return {view, area, room, cellRows, problems, pane: grid.pane, counts, foot};
}

export type BodyInput = {
	readonly snapshot: Snapshot;
	readonly layout: Layout;
	readonly glyphs: Glyphs;
	readonly plan: Plan;
	/** the groups in view; undefined where the answer is still to come */
	readonly rows: ReadonlyArray<GroupRow | undefined>;
	readonly total: number;
	readonly offset: number;
	readonly index: number;
	/** `speed first · find: lena`, '' for the usual order */
	readonly order: string;
};

/** `↓ 22 waiting, 17 done below`: by state while the list stands at its top in the usual order. */
export function belowLine(input: BodyInput): Line {
	const {snapshot, rows, total, offset, order} = input;
	const below = total - offset - rows.length;
	if (below <= 0) return blank;
	const suffix = order === '' ? '' : ` · ${order}`;
	if (offset > 0 || total !== snapshot.groups.total) {
		return line(`   ↓ ${formatCount(below)} more${suffix}`);
	}
	const shown = (state: GroupRow['state']) => rows.filter((row) => row?.state === state).length;
	const {active, problem, waiting, done, nothing} = snapshot.groups;
	const shownNothing = rows.filter((row) => row !== undefined && hasNothing(row)).length;
	const parts = [
		[active - shown('active'), 'active'],
		[problem - shown('problem'), 'with problems'],
		[waiting - shown('waiting'), 'waiting'],
		[done - nothing - shown('done') + shownNothing, 'done'],
		[nothing - shownNothing, 'with nothing to fetch'],
	] as const;
	const told = parts
		.filter(([count]) => count > 0)
		.map(([count, words]) => `${formatCount(count)} ${words}`);
	const words = `   ↓ ${told.join(', ')} below${suffix}`;
	const short = `   ↓ ${formatCount(below)} more below`;
	return line(textWidth(words) <= input.layout.mainWidth - 1 ? words : short);
}

const known = (rows: BodyInput['rows']): readonly GroupRow[] =>
	rows.filter((row) => row !== undefined);

function rowsOf(input: BodyInput, columns: RowColumns): Line[] {
	return input.rows.map((row, number) =>
		row === undefined
			? line('   …')
			: groupLine(row, columns, input.glyphs, input.offset + number === input.index),
	);
}

/** The table; on a wide screen with the chosen group's pane at its right. */
function tableLines(input: BodyInput): Line[] {
	const {layout, plan, snapshot, glyphs} = input;
	const width = layout.wide ? layout.mainWidth - 1 : layout.columns;
	const columns = rowColumns(known(input.rows), width);
	const list = rowsOf(input, columns);
	if (plan.room < plan.area) list.push(belowLine(input));
	const heading = layout.short ? [] : [rowHeader(groupNoun(snapshot.spec).title, columns)];
	const height = plan.area + heading.length;
	const main = fill([...heading, ...list], height);
	if (!layout.wide) return main;
	const chosen = input.rows[input.index - input.offset];
	const side =
		chosen === undefined
			? []
			: groupPane(
					chosen,
					{
						width: layout.sideWidth,
						height: Math.min(height, 2 + chosen.openFiles.length),
						name: Math.min(24, textWidth(groupName(chosen.name))),
					},
					glyphs,
					false,
				);
	return panes(main, layout.mainWidth, side, layout.sideWidth, height);
}

/** Panes under each other: the row, its open files, and a blank line where there is room. */
function stackLines(input: BodyInput): Line[] {
	const {layout, plan, glyphs, rows} = input;
	const columns = rowColumns(known(rows), layout.columns);
	const heads = rowsOf(input, columns);
	let spare = plan.area - heads.length;
	const withFiles = rows.map((row) => {
		const has = row !== undefined && row.openFiles.length > 0 && spare > 0;
		if (has) spare--;
		return has;
	});
	const gaps = spare >= heads.length - 1;
	const lines = heads.flatMap((head, number) => {
		const row = rows[number];
		const files =
			withFiles[number] === true && row !== undefined
				? [openFilesLine(row, layout.columns, glyphs)]
				: [];
		return [head, ...files, ...(gaps ? [blank] : [])];
	});
	return fill(lines, plan.area);
}

/** Panes in two columns, read down the first one and then down the second, as the cursor goes. */
function gridLines(input: BodyInput): Line[] {
	const {layout, plan, glyphs, rows} = input;
	const startWidth = Math.floor((layout.columns - 3) / 2) + 1;
	const endWidth = layout.columns - startWidth - 2;
	const name = Math.min(
		Math.floor(endWidth / 3),
		Math.max(6, ...known(rows).map((row) => textWidth(groupName(row.name)))),
	);
	const draw = (part: BodyInput['rows'], from: number, width: number) =>
		part.flatMap((row, number) => {
			if (row === undefined) return fill([line('   …')], plan.pane);
			const selected = input.offset + from + number === input.index;
			const size = {width, height: plan.pane - 1, name};
			return [...groupPane(row, size, glyphs, selected), blank];
		});
	const half = Math.ceil(Math.min(rows.length, plan.room) / 2);
	return panes(
		draw(rows.slice(0, half), 0, startWidth),
		startWidth,
		draw(rows.slice(half), half, endWidth),
		endWidth,
		plan.area,
	);
}

function listLines(input: BodyInput): Line[] {
	switch (input.plan.view) {
		case 'rows':
			return tableLines(input);
		case 'stack':
			return stackLines(input);
		case 'grid':
			return gridLines(input);
		default:
			return input.plan.view satisfies never;
	}
}

/** The whole body in exactly the rows that the layout gives it. */
export function downloadBody(input: BodyInput): Line[] {
	const {snapshot, layout, glyphs, plan} = input;
	const nameWidth = Math.min(
		16,
		Math.max(6, ...snapshot.problems.slice(-plan.problems).map(({group}) => textWidth(group))),
	);
	const counts = plan.counts ? [groupCounts(snapshot, layout.columns)] : [];
	const cells = cellStrip(snapshot.cells, layout.columns, plan.cellRows, glyphs);
	const state = stateLine(snapshot, layout.columns);
	return fill(
		[
			overallBar(snapshot, layout.columns, glyphs),
			sumsLine(snapshot, layout),
			...(layout.short ? [...counts, state] : [state, ...counts]),
			...(plan.cellRows > 0 ? [...cells, blank] : []),
			...listLines(input),
			...(plan.view === 'grid' ? [blank] : []),
			...(plan.problems > 0 ? problemLines(snapshot, plan.problems, nameWidth, layout) : []),
			...(plan.foot ? [footLine(snapshot, layout)] : []),
		],
		layout.bodyRows,
	);
}
