import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import type {TransferResult} from '../../source/transfer/types.ts';
import {Bed, bytes} from './bed.ts';
import {crc32Of, send} from './fake-server.ts';

const MiB = 1024 * 1024;

function done(result: TransferResult | undefined): TransferResult & {kind: 'done'} {
	assert.equal(result?.kind, 'done', JSON.stringify(result));
	return result;
}

function failed(result: TransferResult | undefined): TransferResult & {kind: 'failed'} {
	assert.equal(result?.kind, 'failed', JSON.stringify(result));
	return result;
}

void test('many small files over several threads: all right, dated, no temporaries left', async () => {
	await using bed = await Bed.make();
	const keys = Array.from({length: 600}, (_, index) => `group-${index % 7}/file ${index}.bin`);
	for (const [index, key] of keys.entries()) bed.server.put(key, bytes(index * 37, index + 1));
	const pool = bed.pool({threads: 2, connections: 7});
	const results = await bed.run(
		pool,
		keys.map((key, index) => bed.task(index, key)),
	);
	for (const [index, key] of keys.entries()) {
		const result = done(results[index]);
		assert.deepEqual(bed.read(key), bed.server.objects.get(key)?.body);
		assert.equal(result.verified, 'crc32');
		assert.equal(result.attempts, 1);
		assert.equal(result.localModified, 1_700_000_000_000);
		assert.equal(result.bytes, index * 37);
	}
	assert.equal(fs.statSync(path.join(bed.folder, 'group-0/file 0.bin')).mtimeMs, 1_700_000_000_000);
	assert.deepEqual(bed.parts(), []);
	assert.ok(bed.server.connections <= 7, `${bed.server.connections} connections`);
	const total = keys.reduce((sum, _, index) => sum + index * 37, 0);
	const counters = pool.counters();
	assert.equal(counters.bytesReceived, total);
	assert.equal(counters.retries, 0);
	assert.ok(Math.abs(Date.now() - counters.lastByteAt) < 20_000);
	assert.deepEqual(pool.open(), []);
});

void test('every digest is checked, also in streamed files; composite ones fall back to size', async () => {
	await using bed = await Bed.make();
	const check = Buffer.from('123456789');
	// Check values of the catalogue of CRC algorithms (reveng).
	const known: Record<string, string> = {
		crc32: Buffer.from('cbf43926', 'hex').toString('base64'),
		crc32c: Buffer.from('e3069283', 'hex').toString('base64'),
		crc64nvme: Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
		sha1: createHash('sha1').update(check).digest('base64'),
		sha256: createHash('sha256').update(check).digest('base64'),
		md5: createHash('md5').update(check).digest('hex'),
	};
	for (const [name, value] of Object.entries(known)) {
		bed.server.put(name, check, `${name} ${value}`);
	}
	bed.server.put('composite', check, 'crc32 AAAAAA== composite');
	const large = bytes(3 * MiB);
	bed.server.put('large', large, `sha256 ${createHash('sha256').update(large).digest('base64')}`);
	const names = [...Object.keys(known), 'composite', 'large'];
	const results = await bed.run(
		bed.pool(),
		names.map((name, id) => bed.task(id, name)),
	);
	for (const [id, name] of names.entries()) {
		const expected = name === 'composite' ? 'size' : name === 'large' ? 'sha256' : name;
		assert.equal(done(results[id]).verified, expected);
	}
	assert.equal(done(results[names.indexOf('composite')]).digest, undefined);
	assert.deepEqual(bed.read('large'), large);
});

void test('a body that is cut off goes on by Range with If-Match, digest included', async () => {
	await using bed = await Bed.make();
	const body = bytes(2 * MiB);
	const {etag} = bed.server.put('cut', body);
	bed.server.mischief = ({nth, response, object, range}) => {
		if (nth > 2) return false;
		const start = Number(/\d+/.exec(range ?? '0')?.[0]);
		response.writeHead(range ? 206 : 200, {
			'content-length': body.length - start,
			etag: object.etag,
			'x-digest': object.digest,
			...(range && {'content-range': `bytes ${start}-${body.length - 1}/${body.length}`}),
		});
		response.write(body.subarray(start, start + 700_000), () => response.destroy());
		return true;
	};
	const pool = bed.pool();
	const result = done((await bed.run(pool, [bed.task(1, 'cut')]))[0]);
	assert.equal(result.attempts, 3);
	assert.equal(result.verified, 'crc32');
	assert.deepEqual(bed.read('cut'), body);
	const [first, second] = bed.server.requests;
	assert.equal(first?.range, undefined);
	assert.match(second?.range ?? '', /^bytes=[1-9]\d*-$/);
	assert.equal(second?.etag, etag);
	assert.equal(pool.counters().retries, 2);
	assert.ok(pool.counters().bytesReceived < body.length * 1.2, 'nothing was fetched twice');
	assert.deepEqual(bed.parts(), []);
});

