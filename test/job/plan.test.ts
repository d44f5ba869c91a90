import assert from 'node:assert/strict';
import {
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import type {JobSpec} from '../../source/model/job-spec.ts';
import {bytesObject, memoryBucket} from '../../source/sandbox/index.ts';
import {
	allRows,
	balance,
	ended,
	fileEvents,
	fileNames,
	rollCall,
	run,
	tree,
	withBed,
	type Bed,
} from './bed.ts';

const keys = (bed: Bed, ...lines: readonly string[]): JobSpec['manifest'] => {
	writeFileSync(bed.file('keys.txt'), `${lines.join('\n')}\n`);
	return {kind: 'keys', file: bed.file('keys.txt')};
};

/** Keys that S3 takes and that mean harm to a folder or a terminal. */
const hostile = [
	'../outside.png',
	'../../../../etc/passwd',
	'a/../../b',
	'a/./b',
	'..',
	'.',
	'/etc/passwd',
	'//server/share/x',
	'a//b',
	'C:\\Windows\\x',
	'..\\..\\x',
	'a\0b',
	'a\nb',
	'a\r\nb.png',
	'\u001B[31mred\u001B[0m.png',
	'\u001B]0;title\u0007',
	'\u009B31m',
	'\u202Egnp.exe',
	'\u2028',
	'x'.repeat(255),
	'x'.repeat(256),
	`${'é'.repeat(300)}.png`,
	`${'😀'.repeat(100)}.tar.gz`,
	'trailing.',
	'trailing ',
	'a./b. /c',
	'CON',
	'nul',
	'a?b*c<d>e|f"g:h',
	'.muster/ledger.sqlite',
	'.MUSTER/x',
	'.mus\u200Cter/x',
	'.muster',
	'.muster /x',
	'a',
	'a/b',
	'a/b/c',
	'A',
	'é',
	'e\u0301',
	'~',
	'-rf',
	'=cmd()',
	'%2e%2e/x',
	'a~0123456789ab.png',
	' ',
	'...',
	'.hidden',
	'folder/',
	`${'d/'.repeat(500)}deep`,
];
const content = (key: string) => `content of ${key}`;
const unprintable = /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029\uFEFF]/u;

for (const layout of ['keys', 'flat', 'groups'] as const) {
	test(`hostile keys, layout ${layout}: each is a file of its own below the folder, or failed with a reason`, async () => {
		const lake = memoryBucket(
			'lake',
			hostile.map((key) => [key, content(key)] as const),
		);
		await withBed([lake], async (bed) => {
			const outside = tree(bed.root, {own: true});
			const snapshot = await run(bed.engine, bed.spec({bucket: 'lake', layout}));
			const after = tree(bed.root, {own: true});
			for (const name of Object.keys(after)) {
				const isOurs = /^(?:out|jobs)(?:\/|$)/.test(name) || name in outside;
				assert.ok(isOurs, `${JSON.stringify(name)} lies outside`);
			}
			assert.equal(balance(snapshot), 0);
			const {summary} = snapshot;
			const files = tree(bed.out);
			const rows = await allRows(bed.engine, {states: ['downloaded', 'failed', 'duplicate']});
			assert.equal(summary.downloaded + summary.failed + summary.duplicate, rows.length);
			assert.equal(summary.duplicate, 0, 'different objects are never duplicates');
			assert.equal(rows.length, hostile.length);
			const paths = new Set<string>();
			for (const row of rows) {
				if (row.state === 'failed') {
					assert.match(row.error?.message ?? '', /\S/, JSON.stringify(row.key));
					continue;
				}
				const file = row.path ?? '';
				assert.equal(paths.has(file), false, file);
				paths.add(file);
				assert.doesNotMatch(file, unprintable);
				assert.doesNotMatch(row.text + (row.key ?? ''), unprintable, 'nothing raw is shown');
			}
			const contents = Object.values(files).filter((text) => text !== '<folder>');
			assert.equal(contents.length, summary.downloaded);
			const wanted = new Set(hostile.map((key) => Buffer.from(content(key)).toString('latin1')));
			for (const text of contents) assert.ok(wanted.delete(text), 'each content once');
			for (const event of fileEvents(bed.events)) {
				if (event.status === 'failed') assert.match(event.error?.message ?? '', /\S/);
			}
			assert.equal(snapshot.failure, null);
		});
	});
}

