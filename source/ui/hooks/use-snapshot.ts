import {useCallback, useRef, useSyncExternalStore} from 'react';
import type {EngineClient} from '../../job/link/messages.ts';
import type {Snapshot} from '../../model/snapshot.ts';

function shallowEqual(a: unknown, b: unknown): boolean {
	if (Object.is(a, b)) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	if (Array.isArray(a) !== Array.isArray(b)) return false;
	const first = Object.entries(a);
	const second = new Map(Object.entries(b));
	return (
		first.length === second.size &&
		first.every(([key, value]) => second.has(key) && Object.is(value, second.get(key)))
	);
}

/** The same function as long as the client is the same, or React would subscribe at every draw. */
function useSubscribe(client: EngineClient) {
	return useCallback((listener: () => void) => client.subscribe(listener), [client]);
}

/**
 * A part of the engine's snapshot; the component draws again only when that part changes. The
 * selector may build a new object or array: it is compared one level deep.
 */
export function useSnapshot<T>(client: EngineClient, select: (snapshot: Snapshot) => T): T {
	const last = useRef<{snapshot: Snapshot; select: unknown; value: T} | null>(null);
	const read = () => {
		const snapshot = client.getSnapshot();
		const known = last.current;
		if (known !== null && known.snapshot === snapshot && known.select === select) {
			return known.value;
		}

		const value = select(snapshot);
		const kept = known !== null && shallowEqual(known.value, value) ? known.value : value;
		last.current = {snapshot, select, value: kept};
		return kept;
	};

	return useSyncExternalStore(useSubscribe(client), read);
}

/** The whole snapshot, for screens that draw most of it. */
export function useWholeSnapshot(client: EngineClient): Snapshot {
	return useSyncExternalStore(useSubscribe(client), () => client.getSnapshot());
}
