/** the part of a new value in the mean of those before */
const share = 0.1;
/** Bodies smaller than this say nothing about a rate. */
const smallBody = 64 * 1024;

/** What is usual on the lanes of one thread, to tell a request that hangs from a store that is slow for all. */
export class UsualPace {
	#firstByte = 0;
	#rate = 0;

	/** Milliseconds from a request to its first byte; 0 while nothing is known. */
	get firstByte(): number {
		return this.#firstByte;
	}

	/** Bytes per second of one body; 0 while nothing is known. */
	get rate(): number {
		return this.#rate;
	}

	answered(milliseconds: number): void {
		this.#firstByte = mean(this.#firstByte, milliseconds);
	}

	/** A body of so many bytes has come in so many milliseconds. */
	body(bytes: number, milliseconds: number): void {
		if (bytes < smallBody) return;
		this.#rate = mean(this.#rate, (bytes * 1000) / Math.max(1, milliseconds));
	}
}

const mean = (before: number, value: number): number =>
	before === 0 ? value : before + (value - before) * share;
