import {formatCount, formatDuration, plural} from '../../../model/format.ts';
import {rowsLabel} from '../../../model/summary-lines.ts';
import type {GroupRow, Snapshot, WantedRow} from '../../../model/snapshot.ts';
import {bar, groupNoun, percent, readyCount} from '../../components/counts.ts';
import {rule} from '../../components/frame-lines.ts';
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
	line,
	panes,
	right,
	textWidth,
	warn,
	wrap,
	type Line,
} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';
import {onlyWords} from '../../wizard/steps.ts';
import {bytesWords, countWords, type Verdict} from './facts.ts';
import {guessBlock, guessPane, type Choice} from './guesses.ts';
import {tableColumns, tableHeader, tableLine, totalLine} from './table.ts';

/** Lines of the parts, by the window alone. */
export type AnalysisPlan = {
	readonly top: number;
	/** lines for rows of the table, the line of what is below included */
	readonly area: number;
	/** lines of the block under the table, its rule not counted; 0 beside it or behind Enter */
	readonly block: number;
};

export function planAnalysis(layout: Layout): AnalysisPlan {
	const top = layout.short ? 4 : 5;
	const block = layout.short || layout.wide ? 0 : Math.max(4, Math.floor(layout.bodyRows * 0.22));
	// A blank line, the sums, and the line that a notice takes.
	const totals = layout.wide ? 3 : 0;
	const area = layout.bodyRows - top - 1 - totals - (block > 0 ? block + 1 : 0);
	return {top, area: Math.max(1, area), block};
}

/** Groups on screen; a last line says how many are below. */
export function groupRoom(plan: AnalysisPlan, total: number): number {
	return Math.max(1, total > plan.area ? plan.area - 1 : plan.area);
}

export type AnalysisInput = {
	readonly snapshot: Snapshot;
	readonly layout: Layout;
	readonly glyphs: Glyphs;
	readonly plan: AnalysisPlan;
	readonly groups: ReadonlyArray<GroupRow | undefined>;
	readonly total: number;
	readonly offset: number;
	readonly index: number;
	readonly order: string;
	readonly verdict: Verdict;
	readonly confirming: boolean;
	readonly speed: number | undefined;
	/** the chosen group's rows that need a look, as far as asked for */
	readonly open: {readonly total: number; readonly rows: readonly WantedRow[]};
};

/** Parts with the widest gap that fits; a second line takes what does not fit at all. */
function spread(parts: readonly Line[], width: number, gaps: readonly number[]): Line[] {
	const join = (some: readonly Line[], gap: number): Line =>
		line(' ', ...some.map((part, index) => line(index > 0 && ' '.repeat(gap), part)));
	const widthOf = (value: Line) => value.reduce((sum, {text}) => sum + textWidth(text), 0);
	for (const gap of gaps) {
		const joined = join(parts, gap);
		if (widthOf(joined) <= width) return [joined];
	}
	const half = Math.ceil(parts.length / 2);
	const gap = gaps.at(-1) ?? 2;
	return [join(parts.slice(0, half), gap), join(parts.slice(half), gap)];
}

function countsLines({snapshot, layout}: AnalysisInput): Line[] {
	const words = countWords(snapshot, layout.wide, groupNoun(snapshot.spec));
	const parts = words.map((word, index) => {
		const none = word.startsWith('0 ');
		if (index === 0) return line(none ? word : good(word));
		return line(index < 3 && !none ? warn(word) : word);
	});
	const one = spread(parts, layout.columns, [6, 5, 3, 2]);
	if (one.length === 1 || !layout.narrow) return one;
	const short = words.map((word) =>
		line(word.replace('already ', '').replace('ambiguous', 'ambig')),
	);
	return spread(short, layout.columns, [3, 2]);
}

/** What the verdict says, whole: words and numbers are wrapped, only a key is cut. */
function verdictText({snapshot, verdict, layout}: AnalysisInput): readonly Line[] {
	const {spec, rollCall} = snapshot;
	const width = layout.columns - 2;
	if (verdict.kind === 'clear') {
		const files = plural(readyCount(rollCall), 'file');
		const folder = cutMiddle(spec?.folder ?? '', Math.max(8, width - files.length - 16));
		return [line(' ', accent('d'), ` downloads ${files} to ${folder}`)];
	}
	const style = verdict.kind === 'local' ? good : verdict.kind === 'blocked' ? bad : warn;
	if (verdict.kind !== 'nothing' || verdict.name === '') {
		return wrap(verdict.text, width).map((text) => line(' ', style(text)));
	}
	const looked = `${verdict.text} First one looked for: `;
	const room = width - looked.length;
	return room >= 12
		? [line(' ', style(looked + cutMiddle(verdict.name, room)))]
		: [
				line(' ', style(verdict.text)),
				line(' First one looked for: ', cutMiddle(verdict.name, width - 23)),
			];
}

