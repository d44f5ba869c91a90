import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import type {JobSpec} from '../../source/model/job-spec.ts';
import type {MatchMode, MatchRule} from '../../source/model/match.ts';
import type {WantedRow} from '../../source/model/snapshot.ts';
import {bytesObject, flatBucket, flatKey, memoryBucket} from '../../source/sandbox/index.ts';
import {allRows, balance, refusal, rollCall, untilPhase, withBed, type Bed} from './bed.ts';

const keys = (bed: Bed, ...lines: readonly string[]): JobSpec['manifest'] => {
	writeFileSync(bed.file('keys.txt'), `${lines.join('\n')}\n`);
	return {kind: 'keys', file: bed.file('keys.txt')};
};

const lake = memoryBucket('lake', {
	'data/top.png': '1',
	'data/site/deep.png': '2',
	'data/site/other.jpg': '3',
	'data/stem.webp': '4',
	'data/Loose Name.PNG': '5',
	'data/é.png': '6',
	'data/twice/x.png': '7',
	'data/thrice/x.png': '8',
	'data/one/y.jpg': '9',
	'data/one/y.webp': '10',
	'outside/z.png': '11',
});

/** wanted → key and rule by mode; a key in brackets is a suggestion */
const table: readonly (readonly [string, Record<MatchMode, string>])[] = [
	['data/top.png', all('data/top.png key')],
	['top.png', all('data/top.png path')],
	['site/deep.png', all('data/site/deep.png path')],
	['deep.png', all('data/site/deep.png name')],
	['s3://lake/outside/z.png', all('outside/z.png key')],
	['s3://lake/data/top.png', all('data/top.png key')],
	['https://lake.s3.eu-west-1.amazonaws.com/data/top.png', all('data/top.png key')],
	['https://s3.eu-west-1.amazonaws.com/lake/data/top.png', all('data/top.png key')],
	['https://lake.s3.amazonaws.com/data/top.png?X-Amz-Signature=00', all('data/top.png key')],
	['https://lake.s3.amazonaws.com/data/%C3%A9.png', all('data/é.png key')],
	[
		'stem.png',
		{exact: '(other-ending)', stem: 'data/stem.webp path-stem', loose: 'data/stem.webp path-stem'},
	],
	[
		'stem',
		{exact: '(other-ending)', stem: 'data/stem.webp path-stem', loose: 'data/stem.webp path-stem'},
	],
	[
		'other.png',
		{
			exact: '(other-ending)',
			stem: 'data/site/other.jpg name-stem',
			loose: 'data/site/other.jpg name-stem',
		},
	],
	[
		'loose_name.png',
		{exact: '(separators)', stem: '(separators)', loose: 'data/Loose Name.PNG loose'},
	],
	['e\u0301.png', {exact: '(unicode-form)', stem: '(unicode-form)', loose: 'data/é.png loose'}],
	['x.png', all('ambiguous 2')],
	['y.png', {exact: '(other-ending)', stem: 'ambiguous 2', loose: 'ambiguous 2'}],
	[
		's3://lake/data/stem.png',
		{exact: '(other-ending)', stem: 'data/stem.webp path-stem', loose: 'data/stem.webp path-stem'},
	],
	['s3://lake/data/deep.png', all('(other-folder)')],
	['nothing_like_it.png', all('()')],
	['s3://lake/data/absent_one.png', all('()')],
];

function all(verdict: string): Record<MatchMode, string> {
	return {exact: verdict, stem: verdict, loose: verdict};
}

function verdictOf(row: WantedRow): string {
	if (row.state === 'waiting') return `${row.key} ${row.rule satisfies MatchRule | null}`;
	if (row.state === 'ambiguous') return `ambiguous ${row.candidates.length}`;
	return row.state === 'missing' ? `(${row.candidates[0]?.reason ?? ''})` : row.state;
}

for (const mode of ['exact', 'stem', 'loose'] as const) {
	test(`each rule and each form of a URL, match ${mode}`, async () => {
		for (const [wanted, verdicts] of table) {
			await withBed([lake], async (bed) => {
				const snapshot = await rollCall(
					bed.engine,
					bed.spec({bucket: 'lake', prefix: 'data/', match: mode, manifest: keys(bed, wanted)}),
				);
				const [row] = await allRows(bed.engine);
				assert.ok(row);
				assert.equal(verdictOf(row), verdicts[mode], wanted);
				assert.equal(balance(snapshot), 0);
			});
		}
	});
}

