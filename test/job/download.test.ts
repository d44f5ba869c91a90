import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {presets, type JobSpec} from '../../source/model/job-spec.ts';
import {
	actorBucket,
	datalakeBucket,
	datalakeBucketName,
	datalakePrefix,
	defaultIdentity,
	flatBucket,
	flatKey,
	generatedObject,
	memoryBucket,
	type ObjectOptions,
	patternReader,
	roadRows,
	writeSamples,
	type Sandbox,
} from '../../source/sandbox/index.ts';
import {verifyFolder} from '../../source/job/verify-folder.ts';
import {
	allRows,
	ended,
	fileEvents,
	fileNames,
	rollCall,
	run,
	tree,
	until,
	untilPhase,
	withBed,
	type Bed,
} from './bed.ts';

const report = (bed: Bed, name: string): string =>
	readFileSync(path.join(bed.out, '.muster/reports', name), 'utf8');
const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

/** Files that were told as downloaded more than once. */
const toldTwice = (bed: Bed): readonly string[] => {
	const paths = fileEvents(bed.events)
		.filter(({status}) => status === 'downloaded')
		.map((event) => event.path ?? '');
	return paths.filter((name, index) => paths.indexOf(name) !== index);
};

/** Requests for files that lie under their final names now. */
const askedFor = (bed: Bed, folder = 'flat/images/'): ReadonlyMap<string, number> => {
	const {gets} = bed.sandbox.stats();
	return new Map(fileNames(bed.out).map((name) => [name, gets[folder + name]?.requests ?? 0]));
};

/** Objects whose bodies went out more than once, complete. Only where nothing was cut off on its way. */
const twice = (sandbox: Sandbox): readonly string[] =>
	Object.entries(sandbox.stats().gets)
		.filter(([, {complete}]) => complete > 1)
		.map(([name]) => name);

const flatSpec = (bed: Bed, changes: Partial<JobSpec> = {}): JobSpec =>
	bed.spec({bucket: 'flat', prefix: 'images/', ...changes});

test('the actors: exact counts, events as published, reports, log', async () => {
	await withBed([actorBucket()], async (bed) => {
		await writeSamples(bed.root);
		const manifest = {kind: 'actors', file: bed.file('actorsData.json')} as const;
		const snapshot = await run(bed.engine, bed.spec({manifest, layout: 'groups'}));
		const {summary} = snapshot;
		assert.deepEqual(
			{...summary, bytes: 0, seconds: 0, files_per_second: 0, bytes_per_second: 0},
			{
				type: 'summary',
				job: 1,
				wanted: 240,
				found: 239,
				missing: 1,
				ambiguous: 0,
				excluded: 0,
				duplicate: 0,
				downloaded: 239,
				local: 0,
				failed: 0,
				bytes: 0,
				seconds: 0,
				files_per_second: 0,
				bytes_per_second: 0,
				exit_code: 3,
			},
		);
		assert.equal(fileNames(bed.out).length, 239);
		assert.deepEqual(snapshot.groups, {
			total: 12,
			done: 12,
			nothing: 0,
			active: 0,
			waiting: 0,
			problem: 0,
		});
		assert.equal(snapshot.cells, 'd'.repeat(12));
		assert.equal(snapshot.totals.filesDone, 239);
		assert.equal(snapshot.totals.bytesDone, snapshot.totals.bytes);
		const kinds = bed.events.map(({type}) => type);
		assert.equal(kinds[0], 'roll-call');
		assert.equal(kinds.at(-1), 'summary');
		assert.equal(kinds.filter((kind) => kind === 'summary').length, 1);
		const files = fileEvents(bed.events);
		assert.equal(files.filter(({status}) => status === 'downloaded').length, 239);
		assert.equal(files.filter(({status}) => status === 'missing').length, 1);
		for (const event of files) {
			if (event.status !== 'downloaded') continue;
			assert.equal(event.path, `${event.group}/${event.key?.split('/').at(-1)}`);
			assert.ok(event.bytes > 100);
			assert.equal(event.attempts, 1);
			assert.match(event.verified ?? '', /^(?:crc64nvme|md5)$/);
		}
		assert.equal(lines(report(bed, 'missing.csv')).length, 2);
		assert.equal(lines(report(bed, 'failed.csv')).length, 1);
		assert.equal(lines(report(bed, 'resolved.csv')).length, 241);
		const told = JSON.parse(report(bed, 'summary.json')) as Record<string, unknown>;
		assert.equal(told['downloaded'], 239);
		assert.equal(told['exit_code'], 3);
		assert.doesNotMatch(JSON.stringify(told), /credentials/);
		const [log] = readdirSync(path.join(bed.out, '.muster/logs'));
		assert.match(log ?? '', /^\d{8}_\d{6}\.log$/);
		const words = readFileSync(path.join(bed.out, '.muster/logs', log ?? ''), 'utf8');
		assert.equal(words.match(/downloaded /g)?.length, 239);
		for (const [name, text] of Object.entries(tree(bed.root, {own: true})))
			assert.equal(text.includes(defaultIdentity.secretAccessKey), false, name);
		assert.deepEqual(readdirSync(path.join(bed.out, '.muster/parts')), []);
	});
});

