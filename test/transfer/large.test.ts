import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {describe, test} from 'node:test';
import type {DigestAlgorithm} from '../../source/model/object.ts';
import {Hashers} from '../../source/transfer/checksum.ts';
import type {TransferResult, TransferTask} from '../../source/transfer/types.ts';
import {Bed, bytes} from './bed.ts';
import {send} from './fake-server.ts';

const MiB = 1024 * 1024;
const hashers = new Hashers();
const digestOf = (algorithm: DigestAlgorithm, body: Uint8Array): Buffer => {
	const hasher = hashers.start(algorithm);
	hasher.update(body);
	return hasher.end();
};
/** Three pieces: 8, 8 and 4 MiB. */
const body = bytes(20 * MiB);

function composite(algorithm: DigestAlgorithm, partSize: number): string {
	const parts: Buffer[] = [];
	for (let at = 0; at < body.length; at += partSize)
		parts.push(digestOf(algorithm, body.subarray(at, at + partSize)));
	const text = digestOf(algorithm, Buffer.concat(parts));
	return `${text.toString(algorithm === 'md5' ? 'hex' : 'base64')}-${parts.length}`;
}

function done(result: TransferResult | undefined): TransferResult & {kind: 'done'} {
	assert.ok(result?.kind === 'done', JSON.stringify(result));
	return result;
}

const whole = (algorithm: DigestAlgorithm): string =>
	`${algorithm} ${digestOf(algorithm, body).toString(algorithm === 'md5' ? 'hex' : 'base64')}`;

test('a large object comes in pieces over all threads, each held to its ETag, and is checked as a whole', async () => {
	await using bed = await Bed.make();
	const object = bed.server.put('a', body, whole('crc64nvme'));
	const pool = bed.pool({threads: 2, connections: 4});
	const [result] = await bed.run(pool, [bed.task(1, 'a')]);
	const {verified, attempts, digest} = done(result);
	assert.equal(verified, 'crc64nvme');
	assert.equal(attempts, 1);
	assert.equal(digest?.kind, 'full');
	assert.ok(bed.read('a').equals(body));
	assert.equal(fs.statSync(path.join(bed.folder, 'a')).mtimeMs, 1_700_000_000_000);
	assert.deepEqual(bed.parts(), []);
	assert.deepEqual(
		new Set(bed.server.requests.map(({range}) => range)),
		new Set([
			`bytes=0-${8 * MiB - 1}`,
			`bytes=${8 * MiB}-${16 * MiB - 1}`,
			`bytes=${16 * MiB}-${20 * MiB - 1}`,
		]),
	);
	assert.equal(bed.server.requests.length, 3);
	for (const {etag} of bed.server.requests) assert.equal(etag, object.etag);
	assert.ok(bed.server.connections >= 3);
});

describe('the best digest that is offered is checked', () => {
	for (const [what, digest, partSize, verified] of [
		['CRC-32 of the whole', whole('crc32'), undefined, 'crc32'],
		['CRC-32C of the whole', whole('crc32c'), undefined, 'crc32c'],
		['SHA-256 of the whole', whole('sha256'), undefined, 'sha256'],
		['MD5 of the whole', whole('md5'), undefined, 'md5'],
		['MD5 of the parts', `md5 ${composite('md5', 6 * MiB)} composite`, 6 * MiB, 'md5'],
		['CRC-32C of the parts', `crc32c ${composite('crc32c', 5 * MiB)} composite`, 5 * MiB, 'crc32c'],
		[
			'SHA-256 of the parts',
			`sha256 ${composite('sha256', 12 * MiB)} composite`,
			12 * MiB,
			'sha256',
		],
		['parts that nobody tells of', `md5 ${composite('md5', 6 * MiB)} composite`, undefined, 'size'],
		['nothing at all', '', undefined, 'size'],
	] as const) {
		test(what, async () => {
			await using bed = await Bed.make();
			const object = bed.server.put('a', body, digest);
			if (partSize !== undefined) object.partSize = partSize;
			const [result] = await bed.run(bed.pool(), [bed.task(1, 'a')]);
			assert.equal(done(result).verified, verified);
			assert.ok(bed.read('a').equals(body));
		});

		if (verified === 'size') continue;
		test(`${what}, and it is wrong`, async () => {
			await using bed = await Bed.make();
			const wrong = Buffer.from(body);
			wrong[11 * MiB] = (wrong[11 * MiB] ?? 0) ^ 1;
			const object = bed.server.put('a', wrong, digest);
			if (partSize !== undefined) object.partSize = partSize;
			const pool = bed.pool({}, {restarts: 2});
			const [result] = await bed.run(pool, [bed.task(1, 'a')]);
			assert.ok(result?.kind === 'failed', JSON.stringify(result));
			assert.equal(result.error.code, 'checksum');
			assert.match(result.error.message, /of what came is .+, the store says /);
			assert.equal(bed.exists('a'), false);
			assert.deepEqual(bed.parts(), []);
		});
	}
});

