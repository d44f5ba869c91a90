import type {CredentialSource} from '../stores/types.ts';
import type {Loaded, Loader} from './types.ts';

/** Renewed this long before they expire, as the SDKs do. */
const early = 5 * 60_000;
/** A renewal that failed, or brought nothing newer, is not repeated sooner than this. */
const pause = 30_000;

export type Keeper = {
	readonly source: CredentialSource;
	load(): Promise<Loaded>;
	reset(): void;
	/** asks another loader from now on */
	replace(loader: Loader): void;
};

/**
 * Keeps what a loader found until five minutes before it expires, then asks again: once for all who
 * wait. While the old credentials live, a failed renewal is no error. A reset also makes an answer
 * worthless that is still under way.
 */
export function keep(first: Loader, now: () => number = Date.now): Keeper {
	let loader = first;
	let kept: Loaded | undefined;
	let pending: Promise<Loaded> | undefined;
	let askedAt = Number.NEGATIVE_INFINITY;

	const left = () =>
		kept === undefined ? 0 : (kept.credentials?.expires ?? Number.POSITIVE_INFINITY) - now();

	const ask = async (): Promise<Loaded> => {
		askedAt = now();
		const question: Promise<Loaded> = loader()
			.then((found) => {
				if (pending === question) kept = found;
				return found;
			})
			.finally(() => {
				if (pending === question) pending = undefined;
			});
		pending = question;
		return question;
	};

	const load = async (): Promise<Loaded> => {
		if (kept !== undefined && left() > early) return kept;
		const old = kept;
		const lives = old !== undefined && left() > 0;
		if (lives && pending === undefined && now() - askedAt < pause) return old;
		const question = pending ?? ask();
		if (!lives) return question;
		return question.catch(() => old);
	};

	const reset = (): void => {
		kept = undefined;
		pending = undefined;
		askedAt = Number.NEGATIVE_INFINITY;
	};

	return {
		load,
		source: async () => (await load()).credentials,
		reset,
		replace(next) {
			loader = next;
			reset();
		},
	};
}
