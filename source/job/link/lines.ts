/** Splits a byte stream into JSON lines. A line over the limit ends the connection: nobody of ours sends it. */
export class LineReader {
	#rest = '';
	readonly #limit: number;

	constructor(limit = 16 * 1024 * 1024) {
		this.#limit = limit;
	}

	/** Whole lines that this chunk completes. Throws when a line grows past the limit. */
	push(chunk: string): readonly string[] {
		const lines = (this.#rest + chunk).split('\n');
		this.#rest = lines.pop() ?? '';
		if (this.#rest.length > this.#limit) throw new Error('A message is too long.');
		return lines.filter((line) => line !== '');
	}
}
