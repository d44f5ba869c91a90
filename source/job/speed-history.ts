const most = 120;

/** The mean speed of each past second, or of each past minute once the job is older than two minutes; bounded. */
export class SpeedHistory {
	#secondBytes: number[] = [];
	#minutes: number[] = [];
	#lastBytes: number | undefined;
	#best = 0;

	/** Call once a second of active time with all bytes received so far. */
	tick(bytes: number): void {
		// What earlier runs brought is nobody's speed: the first call only sets the mark.
		if (this.#lastBytes === undefined) {
			this.#lastBytes = bytes;
			return;
		}
		this.#secondBytes.push(Math.max(0, bytes - this.#lastBytes));
		this.#lastBytes = bytes;
		this.#best = Math.max(
			this.#best,
			this.#minutes.length > 1 ? 0 : (this.#secondBytes.at(-1) ?? 0),
		);
		if (this.#secondBytes.length % 60 === 0) this.#closeMinute();
		if (this.#secondBytes.length > 2 * most) this.#secondBytes = this.#secondBytes.slice(-most);
	}

	get speeds(): readonly number[] {
		return this.#minutes.length < 2 ? this.#secondBytes.slice(-most) : this.#minutes.slice(-most);
	}

	get best(): number {
		return this.#minutes.length < 2 ? this.#best : Math.max(...this.#minutes);
	}

	#closeMinute(): void {
		const last = this.#secondBytes.slice(-60);
		this.#minutes.push(last.reduce((sum, bytes) => sum + bytes, 0) / 60);
	}
}
