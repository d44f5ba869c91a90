import {Client, type buildConnector, type Dispatcher} from 'undici';
import type {SignedRequest} from '../stores/types.ts';
import type {Hashers} from './checksum.ts';
import type {ThreadCounters} from './counters.ts';

/** Connections to different hosts that one lane keeps (buckets in several regions). */
const keptOrigins = 4;

/**
 * One request at a time on a kept-alive connection of its own: a lane is a connection. So nothing
 * searches a pool for a free one, and cutting a lane's connection touches nobody else.
 */
export class Lane {
	readonly index: number;
	readonly hashers: Hashers;
	readonly #counters: ThreadCounters;
	readonly #connect: buildConnector.connector;
	readonly #clients = new Map<string, Client>();
	#current: string | undefined;

	constructor(
		index: number,
		hashers: Hashers,
		counters: ThreadCounters,
		connect: buildConnector.connector,
	) {
		this.index = index;
		this.hashers = hashers;
		this.#counters = counters;
		this.#connect = connect;
	}

	/** Bytes of the present file that are there. */
	progress(bytes: number): void {
		this.#counters.progress(this.index, bytes);
	}

	dispatch(request: SignedRequest, handler: Dispatcher.DispatchHandler): void {
		this.#current = request.origin;
		this.#client(request.origin).dispatch(
			{method: 'GET', path: request.path, headers: request.headers as string[]},
			handler,
		);
	}

	/** Gives up the connection that is in use or being made. */
	dropConnection(): void {
		if (this.#current === undefined) return;
		const client = this.#clients.get(this.#current);
		this.#clients.delete(this.#current);
		if (client !== undefined) destroy(client);
	}

	close(): void {
		for (const client of this.#clients.values()) destroy(client);
		this.#clients.clear();
	}

	#client(origin: string): Client {
		const known = this.#clients.get(origin);
		if (known !== undefined) return known;
		const [oldest] = this.#clients;
		if (this.#clients.size >= keptOrigins && oldest !== undefined) {
			this.#clients.delete(oldest[0]);
			destroy(oldest[1]);
		}
		// Stalls are noticed by the thread's own clock, which knows about pauses of the rate limit.
		const client = new Client(origin, {
			connect: this.#connect,
			pipelining: 1,
			headersTimeout: 0,
			bodyTimeout: 0,
			allowH2: false,
			keepAliveTimeout: 15_000,
		});
		this.#clients.set(origin, client);
		return client;
	}
}

function destroy(client: Client): void {
	client.destroy().catch(() => {});
}
