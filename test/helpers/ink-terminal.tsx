import './color-environment.ts';
import {EventEmitter} from 'node:events';
import {render} from 'ink';
import xterm from '@xterm/headless';
import stringWidth from 'string-width';
import {App, type Host} from '../../source/ui/app.tsx';
import {TerminalOutput} from '../../source/ui/terminal/output.ts';
import {makeTheme} from '../../source/ui/theme.ts';
import type {AppOptions, AppResult} from '../../source/ui/types.ts';
import type {EngineClient} from '../../source/job/link/messages.ts';
import {FakeEngineClient, fakeRemembered} from './fake-engine.ts';

/** Key names as tests write them, with the bytes that a terminal sends. */
const keyBytes: Readonly<Record<string, string>> = {
	enter: '\r',
	escape: '\u001B',
	space: ' ',
	tab: '\t',
	'shift+tab': '\u001B[Z',
	up: '\u001B[A',
	down: '\u001B[B',
	right: '\u001B[C',
	left: '\u001B[D',
	pageup: '\u001B[5~',
	pagedown: '\u001B[6~',
	home: '\u001B[H',
	end: '\u001B[F',
	backspace: '\u007F',
	'ctrl+c': '\u0003',
	'ctrl+l': '\u000C',
	'ctrl+u': '\u0015',
	'ctrl+w': '\u0017',
	'ctrl+z': '\u001A',
};

class Keyboard extends EventEmitter {
	readonly isTTY = true;
	#queue: string[] = [];
	send(text: string): void {
		this.#queue.push(text);
		this.emit('readable');
	}

	read = (): string | null => this.#queue.shift() ?? null;
	setEncoding(): this {
		return this;
	}

	setRawMode(): this {
		return this;
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}

	resume(): this {
		return this;
	}

	pause(): this {
		return this;
	}
}

export type InkTerminalOptions = {
	readonly client?: EngineClient;
	readonly columns?: number;
	readonly rows?: number;
	readonly options?: Partial<AppOptions>;
	readonly unicode?: boolean;
	/** opens on this screen instead of the one that `options.start` says */
	readonly screen?: string;
	readonly props?: unknown;
};

/**
 * The app on a terminal emulator: what a person would see, cell by cell.
 *
 * ```ts
 * await using terminal = await openTerminal({client, screen: 'download', columns: 80, rows: 24});
 * await terminal.until(/Downloading/);
 * terminal.key('down', 'enter');
 * assertFrame(terminal, 80, 24);
 * ```
 */
export class InkTerminal {
	readonly #terminal: InstanceType<typeof xterm.Terminal>;
	readonly #keyboard = new Keyboard();
	readonly #output: TerminalOutput;
	/** the size that the tree was drawn for last */
	#sized = '';
	readonly #instance: ReturnType<typeof render>;
	#pending = 0;
	/** every byte that was written, for assertions about sequences */
	raw = '';
	result: AppResult | undefined;
	copied: string[] = [];
	suspended = 0;
	gone = 0;
	/** what the app crashed with */
	error: unknown;
	signal: (name: 'interrupt' | 'terminate' | 'hangup') => void = () => undefined;

