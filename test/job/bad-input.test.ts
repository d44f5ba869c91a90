import assert from 'node:assert/strict';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import type {JobSpec} from '../../source/model/job-spec.ts';
import {memoryBucket} from '../../source/sandbox/index.ts';
import {allRows, refusal, rollCall, tree, untilPhase, withBed, type Bed} from './bed.ts';

const bucket = () => memoryBucket('lake', {'pictures/a.png': 'a', 'pictures/b.png': 'b'});

type Case = {
	readonly name: string;
	readonly code: string;
	/** words that must stand in the message or its hint */
	readonly words: RegExp;
	readonly prepare: (bed: Bed) => Partial<JobSpec>;
};

const csv = (bed: Bed, content: string | Uint8Array): Partial<JobSpec> => {
	writeFileSync(bed.file('list.csv'), content);
	return {bucket: 'lake', manifest: {kind: 'csv', file: bed.file('list.csv')}};
};

const cases: readonly Case[] = [
	{
		name: 'no such manifest',
		code: 'manifest',
		words: /nothing\.csv/,
		prepare: (bed) => ({
			bucket: 'lake',
			manifest: {kind: 'csv', file: bed.file('nothing.csv')},
		}),
	},
	{
		name: 'an empty CSV',
		code: 'manifest',
		words: /list\.csv/,
		prepare: (bed) => csv(bed, ''),
	},
	{
		name: 'a CSV with a header and no rows',
		code: 'manifest',
		words: /list\.csv/,
		prepare: (bed) => csv(bed, 'id,file\n'),
	},
	{
		name: 'a binary file as CSV',
		code: 'manifest',
		words: /list\.csv/,
		prepare: (bed) => csv(bed, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0, 0, 255, 254])),
	},
	{
		name: 'a CSV without a usable column',
		code: 'manifest',
		words: /column/i,
		prepare: (bed) => csv(bed, 'age,height\n1,2\n3,4\n5,6\n'),
	},
	{
		name: 'a column that is not there',
		code: 'manifest',
		words: /picture/,
		prepare: (bed) => ({
			...csv(bed, 'id,file\n1,a.png\n'),
			manifest: {kind: 'csv', file: bed.file('list.csv'), column: 'picture'},
		}),
	},
	{
		name: 'a broken actor list',
		code: 'manifest',
		words: /actors\.json/,
		prepare: (bed) => {
			writeFileSync(bed.file('actors.json'), '[{"name": "a"');
			return {manifest: {kind: 'actors', file: bed.file('actors.json')}};
		},
	},
	{
		name: 'an actor list with zero actors',
		code: 'manifest',
		words: /actors\.json/,
		prepare: (bed) => {
			writeFileSync(bed.file('actors.json'), '[]');
			return {manifest: {kind: 'actors', file: bed.file('actors.json')}};
		},
	},
	{
		name: 'names without a bucket',
		code: 'usage',
		words: /bucket/,
		prepare: (bed) => ({...csv(bed, 'file\na.png\n'), bucket: ''}),
	},
	{
		name: 'an empty prefix',
		code: 'manifest',
		words: /nothing under s3:\/\/lake\/none/,
		prepare: () => ({bucket: 'lake', prefix: 'none/'}),
	},
	{
		name: 'an unknown bucket',
		code: 'no-such-bucket',
		words: /nowhere/,
		prepare: () => ({bucket: 'nowhere'}),
	},
	{
		name: 'an unknown bucket in every URL',
		code: 'no-such-bucket',
		words: /nowhere/,
		prepare: (bed) => {
			writeFileSync(bed.file('keys.txt'), 's3://nowhere/a.png\ns3://nowhere/b.png\n');
			return {manifest: {kind: 'keys', file: bed.file('keys.txt')}};
		},
	},
	{
		name: 'access denied',
		code: 'denied',
		words: /lake/,
		prepare: (bed) => {
			bed.sandbox.rules.add({action: {type: 'deny'}});
			return {bucket: 'lake'};
		},
	},
	{
		name: 'an unreachable endpoint',
		code: 'network',
		words: /127\.0\.0\.1:1/,
		prepare: () => ({
			bucket: 'lake',
			store: {provider: 's3', endpoint: 'http://127.0.0.1:1', region: 'eu-west-1'},
		}),
	},
	{
		name: 'wrong secret',
		code: 'denied',
		words: /./,
		prepare: () => {
			process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong';
			return {bucket: 'lake'};
		},
	},
	{
		name: 'an output folder that is a file',
		code: 'disk',
		words: /out is a file/,
		prepare: (bed) => {
			writeFileSync(bed.out, 'I was here first');
			return {bucket: 'lake'};
		},
	},
	{
		name: 'an output folder below a file',
		code: 'disk',
		words: /file/,
		prepare: (bed) => {
			writeFileSync(bed.file('blocker'), 'x');
			return {bucket: 'lake', folder: bed.file('blocker/below/out')};
		},
	},
	{
		name: 'an output folder behind a link to nowhere',
		code: 'disk',
		words: /out/,
		prepare: (bed) => {
			symlinkSync('/proc/no/such/place', bed.out);
			return {bucket: 'lake'};
		},
	},
	{
		name: 'an output folder that nobody may write',
		code: 'disk',
		words: /\/proc\/self/,
		prepare: () => ({bucket: 'lake', folder: '/proc/self/muster-out'}),
	},
];

