import {safeText} from '../model/safe-text.ts';
import type {Dialog} from './hooks/services.ts';
import {helpLines, keyLabel, type KeyBinding} from './keymap.ts';
import type {Layout} from './layout.ts';
import {accent, blank, bold, fill, line, textWidth, wrap, type Line} from './text/line.ts';

/** What lies over a screen's body. `scroll` is the first visible line. */
export type Overlay =
	| {readonly kind: 'help'; readonly scroll: number}
	| {readonly kind: 'text'; readonly title: string; readonly text: string; readonly scroll: number}
	| {readonly kind: 'dialog'; readonly dialog: Dialog; readonly index: number};

export const readingKeys: readonly KeyBinding[] = [
	{keys: ['escape', '?', 'q', 'enter', 'o'], action: 'close', label: 'Close', short: 'close'},
	{keys: ['down', 'j'], action: 'down', label: 'Down', short: 'down'},
	{keys: ['up', 'k'], action: 'up', label: 'Up', short: 'up'},
	{keys: ['pagedown', 'space'], action: 'pageDown', label: 'Page down'},
	{keys: ['pageup'], action: 'pageUp', label: 'Page up'},
];

export const dialogKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'accept', label: 'Choose', short: 'choose', priority: 1},
	{
		keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
		action: 'choose',
		label: 'Choose by number',
	},
	{keys: ['down', 'j', 'tab'], action: 'down', label: 'Down', short: 'down'},
	{keys: ['up', 'k', 'shift+tab'], action: 'up', label: 'Up', short: 'up'},
	{keys: ['escape'], action: 'close', label: 'Go back', short: 'back', priority: 1},
];

function textLines(overlay: Overlay & {kind: 'text'}, layout: Layout): Line[] {
	// No frame, no indent: a drag or a triple click takes exactly the text.
	return [
		line(bold(` ${overlay.title}`)),
		blank,
		...wrap(overlay.text, layout.columns).map((text) => line(text)),
	];
}

function dialogLines(dialog: Dialog, index: number, layout: Layout): Line[] {
	return [
		blank,
		line(bold(` ${dialog.title}`)),
		blank,
		...dialog.text.flatMap((text) => wrap(text, layout.columns - 2).map((row) => line(` ${row}`))),
		...(dialog.text.length > 0 ? [blank] : []),
		...dialog.choices.map((choice, number) =>
			line(
				number === index ? accent(' > ') : '   ',
				accent(String(number + 1)),
				' ',
				number === index ? bold(choice.label) : choice.label,
			),
		),
	];
}

/**
 * A text that is short enough is written past Ink, as one long line that the terminal itself wraps:
 * a drag or a triple click then takes it without line breaks.
 */
export function pageOf(overlay: Overlay | undefined, layout: Layout): string | undefined {
	if (overlay?.kind !== 'text' || layout.tiny) return undefined;
	const text = safeText(overlay.text);
	if (textWidth(text) > layout.columns * (layout.rows - 6)) return undefined;
	return ` ${safeText(overlay.title)}\r\n\r\n${text}\r\n\r\n Esc goes back.`;
}

/** All lines of an overlay, before scrolling. */
function allLines(
	overlay: Overlay,
	layout: Layout,
	keymap: readonly KeyBinding[],
	has: (action: string) => boolean,
): Line[] {
	switch (overlay.kind) {
		case 'help':
			return [line(bold(' Keys of this screen')), blank, ...helpLines(keymap, has)];
		case 'text':
			return textLines(overlay, layout);
		case 'dialog':
			return dialogLines(overlay.dialog, overlay.index, layout);
	}
}

/** The overlay as the body of the frame, scrolled; a last line says how much is below. */
export function overlayLines(
	overlay: Overlay,
	layout: Layout,
	keymap: readonly KeyBinding[],
	has: (action: string) => boolean,
): Line[] {
	const lines = allLines(overlay, layout, keymap, has);
	if (overlay.kind === 'dialog' || lines.length <= layout.bodyRows) {
		return fill(lines, layout.bodyRows);
	}

	const room = layout.bodyRows - 1;
	const scroll = Math.min(overlay.scroll, lines.length - room);
	const below = lines.length - scroll - room;
	return [
		...lines.slice(scroll, scroll + room),
		line(below > 0 ? ` ↓ ${below} more below, ${keyLabel('down')} scrolls` : ' end'),
	];
}

/** The farthest that an overlay can scroll. */
export function scrollEnd(
	overlay: Overlay,
	layout: Layout,
	keymap: readonly KeyBinding[],
	has: (action: string) => boolean,
): number {
	return Math.max(0, allLines(overlay, layout, keymap, has).length - (layout.bodyRows - 1));
}