test('many objects for one path keep a file each, the same in every run', async () => {
	const buckets = ['one', 'two', 'three', 'four'].map((name) =>
		memoryBucket(name, {'x/same.png': name}),
	);
	await withBed(buckets, async (bed) => {
		const manifest = keys(bed, ...buckets.map(({name}) => `s3://${name}/x/same.png`));
		const {summary} = await run(bed.engine, bed.spec({manifest}));
		assert.equal(summary.downloaded, 4);
		const before = tree(bed.out);
		assert.deepEqual(
			Object.values(before)
				.filter((text) => text !== '<folder>')
				.sort(),
			['four', 'one', 'three', 'two'],
		);
		const again = await run(bed.engine, bed.spec({manifest}));
		assert.equal(again.summary.local, 4);
		assert.deepEqual(tree(bed.out), before);
	});
});

test('a beside a/b is moved once, also when a person decides something afterwards', async () => {
	const lake = memoryBucket('lake', {
		a: 'file',
		'a/b': 'below',
		'one/x.png': '1',
		'two/x.png': '2',
	});
	await withBed([lake], async (bed) => {
		const manifest = keys(bed, 'a', 'a/b', 'x.png');
		await rollCall(bed.engine, bed.spec({bucket: 'lake', manifest}));
		const pathOf = async (text: string) =>
			(await allRows(bed.engine)).find((row) => row.text === text)?.path;
		const moved = await pathOf('a');
		assert.match(moved ?? '', /^a~/);
		for (const rule of ['first', 'newest'] as const) {
			await bed.engine.call('resolveAmbiguous', {rule});
			assert.equal(await pathOf('a'), moved);
		}
		await bed.engine.call('start', {});
		const {summary} = await ended(bed.engine);
		assert.equal(summary.downloaded, 3);
		assert.equal(tree(bed.out)[moved ?? ''], 'file');
		const again = await run(bed.engine, bed.spec({bucket: 'lake', manifest, ambiguous: 'first'}));
		assert.equal(again.summary.local, 3);
	});
});

test('a choice taken back gives the file to the row that came second', async () => {
	const lake = memoryBucket('lake', {'one/x.png': '1', 'two/x.png': '22'});
	await withBed([lake], async (bed) => {
		const manifest = keys(bed, 'x.png', 'x.jpg');
		await rollCall(bed.engine, bed.spec({bucket: 'lake', manifest}));
		const [first, second] = await allRows(bed.engine);
		const objectId = first?.candidates[0]?.objectId ?? 0;
		await bed.engine.call('choose', {wantedId: first?.id ?? 0, objectId});
		await bed.engine.call('choose', {wantedId: second?.id ?? 0, objectId});
		const states = async () => (await allRows(bed.engine)).map(({state}) => state);
		assert.deepEqual(await states(), ['waiting', 'duplicate']);
		await bed.engine.call('choose', {wantedId: first?.id ?? 0, objectId: null});
		assert.deepEqual(await states(), ['ambiguous', 'waiting']);
		assert.equal(balance(bed.engine.getSnapshot()), 0);
	});
});

test('a symbolic link in the folder leads nothing out of it', async () => {
	const lake = memoryBucket('lake', {
		'link/x.png': 'x',
		'loop/y.png': 'y',
		'own/z.png': 'z',
		'good/w.png': 'w',
	});
	await withBed([lake], async (bed) => {
		mkdirSync(bed.file('elsewhere'));
		mkdirSync(bed.out);
		writeFileSync(bed.file('elsewhere/x.png'), 'x');
		symlinkSync(bed.file('elsewhere'), path.join(bed.out, 'link'));
		symlinkSync('loop', path.join(bed.out, 'loop'));
		symlinkSync('.muster', path.join(bed.out, 'own'));
		const {summary} = await run(bed.engine, bed.spec({bucket: 'lake'}));
		assert.equal(summary.downloaded, 1);
		assert.equal(summary.failed, 3);
		assert.equal(summary.local, 0, 'a file outside is not here');
		assert.deepEqual(tree(bed.file('elsewhere')), {'x.png': 'x'});
		const rows = await allRows(bed.engine, {states: ['failed']});
		for (const {error} of rows) assert.equal(error?.code, 'unsafe-name');
	});
});