void test('503 with Retry-After is waited for and counted as a slow-down', async () => {
	await using bed = await Bed.make();
	bed.server.put('busy', bytes(100));
	const times: number[] = [];
	bed.server.mischief = ({nth, response}) => {
		times.push(performance.now());
		if (nth > 1) return false;
		response.writeHead(503, {'retry-after': '0.4'}).end('SlowDown');
		return true;
	};
	const pool = bed.pool();
	const result = done((await bed.run(pool, [bed.task(1, 'busy')]))[0]);
	assert.equal(result.attempts, 2);
	assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 395);
	assert.equal(pool.counters().slowDowns, 1);
});

void test('errors without end fail after the given attempts, one file does not stop the others', async () => {
	await using bed = await Bed.make();
	bed.server.put('bad', bytes(10));
	bed.server.put('good', bytes(10));
	bed.server.mischief = ({key, response}) => {
		if (key === 'good') return false;
		response.writeHead(500).end('oops');
		return true;
	};
	const tasks = [bed.task(1, 'bad'), bed.task(2, 'good'), bed.task(3, 'not there')];
	const [bad, good, gone] = await bed.run(bed.pool({retries: 3, connections: 1}), tasks);
	assert.equal(failed(bad).attempts, 3);
	assert.equal(failed(bad).error.code, 'server');
	assert.equal(bed.server.count('bad'), 3);
	done(good);
	assert.equal(failed(gone).attempts, 1);
	assert.equal(failed(gone).error.code, 'no-such-key');
});

void test('wrong bytes are fetched again, and never get the final name', async () => {
	await using bed = await Bed.make();
	const body = bytes(400_000);
	for (const key of ['once', 'always']) bed.server.put(key, body);
	bed.server.mischief = ({key, nth, object, response}) => {
		if (key === 'once' && nth > 1) return false;
		const wrong = Buffer.from(object.body);
		wrong[123_456] = (wrong[123_456] ?? 0) ^ 1;
		response.writeHead(200, {
			'content-length': wrong.length,
			etag: object.etag,
			'x-digest': object.digest,
		});
		response.end(wrong);
		return true;
	};
	const [once, always] = await bed.run(bed.pool(), [bed.task(1, 'once'), bed.task(2, 'always')]);
	assert.equal(done(once).attempts, 2);
	assert.deepEqual(bed.read('once'), body);
	const {error, attempts} = failed(always);
	assert.equal(error.code, 'checksum');
	assert.equal(attempts, 3);
	assert.ok(error.message.includes(crc32Of(body)), error.message);
	assert.equal(bed.exists('always'), false);
	assert.deepEqual(bed.parts(), []);
});

void test('an object that was replaced since the listing comes as it is now', async () => {
	await using bed = await Bed.make();
	bed.server.put('new', bytes(1000));
	const task = bed.task(1, 'new');
	const {etag} = bed.server.put('new', bytes(2000, 9));
	const result = done((await bed.run(bed.pool(), [task]))[0]);
	assert.equal(result.bytes, 2000);
	assert.equal(result.etag, etag);
	assert.deepEqual(bed.read('new'), bytes(2000, 9));
});

void test('an object that is replaced while its body is cut starts over with the new one', async () => {
	await using bed = await Bed.make();
	bed.server.put('moving', bytes(900_000));
	bed.server.mischief = ({nth, object, response}) => {
		if (nth > 1) return false;
		response.writeHead(200, {'content-length': 900_000, etag: object.etag});
		response.write(object.body.subarray(0, 600_000), () => response.destroy());
		bed.server.put('moving', bytes(900_000, 5));
		return true;
	};
	const result = done((await bed.run(bed.pool(), [bed.task(1, 'moving')]))[0]);
	assert.deepEqual(bed.read('moving'), bytes(900_000, 5));
	assert.equal(result.attempts, 3);
});

