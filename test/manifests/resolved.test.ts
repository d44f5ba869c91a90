import assert from 'node:assert/strict';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import {parse} from 'csv-parse/sync';
import * as fc from 'fast-check';
import {
	csvLine,
	harmlessCell,
	harmlessPath,
	resolvedRows,
	resolvedTable,
	type Resolved,
	type ResolvedSource,
} from '../../source/manifests/index.ts';
import {collect, withFiles} from '../contracts/manifest.ts';

const done = (row: number): Resolved => ({
	status: 'downloaded',
	key: `k/${row}`,
	local_path: `f/${row}`,
});
const joined = async (pieces: AsyncIterable<string>) => {
	let text = '';
	for await (const piece of pieces) text += piece;
	return text;
};

const resolved = (content: string | Uint8Array, source: ResolvedSource = done, options = {}) =>
	withFiles({'in.csv': content}, (folder) =>
		joined(
			resolvedTable({kind: 'csv', file: join(folder, 'in.csv'), column: '1', ...options}, source),
		),
	);

suite('resolved.csv of a table', () => {
	test('row for row and column for column, with three more', async () => {
		assert.equal(
			await resolved('file,note\na.png,"x, y"\nb.png,\n', (row) =>
				row === 1 ? done(1) : undefined,
			),
			'file,note,status,key,local_path\na.png,"x, y",downloaded,k/1,f/1\nb.png,,,,\n',
		);
	});

	test('delimiter, line ends, header or none, byte order mark', async () => {
		assert.equal(
			await resolved('file;n\r\na.png;1\r\n'),
			'file;n;status;key;local_path\r\na.png;1;downloaded;k/1;f/1\r\n',
		);
		assert.equal(
			await resolved('a.png\t1\nb.png\t2'),
			'a.png\t1\tdownloaded\tk/1\tf/1\nb.png\t2\tdownloaded\tk/2\tf/2\n',
		);
		assert.equal(
			await resolved('\uFEFFfile\na.png\n'),
			'\uFEFFfile,status,key,local_path\na.png,downloaded,k/1,f/1\n',
		);
		assert.match(
			await resolved(Buffer.from('\uFEFFfile,n\na.png,é\n', 'utf16le')),
			/^\uFEFFfile,n,status.*\na\.png,é,/,
		);
	});

	test('skipped rows stay, at the width of the table', async () => {
		const text = await resolved('file,n\na.png,1\nb.png\nc.png,1,2\n"d.png,1\ne.png,5\n');
		const rows: unknown = parse(text);
		assert.deepEqual(rows, [
			['file', 'n', 'status', 'key', 'local_path'],
			['a.png', '1', 'downloaded', 'k/1', 'f/1'],
			['b.png', '', 'skipped', '', ''],
			['c.png', '1', 'skipped', '', ''],
			['"d.png,1', '', 'skipped', '', ''],
			['e.png', '5', 'downloaded', 'k/5', 'f/5'],
		]);
	});

	test('columns of the same name are kept apart', async () => {
		assert.match(
			await resolved('file,Status\na.png,old\n'),
			/^file,Status,muster_status,key,local_path\na\.png,old,downloaded/,
		);
	});

	test('answers in a stream, with gaps', async () => {
		async function* answers() {
			yield {row: 2, ...done(2)};
			yield {row: 4, ...done(4)};
		}

		const text = await resolved('file\na\nb\nc\nd\ne\n', answers());
		assert.equal(
			text,
			'file,status,key,local_path\na,,,\nb,downloaded,k/2,f/2\nc,,,\nd,downloaded,k/4,f/4\ne,,,\n',
		);
	});

	test('signatures of presigned URLs are left out', async () => {
		const text = await resolved(
			'url,n\nhttps://b.s3.amazonaws.com/a.png?X-Amz-Signature=SECRET,1\n',
		);
		assert.match(text, /\nhttps:\/\/b\.s3\.amazonaws\.com\/a\.png,1,downloaded/);
	});

	test('it can be the next manifest', async () => {
		const text = await resolved('file,n\na.png,1\nb.png,2\n');
		await withFiles({'resolved.csv': text}, async (folder) => {
			const {items} = await collect({kind: 'csv', file: join(folder, 'resolved.csv')});
			assert.equal(items.length, 2);
		});
	});
});

