import assert from 'node:assert/strict';
import {test} from 'node:test';
import {backoff, RetryBudget} from '../../source/transfer/retry.ts';
import {defaultSettings} from '../../source/transfer/settings.ts';

void test('full jitter below an exponential ceiling', () => {
	const ceilings = [1, 2, 3, 20, 1000].map((n) => backoff(n, {}, defaultSettings, () => 1));
	assert.deepEqual(ceilings, [200, 400, 800, 20_000, 20_000]);
	assert.equal(
		backoff(5, {}, defaultSettings, () => 0),
		0,
	);
	assert.equal(
		backoff(1, {slowDown: true}, defaultSettings, () => 1),
		1000,
	);
});

void test('Retry-After is the least, within reason', () => {
	const wait = (retryAfter: number, random: number): number =>
		backoff(1, {retryAfter}, defaultSettings, () => random);
	assert.equal(wait(3000, 0), 3000);
	assert.ok(wait(3000, 1) <= 3200);
	assert.equal(wait(1e9, 0), 120_000);
	assert.equal(wait(-5, 0), 0);
});

void test('the budget is for attempts in a row without progress', () => {
	const budget = new RetryBudget(3, 100);
	assert.equal(budget.spend(0), true);
	assert.equal(budget.spend(99), true);
	assert.equal(budget.spend(100), true);
	assert.equal(budget.failures, 1);
	assert.equal(budget.spend(0), true);
	assert.equal(budget.spend(0), false);
	assert.equal(new RetryBudget(0, 1).spend(0), false);
});
