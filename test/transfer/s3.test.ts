import assert from 'node:assert/strict';
import {test} from 'node:test';
import {objectKey} from '../../source/model/brand.ts';
import {bytesObject, createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {SandboxRule} from '../../source/sandbox/index.ts';
import {Bed, bytes} from './bed.ts';

/* The engine and the real S3 store together, against a sandbox that misbehaves. */

const checksums = ['crc64nvme', 'crc32c', 'crc32', 'sha256', 'sha1'] as const;

const faults: SandboxRule[] = [
	{
		match: {operation: 'GetObject', key: '*cut*', perKey: true, count: 2},
		action: {type: 'cut', afterBytes: 50_000},
	},
	{
		match: {operation: 'GetObject', key: '*flip*', perKey: true, count: 1},
		action: {type: 'flip', at: 999},
	},
	{
		match: {operation: 'GetObject', key: '*short*', perKey: true, count: 1},
		action: {type: 'short', bytes: 10},
	},
	{
		match: {operation: 'GetObject', key: '*busy*', perKey: true, count: 1},
		action: {type: 'throttle'},
	},
	{
		match: {operation: 'GetObject', key: '*stall*', perKey: true, count: 1},
		action: {type: 'stall', afterBytes: 100},
	},
];

void test('S3 with every checksum and a fault for most files: all complete and verified', async () => {
	await using bed = await Bed.make();
	const kinds = ['plain', 'cut', 'flip', 'short', 'busy', 'stall'];
	const contents = new Map<string, Buffer>();
	const objects = kinds.flatMap((kind, k) =>
		checksums.map((checksum, c) => {
			const key = `data/${kind} ${checksum}+é.bin`;
			const body = bytes(200_000 + k * 70_000 + c, k * 10 + c + 1);
			contents.set(key, body);
			return [key, bytesObject(body, {checksums: [checksum]})] as const;
		}),
	);
	const sandbox = await createSandbox({
		buckets: [memoryBucket('data-lake', objects)],
		rules: faults,
	});
	try {
		const pool = bed.pool(
			{
				providerModule: new URL('../../source/stores/s3/index.ts', import.meta.url).href,
				wire: {
					spec: {provider: 's3', endpoint: sandbox.endpoint, forcePathStyle: true},
					regions: {'data-lake': sandbox.region},
					clockOffset: 0,
				},
				credentials: {
					accessKeyId: sandbox.accessKeyId,
					secretAccessKey: sandbox.secretAccessKey,
				},
				connections: 6,
			},
			{stallAfter: 1500},
		);
		const keys = [...contents.keys()];
		const results = await bed.run(
			pool,
			keys.map((key, id) =>
				bed.task(id, key, {
					ref: {bucket: 'data-lake', key: objectKey(key)},
					size: contents.get(key)?.length ?? 0,
				}),
			),
		);
		for (const [id, key] of keys.entries()) {
			const result = results[id];
			assert.ok(result?.kind === 'done', JSON.stringify(result));
			assert.deepEqual(bed.read(key), contents.get(key));
			assert.equal(result.verified, checksums[id % checksums.length]);
			assert.equal(result.attempts > 1, !key.includes('plain'), key);
		}
		assert.deepEqual(bed.parts(), []);
	} finally {
		await sandbox.close();
	}
});
