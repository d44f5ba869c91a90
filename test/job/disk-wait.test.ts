import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {mock, test} from 'node:test';
import {DiskWait, missingWords, roomFor, type Room} from '../../source/job/disk-wait.ts';
import {memoryBucket} from '../../source/sandbox/index.ts';
import {baseSpec, ended, rollCall, until, untilPhase, withBed} from './bed.ts';

const MiB = 1024 * 1024;

/** A small file system of its own, where this process may mount one. */
function mountSmall(size: string): {folder: string; unmount: () => void} | string {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-small-disk-'));
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], {stdio: 'pipe'});
	} catch {
		rmSync(folder, {recursive: true});
		return 'only root on Linux may mount a small disk';
	}
	const unmount = (): void => {
		execFileSync('umount', ['--lazy', folder]);
		rmSync(folder, {recursive: true});
	};
	return {folder, unmount};
}

test('a disk that fills up pauses the job with what is missing, and room lets it go on by itself', async (t) => {
	const small = mountSmall('40m');
	if (typeof small === 'string') {
		t.skip(small);
		return;
	}
	const objects = Object.fromEntries(
		Array.from({length: 24}, (_, index) => [`set/${index}.bin`, Buffer.alloc(MiB, index)]),
	);
	const filler = path.join(small.folder, 'filler');
	try {
		await withBed(
			[memoryBucket('b', objects)],
			async (bed) => {
				const {engine, sandbox, events} = bed;
				const out = path.join(small.folder, 'out');
				await rollCall(
					engine,
					bed.spec({bucket: 'b', prefix: 'set/', folder: out, connections: 2}),
				);
				await engine.call('start', {});
				await until(engine, ({totals}) => totals.filesDone > 2);
				const {bavail, bsize} = statfsSync(small.folder);
				writeFileSync(filler, Buffer.alloc(bavail * bsize - 2 * MiB));
				sandbox.setThrottle({rate: 0});
				const paused = await untilPhase(engine, 'paused', 'finished');
				assert.equal(paused.phase, 'paused');
				assert.equal(paused.pauseReason, 'disk');
				assert.equal(paused.failure?.code, 'disk-full');
				assert.match(
					paused.failure?.message ?? '',
					/is full\. Paused; open files are kept\. It needs [\d.]+ MiB more\.$/,
				);
				assert.equal(paused.totals.filesFailed, 0);
				rmSync(filler);
				const {summary} = await ended(engine);
				assert.equal(summary.downloaded, 24);
				assert.equal(summary.exit_code, 0);
				assert.deepEqual(
					events.flatMap((event) => (event.type === 'paused' ? [event.reason] : [])),
					['disk'],
				);
				assert.ok(events.some(({type}) => type === 'resumed'));
			},
			{throttle: {rate: 4 * MiB}},
		);
	} finally {
		small.unmount();
	}
});

test('looks every few seconds; room for all that is left, or for much of it, is enough', () => {
	mock.timers.enable({apis: ['setInterval']});
	try {
		let room: Room = {left: 1000 * MiB, free: MiB};
		let went = 0;
		const wait = new DiskWait(3);
		const begin = (): void =>
			wait.begin(
				() => room,
				() => went++,
			);
		begin();
		mock.timers.tick(9000);
		assert.equal(went, 0);
		room = {left: 1000 * MiB, free: 300 * MiB};
		mock.timers.tick(3000);
		assert.equal(went, 1);
		mock.timers.tick(60_000);
		assert.equal(went, 1, 'once is enough');
		// It filled up again at once: the next look comes later, and later.
		begin();
		room = {left: 100 * MiB, free: 200 * MiB};
		mock.timers.tick(3000);
		assert.equal(went, 1);
		mock.timers.tick(3000);
		assert.equal(went, 2);
		wait.over();
		begin();
		mock.timers.tick(3000);
		assert.equal(went, 3);
		begin();
		wait.stop();
		mock.timers.tick(600_000);
		assert.equal(went, 3);
		room = {left: 1, free: undefined};
		begin();
		mock.timers.tick(600_000);
		assert.equal(went, 3, 'a disk that is gone has no room');
		wait.stop();
	} finally {
		mock.timers.reset();
	}
});

test('what lies in the folder of parts needs no room any more', () => {
	const root = mkdtempSync(path.join(tmpdir(), 'muster-room-'));
	try {
		const spec = baseSpec({endpoint: 'http://x', region: 'x'}, root);
		assert.equal(roomFor(spec, 10 * MiB).free, undefined, 'without its folder the disk is gone');
		const parts = path.join(root, '.muster', 'parts');
		mkdirSync(parts, {recursive: true});
		writeFileSync(path.join(parts, 'a.part'), Buffer.alloc(4 * MiB, 1));
		const {left, free} = roomFor(spec, 10 * MiB);
		assert.ok(left <= 6 * MiB && left > 5.5 * MiB, `${left}`);
		assert.ok((free ?? 0) > 0);
	} finally {
		rmSync(root, {recursive: true});
	}
	assert.equal(
		missingWords({left: 3 * 1024 * MiB, free: 1.5 * 1024 * MiB}),
		' It needs 1.50 GiB more.',
	);
	assert.equal(missingWords({left: 1, free: 1}), '');
	assert.equal(missingWords({left: 1, free: undefined}), '');
});