test('resolved.csv is the road CSV row for row', async () => {
	await withBed([datalakeBucket()], async (bed) => {
		await writeSamples(bed.root);
		await run(
			bed.engine,
			bed.spec({
				bucket: datalakeBucketName,
				prefix: datalakePrefix,
				manifest: {kind: 'csv', file: bed.file('images.csv'), column: 'image', groupBy: 'site'},
			}),
		);
		const rows = lines(report(bed, 'resolved.csv'));
		assert.equal(rows[0], 'id,image,site,label,status,key,local_path');
		const status = {
			exact: 'downloaded',
			'other-extension': 'downloaded',
			ambiguous: 'ambiguous',
			missing: 'missing',
			duplicate: 'duplicate',
		};
		for (const [index, {image, site, label, kind, key}] of roadRows().entries()) {
			const isThere = key !== undefined && kind !== 'missing';
			const expected = [
				String(index + 1),
				image,
				site,
				label,
				status[kind],
				isThere ? key : '',
				isThere ? key.slice(datalakePrefix.length) : '',
			];
			assert.equal(rows[index + 1], expected.join(','));
		}
		const missing = lines(report(bed, 'missing.csv'));
		assert.equal(missing.length, 1 + roadRows().filter(({kind}) => kind === 'missing').length);
		assert.ok(existsSync(path.join(bed.out, '.muster/reports/ambiguous.csv')));
	});
});

test('pause and proceed, at any moment and many times, lose nothing', async () => {
	await withBed([flatBucket({keys: 1500})], async (bed) => {
		const {engine} = bed;
		await rollCall(engine, flatSpec(bed));
		await engine.call('start', {});
		let pauses = 0;
		while (engine.getSnapshot().phase !== 'finished' && pauses < 40) {
			pauses++;
			const paused = engine.call('pause', {});
			if (pauses % 2 === 0) await paused;
			await engine.call('proceed', {});
			await paused;
			const {filesDone} = engine.getSnapshot().totals;
			await until(
				engine,
				({phase, totals}) => phase === 'finished' || totals.filesDone > filesDone,
			);
		}
		const {summary} = await ended(engine);
		assert.equal(summary.downloaded, 1500);
		assert.equal(summary.failed, 0);
		assert.ok(pauses > 2);
		assert.deepEqual(toldTwice(bed), []);
		const told = bed.events.filter(({type}) => type === 'paused' || type === 'resumed');
		assert.ok(told.length >= 4);
	});
});

