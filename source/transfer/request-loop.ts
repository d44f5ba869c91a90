import {errorRecord, isSignedOut, MusterError, type ErrorRecord} from '../model/error.ts';
import type {ObjectRef} from '../model/object.ts';
import {safeText} from '../model/safe-text.ts';
import type {Answer, ResponseHeaders, SignedRequest} from '../stores/types.ts';
import {Crowds} from './crowd.ts';
import {diskFailure} from './disk-error.ts';
import {Exchange, type Ending, type Patience} from './exchange.ts';
import type {Method} from '../http/head.ts';
import type {Lane} from './lane.ts';
import {networkFailure, slowFailure, stallFailure} from './network-error.ts';
import {Parking} from './parking.ts';
import {RequestWatch} from './request-watch.ts';
import {backoff, RetryBudget, type Failure} from './retry.ts';
import {resumableFrom} from './settings.ts';
import type {ThreadContext} from './thread-context.ts';
import type {UsualPace} from './usual-pace.ts';

/** What a request asks for, beside the object itself. */
export type Asking = {
	readonly method: Method;
	readonly range?: {readonly start: number; readonly end?: number};
	/** becomes `If-Match` */
	readonly etag?: string;
	readonly partNumber?: number;
	/** body bytes that are expected at most */
	readonly bytes: number;
};

/** What is known of a request loop's work, and what it calls in turn. A result ends the loop. */
export type RequestWork<Result> = {
	readonly ref: ObjectRef;
	/** for words about the disk */
	readonly destination: string;
	/** takes up what an earlier run left; gives up when it is parked */
	restore?(parking: Parking): Promise<void>;
	/** the next request */
	ask(): Asking;
	/** bytes that are held; what an attempt adds is progress */
	readonly bytes: number;
	/** an answer's head; `unusable` with a failure or a result to come to */
	onHead(
		status: number,
		headers: ResponseHeaders,
	): 'body' | 'refusal' | {readonly unusable: Failure | Result};
	/** valid only during the call */
	onData(chunk: Buffer): void;
	/** the body came to its end: `more` asks on, undefined means that everything is there and right */
	check(): Failure | 'more' | undefined;
	/** everything is there and right */
	finish(attempts: number, firstByte: number): Result | Failure;
	/** forgets what is held; it was no good */
	discard(): void;
	/** leaves what can be continued; returns its bytes */
	keep(): number;
	failed(error: ErrorRecord, attempts: number): Result;
	refused(error: ErrorRecord): Result;
	noRoom(error: ErrorRecord): Result;
	parked(bytes: number): Result;
};

const isFailure = (value: object): value is Failure => 'remedy' in value;

const failureOf = (outcome: object | 'more' | undefined): Failure | undefined =>
	typeof outcome === 'object' && isFailure(outcome) ? outcome : undefined;

/**
 * Asks for an object, or a piece of it, until it is there: attempts with their budget and backoff, the
 * rate limit, credentials that are refused, stalls, parking. What is asked for and what becomes of the
 * bytes is the work's matter.
 */
export class RequestLoop<Result extends object> {
	readonly #work: RequestWork<Result>;
	readonly #lane: Lane;
	readonly #context: ThreadContext;
	readonly #budget: RetryBudget;
	#attempts = 0;
	#restarts = 0;
	readonly #watch = new RequestWatch();
	#crowds: Crowds | undefined;
	readonly #parking = new Parking();
	/** where the present request goes, and the bytes that it asks for */
	#origin = '';
	#expected = 0;
	#firstByte = 0;
	/** of the credentials that signed the present request */
	#generation = 0;
	#exchange: Exchange | undefined;
	/** what the answer to the running request turned out to be */
	#trouble: Failure | Result | undefined;
	/** the wait is for the rate limit, and whether the limit has changed meanwhile */
	#rate: 'waiting' | 'changed' | undefined;

	constructor(work: RequestWork<Result>, lane: Lane, context: ThreadContext) {
		this.#work = work;
		this.#lane = lane;
		this.#context = context;
		this.#budget = new RetryBudget(context.retries, resumableFrom);
	}

	/** Never rejects. */
	async run(): Promise<Result> {
		try {
			await this.#work.restore?.(this.#parking);
			for (;;) {
				const result = this.#parking.isParked ? this.#park() : await this.#attempt();
				if (result !== undefined) return result;
			}
		} catch (error) {
			this.#work.discard();
			return this.#work.failed(errorRecord(error), this.#attempts);
		}
	}

	/** Stops as soon as possible and keeps what can be continued. */
	park(): void {
		this.#parking.park();
		this.#exchange?.cut('parked');
	}

	silent(now: number): number {
		return this.#exchange?.silent(now) ?? 0;
	}

	checkStall(now: number, patience: Patience): boolean {
		const {stallAfter} = this.#context.settings;
		return (
			this.#exchange !== undefined &&
			this.#watch.checkStall(this.#exchange, now, patience, stallAfter)
		);
	}

