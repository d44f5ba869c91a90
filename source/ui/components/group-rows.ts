import {formatBytes, formatCount, formatRate} from '../../model/format.ts';
import type {GroupRow} from '../../model/snapshot.ts';
import {accent, bad, bold, dim, left, line, right, textWidth, type Line} from '../text/line.ts';
import type {Glyphs} from '../theme.ts';
import {bar, formatLeft, groupName, hasNothing, percent, shareDone} from './counts.ts';

/** Widths of the columns of a table of groups; 0 is a column that is left out. */
export type RowColumns = {
	readonly name: number;
	readonly files: number;
	readonly bar: number;
	readonly got: number;
	readonly speed: number;
	readonly left: number;
};

const mark = 3;
const percentWidth = 5;
const gap = 2;

/** Less than this for name and bar, and a column of numbers goes. */
const leastFree = 16;

/**
 * Columns for a width and the groups to show. Under 60 columns, or where numbers are long, Got goes
 * and then Speed; names take what they need up to half of the rest, the bar takes what is left.
 */
export function rowColumns(rows: readonly GroupRow[], width: number): RowColumns {
	const counts = rows.map((row) => formatCount(row.files).length * 2 + ' of '.length);
	const files = Math.max(8, ...counts);
	const choices =
		width < 60
			? [{got: 0, speed: 0, left: 10}]
			: [
					{got: 8, speed: 10, left: 11},
					{got: 0, speed: 10, left: 11},
					{got: 0, speed: 0, left: 10},
				];
	const withFree = choices.map((choice) => {
		const used = mark + gap + files + gap + 1 + percentWidth + choice.left;
		const numbers = [choice.got, choice.speed].filter((column) => column > 0);
		return {...choice, free: width - numbers.reduce((sum, column) => sum + gap + column, used)};
	});
	const chosen = withFree.find(({free}) => free >= leastFree) ?? withFree.at(-1);
	const {got = 0, speed = 0, left: timeLeft = 10, free = 0} = chosen ?? {};
	const room = Math.max(0, free);
	const longest = Math.max(5, ...rows.map((row) => textWidth(groupName(row.name))));
	const name = Math.min(longest, Math.max(Math.min(5, room), room - 9, Math.floor(room * 0.5)));
	return {name, files, bar: Math.max(0, room - name), got, speed, left: timeLeft};
}

/** The heading above the rows. */
export function rowHeader(title: string, columns: RowColumns): Line {
	const cells = [
		' '.repeat(mark),
		left(title, columns.name),
		'  ',
		left('Files', columns.files),
		'  ',
		left('Done', columns.bar + 1 + percentWidth),
	];
	if (columns.got > 0) cells.push('  ', right('Got', columns.got));
	if (columns.speed > 0) cells.push('  ', right('Speed', columns.speed));
	cells.push(right('Left', columns.left));
	return line(bold(cells.join('')));
}

function tail(row: GroupRow, columns: RowColumns): string {
	const width = (columns.speed > 0 ? gap + columns.speed : 0) + columns.left;
	if (row.state === 'done') {
		const words = row.seconds === null ? 'done' : `done in ${formatLeft(row.seconds)}`;
		return right(columns.speed > 0 ? words : 'done', width);
	}
	if (row.state === 'waiting' && row.bytesPerSecond === 0) return right('waiting', width);
	const needs = row.state === 'problem' && row.openFiles.length === 0;
	if (needs) return right(`${formatCount(row.failed)} failed`, width);
	const speed =
		columns.speed > 0 ? `  ${right(formatRate(row.bytesPerSecond), columns.speed)}` : '';
	return speed + right(formatLeft(row.etaSeconds), columns.left);
}

function emptyLine(row: GroupRow, columns: RowColumns, selected: boolean): Line {
	const name = left(groupName(row.name), columns.name);
	// Under Files and Done, which have nothing to say here.
	const words = left('nothing to get', columns.files + 2 + columns.bar + 1 + percentWidth);
	return line(selected ? accent(' > ') : '   ', selected ? accent(name) : name, '  ', dim(words));
}

/** `kofi_b   31 of 42  ━━━━━━━─────  73 %  1.02 GiB  14.9 MiB/s     20 s`, in exactly one line. */
export function groupLine(
	row: GroupRow,
	columns: RowColumns,
	glyphs: Glyphs,
	selected: boolean,
): Line {
	if (hasNothing(row)) return emptyLine(row, columns, selected);
	const share = row.state === 'done' ? 1 : shareDone(row);
	const files = `${formatCount(row.filesDone)} of ${formatCount(row.files)}`;
	const name = left(groupName(row.name), columns.name);
	const got = row.bytesDone === 0 ? '-' : formatBytes(row.bytesDone);
	return line(
		selected ? accent(' > ') : row.state === 'problem' ? bad(' ! ') : '   ',
		selected ? accent(name) : name,
		'  ',
		right(files, columns.files),
		'  ',
		bar(share, columns.bar, glyphs),
		' ',
		right(percent(share), percentWidth),
		columns.got > 0 ? `  ${right(got, columns.got)}` : '',
		row.state === 'problem' ? bad(tail(row, columns)) : tail(row, columns),
	);
}