test('paused means that nothing is fetched and no time passes', async () => {
	await withBed([flatBucket({keys: 3000})], async (bed) => {
		const {engine} = bed;
		await rollCall(engine, flatSpec(bed));
		await engine.call('start', {});
		await until(engine, ({totals}) => totals.filesDone > 100);
		await engine.call('pause', {});
		const {requests} = bed.sandbox.stats();
		const {seconds} = engine.getSnapshot().totals;
		await until(engine, ({totals}) => totals.pausedSeconds > 0.5);
		assert.equal(bed.sandbox.stats().requests, requests);
		assert.ok(engine.getSnapshot().totals.seconds - seconds < 0.2);
		assert.equal(engine.getSnapshot().pauseReason, 'user');
		await engine.call('proceed', {});
		assert.equal((await ended(engine)).summary.downloaded, 3000);
	});
});

for (const mode of ['finish', 'now'] as const) {
	test(`stop ${mode}, then resume in a new engine: nothing finished is fetched again`, async () => {
		await withBed(
			[flatBucket({keys: 400, size: (index) => (index % 10 === 0 ? 300_000 : 20_000)})],
			async (bed) => {
				await rollCall(bed.engine, flatSpec(bed));
				await bed.engine.call('start', {});
				await until(bed.engine, ({totals}) => totals.filesDone > 40);
				const asked = Date.now();
				await bed.engine.call('stop', {mode});
				const stopped = await ended(bed.engine);
				if (mode === 'now') assert.ok(Date.now() - asked < 2000);
				assert.equal(stopped.phase, 'stopped');
				assert.equal(stopped.summary.exit_code, 130);
				assert.ok(stopped.summary.downloaded >= 40);
				assert.ok(stopped.summary.downloaded < 400);
				assert.equal(fileNames(bed.out).length, stopped.summary.downloaded);
				const before = askedFor(bed);
				const engine = await bed.renew();
				const [job] = await engine.call('jobs', {});
				assert.equal(job?.state, 'stopped');
				assert.equal(job?.filesDone, stopped.summary.downloaded);
				bed.sandbox.setThrottle({rate: 0});
				bed.events.length = 0;
				await engine.call('resumeJob', {job: job?.id ?? (0 as never)});
				const {summary, totals} = await ended(engine);
				assert.equal(summary.job, stopped.summary.job);
				assert.equal(summary.downloaded, 400, 'a resumed job tells its whole account');
				assert.equal(totals.filesDone, 400);
				assert.equal(summary.exit_code, 0);
				assert.equal(
					fileEvents(bed.events).filter(({status}) => status === 'downloaded').length,
					400 - stopped.summary.downloaded,
				);
				assert.equal(bed.sandbox.stats().operations.ListObjectsV2 ?? 0, 2, 'no second roll call');
				const after = askedFor(bed);
				for (const [name, requests] of before) assert.equal(after.get(name), requests, name);
				assert.equal((await engine.call('jobs', {}))[0]?.state, 'finished');
				const checked = await verifyFolder(bed.out);
				assert.equal(checked.files, 400);
				assert.deepEqual([checked.bad, checked.missing], [[], []]);
			},
			{throttle: {rate: 4_000_000}},
		);
	});
}

test('after the first Ctrl+C a person may change their mind', async () => {
	await withBed(
		[flatBucket({keys: 300, size: 20_000})],
		async (bed) => {
			const {engine} = bed;
			await rollCall(engine, flatSpec(bed));
			await engine.call('start', {});
			await until(engine, ({totals}) => totals.filesDone > 20);
			const stop = engine.call('stop', {mode: 'finish'});
			assert.equal(engine.getSnapshot().phase === 'stopped', false);
			await engine.call('proceed', {});
			await stop;
			bed.sandbox.setThrottle({rate: 0});
			const {summary} = await ended(engine);
			assert.equal(summary.downloaded, 300);
			assert.deepEqual(twice(bed.sandbox), []);
		},
		{throttle: {rate: 2_000_000}},
	);
});

