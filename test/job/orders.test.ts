import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {Ledger} from '../../source/ledger/ledger.ts';
import {jobId} from '../../source/model/brand.ts';
import type {JobSpec} from '../../source/model/job-spec.ts';
import {flatBucket, memoryBucket, type Sandbox} from '../../source/sandbox/index.ts';
import {
	ended,
	fileEvents,
	fileNames,
	rollCall,
	run,
	tree,
	until,
	withBed,
	type Bed,
} from './bed.ts';

/* Orders that cross: a second key press, another front end, a signal while the engine is at something. */

const flatSpec = (bed: Bed, changes: Partial<JobSpec> = {}): JobSpec =>
	bed.spec({bucket: 'flat', prefix: 'images/', ...changes});

const twice = (sandbox: Sandbox): readonly string[] =>
	Object.entries(sandbox.stats().gets)
		.filter(([, {complete}]) => complete > 1)
		.map(([name]) => name);

const summaries = (bed: Bed): number => bed.events.filter(({type}) => type === 'summary').length;

test('two yes at once are one download', async () => {
	await withBed([flatBucket({keys: 200})], async (bed) => {
		await rollCall(bed.engine, flatSpec(bed));
		await Promise.all([bed.engine.call('start', {}), bed.engine.call('start', {})]);
		const {summary} = await ended(bed.engine);
		assert.equal(summary.downloaded, 200);
		assert.deepEqual(twice(bed.sandbox), []);
		assert.equal(fileEvents(bed.events).length, 200);
	});
});

test('a yes while a file is tried waits for it', async () => {
	const big = 'x'.repeat(3_000_000);
	await withBed(
		[memoryBucket('flat', {'images/a.bin': big, 'images/b.bin': `${big}b`})],
		async (bed) => {
			await rollCall(bed.engine, flatSpec(bed));
			const trial = bed.engine.call('tryOne', {});
			await bed.engine.call('start', {});
			assert.equal((await trial).path, 'a.bin');
			const {summary} = await ended(bed.engine);
			assert.equal(summary.downloaded, 2);
			assert.deepEqual(tree(bed.out), {'a.bin': big, 'b.bin': `${big}b`});
			assert.deepEqual(twice(bed.sandbox), []);
		},
	);
});

test('a stop between yes and download is the end of both', async () => {
	await withBed([flatBucket({keys: 50})], async (bed) => {
		await rollCall(bed.engine, flatSpec(bed));
		const started = bed.engine.call('start', {}).catch((error: Error) => error);
		await bed.engine.call('stop', {mode: 'now', code: 143});
		await started;
		const {phase, summary} = bed.engine.getSnapshot();
		assert.equal(phase, 'stopped');
		assert.equal(summary?.exit_code, 143);
		assert.equal(summaries(bed), 1);
		assert.deepEqual(fileNames(bed.out), []);
	});
});

test('a stop that comes after a going on wins', async () => {
	await withBed(
		[flatBucket({keys: 400})],
		async (bed) => {
			await rollCall(bed.engine, flatSpec(bed));
			await bed.engine.call('start', {});
			await until(bed.engine, ({totals}) => totals.filesDone > 5);
			const paused = bed.engine.call('pause', {});
			const resumed = bed.engine.call('proceed', {});
			const stopped = bed.engine.call('stop', {mode: 'now'});
			await Promise.all([paused, resumed, stopped]);
			const {phase} = await ended(bed.engine);
			assert.equal(phase, 'stopped');
			assert.equal(
				bed.events.some(({type}) => type === 'resumed'),
				false,
			);
		},
		{throttle: {latency: {min: 20, max: 20}}},
	);
});

