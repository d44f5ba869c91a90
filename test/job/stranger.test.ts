import assert from 'node:assert/strict';
import {existsSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {listJobs} from '../../source/job/registry.ts';
import {flatBucket, memoryBucket} from '../../source/sandbox/index.ts';
import {allRows, ended, rollCall, run, until, withBed} from './bed.ts';

// What a person who did not know the program ran into.

test('a resume looks at finished files: one that is gone and one that was changed are fetched again', async () => {
	await withBed([flatBucket({keys: 40, size: 1000})], async (bed) => {
		bed.sandbox.setThrottle({rate: 20_000, ratePerConnection: 0, latency: {min: 0, max: 0}});
		await rollCall(bed.engine, bed.spec({bucket: 'flat'}));
		await bed.engine.call('start', {});
		await until(bed.engine, ({totals}) => totals.filesDone >= 3);
		await bed.engine.call('stop', {mode: 'now'});
		const {job} = await ended(bed.engine);
		const done = (await allRows(bed.engine)).filter(({state}) => state === 'downloaded');
		const [gone, changed] = done.map((row) => path.join(bed.out, row.path ?? ''));
		assert.ok(gone !== undefined && changed !== undefined && job !== null);
		rmSync(gone);
		writeFileSync(changed, 'something else');
		bed.sandbox.setThrottle({rate: 0, ratePerConnection: 0, latency: {min: 0, max: 0}});
		await bed.renew();
		await bed.engine.call('resumeJob', {job});
		const {summary} = await ended(bed.engine);
		assert.equal(summary.exit_code, 0);
		assert.ok(existsSync(gone));
		assert.deepEqual(await bed.engine.call('verifyLocal', {}), {files: 40, bad: 0});
	});
});

test('names look below the prefix alone, also where a URL has other folders listed', async () => {
	const keys = ['a/1/x.png', 'a/2/x.png', 'a/2/y.png', 'a/2/z.png'];
	const objects = Object.fromEntries(keys.map((key) => [key, key]));
	await withBed([memoryBucket('lake', objects)], async (bed) => {
		const file = bed.file('list.csv');
		writeFileSync(file, 'file\nx.png\ny.png\ns3://lake/a/2/z.png\n');
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({bucket: 'lake', prefix: 'a/1/', manifest: {kind: 'csv', file, column: 'file'}}),
		);
		assert.equal(snapshot.rollCall.found, 2);
		assert.equal(snapshot.rollCall.missing, 1);
		const rows = await allRows(bed.engine);
		assert.deepEqual(
			rows.map(({text, state, key}) => [text, state === 'missing', key]),
			[
				['x.png', false, 'a/1/x.png'],
				['y.png', true, null],
				['s3://lake/a/2/z.png', false, 'a/2/z.png'],
			],
		);
	});
});

test('a roll call that was only looked at is no job and leaves nothing behind', async () => {
	await withBed([flatBucket({keys: 5})], async (bed) => {
		await rollCall(bed.engine, bed.spec({bucket: 'flat'}));
		await bed.engine.call('abandon', {});
		assert.deepEqual(await listJobs(bed.jobs), []);
		assert.equal(existsSync(bed.out), false);
	});
});

test('a resume does not take the roll call of another job for its own', async () => {
	await withBed([flatBucket({keys: 30, size: 2000})], async (bed) => {
		bed.sandbox.setThrottle({rate: 10_000, ratePerConnection: 0, latency: {min: 0, max: 0}});
		await rollCall(bed.engine, bed.spec({bucket: 'flat'}));
		await bed.engine.call('start', {});
		await until(bed.engine, ({totals}) => totals.filesDone >= 2);
		await bed.engine.call('stop', {mode: 'now'});
		const {job} = await ended(bed.engine);
		assert.ok(job !== null);
		bed.sandbox.setThrottle({rate: 0, ratePerConnection: 0, latency: {min: 0, max: 0}});
		await bed.renew();
		const only = {include: ['*0000001.jpg'], exclude: [], extensions: []};
		await run(bed.engine, bed.spec({bucket: 'flat', filters: only}));
		await bed.renew();
		await bed.engine.call('resumeJob', {job});
		const end = await ended(bed.engine);
		assert.equal(end.job, job);
		assert.equal(end.summary.wanted, 30);
		assert.equal(end.summary.downloaded + end.summary.local, 30);
		const [newest, oldest] = await listJobs(bed.jobs);
		assert.deepEqual([newest?.state, oldest?.state], ['finished', 'finished']);
	});
});
