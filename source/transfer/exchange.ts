import type {ResponseHeaders} from '../stores/types.ts';
import type {AnswerHandler} from '../http/connection.ts';
import type {RateLimit} from './rate-limit.ts';

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
	| {readonly kind: 'cut'; readonly why: Cut; readonly silent: number};

/** `slow`: others are much faster, and there are lanes without work. */
export type Cut = 'stalled' | 'slow' | 'parked' | 'unusable';

/** Milliseconds that are borne with. */
export type Patience = {
	/** from the request to its answer */
	readonly head: number;
	/** between bytes of an answer */
	readonly body: number;
};

export type ExchangeHooks = {
	/** `refusal`: its body is collected; `unusable`: nothing of it is wanted */
	onStart(status: number, headers: ResponseHeaders): 'body' | 'refusal' | 'unusable';
	/** valid only during the call: the next read of any connection overwrites it */
	onData(chunk: Buffer): void;
	/** drops the connection */
	abandon(): void;
};

/** The connection under a request. */
export type Line = {
	pause(): void;
	resume(): void;
	/** sends the request once more on a fresh connection */
	again(): void;
	/** an answer with content began at `now` (monotonic milliseconds) */
	answered(now: number): void;
	/** a body of so many bytes has come whole, in so many milliseconds */
	finished(bytes: number, milliseconds: number): void;
};

/** What is kept of the body of a refusal. */
const refusalLimit = 64 * 1024;

/**
 * One request and its answer. The promise `ended` never rejects. Pauses the connection while the rate
 * limit wants it.
 */
export class Exchange implements AnswerHandler {
	readonly ended: Promise<Ending>;
	/** monotonic milliseconds of the first body byte, or of the head of an empty answer; 0 before */
	firstByteAt = 0;
	#lastSign: number;
	/** monotonic milliseconds of its beginning and of the head, 0 before; bytes of the body */
	readonly #startedAt: number;
	#headAt = 0;
	#bytes = 0;
	#line: Line | undefined;
	#finish: (ending: Ending) => void = () => {};
	#over = false;
	#isResent = false;
	#refusal: {status: number; headers: ResponseHeaders; chunks: Buffer[]; bytes: number} | undefined;
	#credit: number;
	/** what the running wait is for, beyond what was used already */
	#coming = 0;
	#timer: NodeJS.Timeout | undefined;
	readonly #hooks: ExchangeHooks;
	readonly #limit: RateLimit;

	/** `credit`: bytes that the rate limit has granted already. */
	constructor(hooks: ExchangeHooks, limit: RateLimit, credit: number) {
		this.#hooks = hooks;
		this.#limit = limit;
		this.#credit = credit;
		this.#startedAt = performance.now();
		this.#lastSign = this.#startedAt;
		this.ended = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** Milliseconds without a byte; waiting for the rate limit is no silence. */
	silent(now: number): number {
		return this.#timer === undefined ? Math.max(0, now - this.#lastSign) : 0;
	}

	/** Cuts the exchange if no byte came for long. True when it did. */
	checkStall(now: number, patience: Patience): boolean {
		if (this.silent(now) <= (this.#headAt === 0 ? patience.head : patience.body)) return false;
		this.cut('stalled');
		return true;
	}

	/** Milliseconds since the request, and since the head came (0 before), and bytes of the body. */
	progress(now: number): {sinceStart: number; sinceHead: number; bytes: number} {
		const sinceHead = this.#headAt === 0 ? 0 : now - this.#headAt;
		return {sinceStart: now - this.#startedAt, sinceHead, bytes: this.#bytes};
	}

	/** Ends it now. */
	cut(why: Cut): void {
		if (this.#over) return;
		this.#end({kind: 'cut', why, silent: this.silent(performance.now())});
		this.#hooks.abandon();
	}

	/** It goes out on `line`. */
	sent(line: Line): void {
		this.#line = line;
	}

	/** The limit has changed: don't wait out what was promised under the old one. */
	wake(): void {
		if (this.#timer === undefined) return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#credit = 0;
		this.#waitForCredit();
	}

	onHead(status: number, headers: ResponseHeaders): void {
		if (this.#over) return;
		this.#lastSign = performance.now();
		this.#headAt = this.#lastSign;
		if (status < 300) this.#line?.answered(this.#lastSign);
		const use = this.#hooks.onStart(status, headers);
		if (use === 'unusable') this.cut('unusable');
		else if (use === 'refusal') this.#refusal = {status, headers, chunks: [], bytes: 0};
	}

	onBody(chunk: Buffer): void {
		if (this.#over) return;
		this.#lastSign = performance.now();
		if (this.firstByteAt === 0) this.firstByteAt = this.#lastSign;
		if (this.#refusal !== undefined) {
			this.#collect(this.#refusal, chunk);
			return;
		}
		this.#bytes += chunk.length;
		try {
			this.#hooks.onData(chunk);
		} catch (error) {
			this.#end({kind: 'disk', error});
			this.#hooks.abandon();
			return;
		}
		if (this.#limit.limited) {
			this.#credit -= chunk.length;
			this.#waitForCredit();
		}
	}

	onEnd(): void {
		const now = performance.now();
		if (this.firstByteAt === 0) this.firstByteAt = now;
		if (this.#refusal === undefined) this.#line?.finished(this.#bytes, now - this.#headAt);
		this.#end(this.#refusal === undefined ? {kind: 'complete'} : this.#refused(this.#refusal));
	}

	onError(error: unknown, isStale: boolean): void {
		if (this.#over) return;
		if (isStale && !this.#isResent && this.#line !== undefined) {
			this.#isResent = true;
			this.#line.again();
			return;
		}
		this.#end({kind: 'network', error});
	}

	#collect(
		refusal: {status: number; headers: ResponseHeaders; chunks: Buffer[]; bytes: number},
		chunk: Buffer,
	): void {
		refusal.chunks.push(Buffer.from(chunk));
		refusal.bytes += chunk.length;
		if (refusal.bytes < refusalLimit) return;
		this.#end(this.#refused(refusal));
		this.#hooks.abandon();
	}

	#refused(refusal: {status: number; headers: ResponseHeaders; chunks: Buffer[]}): Ending {
		const body = Buffer.concat(refusal.chunks).subarray(0, refusalLimit).toString();
		return {kind: 'refusal', status: refusal.status, headers: refusal.headers, body};
	}

	#waitForCredit(): void {
		if (this.#credit > 0) {
			this.#line?.resume();
			return;
		}
		const {grain} = this.#limit;
		const wait = this.#limit.reserve(grain - this.#credit);
		this.#coming = grain;
		this.#line?.pause();
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#lastSign = performance.now();
			this.#credit = grain;
			this.#line?.resume();
		}, wait);
	}

	#end(ending: Ending): void {
		if (this.#over) return;
		this.#over = true;
		// A connection that was paused after its last byte would never bring the next answer.
		if (this.#timer !== undefined) {
			this.#line?.resume();
			this.#credit = this.#coming;
		}
		clearTimeout(this.#timer);
		this.#timer = undefined;
		// What was granted and not used goes back.
		if (this.#limit.limited) this.#limit.reserve(-this.#credit);
		this.#finish(ending);
	}
}
