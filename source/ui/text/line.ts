import stringWidth from 'string-width';
import {safeText} from '../../model/safe-text.ts';

/**
 * Text of the interface as plain data: a line is a list of spans, a span is text in one style.
 * Screens build lines with plain functions (easy to test, exact to the column); only
 * `components/lines.tsx` turns them into Ink elements. Every text passes `safeText` here, so no
 * key, cell or server word reaches the terminal raw.
 */
/** `code`: a QR code, black on white whatever the terminal's colours are; `codeSwapped`: white on black. */
export type Style =
	'plain' | 'accent' | 'good' | 'warn' | 'bad' | 'dim' | 'bold' | 'code' | 'codeSwapped';
export type Span = {readonly text: string; readonly style: Style};
export type Line = readonly Span[];
type Part = string | number | Span | Line | null | undefined | false;

/** One span; control characters become `?`. */
export function span(text: string | number, style: Style = 'plain'): Span {
	return {text: safeText(String(text)), style};
}

/** Cyan: titles, the chosen row's mark, keys. */
export const accent = (text: string | number): Span => span(text, 'accent');
/** Green: done, found, well. */
export const good = (text: string | number): Span => span(text, 'good');
/** Bold yellow: needs a look. */
export const warn = (text: string | number): Span => span(text, 'warn');
/** Red: failed. */
export const bad = (text: string | number): Span => span(text, 'bad');
/** Only for what may vanish on some themes. */
export const dim = (text: string | number): Span => span(text, 'dim');
export const bold = (text: string | number): Span => span(text, 'bold');

function isSpan(part: Span | Line): part is Span {
	return !Array.isArray(part);
}

/** A line from texts, spans and other lines; falsy parts are left out. */
export function line(...parts: readonly Part[]): Line {
	const spans: Span[] = [];
	for (const part of parts) {
		if (part === null || part === undefined || part === false) continue;
		if (typeof part === 'string' || typeof part === 'number') spans.push(span(part));
		else if (isSpan(part)) spans.push(part);
		else spans.push(...part);
	}

	return spans;
}

export const blank: Line = [];

const printableAscii = /^[\u0020-\u007E]*$/;

/** Columns that a text takes on screen. */
export function textWidth(text: string): number {
	return printableAscii.test(text) ? text.length : stringWidth(text);
}

/** Columns that a line takes on screen. */
export function lineWidth(value: Line): number {
	let width = 0;
	for (const {text} of value) width += textWidth(text);
	return width;
}

/** The text of a line without its styles. */
export function lineText(value: Line): string {
	return value.map(({text}) => text).join('');
}

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** The longest start of `text` that fits `width` columns, without a mark. */
export function takeStart(text: string, width: number): string {
	if (width <= 0) return '';
	if (printableAscii.test(text)) return text.slice(0, width);
	let used = 0;
	let taken = '';
	for (const {segment} of graphemes.segment(text)) {
		used += textWidth(segment);
		if (used > width) break;
		taken += segment;
	}

	return taken;
}

/** The longest end of `text` that fits `width` columns, without a mark. */
export function takeEnd(text: string, width: number): string {
	if (width <= 0) return '';
	if (printableAscii.test(text)) return text.slice(Math.max(0, text.length - width));
	const segments = [...graphemes.segment(text)].map(({segment}) => segment);
	let used = 0;
	let from = segments.length;
	while (from > 0) {
		used += textWidth(segments[from - 1] ?? '');
		if (used > width) break;
		from--;
	}

	return segments.slice(from).join('');
}

/** Cut at the end with `…`: for sentences. */
export function cutEnd(text: string, width: number): string {
	const safe = safeText(text);
	return textWidth(safe) <= width ? safe : width < 1 ? '' : `${takeStart(safe, width - 1)}…`;
}

