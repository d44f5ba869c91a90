import type {Screen} from '../screen.ts';
import {placeholderScreen} from './placeholder/index.ts';

/** Every screen of the app; a new one is one line here. */
export const screens: readonly Screen[] = [];

/** The screen of that name. */
export function screenOf(id: string): Screen {
	return screens.find((screen) => screen.id === id) ?? placeholderScreen(id);
}
