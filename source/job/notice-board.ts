import type {PauseReason} from '../model/event.ts';
import {safeText} from '../model/safe-text.ts';
import type {LogLevel} from './log.ts';

/** A message to the person: one line, safe to show. */
export type Notice = {readonly level: 'info' | 'warning' | 'error'; readonly text: string};

/** What a message is about that goes when its cause does; others stay until the next one. */
export type NoticeSubject = PauseReason | 'slow-down';

const logLevels = {info: 'info', warning: 'warn', error: 'error'} as const;

/** The newest message to the person. Each one goes into the log as well, where it stays. */
export class NoticeBoard {
	readonly #log: (level: LogLevel, text: string) => void;
	#newest: Notice | null = null;
	#subject: NoticeSubject | undefined;

	constructor(log: (level: LogLevel, text: string) => void) {
		this.#log = log;
	}

	get newest(): Notice | null {
		return this.#newest;
	}

	tell(level: Notice['level'], text: string, subject?: NoticeSubject): void {
		this.#subject = subject;
		this.#newest = {level, text: safeText(text)};
		this.#log(logLevels[level], text);
	}

	/** What was told about this is over; a newer message about something else stays. */
	takeBack(subject: NoticeSubject): void {
		if (this.#subject === subject) this.#newest = null;
	}
}
