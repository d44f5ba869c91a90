import {AutoConnections} from '../transfer/auto-connections.ts';
import type {TransferCounters} from '../transfer/types.ts';

/** seconds after the last "slow down" for which a person is told of it */
const slowDownStands = 30;

export type ConnectionContext = {
	readonly ceiling: number;
	readonly counters: () => TransferCounters;
	readonly filesDone: () => number;
	readonly openFiles: () => number;
	/** whether files are handed out now: a pause says nothing about the link */
	readonly isFeeding: () => boolean;
	readonly onChange: (connections: number) => void;
	/** so many of so many connections are used; null once that has passed */
	readonly onSlowDown: (use: {connections: number; of: number} | null) => void;
};

/** How many connections a download uses: a person's number, or one that is looked for once a second. */
export class ConnectionCount {
	readonly #context: ConnectionContext;
	readonly #timer: NodeJS.Timeout;
	#connections: number;
	#auto: AutoConnections | undefined;
	#last = {bytes: 0, files: 0, slowDowns: 0};
	/** seconds for which the last "slow down" is still spoken of */
	#slowFor = 0;
	#usual = 0;

	constructor(context: ConnectionContext, connections: number, isAuto: boolean) {
		this.#context = context;
		this.#connections = connections;
		this.#auto = isAuto ? new AutoConnections() : undefined;
		this.#timer = setInterval(() => this.#look(), 1000);
		this.#timer.unref();
	}

	get connections(): number {
		return this.#connections;
	}

	/** A number of a person's choice ends the search for a good one; `auto` begins it again. */
	set(connections: number | 'auto'): void {
		if (connections === 'auto') {
			this.#auto ??= new AutoConnections(this.#connections);
			return;
		}
		this.#auto = undefined;
		this.#use(connections);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	#use(connections: number): void {
		this.#connections = Math.max(1, Math.min(this.#context.ceiling, Math.round(connections)));
		this.#context.onChange(this.#connections);
	}

	#look(): void {
		const auto = this.#auto;
		if (auto === undefined || !this.#context.isFeeding()) return;
		const {bytesReceived: bytes, slowDowns} = this.#context.counters();
		const files = this.#context.filesDone();
		const last = this.#last;
		this.#last = {bytes, files, slowDowns};
		const next = auto.sample({
			bytesPerSecond: bytes - last.bytes,
			filesPerSecond: files - last.files,
			slowDowns: slowDowns - last.slowDowns,
			openFiles: this.#context.openFiles(),
		});
		const capped = Math.min(next, this.#context.ceiling);
		this.#tellSlowDown(slowDowns > last.slowDowns, capped);
		if (capped !== this.#connections) this.#use(capped);
	}

	#tellSlowDown(slowed: boolean, connections: number): void {
		if (slowed) {
			if (this.#slowFor === 0) this.#usual = this.#connections;
			this.#slowFor = slowDownStands;
			this.#context.onSlowDown({connections, of: this.#usual});
		} else if (this.#slowFor > 0 && --this.#slowFor === 0) this.#context.onSlowDown(null);
	}
}
