import {useRef, useState} from 'react';
import type {FieldControl} from '../input.ts';

export type PasteBox = FieldControl & {
	/** what it holds: never shown, only measured */
	readonly size: number;
	readonly lines: number;
	/** its last four characters */
	readonly end: string;
	text(): string;
};

type Measure = {readonly size: number; readonly lines: number; readonly end: string};

const empty: Measure = {size: 0, lines: 0, end: ''};

function measure(text: string): Measure {
	const trimmed = text.trim();
	const lines = trimmed === '' ? 0 : trimmed.split(/\r\n|\r|\n/).length;
	// Of so little nothing is shown: it might be most of it.
	const end =
		trimmed.length < 40
			? ''
			: Array.from(trimmed.replace(/["'`;\s}]+$/, ''))
					.slice(-4)
					.join('');
	return {size: trimmed.length, lines, end};
}

/**
 * Takes a paste of several lines as it is, for secrets: the text is kept outside of React's state and of
 * the place's memory, and is gone with the screen. `onSubmit` is for Enter, `onCancel` for Esc.
 */
export function usePasteBox(options: {
	readonly onSubmit: () => void;
	readonly onCancel: () => void;
}): PasteBox {
	const held = useRef('');
	const [shown, setShown] = useState<Measure>(empty);
	const change = (text: string) => {
		held.current = text;
		setShown(measure(text));
	};
	return {
		...shown,
		filled: shown.size > 0,
		text: () => held.current,
		key(name) {
			if (name === 'enter') options.onSubmit();
			else if (name === 'escape') options.onCancel();
			else if (name === 'ctrl+u') change('');
			else if (name === 'backspace') change(held.current.slice(0, -1));
			else if (name === 'space') change(`${held.current} `);
			else if (Array.from(name).length === 1) change(held.current + name);
			else return false;
			return true;
		},
		paste(text) {
			change(held.current === '' ? text : `${held.current}\n${text}`);
		},
		clear() {
			change('');
		},
	};
}