function verdictKeys({verdict, confirming, layout}: AnalysisInput): Line | undefined {
	if (verdict.kind === 'clear') return undefined;
	const keys = confirming ? 'Enter start anyway; Esc not now' : verdict.keys;
	return line(' ', confirming ? bold(keys) : cutEnd(keys, layout.columns - 2));
}

const rowsWord = (snapshot: Snapshot) => {
	const word = rowsLabel(snapshot).split(' ')[0]?.toLowerCase() ?? 'rows';
	return word;
};

/** The roll call while it runs: what was read, listed and checked. */
export function runningLines({snapshot, layout, glyphs}: AnalysisInput): Line[] {
	const {rollCall, phase, spec} = snapshot;
	const word = rowsWord(snapshot);
	const perSecond = rollCall.seconds > 0 ? rollCall.keysListed / rollCall.seconds : 0;
	const share = rollCall.rowsRead === 0 ? 0 : rollCall.rowsChecked / rollCall.rowsRead;
	const skipped =
		rollCall.rowsSkipped > 0 ? `, ${formatCount(rollCall.rowsSkipped)} bad ones skipped` : '';
	const step = (name: string, on: boolean, text: string) =>
		line(on ? accent(` ${name.padEnd(9)}`) : ` ${name.padEnd(9)}`, text);
	const barWidth = layout.narrow ? 12 : 24;
	const from = spec === null ? '' : ` from ${cutMiddle(manifestName(snapshot), 28)}`;
	return [
		step(
			'Reading',
			phase === 'reading',
			`${formatCount(rollCall.rowsRead)} ${word}${skipped}${from}`,
		),
		step(
			'Listing',
			phase === 'listing',
			`${formatCount(rollCall.keysListed)} keys${rollCall.listed ? '' : `, ${formatCount(perSecond)} keys/s`}`,
		),
		line(
			phase === 'matching' ? accent(' Checking ') : ' Checking ',
			bar(share, barWidth, glyphs),
			right(percent(share), 6),
			`  ${formatCount(rollCall.rowsChecked)} of ${formatCount(rollCall.rowsRead)} ${word}`,
		),
		...(layout.narrow
			? []
			: [line(` Found ${countWords(snapshot, false, groupNoun(spec)).join(', ')} so far`)]),
	];
}

/** The file's own name; a prefix is named by itself. */
export function manifestName({spec}: Pick<Snapshot, 'spec'>): string {
	if (spec === null) return '';
	if (spec.manifest.kind === 'prefix') return spec.prefix === '' ? spec.bucket : spec.prefix;
	return spec.manifest.file.split(/[/\\]/).at(-1) ?? spec.manifest.file;
}

/** `Analysis · takes_2025.csv`. */
export function analysisTitle(snapshot: Pick<Snapshot, 'spec'>): string {
	const name = manifestName(snapshot);
	return name === '' ? 'Analysis' : `Analysis · ${name}`;
}

function standingLines(input: AnalysisInput): Line[] {
	const {snapshot, layout, speed} = input;
	const {rollCall} = snapshot;
	const word = rowsWord(snapshot);
	const skipped =
		rollCall.rowsSkipped > 0 ? `, ${formatCount(rollCall.rowsSkipped)} bad ones skipped` : '';
	const checked = `${formatCount(rollCall.wanted)} of ${formatCount(rollCall.wanted)} ${word} checked`;
	const against = layout.narrow ? '' : ` against ${formatCount(rollCall.keysListed)} keys`;
	const time = ` in ${formatDuration(rollCall.seconds)}`;
	const parts = {
		checked: [checkedLine([checked, against, time, skipped], snapshot, layout.columns)],
		verdict: verdictText(input),
		keys: [verdictKeys(input)].filter((part) => part !== undefined),
		counts: countsLines(input),
		bytes: [line(` ${bytesWords(snapshot, speed, layout.columns - 2)}`)],
	};
	return choose(parts, input);
}

/** What was checked, and that it is only what was marked or what the filters let through. */
function checkedLine(
	[checked = '', against = '', time = '', skipped = '']: readonly string[],
	{spec}: Snapshot,
	columns: number,
): Line {
	const only = onlyWords(spec?.filters.include ?? []);
	const whole = ` ${checked}${against}${time}${skipped}`;
	if (only === '') return line(whole);
	const words = ` · only ${only}`;
	const fits = [whole, ` ${checked}${time}${skipped}`, ` ${checked}${skipped}`].find(
		(text) => textWidth(text) + Math.min(textWidth(words), 24) <= columns,
	);
	const start = fits ?? ` ${checked}${skipped}`;
	return line(start, warn(cutEnd(words, Math.max(0, columns - 1 - textWidth(start)))));
}

