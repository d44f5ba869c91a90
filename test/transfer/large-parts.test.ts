import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {DigestAlgorithm} from '../../source/model/object.ts';
import {Hashers} from '../../source/transfer/checksum.ts';
import type {TransferPool, TransferResult} from '../../source/transfer/types.ts';
import {Bed, bytes} from './bed.ts';
import type {FakeObject} from './fake-server.ts';

/* Objects that were uploaded in large parts, of which the store offers a digest of the parts' digests. */

const MiB = 1024 * 1024;
const partSize = 65 * MiB;
const block = bytes(MiB);
/** A part and a bit, no MiB like another. */
const body = Buffer.concat(Array.from({length: 70}, () => block));
for (let at = 0; at < body.length; at += MiB) body.writeUInt32BE(at, at);

function composite(algorithm: DigestAlgorithm): string {
	const hashers = new Hashers();
	const all = hashers.start(algorithm);
	for (let at = 0; at < body.length; at += partSize) {
		const part = hashers.start(algorithm);
		part.update(body.subarray(at, at + partSize));
		all.update(part.end());
	}
	const text = all.end().toString(algorithm === 'md5' ? 'hex' : 'base64');
	return `${algorithm} ${text}-${Math.ceil(body.length / partSize)} composite`;
}

function put(bed: Bed, algorithm: DigestAlgorithm, content = body): FakeObject {
	return Object.assign(bed.server.put('a', content, composite(algorithm)), {partSize});
}

const longest = (bed: Bed): number =>
	Math.max(
		...bed.server.requests.map(({range}) => {
			const [, start = 0, end = Infinity] = (/(\d+)-(\d+)/.exec(range ?? '') ?? []).map(Number);
			return end - start + 1;
		}),
	);

async function one(bed: Bed, pool: TransferPool): Promise<TransferResult | undefined> {
	const [result] = await bed.run(pool, [bed.task(1, 'a')]);
	return result;
}

for (const algorithm of ['crc32c', 'crc32', 'md5', 'sha256'] as const) {
	test(`${algorithm}: a large part comes in pieces, and its digest is checked`, async () => {
		await using bed = await Bed.make();
		put(bed, algorithm);
		const result = await one(bed, bed.pool({connections: 4, threads: 2}));
		assert.ok(result?.kind === 'done', JSON.stringify(result));
		assert.equal(result.verified, algorithm);
		assert.equal(result.digest?.partSize, partSize);
		assert.ok(bed.read('a').equals(body));
		assert.ok(longest(bed) <= 16 * MiB, `a request for ${longest(bed)} bytes`);
		assert.deepEqual(bed.parts(), []);
	});

	test(`${algorithm}: wrong bytes amid a large part are noticed`, async () => {
		await using bed = await Bed.make();
		const wrong = Buffer.from(body);
		wrong[33 * MiB + 5] = (wrong[33 * MiB + 5] ?? 0) ^ 1;
		put(bed, algorithm, wrong);
		const result = await one(bed, bed.pool({}, {restarts: 1}));
		assert.ok(
			result?.kind === 'failed' && result.error.code === 'checksum',
			JSON.stringify(result),
		);
		assert.equal(bed.exists('a'), false);
	});
}

test('md5: stopped amid a large part, what is there is not fetched again', async () => {
	await using bed = await Bed.make();
	put(bed, 'md5');
	bed.server.mischief = ({object, range, response}) => {
		const [, from = 0, to = 0] = (/(\d+)-(\d+)/.exec(range ?? '') ?? []).map(Number);
		response.writeHead(206, {
			'content-length': to - from + 1,
			'content-range': `bytes ${from}-${to}/${object.body.length}`,
			etag: object.etag,
		});
		response.write(object.body.subarray(from, from + 2 * MiB));
		return true;
	};
	const first = bed.pool({connections: 1});
	first.submit([bed.task(1, 'a')]);
	await bed.until(() => first.open()[0]?.bytes === 2 * MiB);
	await first.halt('park');
	await first.close();
	bed.server.mischief = () => false;
	const before = bed.server.requests.length;
	bed.results.length = 0;
	const result = await one(bed, bed.pool());
	assert.ok(result?.kind === 'done' && result.verified === 'md5', JSON.stringify(result));
	assert.ok(bed.read('a').equals(body));
	const starts = bed.server.requests
		.slice(before)
		.map(({range}) => Number(/\d+/.exec(range ?? '')));
	assert.equal(Math.min(...starts), 2 * MiB);
});