const versions = (count: number) =>
	memoryBucket(
		'lake',
		Array.from({length: count}, (_, index) => [
			`take_${String(index).padStart(3, '0')}/rgb.png`,
			bytesObject('x'.repeat(1 + ((index * 37) % count)), {
				modified: Date.UTC(2025, 0, 1) + ((index * 53) % count) * 60_000,
			}),
		]),
	);

for (const rule of ['first', 'newest', 'largest', 'all', 'skip'] as const) {
	test(`ambiguous among sixty: ${rule} considers all of them`, async () => {
		await withBed([versions(60)], async (bed) => {
			const manifest = keys(bed, 'rgb.png');
			const spec = bed.spec({bucket: 'lake', ambiguous: rule, manifest});
			const snapshot = await rollCall(bed.engine, spec);
			const rows = await allRows(bed.engine);
			const index = (modulus: number) =>
				Array.from({length: 60}, (_, at) => at).find((at) => (at * modulus) % 60 === 59);
			const key = (at = 0) => `take_${String(at).padStart(3, '0')}/rgb.png`;
			const expected = {
				first: [key(0)],
				newest: [key(index(53))],
				largest: [key(index(37))],
				all: Array.from({length: 60}, (_, at) => key(at)),
				skip: [null],
			}[rule];
			assert.deepEqual(
				rows.map((row) => row.key),
				expected,
			);
			assert.equal(balance(snapshot), 0);
			if (rule === 'skip') assert.equal(rows[0]?.candidates.length, 20);
			if (rule !== 'all') return;
			// taking it back removes the rows that the rule added
			const first = rows[0]?.id ?? 0;
			await bed.engine.call('choose', {wantedId: first, objectId: null});
			assert.equal((await allRows(bed.engine)).length, 1);
			assert.equal(bed.engine.getSnapshot().rollCall.ambiguous, 1);
			assert.equal(balance(bed.engine.getSnapshot()), 0);
		});
	});
}

test('URLs into several buckets', async () => {
	const buckets = ['one', 'two', 'three'].map((name) =>
		memoryBucket(name, {'same/a.png': name, 'same/b.png': `${name}${name}`}),
	);
	await withBed(buckets, async (bed) => {
		const lines = ['one', 'two', 'three'].flatMap((name) => [
			`s3://${name}/same/a.png`,
			`s3://${name}/same/c.png`,
		]);
		const snapshot = await rollCall(bed.engine, bed.spec({manifest: keys(bed, ...lines)}));
		assert.equal(snapshot.rollCall.found, 3);
		assert.equal(snapshot.rollCall.missing, 3);
		const rows = await allRows(bed.engine, {states: ['waiting']});
		assert.equal(new Set(rows.map(({path}) => path)).size, 3, 'three objects, three files');
	});
});

test('names and URLs of one bucket whose listings overlap', async () => {
	await withBed([lake], async (bed) => {
		const manifest = keys(bed, 'top.png', 's3://lake/data/top.png', 's3://lake/outside/z.png');
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({bucket: 'lake', prefix: 'data/', manifest}),
		);
		assert.equal(snapshot.rollCall.found, 2);
		assert.equal(snapshot.rollCall.duplicate, 1);
	});
});

test('duplicates: the same text, the same object by other words, and by group', async () => {
	await withBed([lake], async (bed) => {
		writeFileSync(
			bed.file('list.csv'),
			'file,actor\ntop.png,a\ntop.png,b\ndata/top.png,a\ntop.jpg,a\nnone.png,a\nnone.png,a\n',
		);
		const manifest = {
			kind: 'csv',
			file: bed.file('list.csv'),
			column: 'file',
			groupBy: 'actor',
		} as const;
		const base = bed.spec({bucket: 'lake', prefix: 'data/', manifest});
		const flat = await rollCall(bed.engine, base);
		assert.deepEqual(
			(await allRows(bed.engine)).map(({state}) => state),
			['waiting', 'duplicate', 'duplicate', 'duplicate', 'missing', 'duplicate'],
		);
		assert.equal(balance(flat), 0);
		const grouped = await rollCall(bed.engine, {...base, layout: 'groups'});
		assert.deepEqual(
			(await allRows(bed.engine)).map(({state, path}) => path ?? state),
			['a/top.png', 'b/top.png', 'duplicate', 'duplicate', 'missing', 'duplicate'],
		);
		assert.equal(balance(grouped), 0);
	});
});

