import {formatCount} from '../../../model/format.ts';
import type {Problem} from '../../../model/snapshot.ts';
import {withGroup} from '../../../model/summary-lines.ts';
import {rule} from '../../components/frame-lines.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	bad,
	blank,
	bold,
	cutEnd,
	fill,
	left,
	line,
	panes,
	textWidth,
	wrap,
	type Line,
} from '../../text/line.ts';

export type ProblemsPlan = {readonly area: number; readonly block: number};

/** Lines for the rows and for the block with the chosen one's reason. */
export function planProblems(layout: Layout): ProblemsPlan {
	const block = layout.short || layout.wide ? 0 : 6;
	return {area: Math.max(1, layout.bodyRows - 2 - (block > 0 ? block + 1 : 0) - 1), block};
}

/** What happened, what the store or the disk said, what helps: nothing is cut. */
export function problemDetail(problem: Problem, width: number): Line[] {
	const {error} = problem;
	const words = (text: string) => wrap(text, Math.max(10, width - 2));
	return [
		...words(withGroup(problem.group, problem.name)).map((text) => line(' ', bold(text))),
		...words(error.message).map((text) => line(' ', bad(text))),
		...(error.hint === undefined ? [] : words(error.hint).map((text) => line(` ${text}`))),
		...(error.detail === undefined
			? []
			: words(`${error.code}: ${error.detail}`).map((text) => line(` ${text}`))),
	];
}

export type ProblemsInput = {
	readonly layout: Layout;
	readonly plan: ProblemsPlan;
	readonly rows: ReadonlyArray<Problem | undefined>;
	readonly total: number;
	readonly offset: number;
	readonly index: number;
	readonly answered: boolean;
};

function rowLines(input: ProblemsInput, width: number): Line[] {
	const {rows, offset, index} = input;
	const names = rows.map((row) => (row === undefined ? '' : withGroup(row.group, row.name)));
	const nameWidth = Math.min(
		Math.max(12, ...names.map((name) => textWidth(name))),
		Math.max(12, Math.floor(width * 0.5)),
	);
	return rows.map((row, number) => {
		if (row === undefined) return line('   …');
		const selected = offset + number === index;
		const name = left(names[number] ?? '', nameWidth);
		const reason = cutEnd(row.error.message, Math.max(8, width - 3 - nameWidth - 3));
		return line(selected ? accent(' > ') : '   ', selected ? accent(name) : name, '  ', reason);
	});
}

export function problemsBody(input: ProblemsInput): Line[] {
	const {layout, plan, total, offset, rows, index, answered} = input;
	if (total === 0) {
		return [blank, line(answered ? ' Nothing has failed.' : ' Asking…')];
	}
	const below = total - offset - rows.length;
	const count = `${formatCount(total)} ${total === 1 ? 'file needs' : 'files need'} you`;
	const width = layout.wide ? layout.mainWidth - 1 : layout.columns;
	const list = fill(
		[
			line(' ', bold(count)),
			blank,
			...rowLines(input, width),
			...(below > 0 ? [line(`   ↓ ${formatCount(below)} more`)] : []),
		],
		layout.bodyRows - (plan.block > 0 ? plan.block + 1 : 0),
	);
	const chosen = rows[index - offset];
	const detail =
		chosen === undefined
			? []
			: problemDetail(chosen, layout.wide ? layout.sideWidth : layout.columns);
	if (layout.wide) {
		return panes(list, layout.mainWidth, detail, layout.sideWidth, layout.bodyRows);
	}
	return plan.block === 0 ? list : [...list, rule(layout.columns), ...fill(detail, plan.block)];
}