for (const {name, code, words, prepare} of cases) {
	test(`${name}: ${code}, and nothing is left on disk`, {timeout: 20_000}, async () => {
		await withBed([bucket()], async (bed) => {
			const spec = bed.spec(prepare(bed));
			const before = tree(bed.root, {own: true});
			const refused = await refusal(rollCall(bed.engine, spec));
			assert.equal(refused.code, code, refused.message);
			assert.match(`${refused.message} ${refused.hint}`, words);
			assert.match(refused.message, /\.$|[/\w]$/);
			assert.ok(refused.hint.length > 10, `a hint: ${refused.message}`);
			const after = tree(bed.root, {own: true});
			delete after['jobs'];
			assert.deepEqual(after, before);
			assert.deepEqual(await bed.engine.call('jobs', {}), []);
		});
	});
}

test('ragged rows are skipped, counted and told; the others go on', async () => {
	await withBed([bucket()], async (bed) => {
		const lines = ['id,file,label'];
		for (let row = 0; row < 40; row++) lines.push(`${row},${'ab'[row % 2]}.png,x`);
		lines.splice(5, 0, '4,a.png');
		lines.splice(9, 0, '8,b.png,x,and,more');
		const list = csv(bed, `${lines.join('\n')}\n`);
		const manifest = {kind: 'csv', file: bed.file('list.csv'), column: 'file'} as const;
		const snapshot = await rollCall(bed.engine, bed.spec({...list, manifest}));
		assert.equal(snapshot.rollCall.found, 2);
		assert.ok(snapshot.rollCall.rowsSkipped <= 2);
		assert.equal(snapshot.rollCall.wanted + snapshot.rollCall.rowsSkipped, 42);
		await bed.engine.call('exportReports', {});
		const resolved = tree(path.join(bed.out, '.muster/reports'), {own: true})['resolved.csv'];
		assert.equal(resolved?.trimEnd().split('\n').length, 43);
	});
});

test('a bad list leaves an older job of the folder as it was', async () => {
	await withBed([bucket()], async (bed) => {
		await rollCall(bed.engine, bed.spec({bucket: 'lake'}));
		await bed.engine.call('start', {});
		await untilPhase(bed.engine, 'finished');
		await bed.renew();
		const before = tree(bed.root, {own: true});
		const refused = await refusal(
			rollCall(bed.engine, bed.spec({bucket: 'lake', manifest: {kind: 'csv', file: '/no/such'}})),
		);
		assert.equal(refused.code, 'manifest');
		assert.deepEqual(tree(bed.root, {own: true}), before);
	});
});

test('a roll call of its own keeps out of the output folder', async () => {
	const ledgerFolder = (bed: Bed) => path.join(bed.root, 'scratch');
	await withBed([bucket()], async (bed) => {
		const {createEngine} = await import('../../source/job/engine.ts');
		mkdirSync(ledgerFolder(bed));
		const engine = createEngine({
			jobsFolder: bed.jobs,
			ledgerFolder: ledgerFolder(bed),
			logLevel: 'info',
		});
		const snapshot = await rollCall(engine, bed.spec({bucket: 'lake'}));
		assert.equal(snapshot.rollCall.found, 2);
		assert.equal(snapshot.job, null);
		assert.equal((await allRows(engine)).length, 2);
		await engine.shutDown();
		assert.deepEqual(tree(bed.out, {own: true}), {});
		assert.deepEqual(await bed.engine.call('jobs', {}), []);
	});
});
