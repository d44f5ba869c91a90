import assert from 'node:assert/strict';
import {test} from 'node:test';
import {backoff, pause} from '../../source/stores/backoff.ts';

test('doubles up to its cap, with full jitter', () => {
	const most = () => 1;
	assert.deepEqual(
		[1, 2, 3, 4, 20].map((attempt) => backoff(attempt, {base: 100, cap: 1000}, most)),
		[100, 200, 400, 800, 1000],
	);
	assert.equal(
		backoff(3, {}, () => 0),
		0,
	);
});

test('never waits less than it was asked to', () => {
	assert.equal(
		backoff(1, {atLeast: 5000}, () => 0),
		5000,
	);
});

test('a pause ends with the reason of its signal', async () => {
	const abort = new AbortController();
	const waiting = pause(60_000, abort.signal);
	abort.abort(new Error('enough'));
	await assert.rejects(waiting, /enough/);
	await assert.rejects(pause(0, abort.signal), /enough/);
});