test('failed files stand in failed.csv and can be tried again, one, a group, all', async () => {
	await withBed([actorBucket()], async (bed) => {
		await writeSamples(bed.root);
		const {engine} = bed;
		bed.sandbox.rules.add({
			id: 'bad',
			match: {operation: 'GetObject', key: '*_7.png'},
			action: {type: 'deny'},
		});
		const manifest = {kind: 'actors', file: bed.file('actorsData.json')} as const;
		const first = await run(engine, bed.spec({manifest}));
		assert.equal(first.summary.failed, 12);
		assert.equal(first.summary.exit_code, 1);
		assert.equal(first.groups.problem, 12);
		assert.equal(first.problems.length, 12);
		const failed = lines(report(bed, 'failed.csv'));
		assert.equal(failed.length, 13);
		assert.match(failed[1] ?? '', /denied/);
		const {rows, total} = await engine.call('problems', {offset: 0, limit: 5});
		assert.equal(total, 12);
		bed.sandbox.rules.remove('bad');
		const one = rows[0];
		assert.ok(one);
		assert.deepEqual(await engine.call('retryFailed', {wantedId: one.wantedId}), {files: 1});
		assert.equal((await ended(engine)).summary.failed, 11);
		const other = rows[1];
		assert.ok(other);
		assert.deepEqual(await engine.call('retryFailed', {groupId: other.groupId}), {files: 1});
		assert.equal((await ended(engine)).summary.failed, 10);
		assert.deepEqual(await engine.call('retryFailed', {}), {files: 10});
		const last = await ended(engine);
		assert.equal(last.summary.failed, 0);
		assert.equal(last.summary.downloaded, 239);
		assert.equal(last.summary.exit_code, 3);
		assert.deepEqual(last.problems, []);
		assert.equal(last.cells, 'd'.repeat(12));
		assert.equal(lines(report(bed, 'failed.csv')).length, 1);
	});
});

test('failed files are tried again while the others go on', async () => {
	await withBed(
		[flatBucket({keys: 600})],
		async (bed) => {
			const {engine} = bed;
			bed.sandbox.rules.set([
				{
					id: 'bad',
					match: {operation: 'GetObject', key: flatKey(3)},
					action: {type: 'deny'},
				},
			]);
			await rollCall(engine, flatSpec(bed));
			await engine.call('start', {});
			await until(engine, ({totals}) => totals.filesFailed === 1);
			bed.sandbox.rules.remove('bad');
			assert.equal(engine.getSnapshot().phase, 'downloading');
			assert.deepEqual(await engine.call('retryFailed', {}), {files: 1});
			bed.sandbox.setThrottle({rate: 0});
			const {summary} = await ended(engine);
			assert.equal(summary.downloaded, 600);
			assert.equal(summary.failed, 0);
			assert.deepEqual(twice(bed.sandbox), []);
			assert.equal(bed.events.filter(({type}) => type === 'summary').length, 1);
		},
		{throttle: {rate: 300_000}},
	);
});

test('a job with failures is the same job when it runs again', async () => {
	await withBed([flatBucket({keys: 50})], async (bed) => {
		bed.sandbox.rules.add({
			match: {operation: 'GetObject', key: flatKey(7)},
			action: {type: 'deny'},
		});
		const first = await run(bed.engine, flatSpec(bed, {overwrite: 'always'}));
		assert.equal(first.summary.failed, 1);
		bed.sandbox.rules.set([]);
		await bed.renew();
		const again = await run(bed.engine, flatSpec(bed, {overwrite: 'always'}));
		assert.equal(again.summary.job, first.summary.job);
		assert.equal(again.summary.downloaded, 1);
		assert.equal(again.summary.local, 49);
		const third = await run(bed.engine, flatSpec(bed, {overwrite: 'always'}));
		assert.notEqual(third.summary.job, first.summary.job);
		assert.equal(third.summary.downloaded, 50);
	});
});

