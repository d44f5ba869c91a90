import type {PieceResult} from './pieces.ts';
import {resumableFrom} from './settings.ts';
import type {TransferResult} from './types.ts';

type Result = TransferResult | PieceResult;

/** Gathers results, so that a message carries many of them. */
export class Outbox {
	#results: Result[] = [];
	#timer: NodeJS.Timeout | undefined;
	#hurried = false;
	#batch = 1;
	readonly #post: (results: readonly Result[]) => void;
	readonly #flushAfter: number;

	constructor(post: (results: readonly Result[]) => void, flushAfter: number) {
		this.#post = post;
		this.#flushAfter = flushAfter;
	}

	/** As many results make a message at once; half the lanes, so that the engine can refill in time. */
	setLanes(lanes: number): void {
		this.#batch = Math.max(1, Math.floor(lanes / 2));
	}

	push(result: Result): void {
		this.#results.push(result);
		// A large file leaves the list of open ones now: its bytes must not be missed for a moment. The
		// same with its pieces, for which the pool has the next ones.
		const urgent = result.kind !== 'done' || result.bytes >= resumableFrom;
		if (urgent || this.#results.length >= this.#batch) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), this.#flushAfter);
	}

	/**
	 * Lanes are out of work while others still run: soon, but not one message for each of them, or the
	 * engine answers with one task each and it stays that way.
	 */
	hurry(): void {
		if (this.#hurried || this.#results.length === 0) return;
		this.#hurried = true;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.flush(), Math.min(2, this.#flushAfter));
	}

	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#hurried = false;
		if (this.#results.length === 0) return;
		const results = this.#results;
		this.#results = [];
		this.#post(results);
	}
}
