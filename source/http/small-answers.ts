import pLimit from 'p-limit';
import type {Connection} from './connection.ts';
import {Connector} from './connector.ts';
import type {Method, ResponseHeaders} from './head.ts';
import {HttpError} from './http-error.ts';
import {requestHead, type RequestLines} from './request-head.ts';

export type SmallAnswer = {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: Buffer;
};

export type Patience = {
	/** milliseconds that a connection may take to be made */
	readonly connect: number;
	/** milliseconds without a byte after which a request is given up */
	readonly silence: number;
};

const usualPatience: Patience = {connect: 10_000, silence: 30_000};

/** Requests that are under way at once. */
const mostAtOnce = 64;
/** Nothing that is asked for here is nearly as long: a page of 1,000 keys has at most 4 MiB. */
const longestBody = 32 * 1024 * 1024;

/**
 * Requests whose answers are small enough for memory, over kept-alive connections: listing pages and
 * facts. Errors are errno errors of the socket, HttpError, or the reason of the signal.
 */
export class SmallAnswers {
	readonly #connector: Connector;
	readonly #silence: number;
	readonly #limit = pLimit(mostAtOnce);
	/** connections without a request, the one used last at the end */
	readonly #idle = new Map<string, Connection[]>();
	readonly #open = new Set<Connection>();
	#isClosed = false;

	constructor({connect, silence}: Patience = usualPatience) {
		this.#connector = new Connector(connect);
		this.#silence = silence;
	}

	async send(method: Method, request: RequestLines, signal?: AbortSignal): Promise<SmallAnswer> {
		const text = requestHead(method, request);
		return this.#limit(async () => {
			for (;;) {
				signal?.throwIfAborted();
				const answer = await this.#once(method, request.origin, text, signal);
				// A connection that the server had closed meanwhile: another one, and no attempt.
				if (answer !== 'stale') return answer;
			}
		});
	}

	/** Cuts off what is under way, and every connection. */
	close(): void {
		this.#isClosed = true;
		for (const connections of this.#idle.values())
			for (const connection of connections) connection.destroy();
		for (const connection of this.#open) connection.fail(closed());
		this.#idle.clear();
	}

	#once(
		method: Method,
		origin: string,
		text: string,
		signal: AbortSignal | undefined,
	): Promise<SmallAnswer | 'stale'> {
		if (this.#isClosed) throw closed();
		const connection = this.#take(origin);
		this.#open.add(connection);
		const answer = Promise.withResolvers<SmallAnswer | 'stale'>();
		const timer = setTimeout(() => {
			connection.fail(new HttpError('HTTP_TIMEOUT', 'The server sent nothing for long.'));
		}, this.#silence);
		const onAbort = (): void => connection.fail(signal?.reason as Error);
		signal?.addEventListener('abort', onAbort, {once: true});
		const end = (): void => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', onAbort);
			this.#open.delete(connection);
		};
		const chunks: Buffer[] = [];
		let bytes = 0;
		let head: {status: number; headers: ResponseHeaders} = {status: 0, headers: {}};
		connection.send(method, text, {
			onHead(status, headers) {
				head = {status, headers};
				timer.refresh();
			},
			onBody(chunk) {
				bytes += chunk.length;
				if (bytes > longestBody) throw new HttpError('HTTP_BAD_ANSWER', 'The answer has no end.');
				// A copy: the read buffer is overwritten by the next read.
				chunks.push(Buffer.from(chunk));
				timer.refresh();
			},
			onEnd: () => {
				end();
				this.#putBack(origin, connection);
				answer.resolve({...head, body: Buffer.concat(chunks, bytes)});
			},
			onError: (error, isStale) => {
				end();
				if (isStale) answer.resolve('stale');
				else answer.reject(error);
			},
		});
		return answer.promise;
	}

	#take(origin: string): Connection {
		const idle = this.#idle.get(origin);
		for (let one = idle?.pop(); one !== undefined; one = idle?.pop()) {
			if (one.isUsable) return one;
			one.destroy();
		}
		return this.#connector.connect(origin);
	}

	#putBack(origin: string, connection: Connection): void {
		if (this.#isClosed || !connection.isUsable) {
			connection.destroy();
			return;
		}
		const idle = this.#idle.get(origin);
		if (idle === undefined) this.#idle.set(origin, [connection]);
		else idle.push(connection);
	}
}

const closed = (): HttpError => new HttpError('HTTP_CLOSED', 'The store was closed.');