test('one file is tried before the yes, and counts', async () => {
	await withBed([flatBucket({keys: 20, size: (index) => 1000 + index})], async (bed) => {
		const {engine} = bed;
		await rollCall(engine, flatSpec(bed));
		const tried = await engine.call('tryOne', {});
		assert.equal(tried.bytes, 1000);
		assert.equal(tried.verified, 'crc64nvme');
		assert.deepEqual(fileNames(bed.out), ['img_0000000.jpg']);
		assert.equal(engine.getSnapshot().totals.filesDone, 1);
		await engine.call('start', {});
		const {summary} = await ended(engine);
		assert.equal(summary.downloaded, 20);
		assert.deepEqual(twice(bed.sandbox), []);
		bed.sandbox.rules.add({action: {type: 'deny'}, match: {operation: 'GetObject'}});
		rmSync(bed.out, {recursive: true});
		await rollCall(engine, flatSpec(bed));
		await assert.rejects(engine.call('tryOne', {}), {code: 'denied'});
	});
});

test('connections can be changed while files come', async () => {
	await withBed(
		[flatBucket({keys: 400})],
		async (bed) => {
			const {engine} = bed;
			await rollCall(engine, flatSpec(bed));
			await engine.call('start', {});
			for (const connections of [1, 7, 50, 3]) {
				const answer = await engine.call('setConnections', {connections});
				assert.deepEqual(answer, {connections});
				assert.equal(engine.getSnapshot().totals.connections >= 1, true);
			}
			assert.deepEqual(await engine.call('setConnections', {connections: 9999}), {
				connections: 512,
			});
			bed.sandbox.setThrottle({rate: 0});
			assert.equal((await ended(engine)).summary.downloaded, 400);
		},
		{throttle: {rate: 400_000}},
	);
});

test('expired credentials pause the job; fresh ones go on, and no file failed', async () => {
	await withBed([flatBucket({keys: 800})], async (bed) => {
		const {engine, sandbox} = bed;
		await rollCall(engine, flatSpec(bed));
		await engine.call('start', {});
		await until(engine, ({totals}) => totals.filesDone > 100);
		sandbox.identities.expire();
		const paused = await untilPhase(engine, 'paused');
		assert.equal(paused.pauseReason, 'credentials');
		assert.equal(paused.failure?.code, 'expired-credentials');
		assert.ok((paused.failure?.hint ?? '').length > 5);
		assert.equal(paused.totals.filesFailed, 0);
		// still expired: it stays paused, and says why
		await assert.rejects(engine.call('proceed', {}), {code: 'expired-credentials'});
		assert.equal(engine.getSnapshot().phase, 'paused');
		const fresh = {accessKeyId: 'AKIAFRESHFRESHFRESH0', secretAccessKey: 'fresh secret'};
		sandbox.identities.add(fresh);
		process.env['AWS_ACCESS_KEY_ID'] = fresh.accessKeyId;
		process.env['AWS_SECRET_ACCESS_KEY'] = fresh.secretAccessKey;
		await engine.call('proceed', {});
		const {summary, notice} = await ended(engine);
		assert.equal(summary.downloaded, 800);
		assert.equal(summary.failed, 0);
		assert.equal(notice, null, 'what was told of the pause is over');
		assert.deepEqual(toldTwice(bed), []);
		assert.ok(
			bed.events.some((event) => event.type === 'paused' && event.reason === 'credentials'),
		);
		for (const event of fileEvents(bed.events)) assert.ok(event.attempts <= 1);
	});
});

