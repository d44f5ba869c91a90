import fs from 'node:fs';
import tty from 'node:tty';
import {render, type Instance} from 'ink';
import {exitStatus} from '../model/error.ts';
import {App, type AppProps, type Host} from './app.tsx';
import {shareDone} from './components/counts.ts';
import {jobRuns} from './interrupt.ts';
import {watchDrawCost} from './terminal/draw-pace.ts';
import {pacedClient} from './paced-client.ts';
import {createAnnouncer} from './terminal/announcer.ts';
import {copyText} from './terminal/clipboard.ts';
import type {TerminalTraits} from './terminal/environment.ts';
import {openTerminal, streamSink, TerminalOutput} from './terminal/output.ts';
import {watchSignals, type SignalName} from './terminal/signals.ts';
import {makeTheme} from './theme.ts';
import type {AppOptions, AppResult} from './types.ts';

/** A window's edge is dragged: draw when it rests. */
const resizeRest = 100;
/** The tree needs a few turns of the event loop to take a new size; longer than this it never does. */
const treeLimit = 500;
/** Writes that took longer than 250 ms, after which the link counts as slow. */
const slowWrites = 2;

/** Milliseconds between two draws of moving numbers. */
function dataInterval(
	traits: TerminalTraits,
	columns: number,
	link: {readonly slow: boolean; readonly busy: boolean},
): number {
	if (link.slow) return 2000;
	if (!traits.ssh) return 250;
	return columns > 100 || link.busy ? 1000 : 500;
}

/** Bytes a second over SSH from which on numbers are drawn half as often, and back (UX.md, slow SSH). */
const busyFrom = 1500;
const busyUntil = 700;

/** Whether the frames of the last seconds were more than an SSH line should carry. */
function watchLoad(output: Pick<TerminalOutput, 'bytesWritten'>): () => boolean {
	let at = performance.now();
	let bytes = 0;
	let busy = false;
	return () => {
		const now = performance.now();
		if (now - at < 5000) return busy;
		busy = ((output.bytesWritten - bytes) / (now - at)) * 1000 > (busy ? busyUntil : busyFrom);
		at = now;
		bytes = output.bytesWritten;
		return busy;
	};
}

/** The keyboard: standard input, or the terminal itself when a manifest is piped in. */
function openKeyboard(): tty.ReadStream {
	return process.stdin.isTTY ? process.stdin : new tty.ReadStream(fs.openSync('/dev/tty', 'r'));
}

function terminalSize(): {columns: number; rows: number} {
	return {columns: process.stdout.columns || 80, rows: process.stdout.rows || 24};
}

/**
 * Draws everything anew: Ink forgets its last frame (what it writes to erase it is swallowed, the
 * cursor may be anywhere), and its own resize handler draws the next one whole.
 */
function repaint(instance: Instance, output: TerminalOutput, inline: boolean): void {
	if (inline) {
		instance.clear();
	} else {
		output.muted(() => {
			instance.clear();
		});
		output.prefix('\u001B[?2026h\u001B[H\u001B[J');
	}

	output.emit('resize');
}

