import {line, accent, lineWidth, left, type Line} from './text/line.ts';

/**
 * Keys by name: a printable character as itself, else `enter`, `escape`, `space`, `tab`,
 * `shift+tab`, `up`, `down`, `left`, `right`, `pageup`, `pagedown`, `home`, `end`, `backspace`,
 * `ctrl+c` and so on.
 */
export type KeyName = string;

/** One row of a keymap: footer, help overlay and key handling all come from it. */
export type KeyBinding = {
	readonly keys: readonly KeyName[];
	/** name under which the screen gives its handler */
	readonly action: string;
	/** what it does, for the help overlay */
	readonly label: string;
	/** word in the footer; left out there when missing */
	readonly short?: string;
	/** smaller stays longer when the footer gets narrow; 5 when left out */
	readonly priority?: number;
	/** in force, but shown nowhere */
	readonly hidden?: boolean;
};

const shown: Readonly<Record<string, string>> = {
	enter: 'Enter',
	escape: 'Esc',
	space: 'Space',
	tab: 'Tab',
	'shift+tab': 'Shift+Tab',
	up: '↑',
	down: '↓',
	left: '←',
	right: '→',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	home: 'Home',
	end: 'End',
	'ctrl+c': 'Ctrl+C',
	'ctrl+l': 'Ctrl+L',
	'ctrl+u': 'Ctrl+U',
	'ctrl+z': 'Ctrl+Z',
};

/** A key as people read it: `Enter`, `Esc`, `↑`, `p`. */
export function keyLabel(key: KeyName): string {
	return shown[key] ?? key;
}

/** Keys that work on every screen. Escape and `q` never lose work by themselves. */
export const globalKeys: readonly KeyBinding[] = [
	{keys: ['escape'], action: 'back', label: 'One screen back; never quits'},
	{keys: ['?'], action: 'help', label: 'Keys of this screen', short: 'help', priority: 0},
	{keys: ['q'], action: 'quit', label: 'Quit; asks only while a job runs'},
	{keys: ['ctrl+c'], action: 'interrupt', label: 'Clear a field, stop, then quit'},
	{keys: ['ctrl+l'], action: 'repaint', label: 'Draw the screen again'},
	{keys: ['ctrl+z'], action: 'suspend', label: 'Stop muster and downloads; fg goes on'},
];

/** Keys of every list; spread it into a screen's keymap. Handlers: `useList().actions`. */
export const listKeys: readonly KeyBinding[] = [
	{keys: ['up', 'k'], action: 'up', label: 'Row up'},
	{keys: ['down', 'j'], action: 'down', label: 'Row down'},
	{keys: ['pageup'], action: 'pageUp', label: 'Page up'},
	{keys: ['pagedown'], action: 'pageDown', label: 'Page down'},
	{keys: ['g', 'home'], action: 'first', label: 'First row'},
	{keys: ['G', 'end'], action: 'last', label: 'Last row'},
];

/** Keys of a list that can be searched. Handlers: `useList().actions`. */
export const findKeys: readonly KeyBinding[] = [
	{
		keys: ['/'],
		action: 'find',
		label: 'Find: type, Enter keeps, Esc clears',
		short: 'find',
		priority: 4,
	},
	{keys: ['escape'], action: 'back', label: 'Clear the search, then one screen back'},
];

/** The row for a key, first match wins. */
export function bindingFor(
	keymap: readonly KeyBinding[],
	key: KeyName,
	has: (action: string) => boolean = () => true,
): KeyBinding | undefined {
	return keymap.find((binding) => binding.keys.includes(key) && has(binding.action));
}

/**
 * The last line of the screen: `Enter open  / find  ? help`. Bindings without a handler are left
 * out; when the width does not hold all, the least important go first. `? help` always stays.
 */
export function footer(
	keymap: readonly KeyBinding[],
	width: number,
	has: (action: string) => boolean = () => true,
): Line {
	const candidates = [...keymap, ...globalKeys].filter(
		(binding) => binding.short !== undefined && binding.hidden !== true && has(binding.action),
	);
	const build = (bindings: readonly KeyBinding[]) =>
		line(
			' ',
			...bindings.map((binding, index) =>
				line(
					index === 0 ? '' : '  ',
					accent(keyLabel(binding.keys[0] ?? '')),
					` ${binding.short ?? ''}`,
				),
			),
		);
	let kept = candidates;
	while (kept.length > 1 && lineWidth(build(kept)) > width) {
		const worst = kept.reduce((a, b) => ((b.priority ?? 5) >= (a.priority ?? 5) ? b : a));
		kept = kept.filter((binding) => binding !== worst);
	}

	return build(kept);
}

/** The rows of the help overlay: key names, then what they do. */
export function helpLines(
	keymap: readonly KeyBinding[],
	has: (action: string) => boolean = () => true,
): Line[] {
	const own = keymap.filter((binding) => binding.hidden !== true && has(binding.action));
	const taken = new Set(own.flatMap((binding) => binding.keys));
	const rows = [
		...own,
		...globalKeys.filter((binding) => !binding.keys.some((key) => taken.has(key))),
	];
	return rows.map((binding) =>
		line(
			'  ',
			accent(left(binding.keys.map((key) => keyLabel(key)).join(' '), 16)),
			' ',
			binding.label,
		),
	);
}

type InkKey = {
	readonly upArrow: boolean;
	readonly downArrow: boolean;
	readonly leftArrow: boolean;
	readonly rightArrow: boolean;
	readonly pageUp: boolean;
	readonly pageDown: boolean;
	readonly home: boolean;
	readonly end: boolean;
	readonly return: boolean;
	readonly escape: boolean;
	readonly ctrl: boolean;
	readonly shift: boolean;
	readonly tab: boolean;
	readonly backspace: boolean;
	readonly delete: boolean;
	readonly meta: boolean;
};

/** Longest run of typed characters in one read that still counts as typing and not as a paste without brackets. */
const longestRun = 8;

function runOfKeys(input: string): KeyName[] {
	return Array.from(input, (character) => {
		switch (character) {
			case '\r':
			case '\n':
				return 'enter';
			case '\t':
				return 'tab';
			case ' ':
				return 'space';
			default:
				return character;
		}
	});
}

/**
 * Ink's key event as key names. Quick typing over a slow link may come as one event with several
 * characters; anything longer than a few is a paste and is answered with `pasted`.
 */
export function keyNames(
	input: string,
	key: InkKey,
): {keys: readonly KeyName[]} | {pasted: string} {
	if (key.upArrow) return {keys: ['up']};
	if (key.downArrow) return {keys: ['down']};
	if (key.leftArrow) return {keys: ['left']};
	if (key.rightArrow) return {keys: ['right']};
	if (key.pageUp) return {keys: ['pageup']};
	if (key.pageDown) return {keys: ['pagedown']};
	if (key.home) return {keys: ['home']};
	if (key.end) return {keys: ['end']};
	if (key.return) return {keys: ['enter']};
	if (key.escape) return {keys: ['escape']};
	if (key.tab) return {keys: [key.shift ? 'shift+tab' : 'tab']};
	if (key.backspace) return {keys: ['backspace']};
	if (key.delete) return {keys: ['delete']};
	if (key.meta) return {keys: []};
	if (key.ctrl) return {keys: input === '' ? [] : [`ctrl+${input}`]};
	const characters = Array.from(input);
	if (characters.length > longestRun) return {pasted: input};
	return {keys: runOfKeys(input)};
}
