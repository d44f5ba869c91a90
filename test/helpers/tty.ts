import {execFileSync} from 'node:child_process';
import {readlinkSync} from 'node:fs';
import {constants} from 'node:os';
import {spawn, type IPty} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {childOf, heldCommand, heldOsc, shellStatus} from './tty-held.ts';
import {keyBytes} from './tty-keys.ts';

export type TtyOptions = {
	readonly columns?: number;
	readonly rows?: number;
	readonly cwd?: string;
	/** on top of a clean environment; undefined takes a variable away */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** keep the terminal open after the end, for `termios()`; the status comes through a shell */
	readonly held?: boolean;
};

export type TtyExit = {
	/** 128 + number when a signal ended it */
	readonly code: number;
	readonly signal: NodeJS.Signals | null;
};

/** A colour as the program asked for it: the terminal's own, one of its 256, or exact. */
export type TtyColor =
	| {readonly kind: 'default'}
	| {readonly kind: 'palette'; readonly index: number}
	| {readonly kind: 'rgb'; readonly value: number};

export type TtyCell = {
	readonly text: string;
	/** columns: 0 is the second half of a wide character */
	readonly width: number;
	readonly foreground: TtyColor;
	readonly background: TtyColor;
	readonly bold: boolean;
	readonly dim: boolean;
	readonly italic: boolean;
	readonly underline: boolean;
	readonly inverse: boolean;
};

type Condition = RegExp | ((tty: Tty) => boolean);
type Waiter = {readonly check: () => void; readonly ended: () => void};
type XtermCell = NonNullable<
	ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getNullCell']>
>;

/** Variables that would make a program in here behave as on a CI machine, over SSH or in a test runner. */
const notInherited =
	/^(?:CI$|CI_|CONTINUOUS_INTEGRATION$|GITHUB_|BUILD_|AWS_|LC_|SSH_|TMUX|NODE_|npm_|MUSTER_|NO_COLOR$|FORCE_COLOR$|COLORTERM$|TERM_PROGRAM|LANGUAGE$|COLUMNS$|LINES$)/;

/**
 * A program in a real pseudo-terminal whose screen is kept by a terminal emulator: what a person
 * would see, and the keys they would press. Waits are for conditions, never for time.
 */
export class Tty {
	readonly pid: number;
	/** how the program ended; with `held` the terminal is still there then */
	readonly exit: Promise<TtyExit>;
	/** what OSC 0 or 2 last set */
	title = '';
	bells = 0;
	/** what OSC 52 last copied */
	clipboard: string | undefined;
	cursorVisible = true;
	readonly #pty: IPty;
	readonly #terminal: InstanceType<typeof xterm.Terminal>;
	readonly #held: boolean;
	readonly #device: string | undefined;
	readonly #waiters = new Set<Waiter>();
	readonly #chunks: Buffer[] = [];
	#bytes = 0;
	#exited: TtyExit | undefined;
	#gone = false;

	static start(file: string, words: readonly string[], options: TtyOptions = {}): Tty {
		return new Tty(file, words, options);
	}

	/** A Node program, run by the Node that runs the tests. */
	static node(words: readonly string[], options: TtyOptions = {}): Tty {
		return new Tty(process.execPath, words, options);
	}

