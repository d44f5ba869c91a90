import {LatencyFloor} from './latency-floor.ts';

/** A stretch of a transfer, as the controller sees it; a tenth of a second or so. */
export type LinkSample = {
	/** how long it lasted */
	readonly seconds: number;
	/** body bytes that arrived */
	readonly bytes: number;
	/** files that were finished */
	readonly files: number;
	/** requests whose answer began */
	readonly answers: number;
	/** the sum of their times from request to first byte, making a connection left out; milliseconds */
	readonly waited: number;
	/** "slow down" answers */
	readonly slowDowns: number;
	/** the part of the lanes that such answers concern, 0 to 1: with several hosts not all of them */
	readonly slowShare?: number;
	/** lanes with a file now; fewer than connections means that there is not enough work to judge by */
	readonly busy: number;
};

/** What any line bears. */
export const firstConnections = 16;
/** Beyond this a single process gains nothing, and a store has reason to complain. */
export const mostConnections = 512;
/** the goodput that a trial upwards must gain, as a part of what it would gain on an endless link */
const worthwhile = 0.1;
/** the goodput that a trial downwards may lose */
const harmless = 0.03;
const up = 1.5;
/** seconds for which answers must be late before the climb ends */
const doubt = 0.4;
/** connections beyond those that the goodput would need without a queue: a process that is busy answers late now and then */
const headroom = 2;
/** answers a millisecond that a process takes with ease: where a store is far, strides are long until there */
const easy = 3;
const longestStride = 16;
/** Answers of each connection before a stride: the first ones of a process that has just begun come late on any line. */
const rounds = 1.1;
/** a first byte that takes longer than this, in milliseconds, waits behind others' bytes rather than for the store */
const farthest = 500;
const down = 0.7;
/** after "slow down" the way back is gentle */
const gentle = 1.15;
/** "slow down" answers in a hundred that are borne with: stores answer so now and then, whatever one does */
const bearable = 0.02;
/** seconds between trials that came to nothing: doubles from the first to the last */
const shortRest = 2;
const longRest = 20;
/** Waiting requests hold a lane each and harm nobody: "slow down" lowers the number to this at most. */
const fewest = 4;
/** seconds without anything after which it is no lull but an outage */
const silenceSays = 2;
/** seconds after which a store's "slow down" no longer makes us gentle */
const toldFor = 60;

/** What a number of connections reached. */
type Level = {readonly connections: number; readonly goodput: number};

type Sums = {seconds: number; goodput: number; answers: number; waited: number; lanes: number};
const nothing = (): Sums => ({seconds: 0, goodput: 0, answers: 0, waited: 0, lanes: 0});

/**
 * Finds a good number of connections and keeps finding it. Pure: give it a sample about ten times a
 * second and use the number it returns, 1 to 512.
 *
 * It begins with 16 and doubles. While lanes mostly wait for first bytes and these come no later than
 * they did with fewer connections, twice as many bring twice as much, so nothing else is waited for
 * (as TCP's slow start with HyStart's exit), and the strides are longer where the store is far. Where bodies take the time, each doubling must have
 * raised the goodput. Afterwards it tries: half as many more, a third less; what gains little is taken
 * back, what loses nothing is kept. "Slow down" answers lower the number at once.
 */
export class AutoConnections {
	#connections: number;
	readonly #most: number;
	readonly #floor = new LatencyFloor();
	#phase: 'start' | 'rest' | 'trial' = 'start';
	/** what the number before the present trial, or doubling, reached */
	#before: Level | undefined;
	#sums = nothing();
	#clock = 0;
	#settledAt = 0;
	#movedAt = 0;
	#rest = shortRest;
	#restUntil = 0;
	#nextTrial: 'up' | 'down' = 'up';
	/** goodput at rest, to notice that the link has changed */
	#usual = 0;
	#strange = 0;
	#toldAt = -Infinity;
	#silence = 0;
	/** when late answers are believed, while it climbs; 0 when none came */
	#doubtUntil = 0;

	constructor(start = firstConnections, most = mostConnections) {
		this.#most = most;
		this.#connections = this.#clamp(start);
	}

	get connections(): number {
		return this.#connections;
	}

