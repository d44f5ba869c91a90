import {errorRecord, MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {Answer, ResponseHeaders, SignedRequest} from '../stores/types.ts';
import {diskFailure} from './disk-error.ts';
import {Exchange, type Ending} from './exchange.ts';
import type {Lane} from './lane.ts';
import {networkFailure, stallFailure} from './network-error.ts';
import {PartFile} from './part-file.ts';
import {rateGrain} from './rate-limit.ts';
import {readResponse, sameEtag, type Asked} from './response.ts';
import {backoff, RetryBudget, type Failure} from './retry.ts';
import {inMemoryLimit, resumableFrom} from './settings.ts';
import type {ThreadContext} from './thread-context.ts';
import type {TransferResult, TransferTask} from './types.ts';

/**
 * One file from its first request to its final name, with everything that may happen on the way.
 *
 * A whole object is asked for without If-Match: one answer is consistent in itself, so an object
 * that was replaced since it was listed is downloaded as it is now, and the result carries its ETag and
 * size. A body that is cut off is continued by Range with If-Match; if the object is another one by
 * then, it starts over. An answer of another length under the ETag that was listed is no new object
 * but a broken one, and is fetched again like wrong bytes.
 */
export class FileTransfer {
	readonly task: TransferTask;
	readonly #lane: Lane;
	readonly #context: ThreadContext;
	readonly #part: PartFile;
	readonly #budget: RetryBudget;
	#attempts = 0;
	#restarts = 0;
	#firstByte = 0;
	#exchange: Exchange | undefined;
	/** what the answer to the running request turned out to be */
	#trouble: Failure | undefined;
	#parked = false;
	#wakeUp: (() => void) | undefined;
	/** the wait is for the rate limit, and whether the limit has changed meanwhile */
	#rate: 'waiting' | 'changed' | undefined;

	constructor(task: TransferTask, lane: Lane, context: ThreadContext) {
		this.task = task;
		this.#lane = lane;
		this.#context = context;
		this.#part = new PartFile(task, lane.hashers, context.disk);
		this.#budget = new RetryBudget(context.retries, resumableFrom);
	}

	/** Never rejects. */
	async run(): Promise<TransferResult> {
		try {
			await this.#restore();
			for (;;) {
				const result = this.#parked ? this.#park() : await this.#attempt();
				if (result !== undefined) return result;
			}
		} catch (error) {
			this.#part.discard();
			return this.#failed({remedy: 'give-up', error: errorRecord(error)});
		}
	}

	/** Small enough to be let finish rather than thrown away. */
	get small(): boolean {
		return this.task.size <= inMemoryLimit;
	}

	/** Stops as soon as possible and keeps what can be continued. */
	park(): void {
		this.#parked = true;
		this.#exchange?.cut('parked');
		this.#wakeUp?.();
	}

	checkStall(now: number): void {
		this.#exchange?.checkStall(now, this.#context.settings.stallAfter);
	}

	/** The rate limit has changed. */
	rateChanged(): void {
		this.#exchange?.wake();
		if (this.#rate === undefined) return;
		this.#rate = 'changed';
		this.#wakeUp?.();
	}

	async #restore(): Promise<void> {
		if (this.task.size < resumableFrom) return;
		try {
			await this.#part.restore(this.#context.verify, () => this.#parked);
			this.#lane.progress(this.#part.bytes);
		} catch {
			// What can't be read is fetched.
			this.#part.discard();
		}
	}

	/** One request; a result when that settles the file, otherwise another attempt follows. */
	async #attempt(): Promise<TransferResult | undefined> {
		const credit = await this.#reserve();
		if (this.#parked) return undefined;
		const generation = this.#context.gate.generation;
		const asked = this.#ask();
		const before = this.#part.bytes;
		let failure: Failure | undefined;
		try {
			const signed = this.#write(asked);
			// Most stores sign synchronously: a promise per request would be a waste.
			const request = signed instanceof Promise ? await signed : signed;
			if (this.#parked) return undefined;
			this.#attempts++;
			failure = this.#settle(await this.#send(request, asked, credit));
		} catch (error) {
			failure = thrownFailure(error);
		}
		if (this.#parked && failure?.remedy === 'retry') return undefined;
		if (failure === undefined) {
			const end = this.#finish();
			if ('kind' in end) return end;
			failure = end;
		}
		return this.#afterFailure(failure, generation, this.#part.bytes - before);
	}

	/** Waits until the rate limit grants the first bytes. */
	async #reserve(): Promise<number> {
		const {limit} = this.#context;
		if (!limit.limited) return 0;
		const credit = Math.min(rateGrain, Math.max(1, this.task.size - this.#part.bytes));
		do {
			this.#rate = 'waiting';
			await this.#wait(limit.reserve(credit));
		} while (this.#limitMoved());
		this.#rate = undefined;
		return credit;
	}

	#limitMoved(): boolean {
		return this.#rate === 'changed' && !this.#parked;
	}

	#ask(): Asked {
		const {etag, size} = this.#part.held;
		const offset = this.#part.bytes;
		if (offset === 0 || etag === undefined || size === undefined || offset >= size) {
			return {kind: 'whole'};
		}
		return {kind: 'rest', offset, etag, size};
	}

	#write(asked: Asked): Promise<SignedRequest> | SignedRequest {
		const {writer, gate, verify} = this.#context;
		const options = {
			checksum: verify === 'checksum',
			...(asked.kind === 'rest' && {range: {start: asked.offset}, etag: asked.etag}),
		};
		return writer.write(this.task.ref, options, gate.credentials);
	}

	async #send(request: SignedRequest, asked: Asked, credit: number): Promise<Ending> {
		this.#trouble = undefined;
		const started = performance.now();
		const exchange = new Exchange(
			{
				onStart: (status, headers) => this.#onStart(asked, status, headers),
				onData: (chunk) => this.#onData(chunk),
				abandon: () => this.#lane.dropConnection(),
			},
			this.#context.limit,
			credit,
		);
		this.#exchange = exchange;
		this.#lane.dispatch(request, exchange);
		const ending = await exchange.ended;
		this.#exchange = undefined;
		if (this.#firstByte === 0 && exchange.firstByteAt > 0) {
			this.#firstByte = Math.max(0, Math.round(exchange.firstByteAt - started));
		}
		return ending;
	}

	#onStart(
		asked: Asked,
		status: number,
		headers: ResponseHeaders,
	): 'body' | 'refusal' | 'unusable' {
		const reading = readResponse(asked, status, headers);
		switch (reading.kind) {
			case 'refusal':
				return 'refusal';
			case 'rest':
				return 'body';
			case 'whole': {
				const size = reading.size ?? this.task.size;
				const digest =
					this.#context.verify === 'checksum'
						? this.#context.writer.digest(headers, size)
						: undefined;
				this.#part.begin({size: reading.size, etag: reading.etag, ...(digest && {digest})});
				return 'body';
			}
			case 'changed':
				this.#trouble = this.#restart('changed', 'it changed while it was downloaded');
				return 'unusable';
			default:
				this.#trouble = this.#restart('server', reading.why);
				return 'unusable';
		}
	}

	#onData(chunk: Buffer): void {
		this.#context.counters.received(chunk.length, Date.now());
		this.#part.append(chunk);
		this.#lane.progress(this.#part.bytes);
	}

	/** What an ending means; undefined when the bytes are all there and right. */
	#settle(ending: Ending): Failure | undefined {
		switch (ending.kind) {
			case 'complete':
				return this.#check();
			case 'refusal':
				return this.#refusal(ending);
			case 'network':
				return networkFailure(ending.error, this.task.ref.key);
			case 'disk':
				return diskFailure(ending.error, this.task.destination);
			default:
				return (
					this.#trouble ?? stallFailure(this.task.ref.key, this.#context.settings.stallAfter / 1000)
				);
		}
	}

	#refusal(ending: Ending & {kind: 'refusal'}): Failure {
		const {writer} = this.#context;
		const answer: Answer = writer.classify(
			this.task.ref,
			ending.status,
			ending.headers,
			ending.body,
		);
		const taught = answer.region !== undefined || answer.clockOffset !== undefined;
		if (taught) writer.learn(this.task.ref.bucket, answer);
		return {
			remedy: answer.remedy,
			error: answer.error,
			...(answer.retryAfter !== undefined && {retryAfter: answer.retryAfter}),
			...(answer.slowDown && {slowDown: true}),
			...(taught && {atOnce: true}),
		};
	}

	/** Length and digest of a body that came to its end. */
	#check(): Failure | undefined {
		const {held, bytes} = this.#part;
		if (held.size !== undefined && bytes !== held.size) {
			return this.#restart('size-mismatch', `${bytes} bytes came, ${held.size} were announced`);
		}
		const actual = this.#part.digest();
		const expected = held.digest;
		if (expected !== undefined && actual !== expected.value) {
			return this.#restart(
				'checksum',
				`the ${expected.algorithm} of what came is ${actual ?? 'unknown'}, the store says ${expected.value}`,
			);
		}
		if (bytes !== this.task.size && !this.#isAnother()) {
			return this.#restart('size-mismatch', `${bytes} bytes came, ${this.task.size} were listed`);
		}
		return undefined;
	}

	/** Whether the answer was surely another object than the one that was listed. */
	#isAnother(): boolean {
		const {etag, digest} = this.#part.held;
		if (this.task.etag === undefined || etag === undefined) return digest !== undefined;
		return !sameEtag(this.task.etag, etag);
	}

	#finish(): TransferResult | Failure {
		const {etag, digest} = this.#part.held;
		const {bytes} = this.#part;
		try {
			const localModified = this.#part.finish(this.#context.folders);
			return {
				kind: 'done',
				id: this.task.id,
				bytes,
				verified: digest?.algorithm ?? 'size',
				...(digest && {digest}),
				...(etag !== undefined && {etag}),
				localModified,
				attempts: this.#attempts,
				firstByte: this.#firstByte,
			};
		} catch (error) {
			this.#part.discard();
			return diskFailure(error, this.task.destination);
		}
	}

	/** Decides by the remedy: another attempt (undefined), or a result. */
	async #afterFailure(
		failure: Failure,
		generation: number,
		gained: number,
	): Promise<TransferResult | undefined> {
		if (failure.slowDown) this.#context.counters.slowedDown();
		switch (failure.remedy) {
			case 'retry':
				return this.#retry(failure, gained);
			case 'restart':
				return this.#startOver(failure);
			case 'credentials':
				return this.#refused(failure, generation);
			case 'pause':
				return this.#noRoom(failure);
			default:
				this.#part.discard();
				return this.#failed(failure);
		}
	}

	async #retry(failure: Failure, gained: number): Promise<TransferResult | undefined> {
		if (!this.#budget.spend(gained)) {
			// What is there may serve the next run.
			this.#part.keep();
			return this.#failed(failure);
		}
		this.#context.counters.retried();
		if (!failure.atOnce) {
			await this.#wait(backoff(this.#budget.failures, failure, this.#context.settings));
		}
		return undefined;
	}

	async #startOver(failure: Failure): Promise<TransferResult | undefined> {
		this.#part.discard();
		this.#lane.progress(0);
		if (++this.#restarts >= this.#context.settings.restarts) return this.#failed(failure);
		this.#context.counters.retried();
		await this.#wait(backoff(this.#restarts, failure, this.#context.settings));
		return undefined;
	}

	#refused(failure: Failure, generation: number): TransferResult | undefined {
		this.#attempts--;
		// Fresh credentials arrived while this request was under way: it just goes again.
		if (generation !== this.#context.gate.generation) return undefined;
		this.#context.gate.close();
		this.#part.keep();
		return {kind: 'refused', id: this.task.id, error: failure.error};
	}

	#noRoom(failure: Failure): TransferResult {
		this.#part.keep();
		return {kind: 'no-room', id: this.task.id, error: failure.error};
	}

	#park(): TransferResult {
		return {kind: 'parked', id: this.task.id, bytes: this.#part.keep()};
	}

	#failed(failure: Failure): TransferResult {
		return {kind: 'failed', id: this.task.id, attempts: this.#attempts, error: failure.error};
	}

	/** The bytes that came are no good: once more from the first one. */
	#restart(code: 'changed' | 'checksum' | 'server' | 'size-mismatch', why: string): Failure {
		const name = safeText(this.task.ref.key);
		return {
			remedy: 'restart',
			error: {
				code,
				message: `${name}: ${safeText(why)}.`,
				hint:
					code === 'changed'
						? 'Run the same command again when the object is no longer being written.'
						: 'Nothing was saved under its name. Run the same command again; if it stays so, the object or the line damages data.',
			},
		};
	}

	/** A wait that parking ends. */
	async #wait(milliseconds: number): Promise<void> {
		if (milliseconds <= 0 || this.#parked) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, milliseconds);
			this.#wakeUp = () => {
				clearTimeout(timer);
				resolve();
			};
		});
		this.#wakeUp = undefined;
	}
}

/** A request that could not even be written. */
function thrownFailure(error: unknown): Failure {
	const record = errorRecord(error);
	const signedOut = record.code === 'expired-credentials' || record.code === 'no-credentials';
	const known = error instanceof MusterError && signedOut;
	return {remedy: known ? 'credentials' : 'give-up', error: record};
}
