import type {SignedRequest} from '../stores/types.ts';
import type {Hashers} from './checksum.ts';
import type {ThreadCounters} from './counters.ts';
import type {Exchange, Line} from './exchange.ts';
import type {Connection} from '../http/connection.ts';
import type {Connector} from '../http/connector.ts';
import type {Method} from '../http/head.ts';
import {requestHead} from '../http/request-head.ts';
import type {UsualPace} from './usual-pace.ts';

/** Connections to different hosts that one lane keeps (buckets in several regions). */
const keptOrigins = 4;

type Sent = {
	readonly method: Method;
	readonly origin: string;
	readonly text: string;
	readonly exchange: Exchange;
	/** monotonic milliseconds */
	at: number;
};

/**
 * One request at a time on a kept-alive connection of its own: a lane is a connection. So nothing
 * searches a pool for a free one, and cutting a lane's connection touches nobody else.
 */
export class Lane implements Line {
	readonly index: number;
	readonly hashers: Hashers;
	readonly #counters: ThreadCounters;
	readonly #connector: Connector;
	readonly #pace: UsualPace;
	readonly #connections = new Map<string, Connection>();
	#sent: Sent | undefined;
	/** carries the present request, or carried the last one */
	#current: Connection | undefined;

	constructor(
		index: number,
		hashers: Hashers,
		counters: ThreadCounters,
		connector: Connector,
		pace: UsualPace,
	) {
		this.index = index;
		this.hashers = hashers;
		this.#counters = counters;
		this.#connector = connector;
		this.#pace = pace;
	}

	/** Bytes of the present file that are there. */
	progress(bytes: number): void {
		this.#counters.progress(this.index, bytes);
	}

	/** Sends a request; the exchange hears what comes of it. Throws when it can't be put in writing. */
	dispatch(request: SignedRequest, exchange: Exchange, method: Method = 'GET'): void {
		const text = requestHead(method, request);
		this.#sent = {method, origin: request.origin, text, exchange, at: 0};
		exchange.sent(this);
		this.#send(this.#sent);
	}

	pause(): void {
		this.#current?.pause();
	}

	resume(): void {
		this.#current?.resume();
	}

	again(): void {
		if (this.#sent === undefined) return;
		this.dropConnection();
		this.#send(this.#sent);
	}

	answered(now: number): void {
		// What making the connection took says nothing about the store's work.
		const from = Math.max(this.#sent?.at ?? now, this.#current?.openedAt ?? 0);
		this.#counters.answered(now - from);
		this.#pace.answered(now - from);
	}

	finished(bytes: number, milliseconds: number): void {
		this.#pace.body(bytes, milliseconds);
	}

	/** Gives up the connection that is in use or being made. */
	dropConnection(): void {
		this.#current?.destroy();
		this.#current = undefined;
	}

	close(): void {
		for (const connection of this.#connections.values()) connection.destroy();
		this.#connections.clear();
		this.#current = undefined;
	}

	#send(sent: Sent): void {
		const {method, origin, text, exchange} = sent;
		this.#current = this.#connection(origin);
		sent.at = performance.now();
		this.#current.send(method, text, exchange);
	}

	#connection(origin: string): Connection {
		const known = this.#connections.get(origin);
		if (known?.isUsable === true) return known;
		known?.destroy();
		this.#connections.delete(origin);
		const [oldest] = this.#connections;
		if (this.#connections.size >= keptOrigins && oldest !== undefined) {
			this.#connections.delete(oldest[0]);
			oldest[1].destroy();
		}
		const fresh = this.#connector.connect(origin);
		this.#connections.set(origin, fresh);
		return fresh;
	}
}
