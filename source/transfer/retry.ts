import type {ErrorRecord, Remedy} from '../model/error.ts';
import type {TransferSettings} from './settings.ts';

/** Why an attempt came to nothing, and what it means for the next one. */
export type Failure = {
	readonly remedy: Remedy;
	readonly error: ErrorRecord;
	/** milliseconds the server asked us to wait */
	readonly retryAfter?: number;
	readonly slowDown?: boolean;
	/** nothing to wait for: another region was named, or a fresh connection will do */
	readonly atOnce?: boolean;
	/** its own bytes were coming, just slowly: no attempt is counted */
	readonly isFree?: boolean;
	/** no descriptor was free: fewer lanes are the cure, and no attempt is counted for a long time */
	readonly isCrowded?: boolean;
};

/**
 * Milliseconds to wait before attempt `failures + 1`: exponential with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), but at least what the
 * server asked for, with a little jitter on top so that lanes don't come back in step.
 */
export function backoff(
	failures: number,
	failure: Pick<Failure, 'retryAfter' | 'slowDown'>,
	settings: TransferSettings,
	random: () => number = Math.random,
): number {
	const base = failure.slowDown ? settings.slowDownBase : settings.backoffBase;
	const ceiling = Math.min(settings.backoffCap, base * 2 ** Math.min(30, failures - 1));
	if (failure.retryAfter === undefined) return random() * ceiling;
	const asked = Math.min(settings.retryAfterCap, Math.max(0, failure.retryAfter));
	return asked + random() * Math.min(base, asked / 4);
}

/**
 * Counts attempts against a budget. An attempt that brought at least `worth` new bytes gives the
 * budget back: a 20 GB object on a line that drops every few minutes makes progress and must not fail.
 */
export class RetryBudget {
	#failures = 0;
	readonly #limit: number;
	readonly #worth: number;

	/** `limit`: attempts for one request, at least 1. */
	constructor(limit: number, worth: number) {
		this.#limit = Math.max(1, limit);
		this.#worth = worth;
	}

	/** Failures in a row. */
	get failures(): number {
		return this.#failures;
	}

	/** Notes a failed attempt that brought `bytes`; false when the budget is used up. */
	spend(bytes: number): boolean {
		if (bytes >= this.#worth) this.#failures = 0;
		this.#failures++;
		return this.#failures < this.#limit;
	}
}