/** Mounts the app on the terminal and unmounts it again, whatever happens. See `runApp`. */
export async function mountApp(
	options: AppOptions,
	traits: TerminalTraits,
	firstScreen?: AppProps['firstScreen'],
): Promise<AppResult> {
	const keyboard = openKeyboard();
	let instance: Instance | undefined;
	let slow = 0;
	let result: AppResult | undefined;
	let crash: unknown;
	let onSignal: Parameters<Host['onSignal']>[0];
	/** signals that came before the tree listened */
	const early: SignalName[] = [];
	const tell = (name: SignalName): void => {
		if (onSignal === undefined) early.push(name);
		else onSignal(name);
	};

	const output = new TerminalOutput(
		openTerminal(process.stdout.fd) ?? streamSink(process.stdout),
		terminalSize(),
		{
			onStale() {
				if (instance !== undefined) repaint(instance, output, options.inline);
			},
			onGone() {
				tell('hangup');
			},
			onSlow() {
				slow++;
			},
		},
	);
	const isBusy = watchLoad(output);
	const affordable = watchDrawCost();
	const client = pacedClient(options.client, () =>
		affordable(dataInterval(traits, output.columns, {slow: slow >= slowWrites, busy: isBusy()})),
	);
	const announcer = createAnnouncer(traits, {bell: options.bell, share: shareDone});
	const announce = () => {
		const words = announcer.next(options.client.getSnapshot(), performance.now());
		if (words !== '') output.control(words);
		output.modes.progress = traits.progress;
	};

	// Changing the mode waits until the terminal has taken all output (tcsetattr's TCSADRAIN), which
	// a stuck one never does. libuv restores the mode without waiting when the process ends.
	const setRawMode = keyboard.setRawMode.bind(keyboard);
	keyboard.setRawMode = (on) => (output.stuck ? keyboard : setRawMode(on));

	const restore = () => {
		const {stuck} = output;
		output.restore();
		if (stuck) {
			silenceTerminal();
			return;
		}

		try {
			keyboard.setRawMode(false);
		} catch {
			// The terminal is gone; there is nothing left to restore.
		}
	};

	const host: Host = {
		repaint() {
			if (instance !== undefined) repaint(instance, output, options.inline);
		},
		async suspend(release) {
			await release(async () => stopProcess(output));
			if (instance !== undefined) repaint(instance, output, options.inline);
		},
		copy: async (text) =>
			copyText(text, traits, (sequence) => {
				output.control(sequence);
			}),
		page(text) {
			if (text === undefined) {
				output.release();
				if (instance !== undefined) repaint(instance, output, options.inline);
				return;
			}

			output.hold();
			output.control(`\u001B[H\u001B[J${text}`);
		},
		sized(columns, rows) {
			sizeWatch.drawn(columns, rows);
		},
		gone() {
			restore();
			const {job, phase} = options.client.getSnapshot();
			if (job !== null && jobRuns(phase)) process.stdout.write(`muster resume ${job}\n`);
			// The third Ctrl+C: nothing may hold it up, and the engine saves by itself.
			process.exit(exitStatus.interrupted);
		},
		onSignal(handler) {
			onSignal = handler;
			if (handler === undefined) return;
			for (const name of early.splice(0)) handler(name);
		},
	};

	const unwatch = watchSignals(keyboard, {
		signal(name) {
			// Whoever hung up sees nothing any more; writing would only end in errors.
			if (name === 'hangup') output.abandon();
			tell(name);
		},
		crash(error) {
			crash = error;
			instance?.unmount();
		},
		exit: restore,
	});
	const sizeWatch = watchSize(output, () => {
		if (instance !== undefined) repaint(instance, output, options.inline);
	});
	const unsubscribe = options.client.subscribe(announce);
	output.control(announcer.start());
	output.modes.title = traits.title;

	try {
		instance = render(
			<App
				client={client}
				options={options}
				theme={makeTheme(traits)}
				host={host}
				rowsLess={options.inline ? 1 : 0}
				{...(firstScreen === undefined ? {} : {firstScreen})}
				onResult={(value) => {
					result = value;
				}}
			/>,
			{
				stdout: output as unknown as NodeJS.WriteStream,
				stdin: keyboard,
				stderr: process.stderr,
				alternateScreen: !options.inline,
				incrementalRendering: true,
				exitOnCtrlC: false,
				patchConsole: false,
				interactive: true,
				maxFps: traits.ssh ? 8 : 15,
			},
		);
		announce();
		await instance.waitUntilExit();
	} catch (error) {
		crash ??= error;
	} finally {
		unsubscribe();
		sizeWatch.stop();
		await output.drained(500);
		restore();
		await output.drained(100);
		// not before: a signal in between would end the process with the terminal as it was
		unwatch();
		keyboard.setRawMode = setRawMode;
		output.close();
		keyboard.pause();
		keyboard.unref();
		if (keyboard !== process.stdin) keyboard.destroy();
	}

	if (crash !== undefined) throw crash;
	if (result !== undefined) return result;
	return {
		reason: 'quit',
		exitCode: exitStatus.interrupted,
		lines: [],
		job: options.client.getSnapshot().job,
	};
}

/**
 * Node's own writes to a terminal wait until it is read. When it is not, whoever prints at the end
 * (cli-cursor at exit, the command's last lines) would hang for ever, so nothing is printed any more.
 */
function silenceTerminal(): void {
	for (const stream of [process.stdout, process.stderr]) {
		if (stream.isTTY) stream.write = () => true;
	}
}

type SizeWatch = {
	/** the tree has been drawn, unseen, for a window of this size */
	readonly drawn: (columns: number, rows: number) => void;
	readonly stop: () => void;
};

/** Follows the window's size: frames wait until it has been at rest for a moment, then everything is drawn anew. */
function watchSize(output: TerminalOutput, redraw: () => void): SizeWatch {
	let timer: NodeJS.Timeout | undefined;
	let waiting = false;
	const draw = () => {
		clearTimeout(timer);
		waiting = false;
		output.release();
		redraw();
	};

	const rest = () => {
		const {columns, rows} = terminalSize();
		const isSame = columns === output.columns && rows === output.rows;
		output.columns = columns;
		output.rows = rows;
		if (isSame) {
			draw();
			return;
		}

		// First the tree learns the new size, unseen; then it is drawn once, whole.
		waiting = true;
		timer = setTimeout(draw, treeLimit);
		output.emit('resize');
	};

	const onResize = () => {
		waiting = false;
		output.hold();
		clearTimeout(timer);
		timer = setTimeout(rest, resizeRest);
	};

	process.stdout.on('resize', onResize);
	return {
		drawn(columns, rows) {
			if (!waiting || columns !== output.columns || rows !== output.rows) return;
			setImmediate(() => {
				if (waiting) draw();
			});
		},
		stop() {
			clearTimeout(timer);
			process.stdout.off('resize', onResize);
		},
	};
}

/** Stops this process group as Ctrl+Z does elsewhere, and resolves after `fg`. */
async function stopProcess(output: TerminalOutput): Promise<void> {
	output.write('muster is stopped, downloads too; fg goes on, or use b to keep them running\r\n');
	await output.drained(500);
	await new Promise<void>((resolve) => {
		// Without job control the signal is thrown away; then muster just goes on.
		const timer = setTimeout(done, 500);
		function done() {
			clearTimeout(timer);
			process.off('SIGCONT', done);
			resolve();
		}

		process.once('SIGCONT', done);
		process.kill(0, 'SIGTSTP');
	});
}
