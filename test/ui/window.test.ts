import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {
	askedWindow,
	moveWindow,
	pinRow,
	settleWindow,
	windowStart,
	type Loaded,
} from '../../source/ui/window.ts';

const idOf = (row: number) => row;
const loaded = (rows: readonly number[], offset = 0, query = 'q'): Loaded<number> => ({
	query,
	offset,
	total: 1200,
	rows,
});

test('the cursor stays on screen and inside the list, whatever keys come', () => {
	const moves = fc.array(
		fc.constantFrom('up', 'down', 'pageUp', 'pageDown', 'first', 'last' as const),
	);
	fc.assert(
		fc.property(moves, fc.nat(2000), fc.integer({min: 1, max: 60}), (keys, total, height) => {
			let place = settleWindow(windowStart, total, height);
			for (const key of keys) {
				place = moveWindow(place, key, total, height);
				assert.ok(place.index >= 0 && place.index <= Math.max(0, total - 1));
				assert.ok(place.offset <= place.index && place.index < place.offset + height);
				const asked = askedWindow(place.offset, height);
				assert.ok(asked.offset <= place.offset);
				assert.ok(asked.offset + asked.limit >= Math.min(total, place.offset + height));
				assert.ok(asked.limit <= height * 3);
			}
		}),
	);
});

test('a new order never slips another row under the cursor', () => {
	const after = pinRow(loaded([1, 2, 3, 4]), loaded([4, 3, 2, 1]), 1, idOf);
	assert.deepEqual(after.rows, [4, 2, 3, 1]);
});

test('a row that left the window keeps its place while the cursor is on it', () => {
	assert.deepEqual(pinRow(loaded([1, 2, 3]), loaded([5, 6, 7]), 2, idOf).rows, [5, 6, 3]);
});

test('another query is another list', () => {
	const after = loaded([4, 3, 2, 1], 0, 'other');
	assert.equal(pinRow(loaded([1, 2, 3, 4]), after, 1, idOf), after);
});
