import type {ListMove} from './list.ts';

/** Where a long list stands whose rows are asked for by window. */
export type WindowPlace = {
	readonly index: number;
	readonly offset: number;
	/** a movement key was pressed: from then on the row under the cursor stays under it */
	readonly touched: boolean;
};

export const windowStart: WindowPlace = {index: 0, offset: 0, touched: false};

/** The place held against the list's length and the rows on screen. */
export function settleWindow(place: WindowPlace, total: number, height: number): WindowPlace {
	const index = Math.max(0, Math.min(total - 1, place.index));
	let offset = Math.min(place.offset, Math.max(0, total - height));
	if (index < offset) offset = index;
	if (index >= offset + height) offset = index - height + 1;
	return {...place, index, offset: Math.max(0, offset)};
}

/** The place after a movement key. */
export function moveWindow(
	place: WindowPlace,
	move: ListMove,
	total: number,
	height: number,
): WindowPlace {
	const {index, offset} = settleWindow(place, total, height);
	const page = Math.max(1, height - 1);
	const target = {
		up: index - 1,
		down: index + 1,
		pageUp: index - page,
		pageDown: index + page,
		first: 0,
		last: total - 1,
	}[move];
	return settleWindow({index: target, offset, touched: true}, total, height);
}

/** Rows around the visible ones that are asked for, so that single steps need no question. */
export function askedWindow(
	offset: number,
	height: number,
): {readonly offset: number; readonly limit: number} {
	const page = Math.max(1, height);
	const first = Math.max(0, Math.floor(offset / page) - 1) * page;
	return {offset: first, limit: page * 3};
}

/** A part of a list, as it was answered. */
export type Loaded<Row> = {
	readonly query: string;
	readonly offset: number;
	readonly total: number;
	readonly rows: readonly Row[];
};

/**
 * A new answer in which the row under the cursor keeps its place: others may change their order
 * around it, but never is another row slipped under a key that is about to be pressed.
 */
export function pinRow<Row>(
	before: Loaded<Row> | undefined,
	after: Loaded<Row>,
	index: number,
	idOf: (row: Row) => number,
): Loaded<Row> {
	const pinned = before?.query === after.query ? before.rows[index - before.offset] : undefined;
	const at = index - after.offset;
	if (pinned === undefined || at < 0 || at >= after.rows.length) return after;
	const id = idOf(pinned);
	const rows = after.rows.filter((row) => idOf(row) !== id);
	const fresh = after.rows.find((row) => idOf(row) === id) ?? pinned;
	const placed = [...rows.slice(0, at), fresh, ...rows.slice(at)].slice(0, after.rows.length);
	return {...after, rows: placed};
}
