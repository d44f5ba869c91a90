/*
 * A made-up link with a clock of its own: lanes, connections that have to be made, round trips, TCP's
 * slow start, a shared bandwidth, a rate for each connection, a store that tells off, a client whose
 * processor takes its time. Event by event, so that a minute of it costs some milliseconds.
 */
import type {LinkSample} from '../../source/transfer/auto-connections.ts';

export type Link = {
	/** seconds from a request to its answer, apart from everything else */
	readonly roundTrip: number;
	/** bytes per second of all connections */
	readonly bandwidth?: number;
	/** bytes per second of one */
	readonly perConnection?: number;
	/** requests a second beyond which the store answers "slow down" */
	readonly patience?: number;
	/** seconds of the client's only thread for a request */
	readonly processor?: number;
	/** bytes per second that the client's thread can take in */
	readonly intake?: number;
};

export type Work = {
	/** bytes of the next file */
	readonly size: (random: () => number) => number;
	/** files, or seconds, after which it ends */
	readonly files?: number;
	readonly seconds?: number;
};

export type Outcome = {
	/** when the last file came */
	readonly seconds: number;
	readonly files: number;
	readonly bytes: number;
	readonly refusals: number;
	/** the number of connections at each sample */
	readonly numbers: readonly number[];
};

export type Chooser = {readonly connections: number; sample(link: LinkSample): number};

/** A number that stays. */
export const fixed = (connections: number): Chooser => ({connections, sample: () => connections});

const every = 0.1;
const window = 14_600;

type Event = {readonly at: number; readonly act: () => void};

/** A binary heap by time. */
class Agenda {
	readonly #heap: Event[] = [];

	add(event: Event): void {
		const heap = this.#heap;
		let at = heap.push(event) - 1;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			const above = heap[parent];
			if (above === undefined || above.at <= event.at) break;
			heap[at] = above;
			at = parent;
		}
		heap[at] = event;
	}

	next(): Event | undefined {
		const heap = this.#heap;
		const [top] = heap;
		const last = heap.pop();
		if (top === undefined || last === undefined || heap.length === 0) return top;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= heap.length) break;
			const right = heap[child + 1];
			if (right !== undefined && right.at < (heap[child]?.at ?? 0)) child++;
			const below = heap[child];
			if (below === undefined || below.at >= last.at) break;
			heap[at] = below;
			at = child;
		}
		heap[at] = last;
		return top;
	}
}

/** Pseudo-random numbers that are the same in every run. */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d_2b_79_f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** One download over a link, with a number of connections that somebody chooses. */
export class Simulation {
	readonly #agenda = new Agenda();
	readonly #random: () => number;
	readonly #work: Work;
	readonly #chooser: Chooser;
	#link: Link;
	#now = 0;
	#connections: number;
	#lanes = 0;
	#busy = 0;
	#begun = 0;
	#lineFree = 0;
	#processorFree = 0;
	#tokens = 0;
	#tokensAt = 0;
	#since = {bytes: 0, files: 0, answers: 0, waited: 0, slowDowns: 0};
	#outcome = {seconds: 0, files: 0, bytes: 0, refusals: 0, numbers: [] as number[]};

	constructor(link: Link, work: Work, chooser: Chooser, seed = 1) {
		this.#link = link;
		this.#work = work;
		this.#chooser = chooser;
		this.#random = randomOf(seed);
		this.#tokens = (link.patience ?? 0) / 4;
		this.#connections = chooser.connections;
	}

	/** The link is another one from `at` on. */
	change(at: number, link: Link): this {
		this.#agenda.add({at, act: () => (this.#link = link)});
		return this;
	}