test('credentials that expire during a pause of the person don’t hang the job', async () => {
	await withBed([flatBucket({keys: 600})], async (bed) => {
		const {engine, sandbox} = bed;
		await rollCall(engine, flatSpec(bed));
		await engine.call('start', {});
		await until(engine, ({totals}) => totals.filesDone > 50);
		sandbox.identities.expire();
		await engine.call('pause', {});
		await untilPhase(engine, 'paused');
		sandbox.identities.add(defaultIdentity);
		await engine.call('proceed', {});
		const next = await untilPhase(engine, 'finished', 'paused');
		if (next.phase === 'paused') await engine.call('proceed', {});
		assert.equal((await ended(engine)).summary.downloaded, 600);
	});
});

test('a flipped byte and a file that is gone are found, and nothing else', async () => {
	await withBed([flatBucket({keys: 30, size: 5000})], async (bed) => {
		await run(bed.engine, flatSpec(bed));
		assert.deepEqual(await bed.engine.call('verifyLocal', {}), {files: 30, bad: 0});
		const victim = path.join(bed.out, 'img_0000011.jpg');
		const bytes = readFileSync(victim);
		assert.deepEqual(bytes, Buffer.from(patternReader(11)(0, 5000)));
		bytes[4321] = (bytes[4321] ?? 0) ^ 1;
		writeFileSync(victim, bytes);
		rmSync(path.join(bed.out, 'img_0000017.jpg'));
		writeFileSync(path.join(bed.out, 'img_0000020.jpg'), 'short');
		const before = tree(bed.out);
		assert.deepEqual(await bed.engine.call('verifyLocal', {}), {files: 30, bad: 3});
		assert.match(bed.engine.getSnapshot().notice?.text ?? '', /3 of 30/);
		await bed.renew();
		const checked = await verifyFolder(bed.out);
		assert.deepEqual(checked.missing, ['img_0000017.jpg']);
		assert.deepEqual(
			checked.bad.map((bad) => bad.path),
			['img_0000011.jpg', 'img_0000020.jpg'],
		);
		assert.match(checked.bad[0]?.reason ?? '', /crc64nvme/);
		assert.match(checked.bad[1]?.reason ?? '', /5 bytes/);
		assert.equal(checked.verified['crc64nvme'], 27);
		assert.deepEqual(tree(bed.out), before);
		const mended = await run(bed.engine, flatSpec(bed));
		assert.equal(mended.summary.downloaded, 3);
		assert.deepEqual((await verifyFolder(bed.out)).bad, []);
	});
});

test('a folder without a ledger is told so', async () => {
	await withBed([flatBucket({keys: 1})], async (bed) => {
		await assert.rejects(verifyFolder(bed.root), {code: 'usage'});
	});
});

test('an object that is gone or changed between roll call and download', async () => {
	await withBed(
		[memoryBucket('flat', {'images/a': 'aaa', 'images/b': 'bbb', 'images/c': 'ccc'})],
		async (bed) => {
			await rollCall(bed.engine, flatSpec(bed));
			bed.sandbox.remove('flat', 'images/a');
			bed.sandbox.change('flat', 'images/b');
			await bed.engine.call('start', {});
			const {summary} = await ended(bed.engine);
			assert.equal(summary.downloaded + summary.failed, 3);
			assert.ok(summary.failed >= 1);
			const rows = await allRows(bed.engine, {states: ['failed']});
			assert.ok(rows.some(({error}) => error?.code === 'no-such-key'));
			assert.equal(existsSync(path.join(bed.out, 'a')), false);
			assert.match(
				bed.engine.getSnapshot().notice?.text ?? '',
				/b has changed since it was listed/,
			);
		},
	);
});

