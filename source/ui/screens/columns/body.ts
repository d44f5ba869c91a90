import type {
	ColumnSummary,
	ExampleRow,
	LinkResult,
	ManifestPreview,
} from '../../../job/link/messages.ts';
import {formatCount, plural} from '../../../model/format.ts';
import {bar} from '../../components/bar.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	bad,
	blank,
	bold,
	ends,
	good,
	left,
	line,
	right,
	warn,
	type Line,
} from '../../text/line.ts';
import type {Theme} from '../../theme.ts';
import {
	groupCandidates,
	matchWords,
	nameCandidates,
	restWords,
	share,
	type ColumnChoice,
} from './choice.ts';

type Trials = LinkResult<'tryColumns'>;

export type ColumnsView = {
	readonly preview: ManifestPreview;
	readonly trials: Trials | undefined;
	readonly trying: boolean;
	readonly choice: ColumnChoice;
	readonly prefix: string;
	/** row under the cursor in the question that has the focus */
	readonly cursor: number;
	readonly layout: Layout;
	readonly theme: Theme;
};

function mark(chosen: boolean): Line {
	return chosen ? line(accent(' > ')) : line('   ');
}

function percent(value: number): string {
	return `${Math.round(value * 100)} %`;
}

function trialWords(view: ColumnsView, column: ColumnSummary): string {
	const {trials, trying, layout} = view;
	const trial = trials?.trials.find((one) => one.column === column.number);
	if (trial === undefined) return trying ? right('trying', 12) : '';
	const unclear = layout.narrow
		? ''
		: right(trial.unclear > 0 ? `${trial.unclear} unclear` : '', 13);
	return `${right(`${trial.found} found`, 12)}${unclear}${right(percent(share(trial)), 8)}`;
}

function nameRow(view: ColumnsView, column: ColumnSummary): Line {
	const {layout, choice} = view;
	const chosen = choice.column === column.number;
	const words = trialWords(view, column);
	const name = left(column.name, layout.narrow ? 20 : 12);
	const sampleWidth = Math.max(8, layout.mainWidth - 19 - 33 - 1);
	return line(
		mark(chosen),
		`${right(column.number, 1)} `,
		chosen ? bold(name) : name,
		layout.narrow || layout.wide ? '' : ` ${left(column.samples[0] ?? '', sampleWidth)}`,
		layout.wide
			? ` ${left(column.samples[0] ?? '', Math.max(8, layout.mainWidth - 19))}`
			: ` ${words}`,
	);
}

/** Question 1 with its candidates; on wide windows each has a bar under it. */
export function nameQuestion(view: ColumnsView): Line[] {
	const {preview, trials, trying, layout, choice, theme} = view;
	const candidates = nameCandidates(preview, trials).slice(
		0,
		layout.short ? 2 : layout.wide ? 4 : 3,
	);
	const tried = trials?.trials[0]?.tried ?? 0;
	const focused = choice.question === 'name';
	const title = `${focused ? '→' : ' '}1 Which column names the files?`;
	const about = trying
		? 'trying '
		: tried > 0
			? `tried on ${plural(tried, 'row')}${trials?.trials[0]?.partial === true ? ', not all keys listed yet' : ' from the whole file'} `
			: '';
	const rest = restWords(preview, nameCandidates(preview, trials));
	return [
		ends(line(focused ? accent(title) : title), line(about), layout.mainWidth),
		...candidates.flatMap((column) => {
			const trial = trials?.trials.find((one) => one.column === column.number);
			return layout.wide && trial !== undefined
				? [
						nameRow(view, column),
						line(
							`     ${bar(share(trial), 24, theme)} ${right(percent(share(trial)), 5)}  ${trial.found} found${trial.unclear > 0 ? `, ${trial.unclear} unclear` : ''}`,
						),
					]
				: [nameRow(view, column)];
		}),
		...(rest === '' || layout.short ? [] : [line(`   ${rest}`)]),
	];
}

/** Question 2 with its candidates and "no groups". */
export function groupQuestion(view: ColumnsView): Line[] {
	const {preview, choice, layout} = view;
	const focused = choice.question === 'group';
	const title = `${focused ? '→' : ' '}2 Which column is the actor or group?`;
	const rows = groupCandidates(preview, choice.column).slice(0, layout.short ? 1 : 2);
	const chosen = preview.columns.find((column) => column.number === choice.group);
	const about = chosen === undefined ? '' : `${formatCount(chosen.distinct)} different values `;
	return [
		ends(line(focused ? accent(title) : title), line(about), layout.mainWidth),
		...rows.map((column) =>
			line(
				mark(choice.group === column.number),
				`${column.number} `,
				left(column.name, 12),
				` ${plural(column.distinct, 'value')}`,
				layout.narrow
					? ''
					: `, ${formatCount(preview.rows / Math.max(1, column.distinct))} rows each on average`,
			),
		),
		line(mark(choice.group === null), '- no groups   everything in one group'),
	];
}

