import {line, span, type Line, type Style} from '../text/line.ts';
import type {Glyphs} from '../theme.ts';

/** Worst first: the state that a cell shows when it stands for several groups. */
const worst = ['!', 'a', 'w', 'd'] as const;

const looks: Readonly<Record<string, {glyph: keyof Glyphs; style: Style}>> = {
	'!': {glyph: 'cellProblem', style: 'bad'},
	a: {glyph: 'cellActive', style: 'accent'},
	w: {glyph: 'cellWaiting', style: 'plain'},
	d: {glyph: 'cellDone', style: 'good'},
};

/** Cells merged so that at most `room` are left; the worst state of each bunch wins. */
export function mergeCells(cells: string, room: number): string {
	const each = Math.max(1, Math.ceil(cells.length / Math.max(1, room)));
	if (each === 1) return cells;
	let merged = '';
	for (let from = 0; from < cells.length; from += each) {
		const bunch = cells.slice(from, from + each);
		merged += worst.find((state) => bunch.includes(state)) ?? 'w';
	}
	return merged;
}

function cellLine(cells: string, glyphs: Glyphs): Line {
	const runs = cells.match(/(.)\1*/g) ?? [];
	return line(
		' ',
		...runs.map((run) => {
			const look = looks[run.charAt(0)] ?? {glyph: 'cellWaiting', style: 'plain'};
			return span(String(glyphs[look.glyph]).repeat(run.length), look.style);
		}),
	);
}

/**
 * The strip of cells, one a group in manifest order: `d` done, `a` active, `w` waiting, `!` needs
 * you. Never more than `rows` lines: then one cell stands for several groups.
 */
export function cellStrip(cells: string, width: number, rows: number, glyphs: Glyphs): Line[] {
	const inLine = Math.max(1, width - 2);
	const merged = mergeCells(cells, inLine * Math.max(1, rows));
	const lines: Line[] = [];
	for (let from = 0; from < merged.length && lines.length < rows; from += inLine) {
		lines.push(cellLine(merged.slice(from, from + inLine), glyphs));
	}
	return lines;
}
