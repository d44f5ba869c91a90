import {useEffect, useInsertionEffect, useRef} from 'react';
import type {FieldControl} from '../input.ts';
import {footer, type KeyBinding} from '../keymap.ts';
import type {Actions} from '../screen.ts';
import {dim, line, warn, type Line} from '../text/line.ts';
import {useShell} from '../hooks/services.ts';
import {useSnapshot} from '../hooks/use-snapshot.ts';
import {frameLines} from './frame-lines.ts';
import {Lines} from './lines.tsx';

export type FrameProps = {
	readonly body: readonly Line[];
	readonly actions: Actions;
	/** the text field that has the focus: it gets keys first */
	readonly field?: FieldControl | undefined;
	/** what the footer says while a field has the focus; `Enter keep  Esc clear` when left out */
	readonly fieldKeys?: readonly KeyBinding[];
	/** stops what the screen is busy with; Ctrl+C calls it */
	readonly stop?: (() => void) | undefined;
	/** a guiding line where notices stand, while there is none */
	readonly hint?: string | undefined;
	/** instead of the screen's own title */
	readonly title?: string;
	readonly right?: string;
	/** instead of the screen's own keymap, for a state with other keys */
	readonly keymap?: readonly KeyBinding[];
};

const searchKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Keep', short: 'keep'},
	{keys: ['escape'], action: 'clear', label: 'Clear', short: 'clear'},
	{keys: ['up'], action: 'row', label: 'Row', short: '↓ row'},
];

/** The one element that a screen returns: draws the frame and offers the screen's actions to the key handler. */
export function Frame(props: FrameProps) {
	const shell = useShell();
	const {layout, theme, screen, router, navigation, draft, client} = shell;
	const keymap = props.keymap ?? screen.keymap;
	const owner = {keymap, actions: props.actions, field: props.field, stop: props.stop};
	const token = useRef({});
	// Before any other effect, so that a key right after a draw finds this draw's handlers.
	useInsertionEffect(() => {
		router.set(token.current, owner);
	});
	useEffect(() => {
		const mine = token.current;
		return () => {
			router.remove(mine);
		};
	}, [router]);
	const title = useSnapshot(client, (snapshot) =>
		screen.title({snapshot, draft, props: navigation.place.props}),
	);
	const has = (action: string) => action === 'help' || props.actions[action] !== undefined;
	const keys =
		shell.overlay !== undefined
			? footer(shell.overlay.keymap, layout.columns, (action) => action !== 'help')
			: shell.footerWords === undefined
				? props.field === undefined
					? footer(keymap, layout.columns, has)
					: footer(props.fieldKeys ?? searchKeys, layout.columns, (action) => action !== 'help')
				: line(' ', warn(shell.footerWords));
	const lines = frameLines(
		{
			title: props.title ?? title.left,
			context: props.right ?? title.right ?? '',
			body: shell.overlay?.lines ?? props.body,
			notice:
				shell.noticeLine ??
				(props.hint === undefined || layout.short ? undefined : line(' ', dim(props.hint))),
			footer: keys,
		},
		layout,
	);
	return <Lines lines={lines} width={layout.columns} height={layout.rows} theme={theme} />;
}
