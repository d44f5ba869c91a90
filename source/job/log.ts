import {closeSync, mkdirSync, openSync, writeSync} from 'node:fs';
import path from 'node:path';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
const ranks: Record<LogLevel, number> = {error: 0, warn: 1, info: 2, debug: 3};

/** Every operation of a run with its time, in `.muster/logs/YYYYMMDD_HHMMSS.log`. Lines are gathered and written a few times a second. */
export class JobLog {
	readonly file: string;
	readonly #level: number;
	readonly #descriptor: number;
	readonly #timer: NodeJS.Timeout;
	#lines: string[] = [];
	#closed = false;

	constructor(folder: string, level: LogLevel, now = new Date()) {
		mkdirSync(folder, {recursive: true});
		this.file = path.join(folder, `${stamp(now)}.log`);
		this.#level = ranks[level];
		this.#descriptor = openSync(this.file, 'a', 0o600);
		this.#timer = setInterval(() => this.flush(), 250);
		this.#timer.unref();
	}

	write(level: LogLevel, message: string): void {
		if (ranks[level] > this.#level || this.#closed) return;
		this.#lines.push(
			`${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} ${oneLine(message)}\n`,
		);
		if (this.#lines.length > 2000) this.flush();
	}

	flush(): void {
		if (this.#lines.length === 0 || this.#closed) return;
		const text = this.#lines.join('');
		this.#lines = [];
		try {
			writeSync(this.#descriptor, text);
		} catch {
			// A full disk loses log lines, never the job.
		}
	}

	close(): void {
		if (this.#closed) return;
		clearInterval(this.#timer);
		this.flush();
		this.#closed = true;
		closeSync(this.#descriptor);
	}
}

function stamp(date: Date): string {
	const two = (value: number): string => String(value).padStart(2, '0');
	return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}_${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/** Untrusted names keep to one line and carry no escape sequence into a pager. */
const oneLine = (message: string): string =>
	message.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g, (character) => {
		const code = character.codePointAt(0) ?? 0;
		return `\\u${code.toString(16).padStart(4, '0')}`;
	});
