import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import {test} from 'node:test';
import {realDisk, type Disk} from '../../source/transfer/disk.ts';
import {Bed, bytes} from './bed.ts';
import {crowded, runLargeOn} from './lanes-on.ts';

/* Large files on a disk that misbehaves. */

const MiB = 1024 * 1024;
const body = bytes(17 * MiB);

for (const code of ['EMFILE', 'ENFILE'])
	for (const digest of [undefined, 'sha256'] as const)
		test(`${code} while a large file is prepared, fetched and finished: it waits (${digest ?? 'crc32'})`, async () => {
			await using bed = await Bed.make();
			bed.server.put(
				'a',
				body,
				digest && `${digest} ${createHash(digest).update(body).digest('base64')}`,
			);
			const {result, counters} = await runLargeOn(bed, crowded(code, 3), bed.task(1, 'a'));
			assert.ok(result?.kind === 'done', JSON.stringify(result));
			assert.equal(result.attempts, 1);
			assert.ok(counters.crowded >= 9, `${counters.crowded} waits`);
			assert.ok(bed.read('a').equals(body));
			assert.deepEqual(bed.parts(), []);
		});

test('no descriptor at all for a long time: the file fails in words', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body);
	const {result} = await runLargeOn(bed, crowded('EMFILE', Infinity), bed.task(1, 'a'));
	assert.ok(result?.kind === 'failed', JSON.stringify(result));
	assert.equal(result.error.detail, 'EMFILE');
});

test('what an earlier run left is not thrown away where no descriptor is free to read of it', async () => {
	await using bed = await Bed.make();
	bed.server.put('a', body);
	const task = bed.task(1, 'a');
	// Full after the first piece.
	let left = 9 * MiB;
	const full: Disk = {
		...realDisk,
		writeSync: ((fd: number, data: Uint8Array, offset: number, length: number, at: number) => {
			if (left < length) throw Object.assign(new Error('ENOSPC'), {code: 'ENOSPC'});
			left -= length;
			return fs.writeSync(fd, data, offset, length, at);
		}) as Disk['writeSync'],
	};
	const first = await runLargeOn(bed, full, task);
	assert.equal(first.result?.kind, 'no-room');
	const before = bed.server.requests.length;
	const {result} = await runLargeOn(bed, crowded('EMFILE', 2), task);
	assert.equal(result?.kind, 'done');
	for (const {range} of bed.server.requests.slice(before))
		assert.ok(Number(/\d+/.exec(range ?? '')) >= 8 * MiB, range);
});
