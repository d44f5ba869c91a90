import type {Store} from '../stores/types.ts';

/** The same store; `heard` gets the milliseconds that each listing page and each look at an object took. */
export function timedStore(store: Store, heard: (milliseconds: number) => void): Store {
	const timed = async <Result>(question: Promise<Result>): Promise<Result> => {
		const began = performance.now();
		const result = await question;
		heard(performance.now() - began);
		return result;
	};
	return {
		...store,
		list: (query) => timed(store.list(query)),
		stat: (ref, signal) => timed(store.stat(ref, signal)),
	};
}