	run(): Outcome {
		this.#staff();
		this.#agenda.add({at: every, act: () => this.#sample()});
		const {files = Infinity, seconds = 600} = this.#work;
		while (this.#outcome.files < files) {
			const event = this.#agenda.next();
			if (event === undefined || event.at > seconds) break;
			this.#now = event.at;
			event.act();
		}
		return {...this.#outcome, seconds: this.#outcome.files < files ? seconds : this.#now};
	}

	#sample(): void {
		this.#connections = this.#chooser.sample({seconds: every, ...this.#since, busy: this.#busy});
		this.#since = {bytes: 0, files: 0, answers: 0, waited: 0, slowDowns: 0};
		this.#outcome.numbers.push(this.#connections);
		this.#staff();
		this.#agenda.add({at: this.#now + every, act: () => this.#sample()});
	}

	#staff(): void {
		while (this.#lanes < this.#connections && this.#begun < (this.#work.files ?? Infinity)) {
			this.#lanes++;
			this.#next({carried: 0});
		}
	}

	/** A lane takes a file, or goes. `carried`: bytes that its connection has carried, 0 for a new one. */
	#next(lane: {carried: number}): void {
		if (this.#lanes > this.#connections || this.#begun >= (this.#work.files ?? Infinity)) {
			this.#lanes--;
			return;
		}
		this.#begun++;
		this.#busy++;
		this.#request(lane, Math.max(1, Math.round(this.#work.size(this.#random))), 1);
	}

	#request(lane: {carried: number}, size: number, attempt: number): void {
		const connecting = lane.carried === 0 ? 2 * this.#link.roundTrip : 0;
		lane.carried ||= 1;
		const sent = this.#take(this.#now + connecting, this.#link.processor ?? 0);
		this.#later(sent + this.#link.roundTrip, () => {
			if (this.#isTooMuch()) {
				this.#since.slowDowns++;
				this.#outcome.refusals++;
				const wait = this.#random() * Math.min(20, 2 ** (attempt - 1));
				this.#later(this.#now + wait, () => this.#request(lane, size, attempt + 1));
				return;
			}
			this.#since.answers++;
			// The first byte waits for the bytes before it and for the thread that reads it.
			const seen = Math.max(this.#now, this.#lineFree, this.#processorFree);
			this.#since.waited += (seen - this.#now + this.#now - sent) * 1000;
			this.#body(lane, size);
		});
	}

	#body(lane: {carried: number}, left: number): void {
		if (left <= 0) {
			this.#busy--;
			this.#since.files++;
			this.#outcome.files++;
			this.#next(lane);
			return;
		}
		const {
			bandwidth = Infinity,
			perConnection = Infinity,
			roundTrip,
			intake = Infinity,
		} = this.#link;
		const piece = Math.min(left, 256 * 1024, Math.max(4096, Math.round(perConnection / 20)));
		// TCP's slow start: a connection brings in all 14 KB in its first round trip, 28 in its second …
		const rounds = Math.max(
			0,
			Math.log2(1 + (lane.carried + piece) / window) - Math.log2(1 + lane.carried / window) - 0.5,
		);
		const carried = lane.carried;
		lane.carried += piece;
		this.#lineFree = Math.max(this.#now, this.#lineFree) + piece / bandwidth;
		const slow = carried < 64 * window ? rounds * roundTrip : 0;
		const come = Math.max(this.#lineFree, this.#now + piece / perConnection, this.#now + slow);
		this.#later(come, () => {
			const taken = this.#take(this.#now, piece / intake);
			this.#later(taken, () => {
				this.#since.bytes += piece;
				this.#outcome.bytes += piece;
				this.#body(lane, left - piece);
			});
		});
	}

	/** The client's thread does something that takes so long, after what it does already. */
	#take(from: number, seconds: number): number {
		this.#processorFree = Math.max(from, this.#processorFree) + seconds;
		return this.#processorFree;
	}

	#isTooMuch(): boolean {
		const {patience} = this.#link;
		if (patience === undefined) return false;
		this.#tokens = Math.min(patience / 4, this.#tokens + (this.#now - this.#tokensAt) * patience);
		this.#tokensAt = this.#now;
		if (this.#tokens < 1) return true;
		this.#tokens--;
		return false;
	}

	#later(at: number, act: () => void): void {
		this.#agenda.add({at, act});
	}
}