void test('a stalled request is cut and goes on; one that stalls for ever fails in words', async () => {
	await using bed = await Bed.make();
	const body = bytes(500_000);
	for (const key of ['nap', 'death']) bed.server.put(key, body);
	bed.server.mischief = ({key, nth, object, response}) => {
		if (key === 'nap' && nth > 1) return false;
		if (key === 'death') return true;
		response.writeHead(200, {'content-length': body.length, etag: object.etag});
		response.write(body.subarray(0, 300_000));
		return true;
	};
	const pool = bed.pool({retries: 2}, {stallAfter: 800});
	const [nap, death] = await bed.run(pool, [bed.task(1, 'nap'), bed.task(2, 'death')]);
	assert.equal(done(nap).attempts, 2);
	assert.deepEqual(bed.read('nap'), body);
	assert.match(failed(death).error.message, /sent nothing/);
});

void test('refused credentials close the gate; fresh ones open it, and nothing is counted', async () => {
	await using bed = await Bed.make();
	for (let id = 0; id < 20; id++) bed.server.put(`f${id}`, bytes(1000, id + 1));
	bed.server.mischief = ({request, response}) => {
		if (request.headers.authorization === 'fresh') return false;
		response.writeHead(403).end('ExpiredToken');
		return true;
	};
	const old = {accessKeyId: 'old', secretAccessKey: 'x'};
	const pool = bed.pool({credentials: old, threads: 2, connections: 4});
	pool.submit(Array.from({length: 20}, (_, id) => bed.task(id, `f${id}`)));
	await bed.until(
		() => bed.results.length > 0 && bed.results.length === bed.server.requests.length,
	);
	assert.ok(bed.results.every((result) => result.kind === 'refused'));
	assert.ok(bed.results.length <= 4, 'no lane takes new work while the gate is closed');
	pool.setCredentials({accessKeyId: 'fresh', secretAccessKey: 'x'});
	// A thread that came late may still have been refused with the old ones.
	await bed.until(() => {
		const refused = bed.results.filter((result) => result.kind === 'refused');
		for (const result of refused) bed.results.splice(bed.results.indexOf(result), 1);
		pool.submit(refused.map((result) => bed.task(result.id, `f${result.id}`)));
		return bed.results.length >= 20;
	});
	assert.deepEqual(
		bed.results.map((result) => result.id).sort((a, b) => a - b),
		Array.from({length: 20}, (_, id) => id),
	);
	for (const result of bed.results) assert.equal(done(result).attempts, 1);
});

void test('a refused signature fails one file under keys that were right before, and closes the gate under others', async () => {
	await using bed = await Bed.make();
	for (const key of ['a', 'odd', 'b']) bed.server.put(key, bytes(1000));
	bed.server.mischief = ({request, key, response}) => {
		const isRight = request.headers.authorization === 'right';
		if (isRight && key !== 'odd') return false;
		response.writeHead(403).end('signature');
		return true;
	};
	const right = {accessKeyId: 'right', secretAccessKey: 'x'};
	const pool = bed.pool({credentials: right, threads: 1, connections: 1});
	const [a, odd, b] = await bed.run(pool, [bed.task(1, 'a'), bed.task(2, 'odd'), bed.task(3, 'b')]);
	done(a);
	assert.equal(failed(odd).error.code, 'denied');
	done(b);
	bed.results.length = 0;
	pool.setCredentials({accessKeyId: 'wrong', secretAccessKey: 'y'});
	pool.submit([bed.task(4, 'a', {replace: true}), bed.task(5, 'b', {replace: true})]);
	await bed.until(() => bed.results.length > 0);
	assert.deepEqual(
		bed.results.map(({kind}) => kind),
		['refused'],
	);
});

void test('an existing destination is not touched unless replacing is allowed', async () => {
	await using bed = await Bed.make();
	for (const key of ['keep', 'replace']) {
		bed.server.put(key, bytes(100));
		fs.writeFileSync(path.join(bed.folder, key), 'mine');
	}
	const [keep, replace] = await bed.run(bed.pool(), [
		bed.task(1, 'keep'),
		bed.task(2, 'replace', {replace: true}),
	]);
	const {error} = failed(keep);
	assert.equal(error.code, 'disk');
	assert.ok(error.message.includes(path.join(bed.folder, 'keep')));
	assert.equal(bed.read('keep').toString(), 'mine');
	done(replace);
	assert.deepEqual(bed.read('replace'), bytes(100));
	assert.deepEqual(bed.parts(), []);
});

