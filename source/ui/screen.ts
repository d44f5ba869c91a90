import type {ComponentType} from 'react';
import type {Draft} from './draft.ts';
import type {KeyBinding} from './keymap.ts';
import type {Snapshot} from '../model/snapshot.ts';

/**
 * How to write a screen
 *
 * A screen is a folder `screens/<name>/` whose `index.ts` exports one `Screen`, plus a line in
 * `screens/index.ts`. Its component
 *
 * - takes what it needs from `useServices()` (engine client, options, layout, navigation, notice,
 *   copy, showFull, ask, quit, background) and `useSnapshot(services.client, selector)`;
 * - keeps selection, scroll and typed text in `usePlace(key, initial)` or `useList(…)`, so that they
 *   are still there after going deeper and back, and after a resize;
 * - asks the engine with `useCall(client, method, params)` (abandoned when the screen closes);
 * - builds its body as `Line[]` with the pure functions of `text/line.ts`, by `services.layout`
 *   (80x24 first; `wide` gives a second pane through `panes`; `narrow` and `short` leave columns and
 *   details out), and returns exactly one `<Frame>`.
 *
 * `<Frame>` draws title row, rule, body, rule and footer in exactly as many rows as the window has,
 * cuts what is too long, and hands the screen's `actions` to the one key handler of `app.tsx`. The
 * keymap is data: footer, help overlay and key handling come from the same table. A binding whose
 * action has no handler at the moment (undefined) is shown nowhere and does nothing, so there are
 * no dead keys. A handler may return `false` for "not mine after all"; then the global keys get it.
 *
 * Keys go to the topmost owner: overlay or dialog, then the focused text field, then the screen,
 * then the global keys (Esc back, ? help, q quit, Ctrl+C, Ctrl+L, Ctrl+Z).
 */
export type Screen = {
	readonly id: string;
	/** Words of the title row; `right` is cut away first when the window is narrow. */
	readonly title: (context: TitleContext) => {readonly left: string; readonly right?: string};
	readonly keymap: readonly KeyBinding[];
	readonly component: ComponentType<ScreenProps>;
};

export type TitleContext = {
	readonly snapshot: Snapshot;
	readonly draft: Draft;
	/** what `open(id, props)` was called with */
	readonly props: unknown;
};

export type ScreenProps = {readonly props: unknown};

/** Handlers by action name. The key is given for bindings with several (`1` to `9`). */
export type Actions = Readonly<
	Record<string, ((key: string) => void | false | Promise<void>) | undefined>
>;
