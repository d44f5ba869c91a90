import {formatBytes, formatCount} from '../../../model/format.ts';
import type {GroupRow, Snapshot} from '../../../model/snapshot.ts';
import {groupName, readyCount, tableCount} from '../../components/counts.ts';
import {accent, bold, left, line, right, span, textWidth, type Line} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';

/** Columns of the table; 0 is left out. Under 60 columns Local goes, then Size, then Rows. */
export type Columns = {
	readonly name: number;
	readonly rows: number;
	readonly counts: number;
	readonly local: number;
	readonly size: number;
	readonly state: number;
};

const lead = 3;
const stateWidth = 12;

/** `Missing` is the longest heading. */
const missingWidth = (counts: number) => Math.max(9, counts);

function countWidth(largest: number): number {
	return Math.max(7, formatCount(largest).length + 2);
}

/** Column widths for the names in view and the sums of the whole roll call. */
export function tableColumns(
	groups: readonly GroupRow[],
	rollCall: Pick<Snapshot['rollCall'], 'wanted'>,
	width: number,
): Columns {
	const longest = Math.max(8, ...groups.map((row) => textWidth(groupName(row.name))));
	const counts = countWidth(rollCall.wanted);
	const make = (rows: number, local: number, size: number): Columns => {
		const used =
			lead +
			rows +
			counts * 2 +
			missingWidth(counts) +
			local +
			size +
			(size > 0 ? 2 : 0) +
			stateWidth +
			2;
		const name = Math.min(longest + 1, Math.max(0, width - used));
		return {name, rows, counts, local, size, state: stateWidth};
	};
	const choices = [
		make(counts, counts, 10),
		make(counts, 0, 10),
		make(counts, 0, 0),
		make(0, 0, 0),
	];
	return choices.find(({name}) => name >= Math.min(longest, 12)) ?? choices.at(-1) ?? make(0, 0, 0);
}

export function tableHeader(title: string, columns: Columns): Line {
	const {rows, counts, local, size} = columns;
	return line(
		bold(
			[
				' '.repeat(lead),
				left(title, columns.name),
				rows > 0 ? right('Rows', rows) : '',
				right('Ready', counts),
				right('Missing', missingWidth(counts)),
				right('Ambig', counts),
				local > 0 ? right('Local', local) : '',
				size > 0 ? `  ${right('Size', size)}` : '',
				'  State',
			].join(''),
		),
	);
}

function stateOf(row: GroupRow): {text: string; style: 'plain' | 'warn' | 'good'} {
	if (row.missing > 0 || row.ambiguous > 0) return {text: 'check', style: 'warn'};
	if (row.wanted > 0 && row.local === row.wanted) return {text: 'all local', style: 'good'};
	if (readyCount(row) === 0 && row.local > 0) return {text: 'local', style: 'good'};
	if (readyCount(row) === 0) return {text: 'nothing', style: 'plain'};
	return {text: 'ready', style: 'plain'};
}

/** One group in one line; State says in words what colour says. */
export function tableLine(
	row: GroupRow,
	columns: Columns,
	glyphs: Glyphs,
	selected: boolean,
): Line {
	const count = (value: number, width = columns.counts, style: 'plain' | 'warn' = 'plain') =>
		span(tableCount(value, width, glyphs), value > 0 ? style : 'plain');
	const state = stateOf(row);
	const name = left(groupName(row.name), columns.name);
	return line(
		selected ? accent(' > ') : '   ',
		selected ? accent(name) : name,
		columns.rows > 0 && right(formatCount(row.wanted), columns.rows),
		count(readyCount(row)),
		count(row.missing, missingWidth(columns.counts), 'warn'),
		count(row.ambiguous, columns.counts, 'warn'),
		columns.local > 0 && tableCount(row.local, columns.local, glyphs),
		columns.size > 0 && `  ${right(row.bytes === 0 ? '-' : formatBytes(row.bytes), columns.size)}`,
		'  ',
		span(state.text, state.style),
	);
}

/** The sums of all groups under their columns. */
export function totalLine({rollCall}: Snapshot, columns: Columns, glyphs: Glyphs): Line {
	const count = (value: number, width = columns.counts) => tableCount(value, width, glyphs);
	return line(
		' '.repeat(lead),
		left(`all ${formatCount(rollCall.groups)}`, columns.name),
		columns.rows > 0 && right(formatCount(rollCall.wanted), columns.rows),
		count(readyCount(rollCall)),
		count(rollCall.missing, missingWidth(columns.counts)),
		count(rollCall.ambiguous),
		columns.local > 0 && count(rollCall.local, columns.local),
		columns.size > 0 && `  ${right(formatBytes(rollCall.bytes), columns.size)}`,
	);
}