test('a link in place of a file is replaced, its target left alone', async () => {
	const lake = memoryBucket('lake', {'x.png': 'new'});
	await withBed([lake], async (bed) => {
		mkdirSync(bed.out);
		writeFileSync(bed.file('target'), 'old');
		symlinkSync(bed.file('target'), path.join(bed.out, 'x.png'));
		const {summary} = await run(bed.engine, bed.spec({bucket: 'lake'}));
		assert.equal(summary.downloaded, 1);
		assert.equal(readFileSync(bed.file('target'), 'utf8'), 'old');
		assert.equal(readFileSync(path.join(bed.out, 'x.png'), 'utf8'), 'new');
	});
});

test('a folder in the way of a file, and a file in the way of a folder, fail with a reason', async () => {
	const lake = memoryBucket('lake', {'x.png': 'x', 'sub/y.png': 'y', 'z.png': 'z'});
	await withBed([lake], async (bed) => {
		mkdirSync(path.join(bed.out, 'x.png'), {recursive: true});
		writeFileSync(path.join(bed.out, 'x.png/mine'), 'mine');
		writeFileSync(path.join(bed.out, 'sub'), 'mine');
		const {summary} = await run(bed.engine, bed.spec({bucket: 'lake'}));
		assert.equal(summary.downloaded, 1);
		assert.equal(summary.failed, 2);
		assert.equal(readFileSync(path.join(bed.out, 'sub'), 'utf8'), 'mine');
		assert.equal(readFileSync(path.join(bed.out, 'x.png/mine'), 'utf8'), 'mine');
		for (const {error} of await allRows(bed.engine, {states: ['failed']})) {
			assert.equal(error?.code, 'disk');
			assert.match(error?.message ?? '', /folder|file/);
		}
	});
});

test('layouts: keys below the prefix, flat, by group', async () => {
	const lake = memoryBucket('lake', {'p/a/1.png': '1', 'p/b/1.png': '2', 'p/b/2.png': '3'});
	await withBed([lake], async (bed) => {
		writeFileSync(bed.file('l.csv'), 'file,who\na/1.png,ann\nb/1.png,ann\nb/2.png,bob\n');
		const manifest = {
			kind: 'csv',
			file: bed.file('l.csv'),
			column: 'file',
			groupBy: 'who',
		} as const;
		const names = async (layout: JobSpec['layout']) => {
			const folder = bed.file(`out-${layout}`);
			const spec = bed.spec({bucket: 'lake', prefix: 'p/', manifest, layout, folder});
			const {summary} = await run(bed.engine, spec);
			assert.equal(summary.downloaded, 3);
			return fileNames(folder).map((name) => name.replace(/~[0-9a-f]{12}/, '~hash'));
		};
		assert.deepEqual(await names('keys'), ['a/1.png', 'b/1.png', 'b/2.png']);
		assert.deepEqual(await names('flat'), ['1.png', '1~hash.png', '2.png']);
		assert.deepEqual(await names('groups'), ['ann/1.png', 'ann/1~hash.png', 'bob/2.png']);
	});
});

const old = Date.UTC(2020, 1, 1);
const versioned = () =>
	memoryBucket('lake', {
		'md5.png': bytesObject('right', {modified: Date.UTC(2025, 1, 1)}),
		'parts.png': bytesObject('right', {
			modified: Date.UTC(2025, 1, 1),
			etag: `${'0'.repeat(32)}-2`,
		}),
	});

/** Puts something at a place, dated. */
function put(bed: Bed, name: string, text: string, time = old): void {
	mkdirSync(bed.out, {recursive: true});
	writeFileSync(path.join(bed.out, name), text);
	utimesSync(path.join(bed.out, name), time / 1000, time / 1000);
}

test('overwrite never: another file of another size is kept, said so, and nothing vouches for it', async () => {
	await withBed([versioned()], async (bed) => {
		put(bed, 'md5.png', 'of another size');
		put(bed, 'parts.png', 'mine!');
		const {summary} = await run(bed.engine, bed.spec({bucket: 'lake', overwrite: 'never'}));
		assert.deepEqual([summary.local, summary.downloaded, summary.failed], [2, 0, 0]);
		assert.equal(readFileSync(path.join(bed.out, 'md5.png'), 'utf8'), 'of another size');
		const files = bed.events.flatMap((event) => (event.type === 'file' ? [event] : []));
		const other = files.find((event) => event.path === 'md5.png');
		assert.equal(other?.status, 'local');
		assert.equal(other.verified, undefined);
		assert.equal(other.error?.code, 'size-mismatch');
		assert.match(other.error.message, /15 bytes .* the object has 5: it was kept/);
		const same = files.find((event) => event.path === 'parts.png');
		assert.deepEqual([same?.verified, same?.error], ['size', undefined]);
	});
});