test('one byte wrong on the line: fetched again, and right', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body, whole('crc64nvme'));
	bed.server.mischief = ({nth, object, range, response}) => {
		if (nth !== 2) return false;
		const wrong = Buffer.from(object.body);
		for (let at = 0; at < wrong.length; at += 4 * MiB) wrong[at] = (wrong[at] ?? 0) ^ 1;
		send(response, {...object, body: wrong}, range, undefined);
		return true;
	};
	const [result] = await bed.run(bed.pool(), [bed.task(1, 'a')]);
	assert.ok(done(result).attempts > 1);
	assert.ok(bed.read('a').equals(body));
});

test('an object that changes midway starts over with what is there now, and that is told', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body, whole('crc64nvme'));
	const next = bytes(18 * MiB, 9);
	bed.server.mischief = ({nth}) => {
		if (nth === 2) bed.server.put('a', next);
	};
	const [result] = await bed.run(bed.pool(), [bed.task(1, 'a')]);
	const {changed, bytes: count, etag} = done(result);
	assert.equal(changed, true);
	assert.equal(count, next.length);
	assert.equal(etag, bed.server.objects.get('a')?.etag);
	assert.ok(bed.read('a').equals(next));
});

test('a server that gives no ranges, and one without ETags: in one stream', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body);
	bed.server.put('b', body).etag = '';
	bed.server.mischief = ({key, object, response}) => {
		if (key === 'b') return false;
		send(response, object, undefined, undefined);
		return true;
	};
	const results = await bed.run(bed.pool(), [bed.task(1, 'a'), bed.task(2, 'b')]);
	for (const result of results) assert.equal(done(result).verified, 'crc32');
	for (const name of ['a', 'b']) assert.ok(bed.read(name).equals(body));
	assert.deepEqual(bed.parts(), []);
});

test('pieces that are cut off, or are another range, go on from where they were', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body, whole('crc64nvme'));
	let cut = 0;
	bed.server.mischief = ({range, object, response, nth}) => {
		if (nth === 4) {
			send(response, object, 'bytes=5-10', undefined);
			return true;
		}
		const [, from = 0, to = 0] = (/(\d+)-(\d+)/.exec(range ?? '') ?? []).map(Number);
		if (cut++ > 2) return false;
		response.writeHead(206, {
			'content-length': to - from + 1,
			'content-range': `bytes ${from}-${to}/${object.body.length}`,
			etag: object.etag,
		});
		response.write(object.body.subarray(from, from + 2 * MiB), () => response.destroy());
		return true;
	};
	const [result] = await bed.run(bed.pool({connections: 2}), [bed.task(1, 'a')]);
	done(result);
	assert.ok(bed.read('a').equals(body));
	const asked = bed.server.requests.map(({range}) => range);
	assert.ok(asked.includes(`bytes=${2 * MiB}-${8 * MiB - 1}`), asked.join());
});

test('gone, and refused before anything came', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body);
	const task = bed.task(1, 'a');
	bed.server.objects.delete('a');
	const [result] = await bed.run(bed.pool(), [task]);
	assert.ok(result?.kind === 'failed' && result.error.code === 'no-such-key');
});

/** Lets each piece come to `held` bytes and no further. */
function hold(bed: Bed, held: number): void {
	bed.server.mischief = ({object, range, response}) => {
		const [, from = 0, to = 0] = (/(\d+)-(\d+)/.exec(range ?? '') ?? []).map(Number);
		response.writeHead(206, {
			'content-length': to - from + 1,
			'content-range': `bytes ${from}-${to}/${object.body.length}`,
			etag: object.etag,
		});
		response.write(object.body.subarray(from, from + held));
		return true;
	};
}

/** Runs a task until so many bytes are there, and parks it; answers what had not begun. */
async function parkAt(bed: Bed, task: TransferTask, there: number): Promise<readonly number[]> {
	const pool = bed.pool();
	pool.submit([task]);
	await bed.until(() => pool.open()[0]?.bytes === there);
	const back = await pool.halt('park');
	await pool.close();
	return back;
}

