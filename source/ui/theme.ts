import type {Style} from './text/line.ts';

/** Shapes that differ between UTF-8 and ASCII terminals; everything else is mapped by `toAscii`. */
export type Glyphs = {
	readonly barFull: string;
	readonly barEmpty: string;
	/** cells of groups: done, active, waiting, problem */
	readonly cellDone: string;
	readonly cellActive: string;
	readonly cellWaiting: string;
	readonly cellProblem: string;
	/** zero in a table of counts */
	readonly zero: string;
	readonly cursor: string;
	/** speed line, lowest to highest */
	readonly levels: readonly string[];
};

const unicode: Glyphs = {
	barFull: '━',
	barEmpty: '─',
	cellDone: '■',
	cellActive: '▪',
	cellWaiting: '·',
	cellProblem: '!',
	zero: '·',
	cursor: '▏',
	levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

const ascii: Glyphs = {
	barFull: '#',
	barEmpty: '.',
	cellDone: '#',
	cellActive: 'o',
	cellWaiting: '.',
	cellProblem: '!',
	zero: '0',
	cursor: '_',
	levels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};

/** How the terminal can be drawn on, decided once before Ink starts. */
export type Theme = {readonly unicode: boolean; readonly color: boolean; readonly glyphs: Glyphs};

export function makeTheme(options: {unicode: boolean; color: boolean}): Theme {
	return {...options, glyphs: options.unicode ? unicode : ascii};
}

type Look = {color?: string; backgroundColor?: string; bold?: boolean; dimColor?: boolean};

/**
 * Properties of Ink's `<Text>` by style. Only default text, cyan, green, bold yellow and red: readable on
 * any background. A QR code alone brings its own black and white, which no theme may change.
 */
export const styles: Readonly<Record<Style, Look>> = {
	plain: {},
	accent: {color: 'cyan'},
	good: {color: 'green'},
	warn: {color: 'yellow', bold: true},
	bad: {color: 'red'},
	dim: {dimColor: true},
	bold: {bold: true},
	code: {color: '#000000', backgroundColor: '#ffffff'},
	codeSwapped: {color: '#ffffff', backgroundColor: '#000000'},
};

const opposites: Readonly<Record<string, string>> = {' ': '█', '█': ' ', '▀': '▄', '▄': '▀'};

/** Half blocks with ink and ground changed over, for a terminal that can't be painted. */
export function swapBlocks(text: string): string {
	return Array.from(text, (block) => opposites[block] ?? block).join('');
}

const replacements: Readonly<Record<string, string>> = {
	'─': '-',
	'━': '#',
	'│': '|',
	'·': '-',
	'…': '~',
	'×': 'x',
	'→': '>',
	'←': '<',
	'↑': '^',
	'↓': 'v',
	'▏': '_',
	'■': '#',
	'▪': 'o',
	'█': '#',
	'–': '-',
	'’': "'",
};

/** Text without any byte above 0x7F, as wide as before; what has no likeness becomes `?`. */
export function toAscii(text: string, width: (text: string) => number): string {
	if (/^[\u0000-\u007F]*$/.test(text)) return text;
	let result = '';
	for (const character of text) {
		if (character <= '\u007F') result += character;
		else result += replacements[character] ?? '?'.repeat(Math.max(0, width(character)));
	}

	return result;
}
