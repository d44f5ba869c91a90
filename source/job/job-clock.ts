/** Time that a job spends downloading and waiting, in seconds; pauses are told apart. */
export class JobClock {
	#active = 0;
	#paused = 0;
	#since: {kind: 'active' | 'paused'; at: number} | undefined;

	run(): void {
		this.#switch('active');
	}

	pause(): void {
		this.#switch('paused');
	}

	stop(): void {
		this.#switch(undefined);
	}

	/** Seconds that earlier runs of the job have spent. */
	startFrom(seconds: number): void {
		this.#active = Math.max(0, seconds) * 1000;
	}

	get activeSeconds(): number {
		return (this.#active + this.#running('active')) / 1000;
	}

	get pausedSeconds(): number {
		return (this.#paused + this.#running('paused')) / 1000;
	}

	#running(kind: 'active' | 'paused'): number {
		return this.#since?.kind === kind ? performance.now() - this.#since.at : 0;
	}

	#switch(kind: 'active' | 'paused' | undefined): void {
		this.#active += this.#running('active');
		this.#paused += this.#running('paused');
		this.#since = kind === undefined ? undefined : {kind, at: performance.now()};
	}
}
