import {closeSync, mkdirSync, openSync, writeSync} from 'node:fs';
import path from 'node:path';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
const ranks: Record<LogLevel, number> = {error: 0, warn: 1, info: 2, debug: 3};
const words: Record<LogLevel, string> = {
	error: 'ERROR',
	warn: 'WARN ',
	info: 'INFO ',
	debug: 'DEBUG',
};
/** characters that wait for the next writing at most */
const mostHeld = 256 * 1024;

/** Every operation of a run with its time, in `.muster/logs/YYYYMMDD_HHMMSS.log`. Lines are gathered and written a few times a second. */
export class JobLog {
	readonly file: string;
	readonly #level: number;
	readonly #descriptor: number;
	readonly #timer: NodeJS.Timeout;
	#text = '';
	#at = 0;
	#atText = '';
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
		this.#text += `${this.#now()} ${words[level]} ${oneLine(message)}\n`;
		if (this.#text.length > mostHeld) this.flush();
	}

	/** Files end by the dozen in a millisecond: its words are made once. */
	#now(): string {
		const now = Date.now();
		if (now !== this.#at) {
			this.#at = now;
			this.#atText = new Date(now).toISOString();
		}
		return this.#atText;
	}

	flush(): void {
		if (this.#text === '' || this.#closed) return;
		const text = this.#text;
		this.#text = '';
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
	unprintable.test(message) ? message.replaceAll(eachUnprintable, escaped) : message;

const unprintable = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;
const eachUnprintable = new RegExp(unprintable, 'g');

function escaped(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return `\\u${code.toString(16).padStart(4, '0')}`;
}
