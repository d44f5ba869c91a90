import {objectKey} from '../../source/model/brand.ts';
import {MusterError} from '../../source/model/error.ts';
import {compareKeys} from '../../source/model/key-order.ts';
import {firstIndex} from '../../source/sandbox/key-order.ts';
import type {ListPage, ListQuery, Store} from '../../source/stores/types.ts';

export type ModelStore = {
	readonly keys: readonly string[];
	/** keys on a page, of the number of the request */
	readonly pageSize: (request: number) => number;
	readonly order?: 'S3' | 'UTF-16' | 'no-case' | 'none';
	readonly startAfter?: 'right' | 'ignored' | 'refused';
	/** asks to slow down before it answers every so manieth request */
	readonly slowEvery?: number;
	/** the request with this number fails */
	readonly failAt?: number;
	/** the requests in flight are answered in an order that this decides: 0 to 1 */
	readonly random?: () => number;
	/** looks at each query */
	readonly hear?: (query: ListQuery, request: number) => void;
};

const orders: Record<NonNullable<ModelStore['order']>, (a: string, b: string) => number> = {
	S3: compareKeys,
	'UTF-16': (a, b) => (a < b ? -1 : a > b ? 1 : 0),
	'no-case': (a, b) => compareKeys(a.toLowerCase(), b.toLowerCase()) || compareKeys(a, b),
	none: (a, b) => hash(a) - hash(b) || compareKeys(a, b),
};

const hash = (text: string): number =>
	Array.from(text).reduce(
		(sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973,
		7,
	);

/** The listing of a store that exists in memory only, with the habits of stores good and bad. */
export function modelStore(model: ModelStore): Store {
	const compare = orders[model.order ?? 'S3'];
	const sorted = [...model.keys].sort(compare);
	const known = new Map<string, readonly string[]>();
	const belowOf = (prefix: string): readonly string[] => {
		const below = known.get(prefix) ?? sorted.filter((key) => key.startsWith(prefix));
		known.set(prefix, below);
		return below;
	};
	let requests = 0;
	const answer = (query: ListQuery, size: number): ListPage => {
		const {startAfter, continuation, prefix} = query;
		if (startAfter !== undefined && model.startAfter === 'refused')
			throw new MusterError('server', 'start-after is not implemented');
		const token = continuation?.slice(1);
		const after = token ?? (model.startAfter === 'ignored' ? undefined : startAfter);
		const count = Math.min(size, query.pageSize ?? size);
		const below = belowOf(prefix);
		const start =
			after === undefined
				? 0
				: firstIndex(below.length, (at) => compare(below[at] ?? '', after) > 0);
		const objects = below
			.slice(start, start + count)
			.map((key) => ({key: objectKey(key), size: key.length}));
		const last = objects.at(-1)?.key;
		const isMore = last !== undefined && start + count < below.length;
		return {objects, folders: [], ...(isMore ? {continuation: `>${last}`} : {})};
	};
	const list = async (query: ListQuery): Promise<ListPage> => {
		const request = ++requests;
		model.hear?.(query, request);
		if (model.slowEvery !== undefined && request % model.slowEvery === 0) query.onSlowDown?.();
		for (let turns = Math.floor((model.random?.() ?? 0) * 8); turns > 0; turns--)
			await new Promise((resolve) => setImmediate(resolve));
		query.signal?.throwIfAborted();
		if (request === model.failAt)
			throw new MusterError('expired-credentials', 'The sign-in has expired.');
		return answer(query, model.pageSize(request));
	};
	return {list} as unknown as Store;
}