	private constructor(file: string, words: readonly string[], options: TtyOptions) {
		const {columns = 80, rows = 24, cwd = process.cwd()} = options;
		this.#held = options.held === true;
		const command = this.#held ? heldCommand(file, words) : {file, args: [...words]};
		this.#terminal = new xterm.Terminal({
			cols: columns,
			rows,
			scrollback: 5000,
			allowProposedApi: true,
		});
		this.#pty = spawn(command.file, command.args, {
			name: 'xterm-256color',
			cols: columns,
			rows,
			cwd,
			env: environment(options.env),
			// bytes, not text: a character may be cut between two chunks
			encoding: null,
		});
		this.pid = this.#pty.pid;
		this.#device = deviceOf(this.#pty);
		this.#listen();
		this.exit = this.#watchExit();
	}

	/** The screen as it is now: one string a row, without the blanks at its end. */
	screen(): string[] {
		const {active} = this.#terminal.buffer;
		return Array.from(
			{length: this.#terminal.rows},
			(_, row) =>
				active.getLine(active.baseY + row)?.translateToString(true, 0, this.columns) ?? '',
		);
	}

	/** The screen and everything that scrolled away above it. */
	scrollback(): string[] {
		const {active} = this.#terminal.buffer;
		return Array.from(
			{length: active.length},
			(_, row) => active.getLine(row)?.translateToString(true) ?? '',
		);
	}

	/** Row by row, every cell with its colours. */
	cells(): TtyCell[][] {
		const {active} = this.#terminal.buffer;
		const cell = active.getNullCell();
		return Array.from({length: this.#terminal.rows}, (_, row) => {
			const line = active.getLine(active.baseY + row);
			return Array.from({length: this.#terminal.cols}, (_, column) => {
				line?.getCell(column, cell);
				return readCell(cell);
			});
		});
	}

	get columns(): number {
		return this.#terminal.cols;
	}

	get rows(): number {
		return this.#terminal.rows;
	}

	/** Zero-based, on the screen. */
	get cursor(): {readonly row: number; readonly column: number; readonly visible: boolean} {
		const {active} = this.#terminal.buffer;
		return {row: active.cursorY, column: active.cursorX, visible: this.cursorVisible};
	}

	get alternateScreen(): boolean {
		return this.#terminal.buffer.active.type === 'alternate';
	}

	get mouse(): boolean {
		return this.#terminal.modes.mouseTrackingMode !== 'none';
	}

	get bracketedPaste(): boolean {
		return this.#terminal.modes.bracketedPasteMode;
	}

	/** How many bytes the program has written so far. */
	get bytes(): number {
		return this.#bytes;
	}

	/** What it has written, from a count of bytes on. */
	raw(from = 0): string {
		return Buffer.concat(this.#chunks).subarray(from).toString('utf8');
	}

	/** How it ended, or undefined while it runs. */
	get ended(): TtyExit | undefined {
		return this.#exited;
	}

	/** Presses keys, one after the other: names as in `keyBytes`, or single characters. */
	key(...keys: readonly string[]): void {
		for (const key of keys) this.#pty.write(keyBytes(key));
	}

	/** Text as fast typing. */
	type(text: string): void {
		this.#pty.write(text);
	}

	/** Text as a terminal pastes it: bracketed when the program asked for that. */
	paste(text: string): void {
		this.#pty.write(this.bracketedPaste ? `\u001B[200~${text}\u001B[201~` : text);
	}

	/** A new window size; the program gets SIGWINCH. */
	resize(columns: number, rows: number): void {
		this.#terminal.resize(columns, rows);
		this.#pty.resize(columns, rows);
		this.#check();
	}

	/** Nobody reads the terminal any more: the program's writes fill the kernel's buffer and then block. */
	stopReading(): void {
		this.#pty.pause();
	}

	readAgain(): void {
		this.#pty.resume();
	}

	/** To the program itself, also when a shell holds the terminal. */
	kill(signal: NodeJS.Signals = 'SIGTERM'): void {
		const target = this.#held ? childOf(this.pid) : this.pid;
		if (target !== undefined && this.#exited === undefined) process.kill(target, signal);
	}

	/** The terminal goes away, as when a connection breaks or a window is closed: SIGHUP, and nobody on the line. */
	hangUp(): void {
		(this.#pty as IPty & {destroy(): void}).destroy();
	}

	/** The terminal's settings as `stty -a` tells them; the terminal has to be there still (`held`). */
	termios(): string {
		if (this.#device === undefined || this.#gone) throw new Error('the terminal is gone');
		const flag = process.platform === 'darwin' ? '-f' : '-F';
		return execFileSync('stty', [flag, this.#device, '-a'], {encoding: 'utf8'});
	}

	/** Whether lines are edited and echoed by the terminal again, as a shell needs it. */
	get cooked(): boolean {
		const words = this.termios().split(/[\s;]+/);
		return ['icanon', 'echo', 'isig'].every((word) => words.includes(word));
	}

	/**
	 * Resolves when the screen matches or the predicate holds. Rejects with the screen in its words
	 * when that takes too long, or when the program ends without it.
	 */
	async until(condition: Condition, timeout = 10_000): Promise<void> {
		const holds = (): boolean =>
			typeof condition === 'function' ? condition(this) : condition.test(this.screen().join('\n'));
		await new Promise<void>((resolve, reject) => {
			const settle = (error?: Error): void => {
				clearTimeout(timer);
				this.#waiters.delete(waiter);
				if (error === undefined) resolve();
				else reject(error);
			};
			const fail = (why: string): void =>
				settle(
					new Error(`${why} waiting for ${String(condition)}; the screen is\n${this.framed()}`),
				);
			const check = (): void => {
				try {
					if (holds()) settle();
				} catch (error) {
					settle(error instanceof Error ? error : new Error(String(error)));
				}
			};
			const waiter: Waiter = {
				check,
				ended: () => fail(`the program ended with ${this.#exited?.code ?? 'nothing'} while`),
			};
			const timer = setTimeout(() => fail(`gave up after ${timeout} ms`), timeout);
			this.#waiters.add(waiter);
			check();
			if (this.#exited !== undefined && this.#waiters.has(waiter)) waiter.ended();
		});
	}

	/** Resolves when nothing was written for so long: a picture is wanted of a screen at rest. */
	async quiet(milliseconds = 200, timeout = 10_000): Promise<void> {
		let seen = this.#bytes;
		let since = Date.now();
		const end = since + timeout;
		while (Date.now() - since < milliseconds && Date.now() < end) {
			await new Promise((resolve) => setTimeout(resolve, 20));
			if (this.#bytes === seen) continue;
			seen = this.#bytes;
			since = Date.now();
		}
	}

	/** The screen with a frame around it, for messages. */
	framed(): string {
		const edge = `+${'-'.repeat(this.columns)}+`;
		return [edge, ...this.screen().map((line) => `|${line.padEnd(this.columns)}|`), edge].join(
			'\n',
		);
	}

	/** Ends whatever still runs and waits until it is gone. */
	async close(): Promise<void> {
		if (this.#held && this.#exited === undefined) this.kill('SIGKILL');
		if (!this.#gone) {
			const gone = new Promise<void>((resolve) => this.#pty.onExit(() => resolve()));
			this.#pty.resume();
			try {
				process.kill(this.pid, 'SIGKILL');
			} catch {
				// it ended in this moment
			}
			await gone;
		}
		this.#terminal.dispose();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	#listen(): void {
		const terminal = this.#terminal;
		// the answers of the terminal to questions of the program
		terminal.onData((answer) => {
			if (!this.#gone) this.#pty.write(answer);
		});
		terminal.onBell(() => {
			this.bells++;
		});
		terminal.onTitleChange((title) => {
			this.title = title;
		});
		const cursor = (visible: boolean) => (params: (number | number[])[]) => {
			if (params.includes(25)) this.cursorVisible = visible;
			return false;
		};
		terminal.parser.registerCsiHandler({prefix: '?', final: 'h'}, cursor(true));
		terminal.parser.registerCsiHandler({prefix: '?', final: 'l'}, cursor(false));
		terminal.parser.registerOscHandler(52, (data) => {
			this.clipboard = Buffer.from(data.replace(/^[^;]*;/, ''), 'base64').toString('utf8');
			return true;
		});
		this.#pty.onData((data) => {
			const bytes = data as unknown as Buffer;
			this.#chunks.push(bytes);
			this.#bytes += bytes.length;
			terminal.write(bytes, () => this.#check());
		});
	}

	#watchExit(): Promise<TtyExit> {
		return new Promise((resolve) => {
			const ended = ({code, signal}: {code: number; signal: number}): void => {
				if (this.#exited !== undefined) return;
				this.#exited = {code: signal > 0 ? 128 + signal : code, signal: signalName(signal)};
				// what was written last is parsed first
				this.#terminal.write('', () => {
					this.#check();
					for (const waiter of this.#waiters) waiter.ended();
					if (this.#exited !== undefined) resolve(this.#exited);
				});
			};
			this.#terminal.parser.registerOscHandler(heldOsc, (data) => {
				ended(shellStatus(Number(data.split(';')[1])));
				return true;
			});
			this.#pty.onExit(({exitCode, signal}) => {
				this.#gone = true;
				ended({code: exitCode, signal: signal ?? 0});
			});
		});
	}

	#check(): void {
		for (const waiter of this.#waiters) waiter.check();
	}
}

function environment(more: TtyOptions['env'] = {}): Record<string, string> {
	const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name));
	const all = {
		...Object.fromEntries(inherited),
		TERM: 'xterm-256color',
		LANG: 'C.UTF-8',
		...more,
	};
	return Object.fromEntries(
		Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}

/** The slave's path, to ask `stty` about it; node-pty knows it and has no public name for it. */
function deviceOf(pty: IPty): string | undefined {
	const known = (pty as IPty & {readonly ptsName?: string}).ptsName;
	if (known !== undefined && known !== '') return known;
	try {
		return readlinkSync(`/proc/${pty.pid}/fd/0`);
	} catch {
		return undefined;
	}
}

function signalName(number: number): NodeJS.Signals | null {
	const entry = Object.entries(constants.signals).find(([, value]) => value === number);
	return number === 0 || entry === undefined ? null : (entry[0] as NodeJS.Signals);
}

function readCell(cell: XtermCell): TtyCell {
	const color = (rgb: boolean, palette: boolean, value: number): TtyColor =>
		rgb ? {kind: 'rgb', value} : palette ? {kind: 'palette', index: value} : {kind: 'default'};
	return {
		text: cell.getChars(),
		width: cell.getWidth(),
		foreground: color(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
		background: color(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
		bold: cell.isBold() !== 0,
		dim: cell.isDim() !== 0,
		italic: cell.isItalic() !== 0,
		underline: cell.isUnderline() !== 0,
		inverse: cell.isInverse() !== 0,
	};
}
