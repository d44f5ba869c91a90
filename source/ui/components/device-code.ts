import {formatDuration} from '../../model/format.ts';
import type {SignInFlow} from '../../model/snapshot.ts';
import type {Layout} from '../layout.ts';
import {
	bad,
	blank,
	bold,
	fill,
	good,
	line,
	pad,
	span,
	textWidth,
	wrap,
	type Line,
} from '../text/line.ts';
import {qrLines} from '../text/qr.ts';
import {swapBlocks, type Theme} from '../theme.ts';

/** A QR code fits beside the words from this size on (the mock-up's smallest). */
const qrLeast = {columns: 76, rows: 22};

/** ` 9 m 40 s`: whole seconds, so that nothing moves in between. */
const duration = (milliseconds: number): string =>
	formatDuration(Math.max(0, Math.round(milliseconds / 1000)));

/** The address on a line of its own from column 2, so that one drag or a triple click takes it; or what went wrong. */
export function addressLines(flow: SignInFlow | null, {columns}: Layout): Line[] {
	const room = columns - 2;
	if (flow?.kind === 'failed')
		return wrap(`${flow.error.message} ${flow.error.hint ?? ''}`.trim(), room)
			.slice(0, 3)
			.map((text) => line(' ', bad(text)));
	if (flow?.kind !== 'waiting') return [blank];
	if (textWidth(flow.completeUrl) <= room) return [line(` ${flow.completeUrl}`)];
	if (textWidth(flow.url) <= room) return [line(` ${flow.url}`)];
	return wrap(flow.url, room).map((text) => line(` ${text}`));
}

/** Code, validity and state with their labels. */
export function codeRows(
	flow: SignInFlow | null,
	at: number,
	roomy: boolean,
): ReadonlyArray<readonly [label: string, value: Line]> {
	switch (flow?.kind) {
		case 'waiting': {
			const asked =
				roomy && flow.askedAt !== null ? `, asked AWS ${duration(at - flow.askedAt)} ago` : '';
			const next = roomy ? 'then muster asks for a new one' : 'then a new one';
			return [
				['code', line(bold(flow.code))],
				['valid', line(`${duration(flow.codeExpires - at)}, ${next}`)],
				['state', line(`waiting for you${asked}`)],
			];
		}
		case 'done':
			return [['state', line(good('signed in; trying it'))]];
		case 'failed':
			return [['state', line(bad('did not work; r asks for a new code'))]];
		default:
			return [['state', line('asking AWS for a code')]];
	}
}

/** The QR code of the address, where it has room and somebody waits for it. */
export function qrOf(
	flow: SignInFlow | null,
	{unicode, color}: Theme,
	{columns, rows, bodyRows}: Layout,
	{hidden, swapped}: {readonly hidden: boolean; readonly swapped: boolean},
): readonly string[] | undefined {
	const fits = unicode && columns >= qrLeast.columns && rows >= qrLeast.rows && !hidden;
	if (flow?.kind !== 'waiting' || !fits) return undefined;
	const lines = qrLines(flow.completeUrl);
	// A longer address makes a larger code, which may not fit after all.
	if (lines.length > bodyRows - 1) return undefined;
	// Unpainted, ink is the terminal's own colour: light, on most.
	return color || swapped ? lines : lines.map((text) => swapBlocks(text));
}

/** Columns that a QR code takes beside the words, with the gap before it. */
const qrRoom = (qr: readonly string[]): number => textWidth(qr[0] ?? '') + 1;

/** Columns for the words. */
export const wordsWidth = (qr: readonly string[] | undefined, {columns}: Layout): number =>
	qr === undefined ? columns - 2 : columns - qrRoom(qr) - 1;

/** Address, words and QR code as one body in exactly the rows that the layout gives it. */
export function withCode(
	top: readonly Line[],
	words: readonly Line[],
	qr: readonly string[] | undefined,
	swapped: boolean,
	layout: Layout,
): Line[] {
	const room = layout.bodyRows - top.length - 1;
	const body = fill(words, room);
	if (qr === undefined) return fill([...top, blank, ...body], layout.bodyRows);
	const style = swapped ? 'codeSwapped' : 'code';
	const from = Math.max(0, Math.min(layout.columns - qrRoom(qr), layout.wide ? 86 : Infinity));
	return fill(
		[
			...top,
			...(layout.wide ? [blank] : []),
			...Array.from({length: Math.max(room, qr.length)}, (_, row) => {
				const text = (layout.wide ? body : [blank, ...body])[row] ?? blank;
				const cells = qr[row];
				return cells === undefined ? text : [...pad(text, from), span(cells, style)];
			}),
		],
		layout.bodyRows,
	);
}