void test('links in the way are not written through', async () => {
	await using bed = await Bed.make();
	const outside = path.join(bed.folder, 'outside');
	fs.writeFileSync(outside, 'precious');
	bed.server.put('a', bytes(2 * MiB));
	const task = bed.task(1, 'a', {replace: true});
	fs.symlinkSync(outside, task.temporary);
	fs.symlinkSync(outside, task.destination);
	done((await bed.run(bed.pool(), [task]))[0]);
	assert.equal(fs.readFileSync(outside, 'utf8'), 'precious');
	assert.equal(fs.lstatSync(task.destination).isSymbolicLink(), false);
});

void test('folders that are files, folders in the way, names too long: disk errors in words', async () => {
	await using bed = await Bed.make();
	bed.server.put('x', bytes(10));
	fs.writeFileSync(path.join(bed.folder, 'file'), '');
	fs.mkdirSync(path.join(bed.folder, 'folder/inner'), {recursive: true});
	const places = ['file/x', 'folder', 'n'.repeat(300)];
	const results = await bed.run(
		bed.pool(),
		places.map((place, id) =>
			bed.task(id, 'x', {destination: path.join(bed.folder, place), replace: true}),
		),
	);
	for (const result of results) {
		assert.equal(failed(result).error.code, 'disk');
		assert.ok(failed(result).error.hint);
	}
	assert.match(failed(results[2]).error.message, /too long/);
	assert.deepEqual(bed.parts(), []);
});

void test('hostile lengths: nothing wrong is saved', async () => {
	await using bed = await Bed.make();
	const body = bytes(5000);
	const answers: Record<string, {headers: Record<string, string>; body: Buffer; status?: number}> =
		{
			'short, same ETag': {headers: {'content-length': '3000'}, body: body.subarray(0, 3000)},
			'no length, cut': {headers: {connection: 'close'}, body: body.subarray(0, 3000)},
			'part of nothing': {
				headers: {'content-length': '5000', 'content-range': 'bytes 0-4999/5000'},
				body,
				status: 206,
			},
			'longer than listed': {headers: {'content-length': '6000'}, body: bytes(6000)},
		};
	for (const key of Object.keys(answers)) bed.server.put(key, body);
	bed.server.mischief = ({key, object, response}) => {
		const answer = answers[key];
		if (answer === undefined) return false;
		response.writeHead(answer.status ?? 200, {...answer.headers, etag: object.etag});
		response.end(answer.body);
		return true;
	};
	const keys = Object.keys(answers);
	const results = await bed.run(
		bed.pool(),
		keys.map((key, id) => bed.task(id, key)),
	);
	for (const [id, key] of keys.entries()) {
		assert.ok(['size-mismatch', 'server'].includes(failed(results[id]).error.code), key);
		assert.equal(bed.exists(key), false);
	}
	assert.deepEqual(bed.parts(), []);
});

void test('a wrong range, or the whole object instead of the rest, does no harm', async () => {
	await using bed = await Bed.make();
	const body = bytes(900_000);
	for (const key of ['wrong range', 'whole']) bed.server.put(key, body);
	bed.server.mischief = ({key, nth, object, response}) => {
		const head = {'content-length': body.length, etag: object.etag, 'x-digest': object.digest};
		if (nth === 1) {
			response.writeHead(200, head);
			response.write(body.subarray(0, 600_000), () => response.destroy());
			return true;
		}
		if (nth > 2) return false;
		if (key === 'whole') response.writeHead(200, head).end(body);
		else {
			response.writeHead(206, {...head, 'content-range': `bytes 0-899999/900000`}).end(body);
		}
		return true;
	};
	const results = await bed.run(bed.pool(), [bed.task(1, 'wrong range'), bed.task(2, 'whole')]);
	for (const result of results) assert.equal(done(result).verified, 'crc32');
	for (const key of ['wrong range', 'whole']) assert.deepEqual(bed.read(key), body);
});

test('the rate limit holds for all threads together within 5 %, and can be lifted', async () => {
	await using bed = await Bed.make();
	for (let id = 0; id < 4; id++) bed.server.put(`big${id}`, bytes(4 * MiB, id + 1));
	const rate = 2 * MiB;
	const pool = bed.pool({threads: 2, connections: 4, limitRate: rate});
	pool.submit([0, 1, 2, 3].map((id) => bed.task(id, `big${id}`)));
	await bed.until(() => pool.counters().bytesReceived > 0);
	const first = performance.now();
	await bed.until(() => performance.now() - first > 1000);
	const from = {bytes: pool.counters().bytesReceived, at: performance.now()};
	await bed.until(() => performance.now() - from.at > 5000);
	const seconds = (performance.now() - from.at) / 1000;
	const reached = (pool.counters().bytesReceived - from.bytes) / seconds;
	assert.ok(Math.abs(reached / rate - 1) < 0.05, `${reached} of ${rate}`);
	const lifted = performance.now();
	pool.setLimitRate(0);
	await bed.until(() => bed.results.length === 4);
	assert.ok(performance.now() - lifted < 3000);
	for (const result of bed.results) done(result);
});

