/**
 * Lets a number of lines a second through and counts the rest, so that ten thousand small groups
 * or failures don't flood a log. `held` hands out the count once a new second has begun.
 */
export class LineBudget {
	readonly #perSecond: number;
	#second = Number.NaN;
	#used = 0;
	#held = 0;

	constructor(perSecond: number) {
		this.#perSecond = perSecond;
	}

	/** Whether a line may be written now; otherwise it counts as held back. */
	take(at: number): boolean {
		const second = Math.floor(at / 1000);
		if (second !== this.#second) {
			this.#second = second;
			this.#used = 0;
		}
		if (this.#used++ < this.#perSecond) return true;
		this.#held++;
		return false;
	}

	/** Lines held back in seconds that are over; at the end (`all`) those of the running one too. */
	held(at: number, all = false): number {
		if (!all && Math.floor(at / 1000) === this.#second) return 0;
		const count = this.#held;
		this.#held = 0;
		return count;
	}
}
