/** A list's place: which row (by its key, so that new rows above do not move it), and how far it is scrolled. */
export type ListPlace = {
	readonly key: string | null;
	readonly index: number;
	readonly offset: number;
};

export const listStart: ListPlace = {key: null, index: 0, offset: 0};

/** The place after rows or height changed: the same row stays chosen where it still exists, and it stays in view. */
export function settle(place: ListPlace, keys: readonly string[], height: number): ListPlace {
	const found = place.key === null ? -1 : keys.indexOf(place.key);
	const index = Math.max(0, Math.min(keys.length - 1, found === -1 ? place.index : found));
	const most = Math.max(0, keys.length - height);
	let offset = Math.min(place.offset, most);
	if (index < offset) offset = index;
	if (index >= offset + height) offset = index - height + 1;
	return {key: keys[index] ?? null, index, offset: Math.max(0, offset)};
}

export type ListMove = 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last';

/** The place after a movement key. */
export function moveList(
	place: ListPlace,
	move: ListMove,
	keys: readonly string[],
	height: number,
): ListPlace {
	const {index} = settle(place, keys, height);
	const page = Math.max(1, height - 1);
	const target = {
		up: index - 1,
		down: index + 1,
		pageUp: index - page,
		pageDown: index + page,
		first: 0,
		last: keys.length - 1,
	}[move];
	const next = Math.max(0, Math.min(keys.length - 1, target));
	return settle({...place, key: keys[next] ?? null, index: next}, keys, height);
}

/** Rows whose text holds every word that is typed, letter case ignored. */
export function findRows<T>(
	rows: readonly T[],
	find: string,
	text: (row: T) => string,
): readonly T[] {
	const words = find.toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return rows;
	return rows.filter((row) => {
		const value = text(row).toLowerCase();
		return words.every((word) => value.includes(word));
	});
}
