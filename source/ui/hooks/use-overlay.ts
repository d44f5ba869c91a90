import {useCallback, useInsertionEffect, useRef, useState} from 'react';
import type {InputRouter} from '../input.ts';
import type {KeyBinding} from '../keymap.ts';
import type {Layout} from '../layout.ts';
import {
	dialogKeys,
	overlayLines,
	pageOf,
	readingKeys,
	scrollEnd,
	type Overlay,
} from '../overlay.ts';
import type {Actions, Screen} from '../screen.ts';
import type {Line} from '../text/line.ts';

export type ShownOverlay = {
	readonly lines: readonly Line[];
	readonly keymap: readonly KeyBinding[];
};

/** The overlay over a screen's body: help, a text in full, or a question. It owns all keys while it is open. */
export function useOverlay(
	router: InputRouter,
	layout: Layout,
	screen: Screen,
): {
	readonly shown: ShownOverlay | undefined;
	/** a text to be written past Ink, so that the terminal wraps it */
	readonly page: string | undefined;
	readonly open: (overlay: Overlay) => void;
} {
	const [overlay, setOverlay] = useState<Overlay | undefined>(undefined);
	const token = useRef({});
	const owner = router.screen();
	const keymap = owner?.keymap ?? screen.keymap;
	const has = (action: string) => owner?.actions[action] !== undefined || globalActions.has(action);
	const close = () => {
		setOverlay(undefined);
	};

	useInsertionEffect(() => {
		if (overlay === undefined) {
			router.remove(token.current);
			return;
		}

		router.set(token.current, {
			modal: true,
			keymap: overlay.kind === 'dialog' ? dialogKeys : readingKeys,
			actions:
				overlay.kind === 'dialog'
					? dialogActions(overlay, setOverlay, close)
					: readingActions(overlay, setOverlay, close, {
							page: layout.bodyRows - 2,
							end: scrollEnd(overlay, layout, keymap, has),
						}),
		});
	});
	const shown =
		overlay === undefined
			? undefined
			: {
					lines: overlayLines(overlay, layout, keymap, has),
					keymap: overlay.kind === 'dialog' ? dialogKeys : readingKeys,
				};
	const open = useCallback((next: Overlay) => {
		setOverlay(next);
	}, []);
	return {shown, page: pageOf(overlay, layout), open};
}

const globalActions = new Set(['back', 'help', 'quit', 'interrupt', 'repaint', 'suspend']);

function readingActions(
	overlay: Exclude<Overlay, {kind: 'dialog'}>,
	set: (overlay: Overlay) => void,
	close: () => void,
	limits: {page: number; end: number},
): Actions {
	const scroll = (by: number) => () => {
		set({...overlay, scroll: Math.max(0, Math.min(limits.end, overlay.scroll + by))});
	};

	return {
		close,
		down: scroll(1),
		up: scroll(-1),
		pageDown: scroll(limits.page),
		pageUp: scroll(-limits.page),
	};
}

function dialogActions(
	overlay: Overlay & {kind: 'dialog'},
	set: (overlay: Overlay) => void,
	close: () => void,
): Actions {
	const {choices} = overlay.dialog;
	const choose = (index: number) => {
		const choice = choices[index];
		if (choice === undefined) return;
		close();
		choice.run();
	};

	const go = (by: number) => () => {
		set({...overlay, index: (overlay.index + by + choices.length) % choices.length});
	};

	return {
		accept() {
			choose(overlay.index);
		},
		choose(key) {
			choose(Number(key) - 1);
		},
		down: go(1),
		up: go(-1),
		close,
	};
}
