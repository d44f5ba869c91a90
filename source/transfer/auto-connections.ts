/** One second of a transfer, as the controller sees it. */
export type LinkSample = {
	/** bytes that arrived, per second */
	readonly bytesPerSecond: number;
	readonly filesPerSecond: number;
	/** "slow down" answers since the last sample */
	readonly slowDowns: number;
	/** files in flight; fewer than connections means that there is not enough work to judge by */
	readonly openFiles: number;
};

const first = 16;
const most = 256;
const climb = 1.5;
const retreat = 0.7;
const worthwhile = 1.05;
/** seconds that a new number is given before it is judged: slow start, new connections */
const settle = 2;
/** seconds between two looks upwards once a good number was found */
const patience = 20;

/**
 * Finds a good number of connections and keeps finding it: climbs by half while goodput rises by more
 * than 5 %, goes back one step when it did not, and looks up again now and then; backs off by 0.7 on
 * "slow down" answers. Pure: give it one sample a second and use the number it returns, 1 to 256.
 */
export class AutoConnections {
	#connections: number;
	/** what the step before the present one reached */
	#before: {connections: number; goodput: number} | undefined;
	#seconds = 0;
	#sum = 0;
	#wait = 0;

	constructor(start = first) {
		this.#connections = clamp(start);
	}

	get connections(): number {
		return this.#connections;
	}

	sample(link: LinkSample): number {
		if (link.slowDowns > 0) return this.#backOff();
		if (link.openFiles < this.#connections * 0.9) return this.#pause();
		this.#seconds++;
		if (this.#seconds > settle - 1) this.#sum += goodput(link);
		if (this.#seconds < settle + 1) return this.#connections;
		const reached = this.#sum / (this.#seconds - settle + 1);
		return this.#judge(reached);
	}

	#judge(reached: number): number {
		const before = this.#before;
		if (before !== undefined && reached < before.goodput * worthwhile) {
			this.#wait = patience;
			return this.#move(before.connections, undefined);
		}
		if (this.#wait > 0) {
			this.#wait -= this.#seconds;
			return this.#move(this.#connections, undefined);
		}
		return this.#move(this.#connections * climb, {
			connections: this.#connections,
			goodput: reached,
		});
	}

	#backOff(): number {
		this.#wait = patience;
		return this.#move(Math.floor(this.#connections * retreat), undefined);
	}

	/** The tail of a group, a pause: what is measured now says nothing about the link. */
	#pause(): number {
		this.#seconds = 0;
		this.#sum = 0;
		return this.#connections;
	}

	#move(connections: number, before: {connections: number; goodput: number} | undefined): number {
		this.#connections = clamp(connections);
		// At the upper end there is nothing to compare with: stay, and look again later.
		this.#before = before?.connections === this.#connections ? undefined : before;
		return this.#pause();
	}
}

/** Bytes, with a small file counted as some more: below 64 KiB requests are what is scarce, not bytes. */
function goodput(link: LinkSample): number {
	return link.bytesPerSecond + link.filesPerSecond * 64 * 1024;
}

function clamp(connections: number): number {
	return Math.max(1, Math.min(most, Math.round(connections)));
}
