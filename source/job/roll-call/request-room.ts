/** listings under way at once; S3 answers some 100 pages a second with that many */
const most = 12;
/** pages that came well before one more is tried after a request to slow down */
const patience = 8;

/** Waiting that is not worth another request: then reading and writing pages is what takes the time. */
const isWaiting = (waited: number, busy: number): boolean => waited * 3 > busy;

/**
 * How many pages may be asked for at once. Begins with one, so that a short listing costs what it
 * costs, and doubles as long as pages are waited for; halved when the store asks for fewer requests.
 */
export class RequestRoom {
	readonly #isWaiting: typeof isWaiting;
	#size = 1;
	#limit = most;
	/** pages since the size was changed */
	#pages = 0;
	#wasSlowed = false;

	constructor(waiting: typeof isWaiting = isWaiting) {
		this.#isWaiting = waiting;
	}

	get size(): number {
		return this.#size;
	}

	/** A page has come; milliseconds that it was waited for, and that were spent on the ones before it. */
	grow(waited: number, busy: number): void {
		this.#pages++;
		if (this.#size >= this.#limit && this.#pages >= this.#size * patience && this.#limit < most) {
			this.#limit++;
			this.#pages = 0;
		}
		if (this.#size >= this.#limit || !this.#isWaiting(waited, busy)) return;
		if (this.#wasSlowed && this.#pages < patience) return;
		this.#size++;
		this.#wasSlowed = false;
	}

	/** The store asks for fewer requests. Those under way all hear of it: they count once. */
	shrink(): void {
		if (this.#wasSlowed && this.#pages < patience) return;
		this.#size = Math.max(1, this.#size >> 1);
		this.#limit = this.#size;
		this.#pages = 0;
		this.#wasSlowed = true;
	}
}
