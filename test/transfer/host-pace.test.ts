import assert from 'node:assert/strict';
import {test} from 'node:test';
import {HostPace} from '../../source/transfer/host-pace.ts';
import type {Failure} from '../../source/transfer/retry.ts';
import {defaultSettings} from '../../source/transfer/settings.ts';
import {Bed, bytes} from './bed.ts';

const one = 'https://one.example';
const other = 'https://other.example';
const failure = (more: Partial<Failure>): Failure => ({
	remedy: 'retry',
	error: {code: 'throttled', message: 'x'},
	...more,
});

function clocked(random = 0.5): {pace: HostPace; at: (milliseconds: number) => void} {
	let now = 1000;
	const pace = new HostPace(
		defaultSettings,
		() => now,
		() => random,
	);
	return {pace, at: (milliseconds) => (now = 1000 + milliseconds)};
}

test('who is told to wait tells all lanes, and one of them looks first whether it is over', () => {
	const {pace, at} = clocked();
	assert.equal(pace.begin(one), 0);
	assert.equal(pace.begin(one), 0);
	pace.ended(one, failure({retryAfter: 5000, slowDown: true}));
	assert.ok(pace.begin(one) >= 5000, 'no lane goes to this host');
	assert.equal(pace.begin(other), 0, 'others are not concerned');
	pace.answered(one);
	assert.ok(pace.begin(one) >= 5000, 'an answer to an earlier request does not count');
	// The second request was under way and is refused too: that changes nothing.
	pace.ended(one, failure({slowDown: true}));
	at(4999);
	assert.ok(pace.begin(one) > 0);
	at(5001);
	assert.equal(pace.begin(one), 0, 'one looks');
	assert.ok(pace.begin(one) > 0, 'the others wait for what it finds');
	pace.answered(one);
	assert.equal(pace.begin(one), 0);
	assert.equal(pace.begin(one), 0);
});

test('a probe that is refused, or parked, leaves the host closed and the next probe possible', () => {
	const {pace, at} = clocked();
	pace.begin(one);
	pace.ended(one, failure({retryAfter: 1000}));
	at(1001);
	assert.equal(pace.begin(one), 0);
	pace.ended(one, failure({slowDown: true}));
	assert.ok(pace.begin(one) > 700, 'twice as long as the first wait of its own');
	at(10_000);
	assert.equal(pace.begin(one), 0);
	pace.ended(one, undefined);
	assert.equal(pace.begin(one), 0);
});

test('single refusals without a time concern their own lane; many in a row close the host', () => {
	const {pace} = clocked();
	for (let lane = 0; lane < 20; lane++) pace.begin(one);
	for (let refusal = 0; refusal < 7; refusal++) pace.ended(one, failure({slowDown: true}));
	assert.equal(pace.begin(one), 0);
	pace.answered(one);
	for (let refusal = 0; refusal < 7; refusal++) pace.ended(one, failure({slowDown: true}));
	assert.equal(pace.begin(one), 0, 'an answer between them counts');
	pace.ended(one, failure({slowDown: true}));
	assert.ok(pace.begin(one) > 0);
});

test('retries are a fifth of what went well, beyond a floor; more of them go one by one', () => {
	const {pace, at} = clocked();
	for (let retry = 0; retry < 20; retry++) assert.equal(pace.retryDelay(one), 0);
	assert.equal(pace.retryDelay(one), 500);
	assert.equal(pace.retryDelay(one), 1000);
	assert.equal(pace.retryDelay(other), 0);
	for (let answer = 0; answer < 51; answer++) pace.answered(one);
	for (let retry = 0; retry < 10; retry++) assert.equal(pace.retryDelay(one), 0);
	assert.equal(pace.retryDelay(one), 1500);
	for (let retry = 0; retry < 1000; retry++) pace.retryDelay(one);
	assert.equal(pace.retryDelay(one), 2 * defaultSettings.backoffCap, 'within reason');
	at(1_000_000);
	assert.equal(pace.retryDelay(one), 500);
});

test('a host has its share of the open requests', () => {
	const {pace} = clocked();
	pace.begin(one);
	assert.equal(pace.share(one), 1);
	for (let lane = 0; lane < 3; lane++) pace.begin(other);
	assert.equal(pace.share(one), 0.25);
	assert.equal(pace.share(other), 0.75);
});

test('a storm of 503 is waited out: few requests while it lasts, and no file fails', async () => {
	await using bed = await Bed.make();
	const count = 60;
	const tasks = Array.from({length: count}, (_, id) => {
		bed.server.put(`f${id}`, bytes(2000, id));
		return bed.task(id, `f${id}`);
	});
	let refused = 0;
	const began = performance.now();
	bed.server.mischief = ({response}) => {
		if (performance.now() - began > 1500) return false;
		refused++;
		response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
		return true;
	};
	const pool = bed.pool({connections: 30}, {backoffBase: 50, slowDownBase: 100, backoffCap: 400});
	const results = await bed.run(pool, tasks);
	assert.deepEqual(
		results.map(({kind}) => kind),
		tasks.map(() => 'done'),
	);
	// 30 lanes with 5 attempts each would have been 150 and more.
	assert.ok(refused <= 75, `${refused} requests were refused`);
});

test('Retry-After holds for every lane', async () => {
	await using bed = await Bed.make();
	const tasks = Array.from({length: 40}, (_, id) => {
		bed.server.put(`f${id}`, bytes(2000, id));
		return bed.task(id, `f${id}`);
	});
	let toldAt = 0;
	const early: number[] = [];
	bed.server.mischief = ({key, nth, response}) => {
		if (key === 'f5' && nth === 1) {
			toldAt = performance.now();
			response.writeHead(503, {'retry-after': '1'}).end('slow');
			return true;
		}
		const since = performance.now() - toldAt;
		// What was on its way when the refusal went out is nobody's fault.
		if (toldAt > 0 && since > 150 && since < 950) early.push(since);
		return false;
	};
	const pool = bed.pool({connections: 4});
	const results = await bed.run(pool, tasks);
	assert.ok(results.every(({kind}) => kind === 'done'));
	assert.deepEqual(early, []);
	assert.ok(performance.now() - toldAt >= 1000);
});