function exampleState(state: ExampleRow['state']) {
	return state === 'found' ? good('found') : state === 'missing' ? bad('missing') : warn('several');
}

/** `p prefix … · e ending … · m match …`. */
export function settingsLine({choice, prefix}: ColumnsView): Line {
	return line(
		'   ',
		accent('p'),
		` prefix ${prefix === '' ? 'none' : prefix} · `,
		accent('e'),
		` ending ${choice.ending === '' ? 'none' : choice.ending} · `,
		accent('m'),
		` match ${matchWords[choice.match]}`,
	);
}

/** How the first rows turn into addresses, with the settings under it. */
export function exampleLines(view: ColumnsView): Line[] {
	const {trials, choice, layout} = view;
	const examples = (trials?.examples ?? [])
		.filter((example) => example.column === choice.column)
		.slice(0, layout.short ? 1 : 3);
	const keyWidth = Math.max(10, Math.floor((layout.mainWidth - 20) * 0.62));
	return [
		...(layout.short ? [] : [line(' How the first rows turn into addresses')]),
		...examples.map((example) =>
			line(
				`   ${left(example.row, 6)}`,
				layout.narrow ? '' : left(example.text, Math.max(8, layout.mainWidth - 20 - keyWidth)),
				layout.narrow ? '' : '  ',
				left(example.key, layout.narrow ? layout.mainWidth - 20 : keyWidth),
				' ',
				exampleState(example.state),
			),
		),
		...(examples.length === 0 && choice.column === null ? [line('   choose a column first')] : []),
		settingsLine(view),
	];
}

function delimiterWords(delimiter: string): string {
	return {',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar'}[delimiter] ?? `"${delimiter}"`;
}

/** `12,310 rows, 7 columns · comma · header row · 2 bad rows skipped (b)`. */
export function fileWords(preview: ManifestPreview): Line {
	return line(
		` ${plural(preview.rows, 'row')}, ${plural(preview.columns.length, 'column')} · ${delimiterWords(preview.delimiter)} · `,
		preview.header ? 'header row' : 'no header row',
		preview.badRowCount > 0
			? line(' · ', warn(`${plural(preview.badRowCount, 'bad row')} skipped`), ' (b)')
			: '',
	);
}

/** The second pane: the table as it is, scrolled sideways by columns. */
export function tableSide(view: ColumnsView, scroll: number, height: number): Line[] {
	const {preview, choice, layout} = view;
	const columns = preview.columns.slice(scroll);
	const widths = columns.map((column) => {
		const cells = preview.preview.slice(0, height).map((row) => row[column.number - 1] ?? '');
		return Math.min(26, Math.max(column.name.length + 4, ...cells.map((cell) => cell.length)) + 2);
	});
	const head = line(
		'     ',
		...columns.map((column, index) => {
			const chosen = column.number === choice.column || column.number === choice.group;
			const text = left(
				`${chosen ? '> ' : ''}${column.number} ${column.name}`,
				widths[index] ?? 10,
			);
			return chosen ? accent(text) : text;
		}),
	);
	const rows = preview.preview
		.slice(0, Math.max(1, height - 8))
		.map((row, index) =>
			line(
				left(index + (preview.header ? 2 : 1), 5),
				...columns.map(
					(column, place) => `${left(row[column.number - 1] ?? '', (widths[place] ?? 10) - 2)}  `,
				),
			),
		);
	const more = preview.rows - rows.length;
	const groups = preview.columns.find((column) => column.number === choice.group)?.distinct;
	return [
		ends(
			line(`Preview, ${plural(preview.columns.length, 'column')}`),
			line('> = your choice'),
			layout.sideWidth,
		),
		head,
		...rows,
		...(more > 0 ? [line(`↓ ${formatCount(more)} more rows`)] : []),
		blank,
		line(bold('With these choices, the analysis will look for')),
		line(
			`  ${plural(preview.rows, 'file')}${groups === undefined ? '' : ` in ${plural(groups, 'group')}`} under ${view.prefix === '' ? 'the bucket' : view.prefix}`,
		),
	];
}
