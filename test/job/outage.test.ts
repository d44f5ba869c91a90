import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Outage} from '../../source/job/outage.ts';
import {createSandbox, defaultIdentity, flatBucket} from '../../source/sandbox/index.ts';
import {ended, rollCall, until, withBed} from './bed.ts';

test('after a day of waiting the job gives up', () => {
	const outage = new Outage();
	assert.equal(outage.isHopeless(12_000), false);
	outage.wait(10_000, 16_000, () => undefined);
	assert.equal(outage.isHopeless(10_000 + 23 * 3_600_000), false);
	assert.equal(outage.isHopeless(10_000 + 25 * 3_600_000), true);
	outage.over();
	assert.equal(outage.isHopeless(10_000 + 25 * 3_600_000), false);
});

test('one question serves all who ask at once; no answer is an answer', async () => {
	const outage = new Outage();
	let asked = 0;
	const ask = async (): Promise<boolean> => {
		asked++;
		return false;
	};
	assert.deepEqual(await Promise.all([outage.confirm(ask), outage.confirm(ask)]), [false, false]);
	assert.equal(asked, 1);
	assert.equal(await outage.confirm(async () => Promise.reject(new Error('dead'))), true);
});

test('each try waits twice as long, up to a minute; the words say how long it has been', () => {
	const outage = new Outage();
	const words = (now: number): string => outage.wait(0, now * 1000, () => undefined);
	assert.equal(words(40), 'No connection to S3 for 40 s. Next try in 5 s, for up to 24 h.');
	assert.match(words(50), /Next try in 10 s/);
	assert.match(words(70), /Next try in 20 s/);
	assert.match(words(100), /Next try in 40 s/);
	assert.match(words(200), /3 m 20 s\. Next try in 1 m/);
	assert.match(words(300), /Next try in 1 m/);
	outage.over();
	assert.match(words(400), /Next try in 5 s/);
	outage.stop();
});

test('a store that goes away pauses a patient job; no file fails, and it goes on when the store is back', async () => {
	const bucket = flatBucket({keys: 400, size: 2000});
	await withBed(
		[bucket],
		async (bed) => {
			await rollCall(bed.engine, bed.spec({bucket: 'flat', retries: 2}));
			bed.sandbox.setThrottle({rate: 100_000, ratePerConnection: 0, latency: {min: 0, max: 0}});
			await bed.engine.call('start', {});
			await until(bed.engine, ({totals}) => totals.filesDone > 20);
			const {port} = bed.sandbox;
			await bed.sandbox.close();
			const paused = await until(bed.engine, ({phase}) => phase === 'paused');
			assert.equal(paused.pauseReason, 'network');
			assert.match(paused.notice?.text ?? '', /^No connection to S3 for \d+ s\. Next try in 5 s/);
			assert.equal(paused.totals.filesFailed, 0);
			const back = await createSandbox({buckets: [bucket], identities: [defaultIdentity], port});
			try {
				const end = await ended(bed.engine);
				assert.equal(end.summary.failed, 0);
				assert.equal(end.summary.downloaded, 400);
				assert.equal(end.notice, null);
			} finally {
				await back.close();
			}
		},
		{engine: {patient: true}},
	);
});

test('one object that always breaks off is a failed file, not an outage', async () => {
	const bucket = flatBucket({keys: 3, size: 2000});
	await withBed(
		[bucket],
		async (bed) => {
			bed.sandbox.rules.add({
				match: {operation: 'GetObject', key: '*0000001.jpg'},
				action: {type: 'cut', afterBytes: 0},
			});
			await rollCall(bed.engine, bed.spec({bucket: 'flat', retries: 2}));
			await bed.engine.call('start', {});
			const end = await ended(bed.engine);
			assert.equal(end.summary.failed, 1);
			assert.equal(end.summary.downloaded, 2);
		},
		{engine: {patient: true}},
	);
});

test('a stop does not wait for the answer whether the connection is gone', async () => {
	await withBed(
		[flatBucket({keys: 40, size: 2000})],
		async (bed) => {
			await rollCall(bed.engine, bed.spec({bucket: 'flat', retries: 1}));
			bed.sandbox.rules.set([
				{match: {operation: 'GetObject'}, action: {type: 'cut', afterBytes: 10}},
				{match: {operation: 'HeadBucket'}, action: {type: 'stall', milliseconds: 10_000}},
			]);
			await bed.engine.call('start', {});
			await until(bed.engine, () => (bed.sandbox.stats().operations.HeadBucket ?? 0) > 1);
			const asked = Date.now();
			await bed.engine.call('stop', {mode: 'now'});
			const end = await ended(bed.engine);
			assert.equal(end.phase, 'stopped');
			assert.equal(end.summary.failed, 0);
			assert.ok(Date.now() - asked < 3000, `${Date.now() - asked} ms`);
		},
		{engine: {patient: true}},
	);
});
