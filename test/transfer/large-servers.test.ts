import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Hashers} from '../../source/transfer/checksum.ts';
import type {TransferResult} from '../../source/transfer/types.ts';
import {Bed, bytes} from './bed.ts';
import type {Mischief} from './fake-server.ts';

/* Large files from servers that don't do what large files need: they come in one stream. */

const MiB = 1024 * 1024;
/** Three pieces: 8, 8 and 2 MiB. */
const body = bytes(18 * MiB);

function done(result: TransferResult | undefined): TransferResult & {kind: 'done'} {
	assert.ok(result?.kind === 'done', JSON.stringify(result));
	return result;
}

/** Answers each range so; `times` of them at most. */
function answering(
	headers: (start: number, end: number, total: number) => Record<string, string | number>,
	times = Infinity,
): Mischief {
	let answered = 0;
	return ({object, range, response}) => {
		const [, start, end] = (/^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []).map(Number);
		if (start === undefined || end === undefined || answered++ >= times) return false;
		const head = headers(start, end, object.body.length);
		const length = Number(head['content-length'] ?? end - start + 1);
		response.writeHead(206, {etag: object.etag, 'content-length': length, ...head});
		response.end(object.body.subarray(start, start + length));
		return true;
	};
}

const badRanges = {
	'begin elsewhere': (start, end, total) => ({
		'content-range': `bytes ${start + 1}-${end + 1}/${total}`,
	}),
	'tell no Content-Range': () => ({}),
	'tell another size of the same object': (start, end, total) => ({
		'content-range': `bytes ${start}-${end}/${total + 1}`,
	}),
	'bring nothing': (start, end, total) => ({
		'content-range': `bytes ${start}-${end}/${total}`,
		'content-length': 0,
	}),
} as const satisfies Record<string, Parameters<typeof answering>[0]>;

for (const [what, headers] of Object.entries(badRanges)) {
	test(`ranges that always ${what}: in one stream`, async () => {
		await using bed = await Bed.make();
		bed.server.put('a', body);
		bed.server.mischief = answering(headers);
		const [result] = await bed.run(bed.pool({retries: 3}), [bed.task(1, 'a')]);
		assert.equal(done(result).verified, 'crc32');
		assert.ok(bed.read('a').equals(body));
		assert.deepEqual(bed.parts(), []);
		assert.equal(bed.server.requests.filter(({range}) => range === undefined).length, 1);
	});

	test(`ranges that ${what} twice: still in pieces`, async () => {
		await using bed = await Bed.make();
		bed.server.put('a', body);
		bed.server.mischief = answering(headers, 2);
		const [result] = await bed.run(bed.pool({connections: 1}), [bed.task(1, 'a')]);
		done(result);
		assert.ok(bed.read('a').equals(body));
		assert.ok(bed.server.requests.every(({range}) => range !== undefined));
	});
}

for (const status of [405, 501])
	test(`a server that answers ${status} to HEAD: in one stream`, async () => {
		await using bed = await Bed.make();
		bed.server.put('a', body);
		bed.server.headStatus = status;
		const [result] = await bed.run(bed.pool(), [bed.task(1, 'a')]);
		const {verified, attempts} = done(result);
		assert.equal(verified, 'crc32');
		assert.equal(attempts, 1);
		assert.equal(bed.server.heads, 1);
		assert.deepEqual(
			bed.server.requests.map(({range}) => range),
			[undefined],
		);
		assert.ok(bed.read('a').equals(body));
	});

/** The digest of the MD5s of parts of these sizes, as an ETag has it. */
function compositeMd5(sizes: readonly number[]): string {
	const hashers = new Hashers();
	const all = hashers.start('md5');
	let at = 0;
	for (const size of sizes) {
		const part = hashers.start('md5');
		part.update(body.subarray(at, at + size));
		all.update(part.end());
		at += size;
	}
	return `md5 ${all.end().toString('hex')}-${sizes.length} composite`;
}

test('a store that tells the size of a part but not their number: the digest tells that', async () => {
	await using bed = await Bed.make();
	const object = bed.server.put('a', body, compositeMd5([7 * MiB, 7 * MiB, 4 * MiB]));
	Object.assign(object, {partSize: 7 * MiB, hidesCount: true});
	const [result] = await bed.run(bed.pool(), [bed.task(1, 'a')]);
	const {verified, digest} = done(result);
	assert.equal(verified, 'md5');
	assert.equal(digest?.partSize, 7 * MiB);
	assert.ok(bed.read('a').equals(body));
});

test('a size of parts that does not fit their number says nothing: checked by its size', async () => {
	await using bed = await Bed.make();
	const object = bed.server.put('a', body, compositeMd5([7 * MiB, 7 * MiB, 4 * MiB]));
	Object.assign(object, {partSize: 10 * MiB, hidesCount: true});
	const [result] = await bed.run(bed.pool(), [bed.task(1, 'a')]);
	assert.equal(done(result).verified, 'size');
	assert.ok(bed.read('a').equals(body));
});
