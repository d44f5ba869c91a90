import type {Failure} from './retry.ts';
import type {TransferSettings} from './settings.ts';

/** retries that go without asking, and the most that are saved up */
const floor = 20;
const most = 100;
/** retries that each request that went well allows */
const earned = 0.2;
/** refusals in a row that close a host whose answers name no time */
const enough = 8;
/** such a host is looked at again after so many times the first wait, at the latest: a probe costs it little */
const mostWaits = 5;

type Host = {
	/** requests on their way */
	open: number;
	/** monotonic milliseconds until which nothing goes out; 0 while it is open */
	until: number;
	/** a single request looks whether it may be opened */
	isProbed: boolean;
	/** how often in a row it was closed */
	rounds: number;
	refusals: number;
	/** retries that may go now */
	tokens: number;
	/** when the next retry beyond them may go */
	slot: number;
};

/**
 * What one thread's lanes owe each host they talk to. A host that asks one lane to wait is left alone
 * by all; then a single request looks whether it is well again. Retries have a budget of their own over
 * all files: a fifth of the requests that went well, beyond a floor, and whatever is more goes out one
 * by one, twice a second. So a storm of refusals never multiplies requests.
 */
export class HostPace {
	readonly #hosts = new Map<string, Host>();
	readonly #settings: TransferSettings;
	readonly #now: () => number;
	readonly #random: () => number;

	constructor(
		settings: TransferSettings,
		now: () => number = () => performance.now(),
		random: () => number = Math.random,
	) {
		this.#settings = settings;
		this.#now = now;
		this.#random = random;
	}

	/** Milliseconds that a request has to wait before it asks again; 0: it goes now, and `ended` must follow. */
	begin(origin: string): number {
		const host = this.#host(origin);
		if (host.until > 0) {
			const now = this.#now();
			// Those who wait don't all come back in the same moment.
			const apart = this.#random() * this.#settings.slowDownBase * 0.25;
			if (now < host.until) return host.until - now + apart;
			if (host.isProbed) return Math.max(1, apart);
			host.isProbed = true;
		}
		host.open++;
		return 0;
	}

	/** An answer with content: whatever was wrong is over, unless it was asked for before that. */
	answered(origin: string): void {
		const host = this.#host(origin);
		host.refusals = 0;
		host.tokens = Math.min(most, host.tokens + earned);
		if (host.until === 0 || !host.isProbed) return;
		host.until = 0;
		host.isProbed = false;
		host.rounds = 0;
	}

	/** The request has its end; `failure` when it came to nothing. */
	ended(origin: string, failure: Failure | undefined): void {
		const host = this.#host(origin);
		host.open--;
		// Whatever became of a probe, the next one may try.
		const wasProbed = host.isProbed;
		host.isProbed = false;
		if (failure === undefined) return;
		const {retryAfter, slowDown} = failure;
		if (retryAfter !== undefined) {
			host.rounds++;
			this.#close(host, Math.min(this.#settings.retryAfterCap, Math.max(0, retryAfter)));
		} else if (slowDown) {
			host.refusals++;
			if (host.until > 0 && !wasProbed) return;
			if (!wasProbed && host.refusals < Math.max(enough, host.open / 2)) return;
			const {slowDownBase, backoffCap} = this.#settings;
			const waits = Math.min(mostWaits, 2 ** Math.min(30, host.rounds++));
			this.#close(host, Math.min(backoffCap, slowDownBase * waits) * (0.5 + this.#random() / 2));
		}
	}

	/** Milliseconds that a retry waits beyond its backoff, for the sake of the whole job. */
	retryDelay(origin: string): number {
		const host = this.#host(origin);
		if (host.tokens >= 1) {
			host.tokens--;
			return 0;
		}
		const now = this.#now();
		host.slot = Math.max(now, host.slot) + this.#settings.slowDownBase / 2;
		return Math.min(2 * this.#settings.backoffCap, host.slot - now);
	}

	/** The part of the open requests that goes to this host, 0 to 1. */
	share(origin: string): number {
		if (this.#hosts.size <= 1) return 1;
		let all = 0;
		for (const {open} of this.#hosts.values()) all += open;
		return all === 0 ? 1 : Math.max(this.#host(origin).open, 1) / all;
	}

	#close(host: Host, milliseconds: number): void {
		host.until = Math.max(host.until, this.#now() + milliseconds);
	}

	#host(origin: string): Host {
		const known = this.#hosts.get(origin);
		if (known !== undefined) return known;
		const host: Host = {
			open: 0,
			until: 0,
			isProbed: false,
			rounds: 0,
			refusals: 0,
			tokens: floor,
			slot: 0,
		};
		this.#hosts.set(origin, host);
		return host;
	}
}
