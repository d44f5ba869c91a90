import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {place, realDisk, writeFully, type Disk} from '../../source/transfer/disk.ts';
import type {TransferResult} from '../../source/transfer/types.ts';
import {Bed, bytes} from './bed.ts';
import {crowded, lanesOn} from './lanes-on.ts';

const MiB = 1024 * 1024;

function errno(code: string): Error {
	return Object.assign(new Error(`${code}: played`), {code});
}

/** A task through lanes in this thread, on a disk that misbehaves. */
async function runOn(bed: Bed, disk: Disk, key: string, replace = true): Promise<TransferResult> {
	let tell: (result: TransferResult) => void = () => {};
	const answer = new Promise<TransferResult>((resolve) => {
		tell = resolve;
	});
	const {lanes} = lanesOn(bed, disk, ([first]) => first && tell(first as TransferResult));
	lanes.add([bed.task(1, key, {replace})]);
	const result = await answer;
	await lanes.close();
	return result;
}

/** Takes `room` bytes, a few at a time, then has no more. */
function fullAfter(room: number, code = 'ENOSPC'): Disk {
	let left = room;
	return {
		...realDisk,
		writeSync: ((fd: number, data: Uint8Array, offset: number, length: number, at: number) => {
			if (left === 0) throw errno(code);
			const bite = Math.min(left, length, 40_000);
			left -= bite;
			return fs.writeSync(fd, data, offset, bite, at);
		}) as Disk['writeSync'],
	};
}

void test('a full disk sends a small file back to the queue and leaves nothing', async () => {
	await using bed = await Bed.make();
	bed.server.put('small', bytes(10_000));
	for (const code of ['ENOSPC', 'EDQUOT']) {
		const result = await runOn(bed, fullAfter(5000, code), 'small');
		assert.equal(result.kind, 'no-room');
		assert.equal(result.kind === 'no-room' && result.error.code, 'disk-full');
		assert.deepEqual(bed.parts(), []);
		assert.equal(bed.exists('small'), false);
	}
});

void test('a disk that fills up under a large file keeps what is there, and it goes on later', async () => {
	await using bed = await Bed.make();
	const body = bytes(4 * MiB);
	bed.server.put('large', body);
	const result = await runOn(bed, fullAfter(2 * MiB), 'large');
	assert.equal(result.kind, 'no-room');
	const later = await runOn(bed, realDisk, 'large');
	assert.equal(later.kind, 'done');
	assert.deepEqual(bed.read('large'), body);
	assert.match(bed.server.requests.at(-1)?.range ?? '', /^bytes=\d{7}-$/);
	assert.deepEqual(bed.parts(), []);
});

void test('no descriptor free to read of what an earlier run left: it waits and goes on from there', async () => {
	await using bed = await Bed.make();
	const body = bytes(4 * MiB);
	bed.server.put('large', body);
	assert.equal((await runOn(bed, fullAfter(2 * MiB), 'large')).kind, 'no-room');
	const later = await runOn(bed, crowded('EMFILE', 2), 'large');
	assert.ok(later.kind === 'done', JSON.stringify(later));
	assert.equal(later.attempts, 1);
	assert.match(bed.server.requests.at(-1)?.range ?? '', /^bytes=\d{7}-$/);
	assert.ok(bed.read('large').equals(body));
});

void test('each errno is named, and nothing is left behind', async () => {
	await using bed = await Bed.make();
	bed.server.put('x', bytes(10));
	for (const code of ['EACCES', 'EROFS', 'ENAMETOOLONG', 'EIO', 'ENOTDIR', 'EISDIR', 'EMFILE']) {
		const disk: Disk = {
			...realDisk,
			openSync: () => {
				throw errno(code);
			},
		};
		const result = await runOn(bed, disk, 'x');
		assert.ok(result.kind === 'failed', code);
		assert.equal(result.error.code, 'disk');
		assert.equal(result.error.detail, code);
		assert.ok(result.error.hint);
		assert.ok(result.error.message.includes(path.join(bed.folder, 'x')));
		assert.equal(result.attempts, code === 'EMFILE' ? 3 : 1, code);
	}
	assert.deepEqual(bed.parts(), []);
});

void test('an error on close counts: the file does not get its name', async () => {
	await using bed = await Bed.make();
	bed.server.put('x', bytes(10));
	const disk: Disk = {
		...realDisk,
		closeSync: (fd) => {
			fs.closeSync(fd);
			throw errno('EIO');
		},
	};
	const result = await runOn(bed, disk, 'x');
	assert.equal(result.kind, 'failed');
	assert.equal(bed.exists('x'), false);
	assert.deepEqual(bed.parts(), []);
});

void test('a folder that is removed meanwhile is made again; without its parts folder a job pauses', async () => {
	await using bed = await Bed.make();
	bed.server.put('deep/x', bytes(10));
	let first = true;
	const disk: Disk = {
		...realDisk,
		renameSync: (from, to) => {
			if (first) fs.rmSync(path.join(bed.folder, 'deep'), {recursive: true});
			first = false;
			fs.renameSync(from, to);
		},
	};
	assert.equal((await runOn(bed, disk, 'deep/x')).kind, 'done');
	fs.rmSync(path.join(bed.folder, '.muster'), {recursive: true});
	assert.equal((await runOn(bed, realDisk, 'deep/x')).kind, 'no-room');
});

void test('where hard links don’t exist, an existing file is still not replaced', async () => {
	await using bed = await Bed.make();
	const disk: Disk = {
		...realDisk,
		linkSync: () => {
			throw errno('EPERM');
		},
	};
	const [from, to] = [path.join(bed.folder, 'from'), path.join(bed.folder, 'to')];
	fs.writeFileSync(from, 'new');
	fs.writeFileSync(to, 'old');
	assert.throws(() => place(disk, from, to, false), {code: 'EEXIST'});
	assert.equal(fs.readFileSync(to, 'utf8'), 'old');
	fs.rmSync(to);
	place(disk, from, to, false);
	assert.equal(fs.readFileSync(to, 'utf8'), 'new');
});

void test('a chunk is written whole however small the bites', () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-bites-'));
	const fd = fs.openSync(path.join(folder, 'f'), 'w+');
	writeFully(fullAfter(1_000_000), fd, bytes(123_457), 10);
	fs.closeSync(fd);
	assert.deepEqual(fs.readFileSync(path.join(folder, 'f')).subarray(10), bytes(123_457));
	fs.rmSync(folder, {recursive: true});
});
