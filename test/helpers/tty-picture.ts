import {existsSync} from 'node:fs';
import {Resvg} from '@resvg/resvg-js';
import {smallPng} from './small-png.ts';
import type {Tty, TtyCell, TtyColor} from './tty.ts';

/** At 14 px one cell of DejaVu Sans Mono is so wide and, with lines that touch, so high. */
const size = {font: 14, width: 8.43, height: 16.3, margin: 12};
const paper = '#1b1e24';
const ink = '#d7dae0';
const palette = [
	'#2b2f38',
	'#e5707a',
	'#8fc379',
	'#e3bd73',
	'#6caeea',
	'#c985dd',
	'#57b9c1',
	'#c3c8d2',
	'#5c6370',
	'#ef8e96',
	'#a9d695',
	'#efd192',
	'#8fc4f2',
	'#d9a6e8',
	'#7dced5',
	'#ffffff',
];

/** The screen as an SVG, cell by cell as the terminal emulator holds it. */
export function ttySvg(tty: Tty): string {
	const width = Math.ceil(tty.columns * size.width + 2 * size.margin);
	const height = Math.ceil(tty.rows * size.height + 2 * size.margin);
	const rows = tty.cells().map((cells, row) => rowShapes(cells, size.margin + row * size.height));
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
		`<rect width="100%" height="100%" rx="8" fill="${paper}"/>`,
		`<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${size.font}" xml:space="preserve">`,
		...rows.flat(),
		'</g></svg>',
	].join('\n');
}

/** The same as PNG bytes, larger for screens with small pixels. */
export function ttyPng(tty: Tty, scale = 1.6): Buffer {
	const fonts = [
		'/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
		'/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf',
	].filter((file) => existsSync(file));
	const resvg = new Resvg(ttySvg(tty), {
		fitTo: {mode: 'zoom', value: scale},
		font: {
			...(fonts.length > 0 ? {fontFiles: fonts} : {}),
			loadSystemFonts: fonts.length === 0,
			defaultFontFamily: 'DejaVu Sans Mono',
			monospaceFamily: 'DejaVu Sans Mono',
		},
	});
	const picture = resvg.render();
	return smallPng({width: picture.width, height: picture.height, data: picture.pixels});
}

type Run = {
	readonly column: number;
	readonly columns: number;
	readonly text: string;
	readonly cell: TtyCell;
};

function rowShapes(cells: readonly TtyCell[], top: number): string[] {
	const grounds = runs(cells, (cell) => colorsOf(cell).background, false).flatMap((run) => {
		const {background} = colorsOf(run.cell);
		if (background === paper) return [];
		const x = fixed(size.margin + run.column * size.width);
		return [
			`<rect x="${x}" y="${fixed(top)}" width="${fixed(run.columns * size.width + 0.2)}" height="${fixed(size.height + 0.2)}" fill="${background}"/>`,
		];
	});
	const texts = runs(cells, styleOf, true).flatMap((run) => {
		if (run.text.trim() === '' && !run.cell.underline) return [];
		const x = fixed(size.margin + run.column * size.width);
		const y = fixed(top + size.font * 0.93);
		return [`<text x="${x}" y="${y}" ${styleOf(run.cell)}>${escape(run.text)}</text>`];
	});
	return [...grounds, ...texts];
}

/** Neighbours of one style; a character outside ASCII stands alone, so that a foreign glyph shifts nothing. */
function runs(cells: readonly TtyCell[], style: (cell: TtyCell) => string, text: boolean): Run[] {
	const found: {column: number; columns: number; text: string; cell: TtyCell}[] = [];
	let open = false;
	for (const [column, cell] of cells.entries()) {
		if (cell.width === 0) continue;
		const characters = cell.text === '' ? ' ' : cell.text;
		const plain = !text || /^[ -~]$/.test(characters);
		const last = found.at(-1);
		if (open && plain && last !== undefined && style(last.cell) === style(cell)) {
			last.text += characters;
			last.columns += cell.width;
		} else found.push({column, columns: cell.width, text: characters, cell});
		open = plain;
	}
	return found;
}

function styleOf(cell: TtyCell): string {
	return [
		`fill="${colorsOf(cell).foreground}"`,
		cell.bold ? 'font-weight="bold"' : '',
		cell.dim ? 'opacity="0.62"' : '',
		cell.italic ? 'font-style="italic"' : '',
		cell.underline ? 'text-decoration="underline"' : '',
	]
		.filter((word) => word !== '')
		.join(' ');
}

function colorsOf(cell: TtyCell): {foreground: string; background: string} {
	const foreground = hex(cell.foreground, ink);
	const background = hex(cell.background, paper);
	return cell.inverse ? {foreground: background, background: foreground} : {foreground, background};
}

function hex(color: TtyColor, fallback: string): string {
	if (color.kind === 'default') return fallback;
	if (color.kind === 'rgb') return `#${color.value.toString(16).padStart(6, '0')}`;
	return palette[color.index] ?? cubeColor(color.index);
}

/** Colours 16 to 255 of xterm: a 6×6×6 cube, then 24 greys. */
function cubeColor(index: number): string {
	const channels =
		index >= 232
			? [0, 0, 0].map(() => 8 + (index - 232) * 10)
			: [36, 6, 1].map((step) => {
					const level = Math.floor((index - 16) / step) % 6;
					return level === 0 ? 0 : 55 + level * 40;
				});
	return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

const fixed = (value: number): string => value.toFixed(2);

function escape(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
