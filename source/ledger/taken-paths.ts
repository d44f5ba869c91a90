/** ids are row numbers of the ledger, from 1 */
const empty = 0;
const removed = 0xffff_ffff;

/**
 * Which row has which local path, in 16 bytes a path whatever its length: a hash of the path and the
 * row's id. Two paths may share a hash, so whoever asks must be able to tell a row's own path.
 */
export class TakenPaths {
	#hashes = new Uint32Array(1024);
	#ids = new Uint32Array(1024);
	/** places in use, removed ones included */
	#used = 0;

	/** The row that has `path`; `has` tells whether a row of the same hash is it. */
	find(path: string, has: (id: number) => boolean): number | undefined {
		const hash = hashOf(path);
		const mask = this.#ids.length - 1;
		for (let at = hash & mask; ; at = (at + 1) & mask) {
			const id = this.#ids[at] ?? empty;
			if (id === empty) return undefined;
			if (id !== removed && this.#hashes[at] === hash && has(id)) return id;
		}
	}

	add(path: string, id: number): void {
		if ((this.#used + 1) * 2 > this.#ids.length) this.#grow();
		this.#put(hashOf(path), id);
	}

	remove(path: string, id: number): void {
		const hash = hashOf(path);
		const mask = this.#ids.length - 1;
		for (let at = hash & mask; this.#ids[at] !== empty; at = (at + 1) & mask) {
			if (this.#ids[at] === id && this.#hashes[at] === hash) this.#ids[at] = removed;
		}
	}

	clear(): void {
		this.#hashes = new Uint32Array(1024);
		this.#ids = new Uint32Array(1024);
		this.#used = 0;
	}

	#put(hash: number, id: number): void {
		const mask = this.#ids.length - 1;
		let at = hash & mask;
		while (this.#ids[at] !== empty) at = (at + 1) & mask;
		this.#hashes[at] = hash;
		this.#ids[at] = id;
		this.#used++;
	}

	#grow(): void {
		const hashes = this.#hashes;
		const ids = this.#ids;
		this.#hashes = new Uint32Array(hashes.length * 2);
		this.#ids = new Uint32Array(ids.length * 2);
		this.#used = 0;
		for (const [at, id] of ids.entries()) {
			if (id !== empty && id !== removed) this.#put(hashes[at] ?? 0, id);
		}
	}
}

/** FNV-1a over the UTF-16 units, stirred once more so that the low bits depend on all of them. */
function hashOf(text: string): number {
	let hash = 0x811c_9dc5;
	for (let at = 0; at < text.length; at++) {
		hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
	}
	hash = Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b);
	return (hash ^ (hash >>> 13)) >>> 0;
}
