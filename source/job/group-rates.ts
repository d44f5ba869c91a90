/** Bytes per second of the active groups: exponentially weighted, half-life 5 s, fed about twice a second. */
export class GroupRates {
	readonly #rates = new Map<number, {bytes: number; at: number; rate: number}>();

	/** `bytes`: the group's finished and open bytes; `now` in milliseconds. */
	sample(groupId: number, bytes: number, now: number): void {
		const known = this.#rates.get(groupId);
		if (known === undefined) {
			this.#rates.set(groupId, {bytes, at: now, rate: 0});
			return;
		}
		const seconds = (now - known.at) / 1000;
		if (seconds < 0.4) return;
		const weight = 1 - 0.5 ** (seconds / 5);
		const fresh = Math.max(0, bytes - known.bytes) / seconds;
		known.rate = known.rate === 0 ? fresh : known.rate + weight * (fresh - known.rate);
		known.bytes = bytes;
		known.at = now;
	}

	rate(groupId: number): number {
		return this.#rates.get(groupId)?.rate ?? 0;
	}

	/** Forgets groups that are no longer active, so that memory follows the active ones. */
	keep(active: ReadonlySet<number>): void {
		for (const id of this.#rates.keys()) if (!active.has(id)) this.#rates.delete(id);
	}
}
