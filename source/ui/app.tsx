import {
	useCallback,
	useEffect,
	useEffectEvent,
	useInsertionEffect,
	useMemo,
	useReducer,
	useRef,
	useState,
	useSyncExternalStore,
} from 'react';
import {useApp, useInput, usePaste, useWindowSize} from 'ink';
import type {EngineClient} from '../job/link/messages.ts';
import {exitStatus} from '../model/error.ts';
import {plural} from '../model/format.ts';
import type {Phase} from '../model/snapshot.ts';
import {exitLines} from './exit-lines.ts';
import {reduceDraft, startDraft} from './draft.ts';
import {ServicesContext, type Dialog, type Services, type Shell} from './hooks/services.ts';
import {useOverlay} from './hooks/use-overlay.ts';
import {useSnapshot} from './hooks/use-snapshot.ts';
import {createRouter, type InputOwner} from './input.ts';
import {interrupt, jobRuns, ladderStart, settleLadder, type InterruptAct} from './interrupt.ts';
import {bindingFor, keyNames} from './keymap.ts';
import {layout as layoutOf} from './layout.ts';
import {currentPlace, navigate, startStack, type Move} from './navigation.ts';
import {opensSignIn, routeOfPhase, startScreen} from './phase-route.ts';
import {screenOf} from './screens/index.ts';
import {bad, line, textWidth, warn, type Line} from './text/line.ts';
import {toAscii, type Theme} from './theme.ts';
import type {AppOptions, AppResult} from './types.ts';

/** What `render.tsx` does for the app, outside of React. */
export type Host = {
	/** draws everything anew */
	repaint(): void;
	/** Ctrl+Z: gives the terminal back to the shell until `fg`; `release` is Ink's way to let go of it */
	suspend(release: (stopped: () => Promise<void>) => Promise<unknown>): Promise<void>;
	copy(text: string): Promise<string>;
	/** shows a text as the terminal wraps it, over everything, until it is called with undefined */
	page(text: string | undefined): void;
	/** the tree has taken the window's new size */
	sized(columns: number, rows: number): void;
	/** ends the process at once, terminal restored */
	gone(): never;
	/** called with the handler for SIGINT and SIGTERM */
	onSignal(handler: ((signal: 'interrupt' | 'terminate' | 'hangup') => void) | undefined): void;
};

export type AppProps = {
	/** already paced */
	readonly client: EngineClient;
	readonly options: AppOptions;
	readonly theme: Theme;
	readonly host: Host;
	/** rows of the frame: one less than the window when inline */
	readonly rowsLess?: number;
	readonly onResult: (result: AppResult) => void;
	/** opens on this screen instead; for tests and pictures */
	readonly firstScreen?: {readonly screen: string; readonly props?: unknown};
};

/** How long a job may take to save its state after the second Ctrl+C. */
const stopLimit = 3000;
const noticeTime = 8000;

type NoticeState = {readonly line: Line; readonly serial: number};

function useNotice() {
	const [notice, setNotice] = useState<NoticeState | undefined>(undefined);
	const serial = useRef(0);
	const show = useCallback((text: string, level: 'info' | 'warning' | 'error' = 'info') => {
		serial.current++;
		const part = level === 'error' ? bad(text) : level === 'warning' ? warn(text) : text;
		setNotice({line: line(' ', part), serial: serial.current});
	}, []);
	useEffect(() => {
		if (notice === undefined) return;
		const timer = setTimeout(() => {
			setNotice(undefined);
		}, noticeTime);
		return () => {
			clearTimeout(timer);
		};
	}, [notice]);
	const clear = useCallback(() => {
		setNotice(undefined);
	}, []);
	return {notice, show, clear};
}

