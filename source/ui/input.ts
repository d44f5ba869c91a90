import {bindingFor, globalKeys, type KeyBinding} from './keymap.ts';
import type {Actions} from './screen.ts';

/** A focused text field, as the key handler sees it. */
export type FieldControl = {
	readonly filled: boolean;
	/** true when the key was the field's */
	key(key: string): boolean;
	paste(text: string): void;
	clear(): void;
};

/** Who may take keys: its table, its handlers, and perhaps a text field before both. */
export type InputOwner = {
	readonly keymap: readonly KeyBinding[];
	readonly actions: Actions;
	readonly field?: FieldControl | undefined;
	/** stops what the screen is busy with (a listing); Ctrl+C calls it */
	readonly stop?: (() => void) | undefined;
	/** an overlay swallows what it does not know */
	readonly modal?: boolean;
};

/** Those who may take keys: the screen, and over it overlays and dialogs. */
export type InputRouter = {
	/** Puts an owner on top (or in its old place) and answers how to take it away. */
	set(token: object, owner: InputOwner): void;
	remove(token: object): void;
	top(): InputOwner | undefined;
	screen(): InputOwner | undefined;
	/** Gives a key to its owner; answers the global action that is left to do, if any. */
	dispatch(key: string): string | undefined;
	paste(text: string): boolean;
};

function runAction(owner: InputOwner, key: string): boolean {
	const binding = bindingFor(owner.keymap, key, (action) => owner.actions[action] !== undefined);
	const handler = binding === undefined ? undefined : owner.actions[binding.action];
	if (handler === undefined) return false;
	const result = handler(key);
	if (result instanceof Promise) {
		// Screens show their own errors; a rejected handler must not end the app.
		result.catch(() => undefined);
	}

	return result !== false;
}

export function createRouter(): InputRouter {
	const screens = new Map<object, InputOwner>();
	const modals = new Map<object, InputOwner>();
	const top = () => [...modals.values()].at(-1) ?? [...screens.values()].at(-1);
	return {
		set(token, owner) {
			(owner.modal === true ? modals : screens).set(token, owner);
		},
		remove(token) {
			screens.delete(token);
			modals.delete(token);
		},
		top,
		screen: () => [...screens.values()].at(-1),
		dispatch(key) {
			const owner = top();
			// These three work whoever owns the keys.
			if (key === 'ctrl+c' || key === 'ctrl+l' || key === 'ctrl+z') {
				return bindingFor(globalKeys, key)?.action;
			}

			if (owner?.field?.key(key) === true) return undefined;
			if (owner !== undefined && runAction(owner, key)) return undefined;
			if (owner?.modal === true || owner?.field !== undefined) return undefined;
			return bindingFor(globalKeys, key)?.action;
		},
		paste(text) {
			const field = top()?.field;
			field?.paste(text);
			return field !== undefined;
		},
	};
}
