/*
 * `--limit-rate` for all threads: a token bucket kept as virtual time (GCRA, ITU-T I.371) in shared
 * memory. Word 0 is the moment, in monotonic nanoseconds, up to which the link is given away; word 1
 * the bytes per second, 0 for no limit. Whoever wants bytes moves word 0 on by their cost and waits
 * until the moment it stood at before, so bytes never come ahead of the limit.
 */
const words = 2;

/** Idle time that may be made up for; small, so that a pause is not followed by a rush. */
const catchUp = 50_000_000n;

/** Bytes that are asked for at once while streaming, at least and at most: a sixteenth of a second's worth. */
const leastGrain = 16 * 1024;
const mostGrain = 256 * 1024;

/** Shared memory for a limit of `bytesPerSecond`; 0 is none. */
export function createRate(bytesPerSecond: number): SharedArrayBuffer {
	const buffer = new SharedArrayBuffer(words * BigInt64Array.BYTES_PER_ELEMENT);
	setRate(buffer, bytesPerSecond);
	return buffer;
}

/** A new limit from now on; what was promised under the old one is forgotten. */
export function setRate(buffer: SharedArrayBuffer, bytesPerSecond: number): void {
	const state = new BigInt64Array(buffer);
	Atomics.store(state, 0, 0n);
	Atomics.store(state, 1, BigInt(Math.max(0, Math.round(bytesPerSecond))));
}

/** One thread's view of the limit. */
export class RateLimit {
	readonly #state: BigInt64Array;
	readonly #now: () => bigint;

	constructor(buffer: SharedArrayBuffer, now: () => bigint = () => process.hrtime.bigint()) {
		this.#state = new BigInt64Array(buffer);
		this.#now = now;
	}

	get limited(): boolean {
		return Atomics.load(this.#state, 1) > 0n;
	}

	/** Bytes to ask for at once while streaming: few where the limit is low, so that it holds over short times too. */
	get grain(): number {
		const rate = Number(Atomics.load(this.#state, 1));
		return Math.max(leastGrain, Math.min(mostGrain, Math.round(rate / 16)));
	}

	/** Takes `bytes` out of the bucket; returns the milliseconds to wait before they may come. */
	reserve(bytes: number): number {
		const rate = Atomics.load(this.#state, 1);
		if (rate === 0n) return 0;
		const cost = (BigInt(Math.ceil(bytes)) * 1_000_000_000n) / rate;
		for (;;) {
			const now = this.#now();
			const next = Atomics.load(this.#state, 0);
			const start = next < now - catchUp ? now - catchUp : next;
			if (Atomics.compareExchange(this.#state, 0, next, start + cost) === next) {
				return start > now ? Number(start - now) / 1e6 : 0;
			}
		}
	}
}