/** Cut in the middle with `…`, so that both ends stay readable: for keys and paths. */
export function cutMiddle(text: string, width: number): string {
	const safe = safeText(text);
	if (textWidth(safe) <= width) return safe;
	if (width < 1) return '';
	const end = Math.floor((width - 1) / 2);
	return `${takeStart(safe, width - 1 - end)}…${takeEnd(safe, end)}`;
}

/** Cut at the start with `…`, so that the end stays: for text that is being typed. */
export function cutStart(text: string, width: number): string {
	const safe = safeText(text);
	return textWidth(safe) <= width ? safe : width < 1 ? '' : `…${takeEnd(safe, width - 1)}`;
}

/** Text in exactly `width` columns, at the left; cut in the middle when it is too long. */
export function left(text: string | number, width: number): string {
	const cut = cutMiddle(String(text), width);
	return cut + ' '.repeat(Math.max(0, width - textWidth(cut)));
}

/** Text in exactly `width` columns, at the right; numbers. */
export function right(text: string | number, width: number): string {
	const cut = cutMiddle(String(text), width);
	return ' '.repeat(Math.max(0, width - textWidth(cut))) + cut;
}

/** A line cut to at most `width` columns; the last span that does not fit gets `…`. */
export function fit(value: Line, width: number): Line {
	if (lineWidth(value) <= width) return value;
	const spans: Span[] = [];
	let rest = Math.max(0, width - 1);
	for (const {text, style} of value) {
		const taken = takeStart(text, rest);
		rest -= textWidth(taken);
		if (taken.length === text.length) {
			spans.push({text, style});
			continue;
		}

		spans.push({text: width > 0 ? `${taken}…` : '', style});
		break;
	}

	return spans;
}

/** A line in exactly `width` columns. */
export function pad(value: Line, width: number): Line {
	const cut = fit(value, width);
	const missing = width - lineWidth(cut);
	return missing > 0 ? [...cut, {text: ' '.repeat(missing), style: 'plain'}] : cut;
}

/** One line with a text at each end; the left one is cut when both do not fit. */
export function ends(start: Line, end: Line, width: number): Line {
	const endWidth = lineWidth(end);
	if (endWidth === 0) return fit(start, width);
	if (endWidth + 2 > width) return fit(start, width);
	return [...pad(start, width - endWidth), ...end];
}

/** A sentence as lines of at most `width` columns, broken at spaces; words longer than a line are cut hard, nothing is lost. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	let current = '';
	for (const word of safeText(text).split(' ')) {
		let rest = word;
		const joined = current === '' ? rest : `${current} ${rest}`;
		if (textWidth(joined) <= width) {
			current = joined;
			continue;
		}

		if (current !== '') lines.push(current);
		while (textWidth(rest) > width) {
			const head = takeStart(rest, Math.max(1, width));
			if (head === '') break;
			lines.push(head);
			rest = rest.slice(head.length);
		}

		current = rest;
	}

	lines.push(current);
	return lines;
}

/** Exactly `height` lines: cut at the end or filled with blank ones. */
export function fill(lines: readonly Line[], height: number): Line[] {
	const result = lines.slice(0, Math.max(0, height));
	while (result.length < height) result.push(blank);
	return result;
}

/** Two panes side by side with ` │ ` between them, in exactly `height` lines. */
export function panes(
	start: readonly Line[],
	startWidth: number,
	end: readonly Line[],
	endWidth: number,
	height: number,
): Line[] {
	const first = fill(start, height);
	const second = fill(end, height);
	return first.map((value, index) => [
		...pad(value, startWidth),
		{text: '│ ', style: 'plain' as const},
		...fit(second[index] ?? blank, endWidth),
	]);
}

/** `label   value` rows with the labels in one column. */
export function keyValues(
	rows: ReadonlyArray<readonly [label: string, value: string | Line]>,
	labelWidth: number,
): Line[] {
	return rows.map(([label, value]) =>
		line(` ${left(label, labelWidth)}`, typeof value === 'string' ? value : line(value)),
	);
}
