import {createContext, useContext} from 'react';
import type {EngineClient} from '../../job/link/messages.ts';
import type {Draft, DraftAction} from '../draft.ts';
import type {InputRouter} from '../input.ts';
import type {KeyBinding} from '../keymap.ts';
import type {Layout} from '../layout.ts';
import type {Place} from '../navigation.ts';
import type {Screen} from '../screen.ts';
import type {Line} from '../text/line.ts';
import type {Theme} from '../theme.ts';
import type {AppOptions, AppResult} from '../types.ts';

export type NoticeLevel = 'info' | 'warning' | 'error';

export type Navigation = {
	/** the place that is shown */
	readonly place: Place;
	readonly depth: number;
	readonly open: (screen: string, props?: unknown) => void;
	readonly replace: (screen: string, props?: unknown) => void;
	readonly reset: (screen: string, props?: unknown) => void;
	/** one place back; nothing on the first one */
	readonly back: () => void;
};

/** A question over the screen, with numbered answers; Esc closes it. */
export type Dialog = {
	readonly title: string;
	readonly text: readonly string[];
	readonly choices: ReadonlyArray<{readonly label: string; readonly run: () => void}>;
};

/** What every screen may use. */
export type Services = {
	/** snapshots paced for the link; see `useSnapshot` */
	readonly client: EngineClient;
	readonly options: AppOptions;
	readonly theme: Theme;
	readonly layout: Layout;
	readonly navigation: Navigation;
	readonly screen: Screen;
	readonly draft: Draft;
	readonly dispatch: (action: DraftAction) => void;
	/** one line above the footer; newest wins, gone after a while or with the next key */
	readonly notice: (text: string, level?: NoticeLevel) => void;
	/** sends a text to the terminal's clipboard and says so */
	readonly copy: (text: string) => void;
	/** shows a text whole, on lines of its own, for selecting */
	readonly showFull: (title: string, text: string) => void;
	readonly ask: (dialog: Dialog) => void;
	/** as `q`: asks only while a job runs */
	readonly quit: () => void;
	/** as `b`: the engine goes on, the app ends */
	readonly background: () => void;
	/** ends the app with this result */
	readonly leave: (result: Partial<AppResult> & Pick<AppResult, 'reason' | 'exitCode'>) => void;
};

/** What only `Frame` and `app.tsx` use. */
export type Shell = {
	readonly router: InputRouter;
	/** lies over the body, with its own keys in the footer */
	readonly overlay:
		{readonly lines: readonly Line[]; readonly keymap: readonly KeyBinding[]} | undefined;
	readonly noticeLine: Line | undefined;
	/** replaces the footer while something is being stopped */
	readonly footerWords: string | undefined;
};

export const ServicesContext = createContext<(Services & Shell) | undefined>(undefined);

export function useShell(): Services & Shell {
	const services = useContext(ServicesContext);
	if (services === undefined) throw new Error('A screen was drawn outside of the app');
	return services;
}

export function useServices(): Services {
	return useShell();
}
