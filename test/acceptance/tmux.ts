import {execFile, execFileSync} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Why tests in tmux can't run here, or false. */
export function withoutTmux(): string | false {
	try {
		execFileSync('tmux', ['-V'], {stdio: 'ignore'});
		return false;
	} catch {
		return 'tmux is not installed here';
	}
}

export type TmuxOptions = {
	/** a folder of the test's own: the socket, the raw output and the shell's files lie there */
	readonly home: string;
	readonly env: Readonly<Record<string, string>>;
	readonly columns?: number;
	readonly rows?: number;
	readonly cwd?: string;
};

const named: Readonly<Record<string, string>> = {
	enter: 'Enter',
	escape: 'Escape',
	space: 'Space',
	up: 'Up',
	down: 'Down',
	left: 'Left',
	right: 'Right',
	tab: 'Tab',
	pagedown: 'NPage',
	'ctrl+c': 'C-c',
	'ctrl+l': 'C-l',
};

let servers = 0;

/**
 * A shell in a tmux server of its own that has read no configuration. What the program inside
 * writes also lands in a file, byte for byte.
 */
export class Tmux {
	readonly #socket: string;
	readonly #env: Readonly<Record<string, string>>;
	readonly rawFile: string;

	static async start(options: TmuxOptions): Promise<Tmux> {
		const {home, env, columns = 80, rows = 24, cwd = home} = options;
		const number = ++servers;
		const tmux = new Tmux(
			path.join(home, `tmux-${number}`),
			{PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', SHELL: '/bin/sh', PS1: '$ ', ...env},
			path.join(home, `raw-${number}`),
		);
		// -u: the test's own terminal is UTF-8, whatever the program inside is told
		const size = ['-x', String(columns), '-y', String(rows)];
		await tmux.command('-u', '-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, 'sh');
		await tmux.command('pipe-pane', '-o', `cat >'${tmux.rawFile}'`);
		await tmux.until(/^\$/m);
		return tmux;
	}

	private constructor(socket: string, env: Readonly<Record<string, string>>, rawFile: string) {
		this.#socket = socket;
		this.#env = env;
		this.rawFile = rawFile;
	}

	/** `tmux …`; answers what it prints. */
	async command(...words: readonly string[]): Promise<string> {
		const {stdout} = await run('tmux', ['-S', this.#socket, ...words], {env: this.#env});
		return stdout;
	}

	/** The rows of the screen, without the blanks at their ends. */
	async screen(...flags: readonly string[]): Promise<string[]> {
		const text = await this.command('capture-pane', '-p', ...flags);
		return text.replace(/\n$/, '').split('\n');
	}

	/** A tmux format such as `#{alternate_on}`. */
	async display(format: string): Promise<string> {
		return (await this.command('display', '-p', format)).trimEnd();
	}

	/**
	 * Presses keys by name, or characters as they are. After a long text it waits until its end stands on
	 * the screen: an Enter that arrives in the same read is part of a paste and presses nothing.
	 */
	async key(...keys: readonly string[]): Promise<void> {
		for (const key of keys) {
			const name = named[key];
			await this.command(...(name === undefined ? ['send-keys', '-l', key] : ['send-keys', name]));
			if (name !== undefined || key.length <= 8) continue;
			await this.until((lines) => lines.some((line) => line.includes(key.slice(-12))));
		}
	}

	/** A command line for the shell. */
	async line(text: string): Promise<void> {
		await this.command('send-keys', '-l', text);
		await this.command('send-keys', 'Enter');
	}

	async resize(columns: number, rows: number): Promise<void> {
		await this.command('resize-window', '-x', String(columns), '-y', String(rows));
	}

	/** Resolves with the screen once it matches; throws with the screen when it never does. */
	async until(
		condition: RegExp | ((lines: readonly string[]) => boolean),
		limit = 15_000,
	): Promise<string[]> {
		const end = performance.now() + limit;
		for (;;) {
			const lines = await this.screen();
			const holds =
				condition instanceof RegExp ? condition.test(lines.join('\n')) : condition(lines);
			if (holds) return lines;
			if (performance.now() > end)
				throw new Error(`never ${String(condition)} in ${limit} ms:\n${framed(lines)}`);
			await delay(40);
		}
	}

	/** Presses Escape and waits until it has been understood: another key right behind it would be Alt. */
	async escape(): Promise<void> {
		await this.key('escape');
		await this.atRest(150, 5000).catch(() => undefined);
	}

	/** Resolves with the screen once it has been the same for so long. */
	async atRest(milliseconds = 300, limit = 10_000): Promise<string[]> {
		const end = performance.now() + limit;
		let seen = await this.screen();
		let since = performance.now();
		while (performance.now() - since < milliseconds) {
			if (performance.now() > end) throw new Error(`never at rest:\n${framed(seen)}`);
			await delay(40);
			const lines = await this.screen();
			if (lines.join('\n') === seen.join('\n')) continue;
			seen = lines;
			since = performance.now();
		}
		return seen;
	}

	/** How many bytes have been written so far. */
	rawBytes(): number {
		return existsSync(this.rawFile) ? statSync(this.rawFile).size : 0;
	}

	/** What has been written, from a count of bytes on. */
	raw(from = 0): string {
		return readFileSync(this.rawFile).subarray(from).toString('utf8');
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.command('kill-server').catch(() => undefined);
	}
}

/** A screen with a line around it, for messages. */
export function framed(lines: readonly string[]): string {
	return ['+---', ...lines.map((line) => `|${line}`), '+---'].join('\n');
}
