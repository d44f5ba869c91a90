import {useCallback, useState} from 'react';
import {useServices} from './services.ts';

/**
 * State that belongs to a place on the navigation stack: as `useState`, but still there when a
 * deeper screen closes again.
 */
export function usePlace<T>(
	key: string,
	initial: T | (() => T),
): readonly [
	T,
	(next: T | ((value: T) => T)) => void,
	/** the value as it is now, when a key comes before the last one was drawn */
	() => T,
] {
	const {memory} = useServices().navigation.place;
	const [state, setState] = useState<T>(() => {
		if (!memory.has(key)) {
			memory.set(key, typeof initial === 'function' ? (initial as () => T)() : initial);
		}

		return memory.get(key) as T;
	});
	const update = useCallback(
		(next: T | ((value: T) => T)) => {
			// From the memory and not from React's state: two keys may come before the next draw.
			const previous = memory.get(key) as T;
			const value = typeof next === 'function' ? (next as (value: T) => T)(previous) : next;
			memory.set(key, value);
			setState(() => value);
		},
		[key, memory],
	);
	const read = useCallback(() => memory.get(key) as T, [key, memory]);
	return [state, update, read];
}
