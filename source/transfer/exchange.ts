import type {Dispatcher} from 'undici';
import type {ResponseHeaders} from '../stores/types.ts';
import {rateGrain, type RateLimit} from './rate-limit.ts';

/** How a request ended. */
export type Ending =
	/** the body ended where HTTP says it ends, and all of it went to `onData` */
	| {readonly kind: 'complete'}
	/** not success; `body` is its beginning */
	| {
			readonly kind: 'refusal';
			readonly status: number;
			readonly headers: ResponseHeaders;
			readonly body: string;
	  }
	/** below HTTP */
	| {readonly kind: 'network'; readonly error: unknown}
	/** `onData` threw */
	| {readonly kind: 'disk'; readonly error: unknown}
	/** cut by us */
	| {readonly kind: 'cut'; readonly why: Cut};

export type Cut = 'stalled' | 'parked' | 'unusable';

export type ExchangeHooks = {
	/** `refusal`: its body is collected; `unusable`: nothing of it is wanted */
	onStart(status: number, headers: ResponseHeaders): 'body' | 'refusal' | 'unusable';
	onData(chunk: Buffer): void;
	/** drops the connection while there is no request on it yet that could be aborted */
	abandon(): void;
};

/** What is kept of the body of a refusal. */
const refusalLimit = 64 * 1024;

/**
 * One request and its answer: undici's leanest interface, a handler per request, no streams. The
 * promise `ended` never rejects. Pauses the socket while the rate limit wants it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
	readonly ended: Promise<Ending>;
	/** monotonic milliseconds of the first body byte, or of the head of an empty answer; 0 before */
	firstByteAt = 0;
	#lastSign: number;
	#controller: Dispatcher.DispatchController | undefined;
	#finish: (ending: Ending) => void = () => {};
	#over = false;
	#cut: Cut | undefined;
	#refusal: {status: number; headers: ResponseHeaders; chunks: Buffer[]; bytes: number} | undefined;
	#credit: number;
	#timer: NodeJS.Timeout | undefined;
	readonly #hooks: ExchangeHooks;
	readonly #limit: RateLimit;

	/** `credit`: bytes that the rate limit has granted already. */
	constructor(hooks: ExchangeHooks, limit: RateLimit, credit: number) {
		this.#hooks = hooks;
		this.#limit = limit;
		this.#credit = credit;
		this.#lastSign = performance.now();
		this.ended = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** Cuts the exchange if no byte came for `limit` milliseconds; waiting for the rate limit is no stall. */
	checkStall(now: number, limit: number): void {
		if (this.#timer === undefined && now - this.#lastSign > limit) this.cut('stalled');
	}

	/** Ends it now. */
	cut(why: Cut): void {
		if (this.#over) return;
		this.#cut = why;
		this.#end({kind: 'cut', why});
		if (this.#controller === undefined) this.#hooks.abandon();
		else this.#controller.abort(new Error(why));
	}

	/** The limit has changed: don't wait out what was promised under the old one. */
	wake(): void {
		if (this.#timer === undefined) return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#credit = 0;
		this.#waitForCredit();
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.#controller = controller;
		if (this.#over) controller.abort(new Error(this.#cut ?? 'over'));
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: ResponseHeaders,
	): void {
		// Informational answers (RFC 9110, 15.2) precede the real one.
		if (this.#over || status < 200) return;
		this.#lastSign = performance.now();
		const use = this.#hooks.onStart(status, headers);
		if (use === 'unusable') this.cut('unusable');
		else if (use === 'refusal') this.#refusal = {status, headers, chunks: [], bytes: 0};
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (this.#over) return;
		this.#lastSign = performance.now();
		if (this.firstByteAt === 0) this.firstByteAt = this.#lastSign;
		if (this.#refusal !== undefined) {
			this.#collect(this.#refusal, chunk);
			return;
		}
		try {
			this.#hooks.onData(chunk);
		} catch (error) {
			this.#end({kind: 'disk', error});
			this.#controller?.abort(new Error('disk'));
			return;
		}
		if (this.#limit.limited) {
			this.#credit -= chunk.length;
			this.#waitForCredit();
		}
	}

	onResponseEnd(): void {
		if (this.firstByteAt === 0) this.firstByteAt = performance.now();
		this.#end(this.#refusal === undefined ? {kind: 'complete'} : this.#refused(this.#refusal));
	}

	onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
		this.#end({kind: 'network', error});
	}

	#collect(
		refusal: {status: number; headers: ResponseHeaders; chunks: Buffer[]; bytes: number},
		chunk: Buffer,
	): void {
		refusal.chunks.push(chunk);
		refusal.bytes += chunk.length;
		if (refusal.bytes < refusalLimit) return;
		this.#end(this.#refused(refusal));
		this.#controller?.abort(new Error('refusal'));
	}

	#refused(refusal: {status: number; headers: ResponseHeaders; chunks: Buffer[]}): Ending {
		const body = Buffer.concat(refusal.chunks).subarray(0, refusalLimit).toString();
		return {kind: 'refusal', status: refusal.status, headers: refusal.headers, body};
	}

	#waitForCredit(): void {
		if (this.#credit > 0) {
			this.#controller?.resume();
			return;
		}
		const wait = this.#limit.reserve(rateGrain - this.#credit);
		this.#controller?.pause();
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#lastSign = performance.now();
			this.#credit = rateGrain;
			this.#controller?.resume();
		}, wait);
	}

	#end(ending: Ending): void {
		if (this.#over) return;
		this.#over = true;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		// What was granted and not used goes back.
		if (this.#limit.limited) this.#limit.reserve(-this.#credit);
		this.#finish(ending);
	}
}
