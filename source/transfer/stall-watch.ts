import type {ThreadCounters} from './counters.ts';
import type {Patience} from './exchange.ts';
import type {TransferSettings} from './settings.ts';
import type {UsualPace} from './usual-pace.ts';

/** A transfer as this watch sees it. `now` in monotonic milliseconds. */
export type Watched = {
	/** milliseconds without a byte, 0 when no request is open */
	silent(now: number): number;
	/** cuts its request when it was silent for longer; true when it did */
	checkStall(now: number, patience: Patience): boolean;
	/** cuts its request when it is far slower than usual; true when it did */
	checkSlow(now: number, usual: UsualPace, leastTime: number): boolean;
};

/**
 * Finds requests that hang, and asks for their bytes again on a fresh connection: soon while others
 * bring bytes, late when most are silent, because then it is the link or the store, and more requests
 * are the last thing it needs. At the end of the work, when lanes have nothing left to do, those go too
 * that are just far slower than usual. A few a second at most.
 */
export class StallWatch {
	readonly #usual: UsualPace;
	readonly #counters: ThreadCounters;
	readonly #longest: number;

	constructor(
		usual: UsualPace,
		counters: ThreadCounters,
		settings: Pick<TransferSettings, 'stallAfter'>,
	) {
		this.#usual = usual;
		this.#counters = counters;
		this.#longest = settings.stallAfter;
	}

	/** `isTail`: nothing waits, and lanes are idle. */
	look(now: number, open: readonly Watched[], isTail: boolean): void {
		const silence = this.#longest / 10;
		const silent = open.reduce((sum, each) => sum + (each.silent(now) > silence ? 1 : 0), 0);
		const isEverybody = silent >= 2 && silent > open.length / 2;
		const patience = this.#patience(isEverybody);
		let left = Math.max(1, Math.ceil(open.length / 8));
		for (const each of open) {
			if (left === 0) return;
			const isCut =
				each.checkStall(now, patience) ||
				(isTail && !isEverybody && each.checkSlow(now, this.#usual, silence));
			if (!isCut) continue;
			left--;
			this.#counters.repeated();
		}
	}

	#patience(isEverybody: boolean): Patience {
		const longest = this.#longest;
		if (isEverybody) return {head: longest, body: longest};
		// 5 s and 8 s where the longest wait is 20 s.
		const head = Math.max(longest / 4, 8 * this.#usual.firstByte);
		return {head: Math.min(longest, head), body: longest * 0.4};
	}
}
