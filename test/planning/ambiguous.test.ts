import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pick} from '../../source/planning/ambiguous.ts';

const candidates = [
	{id: 1, key: 'b/x', size: 30, modified: 200},
	{id: 2, key: 'a/x', size: 10, modified: 200},
	{id: 3, key: 'c/x', size: 30, modified: null},
	{id: 4, key: 'd/x', size: 20, modified: 100},
];

test('each rule takes its own, ties by key', () => {
	assert.deepEqual(pick('first', candidates), [2]);
	assert.deepEqual(pick('newest', candidates), [2]);
	assert.deepEqual(pick('largest', candidates), [1]);
	assert.deepEqual(pick('all', candidates), [2, 1, 3, 4]);
	assert.deepEqual(pick('skip', candidates), []);
	assert.deepEqual(pick('ask', candidates), []);
});

test('without times the first is the newest, and of none there is none', () => {
	const timeless = candidates.map((candidate) => ({...candidate, modified: null}));
	assert.deepEqual(pick('newest', timeless), [2]);
	assert.deepEqual(pick('first', []), []);
	assert.deepEqual(pick('newest', []), []);
});