	sample(link: LinkSample): number {
		this.#clock += link.seconds;
		if (link.slowDowns > 0 && this.#toldOff(link)) return this.#connections;
		// The tail of a job, a pause, a silence: what is measured now says nothing about the number.
		if (link.busy < this.#connections * 0.9) return this.#forget();
		const isSilent = link.bytes + link.files + link.answers === 0;
		this.#silence = isSilent ? this.#silence + link.seconds : 0;
		if (this.#silence > silenceSays) return this.#forget();
		// What comes before the first answer is the making of connections.
		if (isSilent && this.#sums.seconds === 0) return this.#connections;
		if (this.#clock < this.#settledAt) return this.#connections;
		// Lanes end their files before they go: fewer are not fewer yet.
		if (link.busy > this.#connections * 1.1 && this.#clock < this.#movedAt + 5)
			return this.#forget();
		this.#add(link);
		if (this.#phase === 'start') this.#climb(link);
		else if (this.#phase === 'trial') this.#judge();
		else this.#stay(link);
		return this.#connections;
	}

	#add(link: LinkSample): void {
		const sums = this.#sums;
		sums.seconds += link.seconds;
		sums.goodput += goodput(link);
		sums.answers += link.answers;
		sums.waited += link.waited;
		sums.lanes += link.busy * link.seconds;
		if (link.answers >= 3) this.#floor.note(link.waited / link.answers, this.#clock);
	}

	/** Slow start. */
	#climb(link: LinkSample): void {
		const {seconds, answers, waited, lanes} = this.#sums;
		const latency = answers === 0 ? 0 : waited / answers;
		const isRound = answers >= Math.max(3, rounds * this.#connections);
		const isWaiting = isRound && waited / 1000 > lanes / 2 && latency < farthest;
		if (isWaiting) {
			const now = link.answers < 3 ? latency : link.waited / link.answers;
			// What the last step brought shows after a connection was made and a request answered.
			if (this.#clock - this.#movedAt < Math.max(0.2, (2 * now) / 1000)) return;
			if (!this.#floor.isRaised(now)) {
				const stride = (easy * now) / this.#connections;
				this.#grow(Math.max(2, Math.min(longestStride, stride)), undefined);
				return;
			}
			// Connections that were just made, and code that runs for the first time, answer late once.
			if (this.#doubtUntil === 0) this.#doubtUntil = this.#clock + doubt;
			if (this.#clock < this.#doubtUntil) return;
			const knee = this.#connections * (this.#floor.milliseconds / now) * headroom;
			this.#move(Math.max(this.#connections / 2, Math.min(this.#connections, knee)));
			this.#settle();
			this.#restFor(shortRest);
			return;
		}
		if (seconds < Math.max(0.4, (3 * latency) / 1000)) return;
		const reached = this.#reached();
		const before = this.#before;
		if (before === undefined || reached.goodput >= before.goodput * 1.2) this.#grow(2, reached);
		else {
			if (reached.goodput < before.goodput * 1.1) this.#move(before.connections);
			this.#settle();
			this.#restFor(shortRest);
		}
	}

	#grow(factor: number, reached: Level | undefined): void {
		const next = this.#clamp(this.#connections * factor);
		if (next === this.#connections) {
			this.#restFor(longRest);
			return;
		}
		this.#move(next);
		this.#before = reached;
		if (reached !== undefined) this.#settle();
	}

	/** Between trials: the number stands, unless the link is another one. */
	#stay(link: LinkSample): void {
		const now = goodput(link) / link.seconds;
		const isStrange = this.#usual > 0 && (now < this.#usual * 0.6 || now > this.#usual * 1.6);
		this.#strange = isStrange ? this.#strange + link.seconds : 0;
		if (this.#strange >= 1) {
			this.#restFor(shortRest);
			this.#restUntil = 0;
			this.#sums = nothing();
		}
		const share = Math.min(1, link.seconds / 2);
		this.#usual =
			this.#usual === 0 || this.#strange >= 1 ? now : this.#usual + (now - this.#usual) * share;
		if (this.#clock < this.#restUntil || this.#sums.seconds < this.#measure()) return;
		this.#try(this.#reached());
	}

	#try(reached: Level): void {
		const step = this.#step();
		const next = this.#clamp(this.#connections * step + (step > 1 ? 0.5 : 0));
		if (next === this.#connections) {
			this.#turn();
			this.#restFor(longRest);
			return;
		}
		this.#nextTrial = next > this.#connections ? 'up' : 'down';
		this.#phase = 'trial';
		this.#before = reached;
		this.#move(next);
		this.#settle();
	}

	/** The factor of the next trial. */
	#step(): number {
		const {answers, waited, lanes} = this.#sums;
		const upwards = this.#clock < this.#toldAt + toldFor ? gentle : up;
		const latency = answers === 0 ? 0 : waited / answers;
		if (waited / 1000 > lanes / 2) {
			// Lanes that only wait for the store: the time itself tells whether they wait in a queue.
			if (!this.#floor.isRaised(latency)) return upwards;
			const knee = this.#floor.milliseconds / latency;
			return Math.min(1, Math.max(down, knee * 1.2));
		}
		return this.#nextTrial === 'up' ? upwards : down;
	}

	#judge(): void {
		const before = this.#before;
		if (before === undefined) return;
		const reached = this.#reached();
		const ratio = this.#connections / before.connections;
		// What is plainly worse need not be looked at any longer.
		const isBad = this.#sums.seconds >= 0.3 && reached.goodput < before.goodput * 0.85;
		if (!isBad && this.#sums.seconds < this.#measure()) return;
		const isGood =
			ratio > 1
				? reached.goodput >= before.goodput * (1 + worthwhile * (ratio - 1))
				: reached.goodput >= before.goodput * (1 - harmless);
		if (isGood) {
			this.#rest = shortRest;
			// Small losses must not add up: each step down is held against the best of them.
			const goodput = ratio < 1 ? Math.max(reached.goodput, before.goodput) : reached.goodput;
			this.#try({...reached, goodput});
			return;
		}
		// Fewer are worse though answers came late: this link is slower than it was.
		if (ratio < 1) this.#floor.forget();
		this.#move(before.connections);
		this.#turn();
		this.#settle();
		this.#restFor(Math.min(longRest, this.#rest * 2));
	}

	/** True when there were enough such answers to act upon. */
	#toldOff(link: LinkSample): boolean {
		const share = link.slowDowns / (link.slowDowns + link.answers);
		this.#toldAt = this.#clock;
		if (share < bearable) {
			if (this.#phase === 'start') this.#restFor(shortRest);
			return false;
		}
		if (this.#clock < this.#settledAt && this.#phase === 'rest') return true;
		const concerned = link.slowShare ?? 1;
		const factor = 1 - (share > 0.5 ? 0.5 : 0.3) * concerned;
		const wasTrial = this.#phase === 'trial' && this.#before !== undefined;
		const base = wasTrial
			? Math.min(this.#connections, this.#before?.connections ?? 0)
			: this.#connections;
		const next = Math.floor(base * (wasTrial ? 0.95 : factor));
		this.#move(Math.max(Math.min(fewest, this.#connections), next));
		this.#nextTrial = 'up';
		this.#restFor(wasTrial ? Math.min(longRest, this.#rest * 2) : shortRest * 2);
		// The requests that are under way were sent by more connections.
		this.#settledAt = this.#clock + 1;
		return true;
	}

	#reached(): Level {
		return {
			connections: this.#connections,
			goodput: this.#sums.goodput / Math.max(0.001, this.#sums.seconds),
		};
	}

	/** Seconds that a number is looked at before it is judged. */
	#measure(): number {
		const latency = this.#floor.milliseconds;
		return Math.min(4, Math.max(0.9, (4 * latency) / 1000));
	}

	/** New connections have to be made first, which takes as long as two or three answers. */
	#settle(): void {
		this.#settledAt =
			this.#clock + Math.min(2, Math.max(0.15, (2.5 * this.#floor.milliseconds) / 1000));
	}

	#turn(): void {
		this.#nextTrial = this.#nextTrial === 'up' ? 'down' : 'up';
	}

	#restFor(seconds: number): void {
		this.#phase = 'rest';
		this.#before = undefined;
		this.#rest = seconds;
		this.#restUntil = this.#clock + seconds;
		this.#usual = 0;
		this.#strange = 0;
		this.#sums = nothing();
	}

	#forget(): number {
		this.#sums = nothing();
		return this.#connections;
	}

	#move(connections: number): void {
		this.#doubtUntil = 0;
		this.#connections = this.#clamp(connections);
		this.#movedAt = this.#clock;
		this.#sums = nothing();
	}

	#clamp(connections: number): number {
		return Math.max(1, Math.min(this.#most, Math.round(connections)));
	}
}

/** Bytes, with a small file counted as some more: below 64 KiB requests are what is scarce, not bytes. */
function goodput(link: LinkSample): number {
	return link.bytes + link.files * 64 * 1024;
}