/** The whole full-screen interface: owns keys, navigation, overlays and the ways out. */
export function App({client, options, theme, host, rowsLess = 0, onResult, firstScreen}: AppProps) {
	const {exit, suspendTerminal, waitUntilRenderFlush} = useApp();
	const size = useWindowSize();
	const layout = useMemo(
		() => layoutOf(size.columns, Math.max(1, size.rows - rowsLess)),
		[size.columns, size.rows, rowsLess],
	);
	useEffect(() => {
		host.sized(size.columns, size.rows);
	}, [host, size.columns, size.rows]);
	const [stack, move] = useReducer(navigate, null, () =>
		firstScreen === undefined
			? startStack(startScreen(options.start, client.getSnapshot().phase))
			: startStack(firstScreen.screen, firstScreen.props),
	);
	const [draft, dispatch] = useReducer(reduceDraft, null, () =>
		startDraft({...options, remembered: options.remembered.read()}),
	);
	const router = useMemo(() => createRouter(), []);
	const {notice, show: showNotice, clear: clearNotice} = useNotice();
	const place = currentPlace(stack);
	const screen = screenOf(place.screen);
	const overlay = useOverlay(router, layout, screen);
	const {open: openOverlay, page} = overlay;
	useEffect(() => {
		if (page === undefined) return undefined;
		host.page(theme.unicode ? page : toAscii(page, textWidth));
		return () => {
			host.page(undefined);
		};
	}, [host, page, theme]);
	const phase = useSnapshot(client, (snapshot) => snapshot.phase);
	// The reports are written after the last file; the exit status stands with the summary.
	const isDone = useSnapshot(
		client,
		(snapshot) => snapshot.phase === 'finished' && snapshot.summary !== null,
	);
	const engineNotice = useSnapshot(client, (snapshot) => snapshot.notice);

	const left = useRef(false);
	const leave = useCallback<Services['leave']>(
		(result) => {
			if (left.current) return;
			left.current = true;
			const snapshot = client.getSnapshot();
			onResult({job: snapshot.job, lines: exitLines(snapshot, result.reason), ...result});
			exit();
		},
		[client, exit, onResult],
	);

	const call = useCallback(
		(run: () => Promise<unknown>) => {
			run().catch((error: unknown) => {
				showNotice(error instanceof Error ? error.message : String(error), 'error');
			});
		},
		[showNotice],
	);

	/** parks the job, then leaves; after the limit it leaves anyway, the engine saves by itself */
	const stopping = useRef<{reason: AppResult['reason']; exitCode: number} | undefined>(undefined);
	const stopAndLeave = useCallback(
		(reason: AppResult['reason'], exitCode: number) => {
			if (!jobRuns(client.getSnapshot().phase)) {
				leave({reason, exitCode});
				return;
			}

			stopping.current = {reason, exitCode};
			client.call('stop', {mode: 'now'}).catch(() => undefined);
			setTimeout(() => {
				leave({reason, exitCode});
			}, stopLimit).unref();
		},
		[client, leave],
	);

	const background = useCallback(() => {
		// The engine must know before the socket closes, or it would take the end for a hang-up.
		client
			.call('detach', {})
			.catch(() => undefined)
			.finally(() => {
				leave({reason: 'background', exitCode: exitStatus.ok});
			});
	}, [client, leave]);

	const quitNow = useCallback(() => {
		const {summary, phase} = client.getSnapshot();
		if ((phase === 'finished' || phase === 'failed') && summary !== null) {
			leave({reason: 'done', exitCode: summary.exit_code});
		} else {
			leave({
				reason: 'quit',
				exitCode: options.exitWhenDone ? exitStatus.interrupted : exitStatus.ok,
			});
		}
	}, [client, leave, options.exitWhenDone]);

	const ask = useCallback(
		(dialog: Dialog) => {
			openOverlay({kind: 'dialog', dialog, index: 0});
		},
		[openOverlay],
	);

	const quit = useCallback(() => {
		if (!jobRuns(client.getSnapshot().phase)) {
			quitNow();
			return;
		}

		ask({
			title: 'A download is running',
			text: [],
			choices: [
				{label: 'Keep it running in the background; muster attach shows it again', run: background},
				{
					label: 'Pause it and quit; muster resume goes on',
					run() {
						stopAndLeave('stopped', exitStatus.interrupted);
					},
				},
				{label: 'Stay here', run() {}},
			],
		});
	}, [ask, background, client, quitNow, stopAndLeave]);

	const ladder = useRef(ladderStart);
	const [finishing, setFinishing] = useState(false);
	const act = useCallback(
		(what: InterruptAct) => {
			switch (what) {
				case 'clear-field':
					router.top()?.field?.clear();
					return;
				case 'stop-screen':
					router.screen()?.stop?.();
					showNotice('Stopped; what was found stays. Ctrl+C again quits.', 'warning');
					return;
				case 'stop-roll-call':
					call(async () => client.call('abandon', {}));
					showNotice('Stopped; what was found is kept. Ctrl+C again quits.', 'warning');
					return;
				case 'ask':
					showNotice('Ctrl+C again quits.', 'warning');
					return;
				case 'finish':
					setFinishing(true);
					call(async () => client.call('stop', {mode: 'finish'}));
					return;
				case 'stop-now':
					setFinishing(true);
					stopAndLeave('interrupted', exitStatus.interrupted);
					return;
				case 'quit':
					leave({reason: 'interrupted', exitCode: exitStatus.interrupted});
					return;
				case 'gone':
					host.gone();
			}
		},
		[call, client, host, leave, router, showNotice, stopAndLeave],
	);
	const onInterrupt = useCallback(() => {
		const result = interrupt(ladder.current, {
			time: performance.now(),
			phase: client.getSnapshot().phase,
			fieldFilled: router.top()?.field?.filled === true,
			screenBusy: router.screen()?.stop !== undefined,
		});
		ladder.current = result.ladder;
		act(result.act);
	}, [act, client, router]);

	useEffect(() => {
		host.onSignal((signal) => {
			if (signal === 'interrupt') onInterrupt();
			else if (signal === 'hangup')
				leave({reason: 'hangup', exitCode: exitStatus.hangup, lines: []});
			else stopAndLeave('terminated', exitStatus.terminated);
		});
		return () => {
			host.onSignal(undefined);
		};
	}, [host, leave, onInterrupt, stopAndLeave]);

	/** The engine is a process of its own: it is paused while the shell has the terminal. */
	const suspend = async () => {
		const running = client.getSnapshot().phase === 'downloading';
		if (running) await client.call('pause', {});
		await host.suspend(suspendTerminal);
		if (running) await client.call('proceed', {});
	};

	const onKey = (key: string) => {
		if (notice !== undefined && key !== 'ctrl+c') clearNotice();
		const owner = router.top();
		if (finishing && key === 'p' && owner?.field === undefined && !takesP(owner)) {
			// The footer promises it on every screen of the job.
			call(async () => client.call('proceed', {}));
			return;
		}

		switch (router.dispatch(key)) {
			case 'back':
				move({type: 'back'});
				return;
			case 'help':
				openOverlay({kind: 'help', scroll: 0});
				return;
			case 'quit':
				quit();
				return;
			case 'interrupt':
				onInterrupt();
				return;
			case 'repaint':
				host.repaint();
				return;
			case 'suspend':
				call(suspend);
				return;
			default:
		}
	};

	const latestKey = useRef(onKey);
	useInsertionEffect(() => {
		latestKey.current = onKey;
	});
	const inTurn = useTurns(() => {
		// What a key changed is drawn now: Ink's throttle keeps it back for up to two frames.
		waitUntilRenderFlush().catch(() => undefined);
	});
	useInput((input, key) => {
		const names = keyNames(input, key);
		if ('pasted' in names) {
			// Typed nowhere, run nowhere: a paste without brackets only ever fills a field.
			inTurn(() => {
				router.paste(names.pasted);
			});
			return;
		}

		for (const name of names.keys) {
			inTurn(() => {
				latestKey.current(name);
			});
		}
	});
	usePaste((text) => {
		inTurn(() => {
			if (!router.paste(text)) showNotice('Pasting works in text fields.', 'warning');
		});
	});

	// The engine's phase leads from screen to screen while a job is under way.
	const lastPhase = useRef(phase);
	const onPhase = useEffectEvent((next: Phase) => {
		const previous = lastPhase.current;
		lastPhase.current = next;
		ladder.current = settleLadder(ladder.current, next);
		if (ladder.current.step === 'none') setFinishing(false);
		if (stopping.current !== undefined && !jobRuns(next)) {
			leave(stopping.current);
			return;
		}

		if (options.exitWhenDone && next === 'finished') return;

		if (next === 'stopped' && previous === 'stopping' && finishing) {
			// One Ctrl+C was enough: the open files came to their end.
			leave({reason: 'interrupted', exitCode: exitStatus.interrupted});
			return;
		}

		const route = routeOfPhase(previous, next, place.screen);
		if (route !== null) move({type: 'replace', screen: route});
	});
	useEffect(() => {
		onPhase(phase);
	}, [phase]);

	// The sign-in screen opens by itself over the screens of a download, once for each refusal.
	const refusedAt = useSnapshot(client, ({signIn}) => signIn?.refused?.at ?? null);
	const onRefused = useEffectEvent((at: number | null) => {
		if (at !== null && opensSignIn(place.screen)) move({type: 'open', screen: 'sign-in'});
	});
	useEffect(() => {
		onRefused(refusedAt);
	}, [refusedAt]);

	const wasDone = useRef(isDone);
	const onDone = useEffectEvent(() => {
		const {summary} = client.getSnapshot();
		if (options.exitWhenDone && !wasDone.current && summary !== null)
			leave({reason: 'done', exitCode: summary.exit_code});
	});
	useEffect(() => {
		if (isDone) onDone();
	}, [isDone]);

	const lost = useLost(client);
	useEffect(() => {
		if (lost === undefined || left.current) return;
		leave({
			reason: 'lost',
			exitCode: exitStatus.failed,
			lines: [`muster: ${lost.message}`, ...(lost.hint === undefined ? [] : [lost.hint])],
		});
	}, [leave, lost]);

	const openFiles = useSnapshot(client, (snapshot) => snapshot.totals.openFiles);
	const mayOpenSignIn = refusedAt !== null && place.screen === 'analysis';
	const services = useMemo<Services & Shell>(
		() => ({
			client,
			options,
			theme,
			layout,
			screen,
			draft,
			dispatch,
			navigation: {
				place,
				depth: stack.places.length,
				...navigationOf(move),
			},
			notice: showNotice,
			copy(text) {
				call(async () => {
					showNotice(await host.copy(text));
				});
			},
			showFull(title, text) {
				openOverlay({kind: 'text', title, text, scroll: 0});
			},
			ask,
			quit,
			background,
			leave,
			router,
			overlay: overlay.shown,
			noticeLine: notice?.line ?? engineLine(engineNotice, mayOpenSignIn),
			footerWords: finishing ? stoppingWords(openFiles) : undefined,
		}),
		[
			ask,
			background,
			call,
			client,
			draft,
			engineNotice,
			finishing,
			host,
			layout,
			leave,
			mayOpenSignIn,
			notice,
			openFiles,
			options,
			openOverlay,
			overlay.shown,
			place,
			quit,
			router,
			screen,
			showNotice,
			stack,
			theme,
		],
	);
	const Component = screen.component;
	return (
		<ServicesContext value={services}>
			<Component key={place.serial} props={place.props} />
		</ServicesContext>
	);
}