suite('resolved.csv of other manifests', () => {
	test('key lists', () =>
		withFiles({'w.txt': 'a.png\n\nb,c.png\n'}, async (folder) => {
			assert.equal(
				await joined(resolvedTable({kind: 'keys', file: join(folder, 'w.txt')}, done)),
				'group,wanted,status,key,local_path\n,a.png,downloaded,k/1,f/1\n,"b,c.png",downloaded,k/3,f/3\n',
			);
		}));

	test('actors, with those that have no list', () =>
		withFiles(
			{
				'actorsData.json': '["lost","kofi"]',
				'actors/kofi/training_data/response.json': '["s3://b/1.png"]',
			},
			async (folder) => {
				const text = await joined(
					resolvedTable({kind: 'actors', file: join(folder, 'actorsData.json')}, done),
				);
				assert.match(
					text,
					/\nlost,[^,]*response\.json,skipped,,\nkofi,s3:\/\/b\/1\.png,downloaded,k\/1,f\/1\n$/,
				);
			},
		));

	test('a prefix gives its own rows', async () => {
		const rows = Array.from({length: 1200}, (_, n) => ({group: 'g', wanted: `w${n}`, ...done(n)}));
		assert.equal((await joined(resolvedRows(rows))).split('\n').length, 1202);
	});
});

suite('no cell is a formula', () => {
	for (const [cell, written] of [
		['=1+1', "'=1+1"],
		['=cmd|calc', "'=cmd|calc"],
		['@SUM(A1)', "'@SUM(A1)"],
		['+1+1', "'+1+1"],
		['-1-1', "'-1-1"],
		['-a.png', "'-a.png"],
		['\t=1', "'\t=1"],
		['\r=1', '"\'\r=1"'],
		['\uFF1D1', "'\uFF1D1"],
		['-5', '-5'],
		['+3.2', '+3.2'],
		['-1,234.5', '"-1,234.5"'],
		['-1e-4', '-1e-4'],
		['-.5', '-.5'],
		['-12%', '-12%'],
		['-', '-'],
		['--', '--'],
		['a=1', 'a=1'],
		["'=1", "'=1"],
		[' x', '" x"'],
		['x"y', '"x""y"'],
	] as const) {
		test(JSON.stringify(cell), () => assert.equal(csvLine([cell, '']), `${written},`));
	}

	test('a local path stays a path', () => {
		assert.equal(harmlessPath('-a.png'), './-a.png');
		assert.equal(harmlessPath('=1/b.png'), './=1/b.png');
		assert.equal(harmlessPath('a.png'), 'a.png');
	});

	test('our columns are guarded, too', async () => {
		const text = await resolved('file\na\n', () => ({
			status: 'downloaded',
			key: '=HYPERLINK("x")',
			local_path: '+x.png',
		}));
		assert.equal(text, 'file,status,key,local_path\na,downloaded,"\'=HYPERLINK(""x"")",./+x.png\n');
	});

	test('whatever the cells, every one comes back harmless and otherwise the same', () => {
		const cell = fc.oneof(
			fc.string({unit: 'binary'}).map((text) => text.toWellFormed()),
			fc.string({
				unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', '1', 'a', ' '),
			}),
		);
		fc.assert(
			fc.property(
				fc.array(cell, {minLength: 1, maxLength: 5}),
				fc.constantFrom(',', ';', '\t', '|'),
				(cells, delimiter) => {
					const [record] = parse(`${csvLine(cells, delimiter)}\n`, {
						delimiter,
						record_delimiter: '\n',
					});
					assert.deepEqual(record, cells.map(harmlessCell));
					for (const cell of record ?? []) {
						assert.ok(
							!/^[=+\-@\t\r\n]/.test(cell) || /^[-+](?:[\d.,]+(?:e[-+]?\d+)?%?|[-+]*)$/i.test(cell),
							cell,
						);
					}
				},
			),
			{numRuns: 500},
		);
	});
});