	constructor(settings: InkTerminalOptions) {
		const {columns = 80, rows = 24, client = new FakeEngineClient()} = settings;
		this.#terminal = new xterm.Terminal({
			cols: columns,
			rows,
			allowProposedApi: true,
			scrollback: 200,
			// As the kernel's terminal driver does it.
			convertEol: true,
		});
		this.#output = new TerminalOutput(
			{
				write: (bytes) => {
					this.raw += Buffer.from(bytes).toString('utf8');
					this.#pending++;
					this.#terminal.write(Uint8Array.from(bytes), () => {
						this.#pending--;
					});
					return bytes.length;
				},
				close() {},
			},
			{columns, rows},
		);
		const host: Host = {
			repaint: () => {
				this.repaint();
			},
			suspend: async () => {
				this.suspended++;
			},
			copy: async (text) => {
				this.copied.push(text);
				return 'Sent to your terminal. No luck? o shows it for selecting.';
			},
			page: (text) => {
				if (text === undefined) {
					this.#output.release();
					this.repaint();
					return;
				}

				this.#output.hold();
				this.#output.control(`\u001B[H\u001B[J${text}`);
			},
			sized: (columns, rows) => {
				this.#sized = `${columns}x${rows}`;
			},
			gone: (() => {
				this.gone++;
			}) as Host['gone'],
			onSignal: (handler) => {
				this.signal = handler ?? (() => undefined);
			},
		};
		const options: AppOptions = {
			client,
			start: 'wizard',
			exitWhenDone: false,
			workingFolder: '/home/kim/work',
			home: '/home/kim',
			remembered: fakeRemembered(),
			onHangup: 'background',
			inline: false,
			bell: true,
			color: true,
			version: '0.1.0',
			...settings.options,
		};
		this.#instance = render(
			<App
				client={client}
				options={options}
				theme={makeTheme({unicode: settings.unicode ?? true, color: true})}
				host={host}
				onResult={(result) => {
					this.result = result;
				}}
				{...(settings.screen === undefined
					? {}
					: {firstScreen: {screen: settings.screen, props: settings.props}})}
			/>,
			{
				stdout: this.#output as unknown as NodeJS.WriteStream,
				stdin: this.#keyboard as unknown as NodeJS.ReadStream,
				stderr: process.stderr,
				alternateScreen: true,
				incrementalRendering: true,
				exitOnCtrlC: false,
				patchConsole: false,
				interactive: true,
				maxFps: 100,
			},
		);
		this.#instance.waitUntilExit().catch((error: unknown) => {
			this.error = error;
		});
	}

	ended(): boolean {
		return this.result !== undefined;
	}

	/** Keys by name (`down`, `ctrl+c`) or as themselves (`q`). */
	key(...names: readonly string[]): void {
		for (const name of names) this.#keyboard.send(keyBytes[name] ?? name);
	}

	/** Presses keys one after another and lets each one be drawn. */
	async press(...names: readonly string[]): Promise<void> {
		for (const name of names) {
			this.key(name);
			// A lone Escape is only known to be one after a moment.
			await this.settle(name === 'escape' ? 60 : 25);
		}
	}

	type(text: string): void {
		for (const character of text) this.#keyboard.send(character);
	}

	paste(text: string): void {
		this.#keyboard.send(`\u001B[200~${text}\u001B[201~`);
	}

	repaint(): void {
		this.#output.muted(() => {
			this.#instance.clear();
		});
		this.#output.prefix('\u001B[?2026h\u001B[H\u001B[J');
		this.#output.emit('resize');
	}

	async resize(columns: number, rows: number): Promise<void> {
		this.#output.hold();
		this.#terminal.resize(columns, rows);
		this.#output.columns = columns;
		this.#output.rows = rows;
		this.#output.emit('resize');
		// The tree takes the new size unseen, as in the program.
		while (this.#sized !== `${columns}x${rows}`) {
			await new Promise((resolve) => {
				setImmediate(resolve);
			});
		}

		this.#output.release();
		this.repaint();
		await this.settle();
	}

	/** The visible rows, trailing blanks cut. */
	lines(): string[] {
		const {buffer, cols, rows} = this.#terminal;
		const {active} = buffer;
		// The emulator keeps the cells that lie beyond the edge after a resize.
		return Array.from({length: rows}, (_, row) =>
			(active.getLine(active.baseY + row)?.translateToString(true, 0, cols) ?? '').trimEnd(),
		);
	}

	screen(): string {
		return this.lines().join('\n');
	}

	/** Colour number (-1 is the default), boldness and inversion of a cell. */
	cell(row: number, column: number): {text: string; color: number; bold: boolean} | undefined {
		const buffer = this.#terminal.buffer.active;
		const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
		if (cell === undefined) return undefined;
		return {
			text: cell.getChars(),
			// what brings its own ground, a QR code, is readable on any theme
			color: cell.isFgDefault() || !cell.isBgDefault() ? -1 : cell.getFgColor(),
			bold: cell.isBold() !== 0,
		};
	}

	/** Every foreground colour on the screen. */
	colors(): Set<number> {
		const seen = new Set<number>();
		for (let row = 0; row < this.#terminal.rows; row++) {
			for (let column = 0; column < this.#terminal.cols; column++) {
				seen.add(this.cell(row, column)?.color ?? -1);
			}
		}

		return seen;
	}

	/** Rows that a terminal broke in two: none, ever. */
	wrappedRows(): number {
		const buffer = this.#terminal.buffer.active;
		let count = 0;
		for (let row = 0; row < buffer.length; row++) {
			if (buffer.getLine(row)?.isWrapped === true) count++;
		}

		return count;
	}

	get alternate(): boolean {
		return this.#terminal.buffer.active.type === 'alternate';
	}

	get columns(): number {
		return this.#terminal.cols;
	}

	get rows(): number {
		return this.#terminal.rows;
	}

	/** Lets everything that is under way be drawn. */
	async settle(milliseconds = 30): Promise<void> {
		const until = performance.now() + milliseconds;
		do {
			await new Promise((resolve) => {
				setTimeout(resolve, 5);
			});
		} while (this.#pending > 0 || performance.now() < until);
	}

	/** Waits until the screen matches; throws with the screen when it never does. */
	async until(pattern: RegExp | ((screen: string) => boolean), limit = 3000): Promise<void> {
		const matches = typeof pattern === 'function' ? pattern : (text: string) => pattern.test(text);
		const end = performance.now() + limit;
		for (;;) {
			await this.settle(5);
			if (this.error !== undefined) throw this.error;
			if (matches(this.screen())) return;
			if (performance.now() > end) {
				throw new Error(`The screen never showed ${String(pattern)}:\n${this.screen()}`);
			}
		}
	}

	/** Waits until something is true. */
	async when(condition: () => boolean, words = 'the condition', limit = 3000): Promise<void> {
		const end = performance.now() + limit;
		while (!condition()) {
			if (performance.now() > end) throw new Error(`Never: ${words}\n${this.screen()}`);
			await this.settle(5);
		}
	}

	async close(): Promise<void> {
		this.#instance.unmount();
		await this.settle(5);
		this.#terminal.dispose();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}

/** Opens the app and waits for its first frame. */
export async function openTerminal(settings: InkTerminalOptions = {}): Promise<InkTerminal> {
	const terminal = new InkTerminal(settings);
	await terminal.until((screen) => screen.trim() !== '');
	return terminal;
}

/** What holds on every screen: all rows there, title first, keys last, nothing wrapped, only the agreed colours. */
export function frameFaults(terminal: InkTerminal): string[] {
	const lines = terminal.lines();
	const faults: string[] = [];
	if (!/^ muster {2}\S/.test(lines[0] ?? '')) faults.push(`row 1 is no title: ${lines[0] ?? ''}`);
	if (!/^[─-]+$/.test(lines[1] ?? '')) faults.push(`row 2 is no rule: ${lines[1] ?? ''}`);
	if (!/^[─-]+$/.test(lines.at(-2) ?? ''))
		faults.push(`no rule above the keys: ${lines.at(-2) ?? ''}`);
	if (!lines.at(-1)?.includes('? help'))
		faults.push(`no keys in the last row: ${lines.at(-1) ?? ''}`);
	if (terminal.wrappedRows() > 0) faults.push('a row was wrapped');
	for (const text of lines) {
		if (stringWidth(text) > terminal.columns) faults.push(`too wide: ${text}`);
	}

	const allowed = new Set([-1, 1, 2, 3, 4, 5, 6]);
	for (const color of terminal.colors()) {
		if (!allowed.has(color)) faults.push(`colour ${color}`);
	}

	if (/\u001B\[[23]J/.test(terminal.raw)) faults.push('CSI 2J or 3J');
	return faults;
}