test('a resumed job that is stopped at once has an end and a summary', async () => {
	await withBed([flatBucket({keys: 300})], async (bed) => {
		await rollCall(bed.engine, flatSpec(bed));
		const id = bed.engine.getSnapshot().job ?? jobId(1);
		await bed.renew();
		await bed.engine.call('resumeJob', {job: id});
		await bed.engine.call('stop', {mode: 'now', code: 143});
		const first = await ended(bed.engine);
		assert.equal(first.phase, 'stopped');
		assert.equal(first.summary.exit_code, 143);
	});
});

test('a choice without its plan is planned when the job is resumed', async () => {
	const keys = {'images/a/one.png': 'a', 'images/b/one.png': 'bb', 'images/two.png': 'two'};
	await withBed([memoryBucket('flat', keys)], async (bed) => {
		writeFileSync(bed.file('list.txt'), 'one.png\ntwo.png\n');
		const manifest = {kind: 'keys', file: bed.file('list.txt')} as const;
		await rollCall(bed.engine, flatSpec(bed, {manifest, ambiguous: 'ask'}));
		const id = bed.engine.getSnapshot().job ?? jobId(1);
		await bed.engine.shutDown();
		// killed between the two
		const ledger = Ledger.open(path.join(bed.out, '.muster'));
		const {rows} = ledger.windows.rows({states: ['ambiguous']}, 0, 1);
		const objectId = rows[0]?.candidates[0]?.objectId ?? 0;
		ledger.verdicts.record([{kind: 'found', wantedId: rows[0]?.id ?? 0, objectId, rule: 'chosen'}]);
		ledger.close();
		await bed.renew();
		await bed.engine.call('resumeJob', {job: id});
		const {summary} = await ended(bed.engine);
		assert.equal(summary.downloaded + summary.ambiguous, 2, 'each row is accounted for');
		assert.equal(summary.exit_code, summary.ambiguous > 0 ? 3 : 0);
	});
});

test('after a resume, time and rates are those of the whole job', async () => {
	await withBed(
		[flatBucket({keys: 300})],
		async (bed) => {
			await rollCall(bed.engine, flatSpec(bed, {perGroup: 4, groups: 1, connections: 4}));
			await bed.engine.call('start', {});
			await until(bed.engine, ({totals}) => totals.filesDone > 200);
			await bed.engine.call('stop', {mode: 'now'});
			const first = await ended(bed.engine);
			const report = path.join(bed.out, '.muster/reports/summary.json');
			assert.equal(
				(JSON.parse(readFileSync(report, 'utf8')) as {exit_code: number}).exit_code,
				130,
			);
			await bed.renew();
			await bed.engine.call('resumeJob', {job: first.job ?? jobId(1)});
			const {summary} = await ended(bed.engine);
			assert.equal(summary.downloaded, 300);
			assert.ok(summary.seconds > first.summary.seconds, `${summary.seconds} s`);
		},
		{throttle: {latency: {min: 20, max: 20}}},
	);
});

test('a number of connections that a person chose stays', async () => {
	await withBed(
		[flatBucket({keys: 400})],
		async (bed) => {
			await rollCall(bed.engine, flatSpec(bed));
			await bed.engine.call('start', {});
			await bed.engine.call('setConnections', {connections: 3});
			const {totals} = await until(bed.engine, ({totals}) => totals.seconds > 2.5);
			assert.equal(totals.connections, 3);
			await bed.engine.call('stop', {mode: 'now'});
		},
		{throttle: {latency: {min: 30, max: 30}}},
	);
});

test('a list that can only be read serves twice', async () => {
	await withBed([flatBucket({keys: 3})], async (bed) => {
		writeFileSync(bed.file('list.txt'), 'nothing.png\n', {mode: 0o444});
		const manifest = {kind: 'keys', file: bed.file('list.txt')} as const;
		await run(bed.engine, flatSpec(bed, {manifest}));
		await run(bed.engine, flatSpec(bed, {manifest}));
		const copy = path.join(bed.out, '.muster/manifest/list.txt');
		assert.equal(readFileSync(copy, 'utf8'), 'nothing.png\n');
	});
});
