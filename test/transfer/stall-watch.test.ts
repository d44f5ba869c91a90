import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createCounters, readCounters, ThreadCounters} from '../../source/transfer/counters.ts';
import type {Patience} from '../../source/transfer/exchange.ts';
import {StallWatch, type Watched} from '../../source/transfer/stall-watch.ts';
import {UsualPace} from '../../source/transfer/usual-pace.ts';
import {Bed, bytes} from './bed.ts';

const MiB = 1024 * 1024;

/** Transfers that are silent for so many milliseconds, cut when that is too long. */
function transfers(silences: readonly number[], slow: readonly number[] = []) {
	const cut: number[] = [];
	const seen: Patience[] = [];
	const open = silences.map((silence, index): Watched => ({
		silent: () => silence,
		checkStall(_, patience) {
			seen.push(patience);
			if (silence <= patience.head) return false;
			cut.push(index);
			return true;
		},
		checkSlow() {
			if (!slow.includes(index)) return false;
			cut.push(index);
			return true;
		},
	}));
	return {open, cut, seen};
}

function watching(firstByte = 0) {
	const buffer = createCounters(1);
	const usual = new UsualPace();
	if (firstByte > 0) usual.answered(firstByte);
	const watch = new StallWatch(usual, new ThreadCounters(buffer, 0), {stallAfter: 20_000});
	return {watch, repeats: () => readCounters(buffer).repeats};
}

test('one that hangs among others is asked for again after 5 s', () => {
	const {watch, repeats} = watching(50);
	const {open, cut, seen} = transfers([0, 6000, 10, 0]);
	watch.look(0, open, false);
	assert.deepEqual(cut, [1]);
	assert.deepEqual(seen[0], {head: 5000, body: 8000});
	assert.equal(repeats(), 1);
});

test('a store that usually takes its time is given eight times that', () => {
	const {watch} = watching(1500);
	const {open, cut, seen} = transfers([0, 6000, 10]);
	watch.look(0, open, false);
	assert.deepEqual(cut, []);
	assert.equal(seen[0]?.head, 12_000);
});

test('silence of most is the link: patience instead of more requests, and then a few at a time', () => {
	const {watch} = watching(50);
	const quiet = transfers([6000, 6000, 6000, 0]);
	watch.look(0, quiet.open, true);
	assert.deepEqual(quiet.cut, []);
	const long = transfers(Array.from({length: 32}, () => 21_000));
	watch.look(0, long.open, true);
	assert.equal(long.cut.length, 4, 'an eighth of them');
});

test('slow ones go only when lanes are idle and others are not silent', () => {
	const {watch, repeats} = watching(50);
	const busy = transfers([0, 0, 0], [1]);
	watch.look(0, busy.open, false);
	assert.deepEqual(busy.cut, []);
	const tail = transfers([0, 0, 0], [1]);
	watch.look(0, tail.open, true);
	assert.deepEqual(tail.cut, [1]);
	assert.equal(repeats(), 1);
	const silent = transfers([5000, 5000, 0], [2]);
	watch.look(0, silent.open, true);
	assert.deepEqual(silent.cut, []);
});

test('the usual pace follows what comes, and small bodies say nothing about a rate', () => {
	const usual = new UsualPace();
	assert.deepEqual([usual.firstByte, usual.rate], [0, 0]);
	usual.answered(100);
	usual.body(1000, 1);
	usual.body(MiB, 1000);
	assert.deepEqual([usual.firstByte, usual.rate], [100, MiB]);
	for (let time = 0; time < 100; time++) usual.answered(10);
	assert.ok(usual.firstByte < 11);
});

test('the last file, far slower than those before, goes on over a fresh connection', async () => {
	await using bed = await Bed.make();
	const tasks = Array.from({length: 12}, (_, id) => {
		bed.server.put(`f${id}`, bytes(300_000, id));
		return bed.task(id, `f${id}`);
	});
	bed.server.mischief = ({key, nth, object, response}) => {
		if (key !== 'f11' || nth > 1) return false;
		response.writeHead(200, {
			'content-length': object.body.length,
			etag: object.etag,
			'x-digest': object.digest ?? '',
		});
		// A byte now and then: never silent, and done in an hour.
		let at = 0;
		const drip = setInterval(() => {
			if (response.destroyed) clearInterval(drip);
			else response.write(object.body.subarray(at, ++at));
		}, 20);
		return true;
	};
	const pool = bed.pool({connections: 3}, {stallAfter: 2000});
	const began = performance.now();
	const results = await bed.run(pool, tasks);
	assert.ok(results.every(({kind}) => kind === 'done'));
	assert.ok(performance.now() - began < 10_000);
	assert.deepEqual(bed.read('f11'), bytes(300_000, 11));
	const asked = bed.server.requests.filter(({key}) => key === 'f11');
	assert.equal(asked.length, 2);
	assert.match(asked[1]?.range ?? '', /^bytes=\d+-/, 'what had come is kept');
	assert.equal(pool.counters().repeats, 1);
});

test('an answer that does not come is not waited for at the end, and costs no attempt', async () => {
	await using bed = await Bed.make();
	const tasks = Array.from({length: 4}, (_, id) => {
		bed.server.put(`f${id}`, bytes(2000, id));
		return bed.task(id, `f${id}`);
	});
	bed.server.mischief = ({key, nth}) => key === 'f3' && nth === 1;
	const pool = bed.pool({connections: 4, retries: 1}, {stallAfter: 4000});
	const began = performance.now();
	const results = await bed.run(pool, tasks);
	assert.ok(results.every(({kind}) => kind === 'done'));
	assert.ok(performance.now() - began < 3500, 'a tenth of the longest patience');
	assert.equal(bed.server.requests.length, 5);
});
