import {formatBytes, formatCount, formatRate} from '../../model/format.ts';
import type {ActiveFile, GroupRow} from '../../model/snapshot.ts';
import {
	accent,
	bad,
	cutMiddle,
	dim,
	fill,
	left,
	line,
	right,
	textWidth,
	type Line,
} from '../text/line.ts';
import type {Glyphs} from '../theme.ts';
import {bar, formatLeft, formatOf, groupName, hasNothing, percent, shareDone} from './counts.ts';

/** Files that move most come first, and stay where they are: by name, the engine's order. */
function fileLine(file: ActiveFile, width: number, nameWidth: number, glyphs: Glyphs): Line {
	const share = file.size <= 0 ? 0 : Math.min(1, file.bytes / file.size);
	const sizes = formatOf(file.bytes, file.size);
	const room = width - 3 - nameWidth - 2 - 6 - 2 - 19;
	return line(
		'   ',
		left(file.name, nameWidth),
		'  ',
		bar(share, Math.max(4, Math.min(20, room)), glyphs),
		right(percent(share), 6),
		right(sizes, 21),
	);
}

function fileNameWidth(files: readonly ActiveFile[], width: number): number {
	const longest = Math.max(8, ...files.map(({name}) => textWidth(name)));
	return Math.min(longest, Math.max(8, width - 3 - 2 - 6 - 21 - 8));
}

function headTail(row: GroupRow): string {
	if (row.state === 'done') {
		return row.seconds === null ? 'done' : `done in ${formatLeft(row.seconds)}`;
	}
	if (row.state === 'waiting') return 'waiting';
	if (row.state === 'problem' && row.openFiles.length === 0) return `${row.failed} failed`;
	return `${right(formatRate(row.bytesPerSecond), 10)}  ${right(formatLeft(row.etaSeconds), 9)}`;
}

function head(row: GroupRow, width: number, glyphs: Glyphs, nameWidth: number, selected: boolean) {
	const share = row.state === 'done' ? 1 : shareDone(row);
	const name = left(groupName(row.name), nameWidth);
	if (hasNothing(row)) {
		return line(
			selected ? accent(' > ') : '   ',
			selected ? accent(name) : name,
			'  ',
			dim('nothing to get'),
		);
	}
	const room = width - 3 - nameWidth - 2 - 5 - 2 - 21 - 1;
	return line(
		selected ? accent(' > ') : row.state === 'problem' ? bad(' ! ') : '   ',
		selected ? accent(name) : name,
		'  ',
		bar(share, Math.max(4, Math.min(24, room)), glyphs),
		right(percent(share), 6),
		'  ',
		right(headTail(row), 21),
	);
}

/**
 * The pane of one group in exactly `height` lines: bar, counts, open files. Fewer lines drop files
 * first, then the counts.
 */
export function groupPane(
	row: GroupRow,
	size: {readonly width: number; readonly height: number; readonly name: number},
	glyphs: Glyphs,
	selected: boolean,
): Line[] {
	const {width, height} = size;
	if (hasNothing(row)) return fill([head(row, width, glyphs, size.name, selected)], height);
	const open = row.openFiles.length;
	const counts = [
		`${formatCount(row.filesDone)} of ${formatCount(row.files)} files`,
		`${formatBytes(row.bytesDone)} of ${formatBytes(row.bytes)}`,
		...(open > 0 ? [`${formatCount(open)} open`] : []),
		...(row.failed > 0 ? [`${formatCount(row.failed)} failed`] : []),
	].join('   ');
	const shown = row.openFiles.slice(0, Math.max(0, height - 2));
	const names = fileNameWidth(shown, width);
	return fill(
		[
			head(row, width, glyphs, size.name, selected),
			line(`     ${cutMiddle(counts, width - 6)}`),
			...shown.map((file) => line('  ', ...fileLine(file, width - 2, names, glyphs))),
		],
		height,
	);
}

/** Open files of a group in one line: `take_0500.wav ━━━─── 60 %   take_0501.wav ━───── 20 %   6 more`. */
export function openFilesLine(row: GroupRow, width: number, glyphs: Glyphs): Line {
	const barWidth = width >= 100 ? 16 : 12;
	const tailWidth = 7;
	const nameWidth = Math.min(
		28,
		Math.max(8, ...row.openFiles.slice(0, 4).map(({name}) => textWidth(name))),
	);
	const each = nameWidth + 1 + barWidth + 5 + 3;
	const room = Math.max(1, Math.floor((width - 5 - tailWidth) / each));
	const shown = row.openFiles.slice(0, room);
	const rest = row.openFiles.length - shown.length;
	return line(
		'     ',
		...shown.map((file) => {
			const share = file.size <= 0 ? 0 : Math.min(1, file.bytes / file.size);
			return line(
				left(file.name, nameWidth),
				' ',
				bar(share, barWidth, glyphs),
				right(percent(share), 5),
				'   ',
			);
		}),
		rest > 0 ? `${formatCount(rest)} more` : '',
	);
}
