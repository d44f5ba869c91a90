/** Whether a piece of work was told to stop, and its waits, which end with that. */
export class Parking {
	#isParked = false;
	#wakeUp: (() => void) | undefined;

	get isParked(): boolean {
		return this.#isParked;
	}

	park(): void {
		this.#isParked = true;
		this.wake();
	}

	/** Ends the wait that is going on. */
	wake(): void {
		this.#wakeUp?.();
	}

	/** A wait that parking ends. */
	async wait(milliseconds: number): Promise<void> {
		if (milliseconds <= 0 || this.#isParked) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, milliseconds);
			this.#wakeUp = () => {
				clearTimeout(timer);
				resolve();
			};
		});
		this.#wakeUp = undefined;
	}
}
