import type {OpenTransfer, TransferCounters} from './types.ts';

/*
 * Counters in shared memory, so that reading them costs no messages. Each thread owns a section of
 * float64 words and is its only writer; a float64 store that is aligned does not tear on the
 * platforms Node runs on, and a reader that is a moment late does no harm. A section:
 *
 *   bytes received, retries, slow-downs, last byte at, answers, milliseconds waited for answers,
 *   shares of slow-downs, repeats, "too many open files", then for each lane: task id + 1, group, bytes
 */
const header = 9;
const slot = 3;

/** Lanes of one thread; `--connections` can't go beyond it. */
export const maximumLanes = 512;
const section = header + slot * maximumLanes;

/** Shared memory for the counters of `threads` threads. */
export function createCounters(threads: number): SharedArrayBuffer {
	return new SharedArrayBuffer(threads * section * Float64Array.BYTES_PER_ELEMENT);
}

/** The writing end for one thread. */
export class ThreadCounters {
	readonly #words: Float64Array;

	constructor(buffer: SharedArrayBuffer, thread: number) {
		this.#words = new Float64Array(
			buffer,
			thread * section * Float64Array.BYTES_PER_ELEMENT,
			section,
		);
	}

	/** Counts body bytes that came at `now` (Unix milliseconds). */
	received(bytes: number, now: number): void {
		this.#add(0, bytes);
		this.#words[3] = now;
	}

	retried(): void {
		this.#add(1, 1);
	}

	/** A "slow down" answer, from a host that `share` (0 to 1) of the open requests go to. */
	slowedDown(share = 1): void {
		this.#add(2, 1);
		this.#add(6, share);
	}

	/** An answer began so many milliseconds after its request. */
	answered(milliseconds: number): void {
		this.#add(4, 1);
		this.#add(5, milliseconds);
	}

	/** A request that was silent or far too slow was given up for another on a fresh connection. */
	repeated(): void {
		this.#add(7, 1);
	}

	/** The process, or the machine, has no descriptor left. */
	crowded(): void {
		this.#add(8, 1);
	}

	/** A lane begins a file. The id is written last, so that no reader sees it with old bytes. */
	begin(lane: number, id: number, group: number): void {
		const at = header + lane * slot;
		this.#words[at] = 0;
		this.#words[at + 1] = group;
		this.#words[at + 2] = 0;
		this.#words[at] = id + 1;
	}

	/** Bytes of the lane's file that are on disk or being written. */
	progress(lane: number, bytes: number): void {
		this.#words[header + lane * slot + 2] = bytes;
	}

	end(lane: number): void {
		this.#words[header + lane * slot] = 0;
	}

	#add(word: number, amount: number): void {
		this.#words[word] = (this.#words[word] ?? 0) + amount;
	}
}

/** What counts before there is a pool. */
export const noCounters: TransferCounters = {
	bytesReceived: 0,
	retries: 0,
	slowDowns: 0,
	lastByteAt: 0,
	answers: 0,
	waited: 0,
	slowShares: 0,
	repeats: 0,
	crowded: 0,
};

/** Sums of all threads. */
export function readCounters(buffer: SharedArrayBuffer): TransferCounters {
	const words = new Float64Array(buffer);
	const sum = (word: number): number => {
		let total = 0;
		for (let at = word; at < words.length; at += section) total += words[at] ?? 0;
		return total;
	};
	let lastByteAt = 0;
	for (let at = 3; at < words.length; at += section) {
		lastByteAt = Math.max(lastByteAt, words[at] ?? 0);
	}
	return {
		bytesReceived: sum(0),
		retries: sum(1),
		slowDowns: sum(2),
		lastByteAt,
		answers: sum(4),
		waited: sum(5),
		slowShares: sum(6),
		repeats: sum(7),
		crowded: sum(8),
	};
}

/** How many lanes have work now. */
export function readBusy(buffer: SharedArrayBuffer): number {
	const words = new Float64Array(buffer);
	let busy = 0;
	for (let start = header; start < words.length; start += section) {
		for (let lane = 0; lane < maximumLanes; lane++) {
			if ((words[start + lane * slot] ?? 0) > 0) busy++;
		}
	}
	return busy;
}

/** The files in flight; `lanes` bounds the slots that are looked at in each section. */
export function readOpen(buffer: SharedArrayBuffer, lanes: number): OpenTransfer[] {
	const words = new Float64Array(buffer);
	const open: OpenTransfer[] = [];
	for (let start = 0; start < words.length; start += section) {
		for (let lane = 0; lane < Math.min(lanes, maximumLanes); lane++) {
			const at = start + header + lane * slot;
			const id = words[at] ?? 0;
			if (id > 0) open.push({id: id - 1, group: words[at + 1] ?? 0, bytes: words[at + 2] ?? 0});
		}
	}
	return open;
}
