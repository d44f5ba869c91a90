import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createRate, RateLimit, setRate} from '../../source/transfer/rate-limit.ts';

void test('two views of one bucket together keep to the rate', () => {
	const buffer = createRate(1000);
	let now = 1_000_000_000_000n;
	const one = new RateLimit(buffer, () => now);
	const other = new RateLimit(buffer, () => now);
	assert.equal(one.reserve(50), 0);
	assert.equal(other.reserve(1000), 0);
	assert.equal(one.reserve(500), 1000);
	assert.equal(other.reserve(1), 1500);
	now += 10_000_000_000n;
	assert.equal(one.reserve(1000), 0, 'idle time is made up for, but only a moment of it');
	assert.equal(one.reserve(1), 950);
});

void test('what was not used goes back', () => {
	const now = 1_000_000_000_000n;
	const limit = new RateLimit(createRate(1000), () => now);
	limit.reserve(1050);
	limit.reserve(-500);
	assert.equal(limit.reserve(1), 500);
});

void test('no limit, and a new limit forgets the old debts', () => {
	const now = 1_000_000_000_000n;
	const buffer = createRate(0);
	const limit = new RateLimit(buffer, () => now);
	assert.equal(limit.limited, false);
	assert.equal(limit.reserve(1e12), 0);
	setRate(buffer, 1);
	limit.reserve(1000);
	setRate(buffer, 1000);
	assert.ok(limit.limited);
	assert.equal(limit.reserve(10), 0);
});