type Part = 'checked' | 'verdict' | 'keys' | 'counts' | 'bytes';

/** The parts that fit, the most important ones first; drawn in their own order. */
function choose(
	parts: Readonly<Record<Part, readonly Line[]>>,
	{verdict, confirming, plan}: AnalysisInput,
): Line[] {
	const order: readonly Part[] =
		verdict.kind === 'clear'
			? ['counts', 'checked', 'bytes', 'verdict']
			: confirming
				? ['counts', 'verdict', 'keys', 'checked', 'bytes']
				: ['counts', 'verdict', 'checked', 'keys', 'bytes'];
	const kept = new Set<Part>();
	let room = plan.top;
	for (const part of order) {
		if (parts[part].length > room) continue;
		kept.add(part);
		room -= parts[part].length;
	}
	const drawn: readonly Part[] = ['checked', 'verdict', 'keys', 'counts', 'bytes'];
	return drawn.flatMap((part) => (kept.has(part) ? parts[part] : []));
}

function failedLines({snapshot, layout}: AnalysisInput): Line[] {
	const {failure} = snapshot;
	if (failure === null) {
		return [line(' ', warn('The roll call was stopped.'), ' r calls it again, Esc goes back.')];
	}
	const text = wrap(failure.message, layout.columns - 2).map((part) => line(' ', bad(part)));
	const hint = wrap(failure.hint ?? '', layout.columns - 2).map((part) => line(` ${part}`));
	return [...text.slice(0, 2), ...hint.slice(0, 2)];
}

/** Whether the roll call is still under way. */
export function calling({phase}: Pick<Snapshot, 'phase'>): boolean {
	return phase === 'reading' || phase === 'listing' || phase === 'matching';
}

function topLines(input: AnalysisInput): Line[] {
	const {phase} = input.snapshot;
	if (calling(input.snapshot)) return runningLines(input);
	if (phase === 'failed' || phase === 'idle') return failedLines(input);
	return standingLines(input);
}

function listLines(input: AnalysisInput, width: number): Line[] {
	const {groups, total, offset, index, snapshot, glyphs, order, plan, layout} = input;
	const known = groups.filter((row) => row !== undefined);
	const columns = tableColumns(known, snapshot.rollCall, width);
	const rows = groups.map((row, number) =>
		row === undefined ? line('   …') : tableLine(row, columns, glyphs, offset + number === index),
	);
	const below = total - offset - groups.length;
	const all = snapshot.rollCall.groups;
	const words =
		below > 0
			? `↓ ${formatCount(below)} more`
			: total < all
				? `${formatCount(total)} of ${formatCount(all)}`
				: total > plan.area
					? 'end'
					: '';
	const more = words === '' ? [] : [line(`   ${words} · ${order}`)];
	const header = total === 0 ? blank : tableHeader(groupNoun(snapshot.spec).title, columns);
	const list = fill([header, ...rows, ...more], plan.area + 1);
	return layout.wide && total > 0 ? [...list, blank, totalLine(snapshot, columns, glyphs)] : list;
}

/** The body, and what the number keys stand for in it. */
export function analysisBody(input: AnalysisInput): {
	readonly lines: Line[];
	readonly choices: readonly Choice[];
} {
	const {snapshot, layout, plan, groups, index, offset, open} = input;
	const top = fill(topLines(input), plan.top);
	const chosen = groups[index - offset];
	const prefix = snapshot.spec?.prefix ?? '';
	const {keysListed, sureGuesses} = snapshot.rollCall;
	if (layout.wide) {
		const height = layout.bodyRows - plan.top;
		const context = {width: layout.sideWidth, height: height - 1, prefix, keysListed};
		const guesses =
			chosen === undefined || calling(snapshot)
				? {lines: [], choices: []}
				: guessPane(chosen, open.rows, open.total, sureGuesses, context);
		const main = listLines(input, layout.mainWidth - 1);
		const both = panes(main, layout.mainWidth, guesses.lines, layout.sideWidth, height - 1);
		return {lines: [...top, ...both, blank], choices: guesses.choices};
	}
	const list = listLines(input, layout.columns);
	if (plan.block === 0 || chosen === undefined || calling(snapshot)) {
		return {lines: fill([...top, ...list], layout.bodyRows), choices: []};
	}
	const context = {width: layout.columns, height: plan.block, prefix, keysListed};
	const guesses = guessBlock(chosen, open.rows, open.total, context);
	return {
		lines: fill([...top, ...list, rule(layout.columns), ...guesses.lines], layout.bodyRows),
		choices: guesses.choices,
	};
}