test('filters are counted and balance', async () => {
	await withBed([lake], async (bed) => {
		const filters = {include: [], exclude: ['site/**'], extensions: ['.png'], minSize: 0};
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({bucket: 'lake', prefix: 'data/', filters}),
		);
		assert.equal(snapshot.rollCall.wanted, 10);
		assert.equal(balance(snapshot), 0);
		const excluded = await allRows(bed.engine, {states: ['excluded']});
		assert.equal(excluded.length, snapshot.rollCall.excluded);
		assert.ok(excluded.some(({text}) => text === 'site/deep.png'));
		assert.ok(excluded.every(({error}) => (error?.message ?? '') !== ''));
	});
});

test('listing denied: exact names are asked for, absent ones are missing with a reason', async () => {
	const closed = memoryBucket('lake', {'data/a.png': 'a', 'data/b.png': 'b'}, {listable: false});
	await withBed([closed], async (bed) => {
		const manifest = keys(bed, 'a.png', 'data/b.png', 's3://lake/data/a.png', 'c.png');
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({bucket: 'lake', prefix: 'data/', manifest}),
		);
		const rows = await allRows(bed.engine);
		assert.deepEqual(
			rows.map(({state}) => state),
			['waiting', 'waiting', 'duplicate', 'missing'],
		);
		assert.match(rows[3]?.error?.message ?? '', /may not/);
		assert.equal(balance(snapshot), 0);
		assert.match(snapshot.notice?.text ?? '', /may not list lake/);
	});
});

test('an unknown or a refused bucket of one URL is a missing row with its reason; the others go on', async () => {
	const closed = memoryBucket('closed', {'a.png': 'a'}, {listable: false});
	await withBed([lake, closed], async (bed) => {
		bed.sandbox.rules.add({match: {bucket: 'closed'}, action: {type: 'deny'}});
		const urls = ['s3://nowhere/a.png', 's3://closed/a.png', 's3://lake/data/top.png'];
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({bucket: '', manifest: keys(bed, ...urls)}),
		);
		const rows = await allRows(bed.engine);
		assert.deepEqual(
			rows.map(({state}) => state),
			['missing', 'missing', 'waiting'],
		);
		assert.match(rows[0]?.error?.message ?? '', /no bucket .?nowhere/);
		assert.match(rows[1]?.error?.message ?? '', /may not read it/);
		assert.equal(balance(snapshot), 0);
	});
});

test('a manifest whose buckets are all unknown is refused: that is no missing file', async () => {
	await withBed([lake], async (bed) => {
		const manifest = keys(bed, 's3://nowhere/a.png', 's3://elsewhere/b.png');
		const refused = await refusal(rollCall(bed.engine, bed.spec({bucket: '', manifest})));
		assert.equal(refused.code, 'no-such-bucket');
	});
});

for (const [name, action] of [
	['throttled', {type: 'throttle'}],
	['broken', {type: 'error', status: 500, code: 'InternalError'}],
	['cut', {type: 'cut', afterBytes: 0}],
] as const) {
	test(`a ${name} question is asked again and never counts as missing`, async () => {
		const closed = memoryBucket(
			'lake',
			{'a.png': 'a', 'b.png': 'b', 'c.png': 'c'},
			{listable: false},
		);
		await withBed([closed], async (bed) => {
			bed.sandbox.rules.add({
				match: {operation: 'HeadObject', perKey: true, count: 2},
				action,
			});
			const manifest = keys(bed, 'a.png', 'b.png', 'c.png');
			const {rollCall: counts} = await rollCall(bed.engine, bed.spec({bucket: 'lake', manifest}));
			assert.equal(counts.found, 3);
			assert.equal(counts.missing, 0);
		});
	});
}