test('large objects: every digest that S3 stores, also those of uploaded parts; verify knows them', async () => {
	const MiB = 1024 * 1024;
	const read = patternReader(3);
	const object = (options: ObjectOptions) => generatedObject(20 * MiB, read, options);
	const partSize = 6 * MiB;
	const objects = {
		plain: object({checksums: []}),
		parts: object({checksums: [], partSize}),
		crc: object({partSize}),
		sha: object({checksums: ['sha256'], partSize, composite: true}),
		crc32c: object({checksums: ['crc32c'], partSize, composite: true}),
		whole: object({checksums: ['sha1']}),
	};
	await withBed([memoryBucket('flat', objects)], async (bed) => {
		const {summary} = await run(bed.engine, bed.spec({bucket: 'flat', prefix: ''}));
		assert.equal(summary.downloaded, 6);
		assert.deepEqual(
			Object.fromEntries(fileEvents(bed.events).map(({key, verified}) => [key, verified])),
			{
				plain: 'md5',
				parts: 'md5',
				crc: 'crc64nvme',
				sha: 'sha256',
				crc32c: 'crc32c',
				whole: 'sha1',
			},
		);
		const truth = Buffer.from(read(0, 20 * MiB));
		for (const name of Object.keys(objects))
			assert.ok(readFileSync(path.join(bed.out, name)).equals(truth), name);
		const report = await verifyFolder(bed.out);
		assert.deepEqual({bad: report.bad, missing: report.missing}, {bad: [], missing: []});
		writeFileSync(path.join(bed.out, 'sha'), Buffer.alloc(20 * MiB));
		const {bad} = await verifyFolder(bed.out);
		assert.match(bad[0]?.reason ?? '', /^its sha256 is .+-4, the ledger says .+-4$/);
	});
});

test('groups are limited at once, and per group', async () => {
	await withBed(
		[actorBucket()],
		async (bed) => {
			await writeSamples(bed.root);
			const {engine} = bed;
			const manifest = {kind: 'actors', file: bed.file('actorsData.json')} as const;
			await rollCall(engine, bed.spec({manifest, perGroup: 2, groups: 3, connections: 12}));
			let most = 0;
			let mostGroups = 0;
			const watch = engine.subscribe(() => {
				const {shown} = engine.getSnapshot();
				for (const group of shown) most = Math.max(most, group.openFiles.length);
				mostGroups = Math.max(
					mostGroups,
					shown.filter(({openFiles}) => openFiles.length > 0).length,
				);
			});
			await engine.call('start', {});
			await ended(engine);
			watch();
			assert.ok(most >= 1 && most <= 2, `${most} files of one group at once`);
			assert.ok(mostGroups >= 2 && mostGroups <= 3, `${mostGroups} groups at once`);
		},
		{throttle: {latency: {min: 20, max: 40}}},
	);
});

test('two groups alone have work for all connections with balanced', async () => {
	const objects = Object.fromEntries(
		Array.from({length: 160}, (_, index) => [`p/${index % 2}/${index}.bin`, Buffer.alloc(100)]),
	);
	await withBed(
		[memoryBucket('b', objects)],
		async (bed) => {
			const {engine} = bed;
			await rollCall(
				engine,
				bed.spec({bucket: 'b', prefix: 'p/', ...presets.balanced, connections: 64}),
			);
			let most = 0;
			const watch = engine.subscribe(() => {
				most = Math.max(most, engine.getSnapshot().totals.openFiles);
			});
			await engine.call('start', {});
			const {summary} = await ended(engine);
			watch();
			assert.equal(summary.downloaded, 160);
			assert.ok(most > 40, `${most} files at once`);
		},
		{throttle: {latency: {min: 400, max: 500}}},
	);
});

test('nothing to download ends at once', async () => {
	await withBed([memoryBucket('lake', {'a.png': 'a'})], async (bed) => {
		writeFileSync(bed.file('keys.txt'), 'nothing.png\n');
		const manifest = {kind: 'keys', file: bed.file('keys.txt')} as const;
		const {summary, phase} = await run(bed.engine, bed.spec({bucket: 'lake', manifest}));
		assert.equal(phase, 'finished');
		assert.equal(summary.exit_code, 3);
		const allowed = await run(bed.engine, bed.spec({bucket: 'lake', manifest, allowMissing: true}));
		assert.equal(allowed.summary.exit_code, 0);
	});
});
