/** Splits a byte stream into JSON lines. A line over the limit ends the connection: nobody of ours sends it. */
export class LineReader {
	/** pieces of a line that has not ended yet */
	#rest: string[] = [];
	#length = 0;
	readonly #limit: number;

	constructor(limit = 16 * 1024 * 1024) {
		this.#limit = limit;
	}

	/** Whole lines that this chunk completes. Throws when a line grows past the limit. */
	push(chunk: string): readonly string[] {
		const lines = chunk.split('\n');
		const rest = lines.pop() ?? '';
		if (lines.length > 0) {
			lines[0] = this.#rest.join('') + (lines[0] ?? '');
			this.#rest = [];
			this.#length = 0;
		}
		this.#rest.push(rest);
		this.#length += rest.length;
		if (this.#length > this.#limit) throw new Error('A message is too long.');
		return lines.filter((line) => line !== '');
	}
}