test('overwrite never, changed, always', async () => {
	for (const [overwrite, local, text] of [
		['never', 2, 'mine!'],
		['changed', 0, 'right'],
		['always', 0, 'right'],
	] as const) {
		await withBed([versioned()], async (bed) => {
			put(bed, 'md5.png', 'mine!');
			put(bed, 'parts.png', 'mine!');
			const {summary} = await run(bed.engine, bed.spec({bucket: 'lake', overwrite}));
			assert.equal(summary.local, local, overwrite);
			assert.equal(summary.downloaded, 2 - local, overwrite);
			assert.equal(summary.exit_code, 0);
			assert.equal(readFileSync(path.join(bed.out, 'md5.png'), 'utf8'), text);
			assert.equal(readFileSync(path.join(bed.out, 'parts.png'), 'utf8'), text);
		});
	}
});

test('a file of another tool is recognised by its MD5, or by its date where there is none', async () => {
	await withBed([versioned()], async (bed) => {
		put(bed, 'md5.png', 'right');
		put(bed, 'parts.png', 'right', Date.UTC(2025, 1, 1));
		const {summary} = await run(bed.engine, bed.spec({bucket: 'lake'}));
		assert.equal(summary.local, 2);
		assert.equal(summary.downloaded, 0);
		const events = fileEvents(bed.events);
		assert.deepEqual(
			events.map(({path: name, status, verified}) => `${name} ${status} ${verified}`),
			['md5.png local md5', 'parts.png local size'],
		);
		assert.equal(bed.sandbox.stats().operations.GetObject ?? 0, 0);
	});
});

test('without the ledger everything is recognised again; with it, too', async () => {
	await withBed([versioned()], async (bed) => {
		const first = await run(bed.engine, bed.spec({bucket: 'lake'}));
		assert.equal(first.summary.downloaded, 2);
		assert.equal(statSync(path.join(bed.out, 'parts.png')).mtimeMs, Date.UTC(2025, 1, 1));
		assert.equal((await run(bed.engine, bed.spec({bucket: 'lake'}))).summary.local, 2);
		await bed.renew();
		rmSync(path.join(bed.out, '.muster'), {recursive: true});
		assert.equal((await run(bed.engine, bed.spec({bucket: 'lake'}))).summary.local, 2);
	});
});

test('a file changed by hand, cut short or overwritten in the store is fetched again', async () => {
	await withBed([versioned()], async (bed) => {
		const spec = bed.spec({bucket: 'lake'});
		await run(bed.engine, spec);
		writeFileSync(path.join(bed.out, 'md5.png'), 'wrong');
		let again = await run(bed.engine, spec);
		assert.equal(again.summary.downloaded, 1);
		assert.equal(readFileSync(path.join(bed.out, 'md5.png'), 'utf8'), 'right');
		writeFileSync(path.join(bed.out, 'parts.png'), 'r');
		again = await run(bed.engine, spec);
		assert.equal(again.summary.downloaded, 1);
		bed.sandbox.change('lake', 'md5.png');
		again = await run(bed.engine, spec);
		assert.equal(again.summary.downloaded, 1);
		assert.notEqual(readFileSync(path.join(bed.out, 'md5.png'), 'latin1'), 'right');
	});
});

test('always fetches anew in each run, but a resumed run goes on', async () => {
	await withBed([versioned()], async (bed) => {
		const spec = bed.spec({bucket: 'lake', overwrite: 'always'});
		assert.equal((await run(bed.engine, spec)).summary.downloaded, 2);
		assert.equal((await run(bed.engine, spec)).summary.downloaded, 2);
	});
});

test('a plan that does not fit is refused with both numbers', async () => {
	const huge = memoryBucket('lake', {
		'huge.bin': {...bytesObject(''), size: 2 ** 50, etag: 'x-1', read: () => new Uint8Array()},
	});
	await withBed([huge], async (bed) => {
		await rollCall(bed.engine, bed.spec({bucket: 'lake'}));
		await assert.rejects(bed.engine.call('start', {}), {code: 'disk-full', message: /PiB|TiB/});
		assert.equal(bed.engine.getSnapshot().phase, 'ready');
	});
});
