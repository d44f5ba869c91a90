import {createElement} from 'react';
import {Frame} from '../../components/frame.tsx';
import type {Screen} from '../../screen.ts';
import {blank, line} from '../../text/line.ts';

/** Stands in for a screen that does not exist yet. */
export function placeholderScreen(id: string): Screen {
	return {
		id,
		title: () => ({left: id}),
		keymap: [],
		component: () => createElement(Frame, {actions: {}, body: [blank, line(` ${id}`)]}),
	};
}
