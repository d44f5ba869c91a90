import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {Bed, bytes} from './bed.ts';

const MiB = 1024 * 1024;

/** A server that sends the first `sent` bytes of a whole object and then holds on until `release`. */
function holdAfter(bed: Bed, sent: number): void {
	bed.server.mischief = ({nth, object, range, response}) => {
		if (nth > 1 || range !== undefined) return false;
		response.writeHead(200, {
			'content-length': object.body.length,
			etag: object.etag,
			'x-digest': object.digest,
		});
		response.write(object.body.subarray(0, sent));
		return true;
	};
}

void test('park keeps large files, gives back what has not begun; another pool goes on from there', async () => {
	await using bed = await Bed.make();
	const body = bytes(5 * MiB);
	for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) bed.server.put(key, body);
	holdAfter(bed, 3 * MiB);
	const tasks = ['a', 'b', 'c', 'd', 'e', 'f'].map((key, id) => bed.task(id, key));
	const pool = bed.pool({threads: 2, connections: 2});
	pool.submit(tasks);
	await bed.until(() => pool.open().filter((file) => file.bytes === 3 * MiB).length === 2);
	const started = performance.now();
	const ids = await pool.halt('park');
	assert.ok(performance.now() - started < 1000);
	assert.equal(ids.length, 4);
	assert.equal(bed.results.length, 2);
	for (const result of bed.results) {
		assert.equal(result.kind, 'parked');
		assert.equal(result.kind === 'parked' && result.bytes, 3 * MiB);
	}
	await pool.close();
	bed.results.length = 0;
	bed.server.mischief = () => {};

	const second = bed.pool({threads: 1, connections: 3});
	const results = await bed.run(second, tasks);
	for (const result of results) {
		assert.equal(result.kind, 'done');
		assert.equal(result.kind === 'done' && result.verified, 'crc32');
	}
	for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) assert.deepEqual(bed.read(key), body);
	const continued = bed.server.requests.filter((request) => request.range !== undefined);
	assert.equal(continued.length, 2);
	for (const {range, etag} of continued) {
		assert.equal(range, `bytes=${3 * MiB}-`);
		assert.equal(etag, bed.server.objects.get('a')?.etag);
	}
	assert.deepEqual(bed.parts(), []);
});

void test('finish takes back the rest and lets open files end; new work is taken afterwards', async () => {
	await using bed = await Bed.make();
	for (let id = 0; id < 8; id++) bed.server.put(`f${id}`, bytes(1000, id + 1));
	const held: Array<() => void> = [];
	bed.server.mischief = ({object, response}) => {
		held.push(() => response.writeHead(200, {'content-length': 1000}).end(object.body));
		return true;
	};
	const pool = bed.pool({threads: 1, connections: 2});
	pool.submit(Array.from({length: 8}, (_, id) => bed.task(id, `f${id}`)));
	await bed.until(() => held.length === 2);
	const ids = await pool.halt('finish');
	assert.deepEqual(
		[...ids].sort((a, b) => a - b),
		[2, 3, 4, 5, 6, 7],
	);
	assert.equal(bed.results.length, 0);
	for (const release of held.splice(0)) release();
	await bed.until(() => bed.results.length === 2);
	assert.equal(held.length, 0);
	bed.server.mischief = () => {};
	await bed.run(
		pool,
		ids.map((id) => bed.task(id, `f${id}`)),
	);
	assert.ok(bed.results.every((result) => result.kind === 'done'));
});

void test('small files in flight may finish on park; stuck ones are cut after the grace', async () => {
	await using bed = await Bed.make();
	for (const key of ['quick', 'stuck']) bed.server.put(key, bytes(5000));
	let release: (() => void) | undefined;
	bed.server.mischief = ({key, object, response}) => {
		response.writeHead(200, {'content-length': 5000});
		response.write(object.body.subarray(0, 100));
		if (key === 'quick') release = () => response.end(object.body.subarray(100));
		return true;
	};
	const pool = bed.pool({}, {parkGrace: 300});
	pool.submit([bed.task(1, 'quick'), bed.task(2, 'stuck')]);
	await bed.until(() => release !== undefined && bed.server.requests.length === 2);
	const halted = pool.halt('park');
	release?.();
	assert.deepEqual(await halted, []);
	const kinds = new Map(bed.results.map((result) => [result.id, result.kind]));
	assert.equal(kinds.get(1), 'done');
	assert.equal(kinds.get(2), 'parked');
	assert.deepEqual(bed.parts(), []);
});