test('a listing that is throttled again and again still ends complete', async () => {
	await withBed([flatBucket({keys: 3500})], async (bed) => {
		bed.sandbox.rules.add({
			match: {operation: 'ListObjectsV2', every: 2},
			action: {type: 'throttle'},
		});
		const {rollCall: counts} = await rollCall(bed.engine, bed.spec({bucket: 'flat'}));
		assert.equal(counts.found, 3500);
	});
});

test('a store that never answers rightly ends the roll call with its error', async () => {
	await withBed([flatBucket({keys: 10})], async (bed) => {
		const manifest = keys(bed, 'images/img_0000001.jpg');
		bed.sandbox.rules.add({
			match: {operation: 'ListObjectsV2', from: 2},
			action: {type: 'error', status: 403, code: 'RequestTimeTooSkewed'},
		});
		const refused = await refusal(rollCall(bed.engine, bed.spec({bucket: 'flat', manifest})));
		assert.equal(refused.code, 'clock-skew');
	});
});

test('few whole keys in a huge prefix are asked for, not listed', async () => {
	await withBed([flatBucket({keys: 300_000})], async (bed) => {
		const wanted = Array.from({length: 40}, (_, index) => flatKey(index * 7001));
		const manifest = keys(bed, ...wanted, 'images/img_0000005.png', 'images/img_9999999.jpg');
		bed.sandbox.resetStats();
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({bucket: 'flat', prefix: 'images/', manifest}),
		);
		assert.equal(snapshot.rollCall.found, 41);
		assert.equal(snapshot.rollCall.missing, 1);
		const rows = await allRows(bed.engine);
		assert.equal(rows[40]?.key, 'images/img_0000005.jpg');
		assert.equal(rows[40]?.rule, 'path-stem');
		const {requests} = bed.sandbox.stats();
		assert.ok(requests < 200, `${requests} requests`);
	});
});

test('few URLs in a huge prefix are asked for, too', async () => {
	await withBed([flatBucket({keys: 300_000})], async (bed) => {
		const wanted = Array.from({length: 40}, (_, index) => `s3://flat/${flatKey(index * 7001)}`);
		const manifest = keys(bed, ...wanted, 's3://flat/images/img_0000005.png');
		bed.sandbox.resetStats();
		const snapshot = await rollCall(bed.engine, bed.spec({manifest}));
		assert.equal(snapshot.rollCall.found, 41);
		assert.ok(bed.sandbox.stats().requests < 200);
	});
});

test('paths that are no whole keys are sought in all of a prefix', async () => {
	await withBed([flatBucket({keys: 20_000, prefix: 'deep/er/images/'})], async (bed) => {
		const manifest = keys(bed, 'images/img_0019999.jpg', 'images/img_0000003.jpg');
		const snapshot = await rollCall(bed.engine, bed.spec({bucket: 'flat', manifest}));
		assert.equal(snapshot.rollCall.found, 2);
	});
});

test('a roll call can be broken off, and called again', async () => {
	await withBed(
		[flatBucket({keys: 50_000})],
		async (bed) => {
			const spec = bed.spec({bucket: 'flat'});
			await bed.engine.call('prepare', {spec});
			await bed.engine.call('stop', {mode: 'now'});
			const stopped = await untilPhase(bed.engine, 'stopped', 'ready');
			assert.equal(stopped.phase, 'stopped');
			assert.equal(stopped.summary?.exit_code, 130);
			bed.sandbox.setThrottle({latency: {min: 0, max: 0}});
			const again = await rollCall(bed.engine, spec);
			assert.equal(again.rollCall.found, 50_000);
		},
		{throttle: {latency: {min: 50, max: 60}}},
	);
});

test('shutting down breaks a roll call off at once', async () => {
	await withBed(
		[flatBucket({keys: 300_000})],
		async (bed) => {
			await bed.engine.call('prepare', {spec: bed.spec({bucket: 'flat'})});
			const started = Date.now();
			await bed.engine.shutDown();
			assert.ok(Date.now() - started < 2000);
		},
		{throttle: {latency: {min: 50, max: 60}}},
	);
});
