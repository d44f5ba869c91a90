/** One screen on the stack. Its memory (selection, scroll, marks, typed text) lives as long as it stays there. */
export type Place = {
	/** React key: a screen opened twice is two places */
	readonly serial: number;
	readonly screen: string;
	readonly props: unknown;
	readonly memory: Map<string, unknown>;
};

export type Stack = {readonly places: readonly Place[]; readonly serial: number};

export type Move =
	| {readonly type: 'open' | 'replace' | 'reset'; readonly screen: string; readonly props?: unknown}
	| {readonly type: 'back'};

function place(stack: Stack, screen: string, props: unknown): Place {
	return {serial: stack.serial + 1, screen, props, memory: new Map()};
}

export function startStack(screen: string, props?: unknown): Stack {
	return {places: [{serial: 1, screen, props, memory: new Map()}], serial: 1};
}

export function currentPlace(stack: Stack): Place {
	const last = stack.places.at(-1);
	if (last === undefined) throw new Error('The navigation stack is empty');
	return last;
}

/**
 * `open` goes one deeper, `replace` takes the current place, `reset` starts over, `back` returns to
 * the place before, as it was left. `back` on the first place changes nothing: Escape never quits.
 */
export function navigate(stack: Stack, move: Move): Stack {
	switch (move.type) {
		case 'open':
			return {
				places: [...stack.places, place(stack, move.screen, move.props)],
				serial: stack.serial + 1,
			};
		case 'replace':
			return {
				places: [...stack.places.slice(0, -1), place(stack, move.screen, move.props)],
				serial: stack.serial + 1,
			};
		case 'reset':
			return {places: [place(stack, move.screen, move.props)], serial: stack.serial + 1};
		case 'back':
			return stack.places.length > 1 ? {...stack, places: stack.places.slice(0, -1)} : stack;
	}
}