void test('waiting for a backoff or for the rate limit does not hold up a park', async () => {
	await using bed = await Bed.make();
	for (const key of ['busy', 'slow']) bed.server.put(key, bytes(2 * MiB));
	bed.server.mischief = ({key, response}) => {
		if (key === 'slow') return false;
		response.writeHead(503, {'retry-after': '60'}).end();
		return true;
	};
	const pool = bed.pool({limitRate: 1000});
	pool.submit([bed.task(1, 'busy'), bed.task(2, 'slow'), bed.task(3, 'slow')]);
	await bed.until(() => pool.counters().retries + pool.counters().bytesReceived > 0);
	const started = performance.now();
	await pool.halt('park');
	assert.ok(performance.now() - started < 1500);
	assert.equal(bed.results.length, 3);
	assert.ok(bed.results.every((result) => result.kind === 'parked'));
});

void test('a part whose object changed meanwhile starts over', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', bytes(4 * MiB));
	holdAfter(bed, 2 * MiB);
	const pool = bed.pool();
	pool.submit([bed.task(1, 'a')]);
	await bed.until(() => pool.open()[0]?.bytes === 2 * MiB);
	await pool.halt('park');
	assert.equal(bed.parts().length, 2);
	bed.results.length = 0;
	// Once found by a new listing, once by nobody: the old ETag is still in the plan.
	const old = bed.task(1, 'a');
	bed.server.put('a', bytes(4 * MiB, 7));
	const [result] = await bed.run(pool, [old]);
	assert.equal(result?.kind, 'done');
	assert.deepEqual(bed.read('a'), bytes(4 * MiB, 7));
	assert.equal(result?.kind === 'done' && result.attempts, 2);
	assert.deepEqual(bed.parts(), []);
});

void test('a damaged part is noticed by its digest and fetched from scratch', async () => {
	await using bed = await Bed.make();
	const body = bytes(4 * MiB);
	bed.server.put('a', body);
	holdAfter(bed, 2 * MiB);
	const pool = bed.pool();
	const task = bed.task(1, 'a');
	pool.submit([task]);
	await bed.until(() => pool.open()[0]?.bytes === 2 * MiB);
	await pool.halt('park');
	bed.results.length = 0;
	const fd = fs.openSync(task.temporary, 'r+');
	fs.writeSync(fd, 'damage', 1_000_000);
	fs.closeSync(fd);
	const [result] = await bed.run(pool, [task]);
	assert.equal(result?.kind, 'done');
	assert.deepEqual(bed.read('a'), body);
});

void test('a part that has a second name is left alone', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', bytes(4 * MiB));
	holdAfter(bed, 2 * MiB);
	const pool = bed.pool();
	const task = bed.task(1, 'a');
	pool.submit([task]);
	await bed.until(() => pool.open()[0]?.bytes === 2 * MiB);
	await pool.halt('park');
	const finished = `${task.destination}.finished`;
	fs.linkSync(task.temporary, finished);
	bed.results.length = 0;
	await bed.run(pool, [task]);
	assert.equal(fs.statSync(finished).size, 2 * MiB);
	assert.deepEqual(bed.read('a'), bytes(4 * MiB));
});

void test('two halts at once both end', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', bytes(4 * MiB));
	holdAfter(bed, 2 * MiB);
	const pool = bed.pool({threads: 2});
	pool.submit([bed.task(1, 'a')]);
	await bed.until(() => pool.open()[0]?.bytes === 2 * MiB);
	assert.deepEqual(await Promise.all([pool.halt('park'), pool.halt('park')]), [[], []]);
});

void test('close parks what is open and ends the threads', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', bytes(4 * MiB));
	holdAfter(bed, 2 * MiB);
	const pool = bed.pool();
	pool.submit([bed.task(1, 'a')]);
	await bed.until(() => pool.open()[0]?.bytes === 2 * MiB);
	const started = performance.now();
	await pool.close();
	assert.ok(performance.now() - started < 1900, 'no force was needed');
	assert.deepEqual(bed.results, [{kind: 'parked', id: 1, bytes: 2 * MiB}]);
	assert.throws(() => pool.submit([]), /closed/);
});

void test('after a crash the note beside a large part lets the next run go on', async () => {
	await using bed = await Bed.make();
	const body = bytes(12 * MiB);
	bed.server.put('a', body);
	holdAfter(bed, 9 * MiB);
	const pool = bed.pool();
	const task = bed.task(1, 'a');
	pool.submit([task]);
	await bed.until(() => pool.open()[0]?.bytes === 9 * MiB);
	// What a crash would leave: the files as they are now, without the orderly stop.
	const after = {...task, temporary: `${task.temporary}.crashed`};
	for (const end of ['', '.json']) fs.cpSync(task.temporary + end, after.temporary + end);
	await pool.close();
	bed.results.length = 0;
	const [result] = await bed.run(bed.pool(), [after]);
	assert.equal(result?.kind === 'done' && result.verified, 'crc32');
	assert.equal(bed.server.requests.at(-1)?.range, `bytes=${9 * MiB}-`);
	assert.deepEqual(bed.read('a'), body);
	assert.ok(!bed.parts().some((name) => name.includes('crashed')));
});
