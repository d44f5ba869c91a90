import {AutoConnections} from '../transfer/auto-connections.ts';
import type {TransferCounters} from '../transfer/types.ts';

/** seconds after the last "slow down" for which a person is told of it */
const slowDownStands = 30;
/** milliseconds between two looks at the counters */
const beat = 100;
/** the part of its lanes that a process keeps which has run out of descriptors */
const roomier = 0.75;

export type ConnectionContext = {
	readonly ceiling: number;
	readonly counters: () => TransferCounters;
	readonly filesDone: () => number;
	/** lanes that have work */
	readonly busy: () => number;
	/** whether files are handed out now: a pause says nothing about the link */
	readonly isFeeding: () => boolean;
	readonly onChange: (connections: number) => void;
	/** so many of so many connections are used; null once that has passed */
	readonly onSlowDown: (use: {connections: number; of: number} | null) => void;
	/** what a log should keep */
	readonly onNote: (text: string) => void;
};

/** How many connections a download uses: a person's number, or one that is looked for all the time. */
export class ConnectionCount {
	readonly #context: ConnectionContext;
	readonly #timer: NodeJS.Timeout;
	readonly #now: () => number;
	/** what this process has descriptors for */
	#roof: number;
	#connections: number;
	#auto: AutoConnections | undefined;
	#last: Pick<
		TransferCounters,
		'bytesReceived' | 'slowDowns' | 'answers' | 'waited' | 'slowShares' | 'repeats' | 'crowded'
	> & {readonly files: number; readonly at: number};
	/** monotonic milliseconds up to which the last "slow down" is still spoken of, and of the last lowered roof */
	#slowUntil = 0;
	#roofAt = -Infinity;
	#usual = 0;

	constructor(
		context: ConnectionContext,
		connections: number,
		isAuto: boolean,
		now: () => number = () => performance.now(),
	) {
		this.#context = context;
		this.#now = now;
		this.#connections = connections;
		this.#roof = context.ceiling;
		this.#auto = isAuto ? new AutoConnections(connections, context.ceiling) : undefined;
		this.#last = {...context.counters(), files: context.filesDone(), at: now()};
		this.#timer = setInterval(() => this.look(), beat);
		this.#timer.unref();
	}

	get connections(): number {
		return this.#connections;
	}

	/** A number of a person's choice ends the search for a good one; `auto` begins it again. */
	set(connections: number | 'auto'): void {
		if (connections === 'auto') {
			this.#auto ??= new AutoConnections(this.#connections, this.#context.ceiling);
			return;
		}
		this.#auto = undefined;
		this.#use(connections);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	/** Ten times a second: what came since the last look, and what it means. */
	look(): void {
		const last = this.#last;
		const now = {
			...this.#context.counters(),
			files: this.#context.filesDone(),
			at: this.#now(),
		};
		this.#last = now;
		if (!this.#context.isFeeding()) return;
		this.#note(now.repeats - last.repeats, now.crowded - last.crowded, now.at);
		const slowDowns = now.slowDowns - last.slowDowns;
		const next = this.#auto?.sample({
			seconds: (now.at - last.at) / 1000,
			bytes: now.bytesReceived - last.bytesReceived,
			files: now.files - last.files,
			answers: now.answers - last.answers,
			waited: now.waited - last.waited,
			slowDowns,
			slowShare: slowDowns === 0 ? 0 : (now.slowShares - last.slowShares) / slowDowns,
			busy: this.#context.busy(),
		});
		const before = this.#connections;
		if (next !== undefined && Math.min(next, this.#roof) !== before) {
			this.#use(next);
			this.#context.onNote(`${this.#connections} connections instead of ${before}`);
		}
		if (next !== undefined) this.#tellSlowDown(slowDowns > 0, before, now.at);
	}

	#use(connections: number): void {
		this.#connections = Math.max(1, Math.min(this.#roof, Math.round(connections)));
		this.#context.onChange(this.#connections);
	}

	#note(repeats: number, crowded: number, now: number): void {
		if (repeats > 0) {
			this.#context.onNote(`asked again for ${repeats} silent or very slow requests`);
		}
		// One step a second: files that are open already go on failing for a moment.
		if (crowded === 0 || now - this.#roofAt < 1000) return;
		this.#roofAt = now;
		this.#roof = Math.max(1, Math.floor(this.#connections * roomier));
		this.#context.onNote(`too many open files: ${this.#roof} connections from now on`);
		this.#use(this.#roof);
	}

	#tellSlowDown(isSlowed: boolean, before: number, now: number): void {
		if (isSlowed) {
			if (this.#slowUntil === 0) this.#usual = before;
			this.#slowUntil = now + slowDownStands * 1000;
			this.#context.onSlowDown({connections: this.#connections, of: this.#usual});
		} else if (this.#slowUntil > 0 && now > this.#slowUntil) {
			this.#slowUntil = 0;
			this.#context.onSlowDown(null);
		}
	}
}