test('the rate limit holds for small files too, and leaves no connection paused', async () => {
	await using bed = await Bed.make();
	const size = 5000;
	const tasks = Array.from({length: 120}, (_, id) => {
		bed.server.put(`small${id}`, bytes(size, id + 1));
		return bed.task(id, `small${id}`);
	});
	const rate = 300_000;
	const pool = bed.pool({threads: 2, connections: 4, limitRate: rate});
	// the first ones bring up the threads and the connections
	await bed.run(pool, tasks.slice(0, 20));
	const began = performance.now();
	for (const result of await bed.run(pool, tasks.slice(20))) done(result);
	const seconds = (performance.now() - began) / 1000;
	const usual = (100 * size) / rate;
	assert.ok(seconds > usual * 0.9 && seconds < usual * 1.3, `${seconds} s instead of ${usual}`);
});

void test('a thread that can’t load its store ends the job', async () => {
	await using bed = await Bed.make();
	const pool = bed.pool({providerModule: 'file:///no/such/store.js'});
	await bed.until(() => bed.errors.length > 0);
	assert.equal(bed.errors.length, 1);
	assert.deepEqual(await pool.halt('park'), []);
});

void test('a thread that dies ends the job with an error, and closing still works', async () => {
	await using bed = await Bed.make();
	bed.server.put('x', bytes(10));
	const pool = bed.pool({providerModule: new URL('dying-provider.ts', import.meta.url).href});
	pool.submit([bed.task(1, 'x')]);
	await bed.until(() => bed.errors.length > 0);
	assert.match(bed.errors[0]?.message ?? '', /code 7/);
	assert.deepEqual(await pool.halt('park'), []);
});

void test('connections grow and shrink while files come', async () => {
	await using bed = await Bed.make();
	const held = new Set<() => void>();
	let most = 0;
	for (let id = 0; id < 60; id++) bed.server.put(`f${id}`, bytes(100, id + 1));
	bed.server.mischief = ({object, response}) => {
		held.add(() => response.writeHead(200, {'content-length': 100}).end(object.body));
		most = Math.max(most, held.size);
		return true;
	};
	const release = (): void => {
		for (const answer of held) answer();
		held.clear();
	};
	const pool = bed.pool({threads: 2, connections: 2});
	pool.submit(Array.from({length: 60}, (_, id) => bed.task(id, `f${id}`)));
	await bed.until(() => held.size === 2);
	assert.equal(pool.open().length, 2);
	pool.setConnections(12);
	await bed.until(() => held.size === 12);
	pool.setConnections(1);
	release();
	await bed.until(() => bed.results.length === 12 && held.size === 1);
	most = 0;
	await bed.until(() => {
		release();
		return bed.results.length === 60;
	});
	assert.equal(most, 1);
	for (const result of bed.results) done(result);
});

void test('a group never has more files in flight than it may, and the others go on meanwhile', async () => {
	await using bed = await Bed.make();
	const groups = [1, 2, 3];
	const tasks = groups.flatMap((group) =>
		Array.from({length: 12}, (_, index) => {
			const key = `${group}/${index}.bin`;
			bed.server.put(key, bytes(100, index + 1));
			return bed.task(group * 100 + index, key, {group});
		}),
	);
	const open = new Map<string, number>();
	let most = 0;
	let mostTogether = 0;
	bed.server.mischief = ({key, object, range, request, response}) => {
		const [group = ''] = key.split('/');
		open.set(group, (open.get(group) ?? 0) + 1);
		most = Math.max(most, ...open.values());
		mostTogether = Math.max(
			mostTogether,
			[...open.values()].reduce((sum, count) => sum + count, 0),
		);
		setTimeout(() => {
			open.set(group, (open.get(group) ?? 0) - 1);
			send(response, object, range, request.headers['if-match']);
		}, 10);
		return true;
	};
	// In manifest order, the worst case: the first group's tasks stand before all others.
	const results = await bed.run(bed.pool({threads: 2, connections: 12, perGroup: 2}), tasks);
	for (const result of results) done(result);
	assert.equal(most, 2);
	assert.ok(mostTogether > 2, `${mostTogether} at once in all groups`);
});
