/** seconds for which the shortest time is remembered, at least; twice as long at most */
const memory = 20;
/** times above the shortest that count as queueing, and milliseconds that are noise */
const factor = 1.4;
const noise = 2;

/** The shortest mean time to first byte of late: what an answer takes where nothing queues. */
export class LatencyFloor {
	#older = Infinity;
	#newer = Infinity;
	#turnedAt = 0;

	/** Milliseconds; 0 while nothing is known. */
	get milliseconds(): number {
		const least = Math.min(this.#older, this.#newer);
		return Number.isFinite(least) ? least : 0;
	}

	/** `now` in seconds of the caller's clock. */
	note(milliseconds: number, now: number): void {
		if (now - this.#turnedAt > memory) {
			this.#older = this.#newer;
			this.#newer = Infinity;
			this.#turnedAt = now;
		}
		this.#newer = Math.min(this.#newer, milliseconds);
	}

	/** Whether answers that take so long wait in a queue. */
	isRaised(milliseconds: number): boolean {
		return milliseconds > this.milliseconds * factor + noise;
	}

	forget(): void {
		this.#older = Infinity;
		this.#newer = Infinity;
	}
}
