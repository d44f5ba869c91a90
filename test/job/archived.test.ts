import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {archivedNotice} from '../../source/job/archived.ts';
import {bytesObject, indexedBucket} from '../../source/sandbox/index.ts';
import type {SandboxObject} from '../../source/sandbox/index.ts';
import {fileEvents, run, tree, until, withBed} from './bed.ts';

type States = Record<string, SandboxObject>;

/** A bucket whose objects thaw when the test says so. */
const bucketOf = (states: States) => {
	const keys = Object.keys(states).sort();
	return indexedBucket(
		'ice',
		keys.length,
		(index) => keys[index] ?? '',
		(key) => states[key],
	);
};

const frozen = (storageClass: string, restore?: 'ongoing' | 'ready') =>
	bytesObject('x'.repeat(1000), {storageClass, ...(restore && {restore})});
const sunk = (archiveTier?: string) =>
	bytesObject('y'.repeat(10), {
		storageClass: 'INTELLIGENT_TIERING',
		...(archiveTier && {archiveTier}),
	});

test('archived objects are told before the download, not fetched, and fetched once they are restored', async () => {
	const states: States = {
		plain: bytesObject('plain'),
		'deep/a': frozen('DEEP_ARCHIVE'),
		'deep/b': frozen('DEEP_ARCHIVE', 'ongoing'),
		'glacier/a': frozen('GLACIER', 'ready'),
		'glacier/instant': frozen('GLACIER_IR'),
		'tiers/a': sunk('ARCHIVE_ACCESS'),
		'tiers/b': sunk(),
	};
	await withBed([bucketOf(states)], async (bed) => {
		const spec = bed.spec({bucket: 'ice'});
		await bed.engine.call('prepare', {spec});
		const ready = await until(bed.engine, ({phase}) => phase === 'ready' || phase === 'failed');
		assert.equal(ready.rollCall.archived, 3);
		assert.equal(ready.rollCall.found, 7);
		assert.equal(ready.rollCall.bytes, 5 + 1000 + 1000 + 10, 'only what can be fetched');
		assert.match(
			ready.notice?.text ?? '',
			/^3 files \(1\.96 KiB\) are archived and not fetched, 1 of 3 being restored\./,
		);
		await bed.engine.call('start', {});
		const {summary} = await until(
			bed.engine,
			(one) => one.phase === 'finished' && one.summary !== null,
		);
		assert.deepEqual([summary?.downloaded, summary?.failed, summary?.exit_code], [4, 3, 1]);
		const gets = Object.keys(bed.sandbox.stats().gets);
		assert.deepEqual(gets.sort(), [
			'ice/glacier/a',
			'ice/glacier/instant',
			'ice/plain',
			'ice/tiers/b',
		]);
		const failed = readFileSync(path.join(bed.out, '.muster/reports/failed.csv'), 'utf8');
		assert.match(failed, /deep\/a,.*,archived,.*DEEP_ARCHIVE\) and can't be read at once/);
		assert.match(failed, /deep\/b,.*,archived,.*being restored/);
		assert.match(failed, /tiers\/a,.*,archived,.*INTELLIGENT_TIERING, ARCHIVE_ACCESS/);
		const told = fileEvents(bed.events).filter(({status}) => status === 'failed');
		assert.equal(told.length, 3);

		// one thaws, the others don't
		states['deep/b'] = frozen('DEEP_ARCHIVE', 'ready');
		bed.sandbox.resetStats();
		const engine = await bed.renew();
		await engine.call('resumeJob', {job: ready.job ?? (0 as never)});
		const after = await until(engine, ({summary: one}) => one !== null);
		assert.deepEqual([after.summary?.downloaded, after.summary?.failed], [5, 2]);
		assert.deepEqual(Object.keys(bed.sandbox.stats().gets), ['ice/deep/b']);
		assert.equal(tree(bed.out)['deep/b']?.length, 1000);
	});
});

test('what lies here already is no matter for an archive', async () => {
	const states: States = {a: bytesObject('x'.repeat(1000)), b: bytesObject('b')};
	await withBed([bucketOf(states)], async (bed) => {
		const spec = bed.spec({bucket: 'ice'});
		await run(bed.engine, spec);
		states['a'] = frozen('GLACIER');
		const engine = await bed.renew();
		const {summary} = await run(engine, spec);
		assert.deepEqual([summary.local, summary.failed, summary.exit_code], [2, 0, 0]);
	});
});

test('one or many, in words', () => {
	assert.equal(archivedNotice({files: 0, bytes: 0, ongoing: 0}), undefined);
	assert.match(archivedNotice({files: 1, bytes: 5, ongoing: 0}) ?? '', /^1 file .* is archived/);
	assert.match(
		archivedNotice({files: 1200, bytes: 5, ongoing: 9}) ?? '',
		/9 of 1,200 being restored/,
	);
});