test('parked in the middle of three pieces: what is there is not fetched again', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body, whole('crc64nvme'));
	hold(bed, 2 * MiB);
	const task = bed.task(1, 'a');
	assert.deepEqual(await parkAt(bed, task, 6 * MiB), []);
	assert.deepEqual(bed.results, [{kind: 'parked', id: 1, bytes: 6 * MiB}]);
	bed.server.mischief = () => false;
	const before = bed.server.requests.length;
	bed.results.length = 0;
	const [result] = await bed.run(bed.pool(), [task]);
	done(result);
	assert.ok(bed.read('a').equals(body));
	assert.deepEqual(
		bed.server.requests
			.slice(before)
			.map(({range}) => Number(/\d+/.exec(range ?? '')?.[0]) / MiB)
			.sort((one, other) => one - other),
		[2, 10, 18],
	);
});

test('after another boot every piece is read back, and damaged ones are fetched again', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body, whole('crc64nvme'));
	hold(bed, 2 * MiB);
	const task = bed.task(1, 'a');
	await parkAt(bed, task, 6 * MiB);
	// The machine lost power: bytes of the second piece never reached the disk.
	const journal = `${task.temporary}.journal`;
	fs.writeFileSync(
		journal,
		fs.readFileSync(journal, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'),
	);
	const file = fs.openSync(task.temporary, 'r+');
	fs.writeSync(file, Buffer.alloc(100), 0, 100, 9 * MiB);
	fs.closeSync(file);
	bed.server.mischief = () => false;
	const before = bed.server.requests.length;
	bed.results.length = 0;
	const [result] = await bed.run(bed.pool(), [task]);
	assert.equal(done(result).attempts, 1);
	assert.ok(bed.read('a').equals(body));
	const starts = bed.server.requests
		.slice(before)
		.map(({range}) => Number(/\d+/.exec(range ?? '')));
	assert.deepEqual(
		starts.sort((a, b) => a - b),
		[2 * MiB, 8 * MiB, 18 * MiB],
	);
});

for (const [what, damage] of [
	['half a line at its end', (text: string) => text.slice(0, -3)],
	['nonsense', () => 'nonsense'],
	['another object’s', (text: string) => text.replace(/"etag":"[^"]*"/, '"etag":"x"')],
	[
		'extents that overlap',
		(text: string) => `${text}0 100 aaaaaaaaaaaaaaaa\n5 8388608 aaaaaaaaaaaaaaaa\n`,
	],
] as const)
	test(`a journal with ${what} does no harm`, async () => {
		await using bed = await Bed.make();
		bed.server.put('a', body, whole('crc64nvme'));
		hold(bed, MiB);
		const task = bed.task(1, 'a');
		await parkAt(bed, task, 3 * MiB);
		const journal = `${task.temporary}.journal`;
		fs.writeFileSync(journal, damage(fs.readFileSync(journal, 'utf8')));
		bed.server.mischief = () => false;
		bed.results.length = 0;
		const [result] = await bed.run(bed.pool(), [task]);
		done(result);
		assert.ok(bed.read('a').equals(body));
		assert.deepEqual(bed.parts(), []);
	});

test('refused in the middle: no attempt counted, and fresh credentials go on from there', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body, whole('crc64nvme'));
	const task = bed.task(1, 'a');
	bed.server.mischief = ({nth, request, response}) => {
		if (nth <= 1 || request.headers.authorization === 'fresh') return false;
		response.writeHead(403).end('expired');
		return true;
	};
	const pool = bed.pool({connections: 2});
	const [refused] = await bed.run(pool, [task]);
	assert.equal(refused?.kind, 'refused');
	bed.results.length = 0;
	const before = bed.server.requests.length;
	pool.setCredentials({accessKeyId: 'fresh', secretAccessKey: ''});
	const [result] = await bed.run(pool, [task]);
	assert.equal(done(result).attempts, 1);
	assert.equal(bed.server.requests.length - before, 2);
	assert.ok(bed.read('a').equals(body));
});

test('beside small files a large one leaves half of the lanes, and all of them end', async () => {
	await using bed = await Bed.make();
	bed.server.put('big', body, whole('crc64nvme'));
	const small = Array.from({length: 200}, (_, index) => {
		const name = `s${index}`;
		bed.server.put(name, bytes(3000, index + 1));
		return bed.task(index + 2, name);
	});
	const results = await bed.run(bed.pool({threads: 2, connections: 8}), [
		bed.task(1, 'big'),
		...small,
	]);
	for (const result of results) done(result);
	assert.ok(bed.read('big').equals(body));
	assert.ok(bed.read('s7').equals(bytes(3000, 8)));
});
