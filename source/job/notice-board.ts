import {safeText} from '../model/safe-text.ts';
import type {LogLevel} from './log.ts';

/** A message to the person: one line, safe to show. */
export type Notice = {readonly level: 'info' | 'warning' | 'error'; readonly text: string};

const logLevels = {info: 'info', warning: 'warn', error: 'error'} as const;

/** The newest message to the person. Each one goes into the log as well, where it stays. */
export class NoticeBoard {
	readonly #log: (level: LogLevel, text: string) => void;
	#newest: Notice | null = null;

	constructor(log: (level: LogLevel, text: string) => void) {
		this.#log = log;
	}

	get newest(): Notice | null {
		return this.#newest;
	}

	tell(level: Notice['level'], text: string): void {
		this.#newest = {level, text: safeText(text)};
		this.#log(logLevels[level], text);
	}

	/** What a message that begins so has told is over; a newer one about something else stays. */
	takeBack(beginning: string): void {
		if (this.#newest?.text.startsWith(beginning) === true) this.#newest = null;
	}
}