/**
 * Runs one thing after another with a draw between them. Several keys may come in one read; each
 * must find the screen that the one before has made (`/` opens the field that takes the rest).
 */
function useTurns(done: () => void): (run: () => void) => void {
	const latestDone = useRef(done);
	useInsertionEffect(() => {
		latestDone.current = done;
	});
	const [turns] = useState(() => {
		const waiting: Array<() => void> = [];
		let busy = false;
		const next = () => {
			const run = waiting.shift();
			busy = run !== undefined;
			if (run === undefined) return;
			run();
			// React draws what `run` changed in one task that it queues right after it; two turns of
			// the event loop later that has happened.
			setImmediate(() => {
				setImmediate(() => {
					latestDone.current();
					setImmediate(next);
				});
			});
		};

		return (run: () => void) => {
			waiting.push(run);
			if (!busy) next();
		};
	});
	return turns;
}

function navigationOf(move: (move: Move) => void) {
	return {
		open(screen: string, props?: unknown) {
			move({type: 'open', screen, props});
		},
		replace(screen: string, props?: unknown) {
			move({type: 'replace', screen, props});
		},
		reset(screen: string, props?: unknown) {
			move({type: 'reset', screen, props});
		},
		back() {
			move({type: 'back'});
		},
	};
}

function takesP(owner: InputOwner | undefined): boolean {
	if (owner === undefined) return false;
	return (
		owner.modal === true ||
		bindingFor(owner.keymap, 'p', (action) => owner.actions[action] !== undefined) !== undefined
	);
}

function stoppingWords(openFiles: number): string {
	return openFiles > 0
		? `Stopping: ${plural(openFiles, 'file')} open. Ctrl+C again quits now, p goes on`
		: 'Stopping. Ctrl+C again quits now, p goes on';
}

function engineLine(
	notice: {readonly level: 'info' | 'warning' | 'error'; readonly text: string} | null,
	mayOpenSignIn: boolean,
): Line | undefined {
	if (notice === null) return undefined;
	const text = mayOpenSignIn ? `${notice.text} i signs in` : notice.text;
	const part =
		notice.level === 'error' ? bad(text) : notice.level === 'warning' ? warn(text) : text;
	return line(' ', part);
}

/** The engine's death shows through the same subscription as its snapshots, and without a new one. */
function useLost(client: EngineClient) {
	const subscribe = useCallback((listener: () => void) => client.subscribe(listener), [client]);
	return useSyncExternalStore(subscribe, () => client.lost());
}
