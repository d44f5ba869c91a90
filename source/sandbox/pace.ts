import {setTimeout as sleep} from 'node:timers/promises';
import type {Latency, Throttle} from './types.ts';

export const unthrottled: Throttle = {rate: 0, ratePerConnection: 0, latency: {min: 0, max: 0}};

/**
 * A rate limit as one queue in time: each piece takes its share of the line behind the piece before
 * it, so that connections take turns. Bytes per second; 0 is no limit.
 */
export class Pacer {
	#rate: number;
	#freeAt = 0;

	constructor(rate: number) {
		this.#rate = rate;
	}

	set rate(rate: number) {
		this.#rate = rate;
		this.#freeAt = 0;
	}

	get rate(): number {
		return this.#rate;
	}

	/** Waits until `bytes` may go out. */
	async take(bytes: number, signal: AbortSignal): Promise<void> {
		if (this.#rate <= 0) return;
		const now = performance.now();
		this.#freeAt = Math.max(now, this.#freeAt) + (bytes / this.#rate) * 1000;
		const wait = this.#freeAt - now;
		if (wait >= 1) await sleep(wait, undefined, {signal});
	}

	/** Bytes to send at once so that a person sees progress: a fiftieth of a second, within reason. */
	get pieceSize(): number {
		if (this.#rate <= 0) return maxPiece;
		return Math.min(maxPiece, Math.max(1024, Math.floor(this.#rate / 50)));
	}
}

export const maxPiece = 1024 * 1024;

/** The latency of the `serial`-th request: spread evenly, and the same in every run. */
export function latencyOf({min, max}: Latency, serial: number): number {
	// multiples of the golden ratio fill the range without clusters
	const share = (serial * 0.618_033_988_749_895) % 1;
	return min + (max - min) * share;
}