	checkSlow(now: number, usual: UsualPace, leastTime: number): boolean {
		if (this.#exchange === undefined) return false;
		return this.#watch.checkSlow(this.#exchange, this.#expected, now, usual, leastTime);
	}

	/** The rate limit has changed. */
	rateChanged(): void {
		this.#exchange?.wake();
		if (this.#rate === undefined) return;
		this.#rate = 'changed';
		this.#parking.wake();
	}

	/** One request; a result when that settles the work, otherwise another attempt follows. */
	async #attempt(): Promise<Result | undefined> {
		const asking = this.#work.ask();
		const credit = this.#context.limit.limited ? await this.#reserve(asking.bytes) : 0;
		if (this.#parking.isParked) return undefined;
		this.#generation = this.#context.gate.generation;
		const before = this.#work.bytes;
		let outcome: Failure | Result | 'more' | undefined;
		try {
			const signed = this.#write(asking);
			// Most stores sign synchronously: a promise per request would be a waste.
			const request = signed instanceof Promise ? await signed : signed;
			if (this.#parking.isParked) return undefined;
			this.#origin = request.origin;
			const wait = this.#context.hosts.begin(request.origin);
			// Hosts are left alone seldom: a promise per request would be a waste here, too.
			if (wait > 0 && !(await this.#isAdmitted(wait))) return undefined;
			this.#attempts++;
			this.#expected = asking.bytes;
			try {
				if (this.#parking.isParked) return undefined;
				outcome = this.#settle(await this.#send(request, asking.method, credit));
			} finally {
				this.#context.hosts.ended(request.origin, failureOf(outcome));
			}
		} catch (error) {
			outcome = thrownFailure(error);
		}
		if (outcome === 'more') {
			// Another question of the same attempt.
			this.#attempts--;
			return undefined;
		}
		outcome ??= this.#work.finish(this.#attempts, this.#firstByte);
		if (!isFailure(outcome)) return outcome;
		if (this.#parking.isParked && outcome.remedy === 'retry') return undefined;
		return this.#afterFailure(outcome, this.#work.bytes - before);
	}

	/** Waits until the rate limit grants the first bytes. */
	async #reserve(bytes: number): Promise<number> {
		const {limit} = this.#context;
		const credit = Math.min(limit.grain, Math.max(1, bytes));
		do {
			this.#rate = 'waiting';
			await this.#parking.wait(limit.reserve(credit));
		} while (this.#limitMoved());
		this.#rate = undefined;
		return credit;
	}

	/** Waits while the host wants to be left alone. True: the host counts this request; false: it was parked. */
	async #isAdmitted(firstWait: number): Promise<boolean> {
		for (let wait = firstWait; wait > 0; wait = this.#context.hosts.begin(this.#origin)) {
			await this.#parking.wait(wait);
			if (this.#parking.isParked) return false;
		}
		return true;
	}

	#limitMoved(): boolean {
		return this.#rate === 'changed' && !this.#parking.isParked;
	}

	#write({method, range, etag, partNumber}: Asking): Promise<SignedRequest> | SignedRequest {
		const {writer, gate, verify} = this.#context;
		const options = {
			method,
			checksum: verify === 'checksum',
			...(range && {range}),
			...(etag !== undefined && {etag}),
			...(partNumber !== undefined && {partNumber}),
		};
		return writer.write(this.#work.ref, options, gate.credentials);
	}

	async #send(request: SignedRequest, method: Method, credit: number): Promise<Ending> {
		this.#trouble = undefined;
		const started = performance.now();
		const exchange = new Exchange(
			{
				onStart: (status, headers) => this.#onStart(status, headers),
				onData: (chunk) => {
					this.#context.counters.received(chunk.length, Date.now());
					this.#work.onData(chunk);
					this.#lane.progress(this.#work.bytes);
				},
				abandon: () => this.#lane.dropConnection(),
			},
			this.#context.limit,
			credit,
		);
		this.#exchange = exchange;
		this.#lane.dispatch(request, exchange, method);
		const ending = await exchange.ended;
		this.#exchange = undefined;
		if (this.#firstByte === 0 && exchange.firstByteAt > 0) {
			this.#firstByte = Math.max(0, Math.round(exchange.firstByteAt - started));
		}
		return ending;
	}

	#onStart(status: number, headers: ResponseHeaders): 'body' | 'refusal' | 'unusable' {
		const use = this.#work.onHead(status, headers);
		if (use === 'body') {
			this.#context.hosts.answered(this.#origin);
			this.#context.gate.prove(this.#generation);
		}
		if (typeof use === 'string') return use;
		this.#trouble = use.unusable;
		return 'unusable';
	}

	/** What an ending means; undefined when everything is there and right. */
	#settle(ending: Ending): Failure | Result | 'more' | undefined {
		const {key} = this.#work.ref;
		switch (ending.kind) {
			case 'complete':
				return this.#work.check();
			case 'refusal':
				return this.#refusal(ending);
			case 'network':
				return networkFailure(ending.error, key);
			case 'disk':
				if (ending.error instanceof TooManyBytes)
					return restartFailure(key, 'size-mismatch', ending.error.message);
				return diskFailure(ending.error, this.#work.destination);
			default:
				if (ending.why === 'slow') return slowFailure(key);
				return this.#trouble ?? stallFailure(key, ending.silent / 1000);
		}
	}

	#refusal(ending: Ending & {kind: 'refusal'}): Failure {
		const {writer} = this.#context;
		const {ref} = this.#work;
		const answer: Answer = writer.classify(ref, ending.status, ending.headers, ending.body);
		const taught = answer.region !== undefined || answer.clockOffset !== undefined;
		if (taught) writer.learn(ref.bucket, answer);
		return {
			remedy: answer.remedy,
			error: answer.error,
			...(answer.retryAfter !== undefined && {retryAfter: answer.retryAfter}),
			...(answer.slowDown && {slowDown: true}),
			...(taught && {atOnce: true}),
		};
	}

	/** Decides by the remedy: another attempt (undefined), or a result. */
	async #afterFailure(failure: Failure, gained: number): Promise<Result | undefined> {
		const {counters, hosts} = this.#context;
		if (failure.slowDown) counters.slowedDown(hosts.share(this.#origin));
		switch (failure.remedy) {
			case 'retry':
				return this.#retry(failure, gained);
			case 'restart':
				return this.#startOver(failure);
			case 'credentials':
				return this.#refused(failure);
			case 'pause':
				this.#work.keep();
				return this.#work.noRoom(failure.error);
			default:
				this.#work.discard();
				return this.#work.failed(failure.error, this.#attempts);
		}
	}

	async #retry(failure: Failure, gained: number): Promise<Result | undefined> {
		const {counters, hosts, settings} = this.#context;
		if (failure.isFree) {
			counters.retried();
			return undefined;
		}
		const crowd = failure.isCrowded
			? (this.#crowds ??= new Crowds()).next(this.#context)
			: undefined;
		if (crowd !== undefined) {
			this.#attempts--;
			await this.#parking.wait(crowd);
			return undefined;
		}
		if (!this.#budget.spend(gained)) {
			// What is there may serve the next run.
			this.#work.keep();
			return this.#work.failed(failure.error, this.#attempts);
		}
		counters.retried();
		const own = failure.atOnce ? 0 : backoff(this.#budget.failures, failure, settings);
		await this.#parking.wait(own + hosts.retryDelay(this.#origin));
		return undefined;
	}

	/** The bytes that came are no good: once more from the first one. */
	async #startOver(failure: Failure): Promise<Result | undefined> {
		this.#work.discard();
		this.#lane.progress(0);
		if (++this.#restarts >= this.#context.settings.restarts)
			return this.#work.failed(failure.error, this.#attempts);
		this.#context.counters.retried();
		await this.#parking.wait(backoff(this.#restarts, failure, this.#context.settings));
		return undefined;
	}

	#refused(failure: Failure): Result | undefined {
		const {gate} = this.#context;
		// A signature alone is refused for one odd key, too: keys that were right before are not wrong for it.
		if (failure.error.code === 'denied' && gate.isProven && this.#generation === gate.generation) {
			this.#work.discard();
			return this.#work.failed(failure.error, this.#attempts);
		}
		this.#attempts--;
		// Fresh credentials arrived while this request was under way: it just goes again.
		if (this.#generation !== gate.generation) return undefined;
		gate.close(failure.error);
		this.#work.keep();
		return this.#work.refused(failure.error);
	}

	#park(): Result {
		return this.#work.parked(this.#work.keep());
	}
}

/** Thrown by a work's `onData`: the body is longer than it can be, and is cut before it fills the disk. */
export class TooManyBytes extends Error {}

/** The bytes of `key` are no good, for `why`: they are fetched once more from the first one. */
export function restartFailure(
	key: string,
	code: 'changed' | 'checksum' | 'server' | 'size-mismatch',
	why: string,
): Failure {
	return {
		remedy: 'restart',
		error: {
			code,
			message: `${safeText(key)}: ${safeText(why)}.`,
			hint:
				code === 'changed'
					? 'Run the same command again when the object is no longer being written.'
					: 'Nothing was saved under its name. Run the same command again; if it stays so, the object or the line damages data.',
		},
	};
}

/** A request that could not even be written. */
function thrownFailure(error: unknown): Failure {
	const record = errorRecord(error);
	const known = error instanceof MusterError && isSignedOut(record);
	return {remedy: known ? 'credentials' : 'give-up', error: record};
}
