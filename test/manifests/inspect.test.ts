import assert from 'node:assert/strict';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import {inspectTable} from '../../source/manifests/index.ts';
import {withFiles} from '../contracts/manifest.ts';

const inspect = (content: string | Uint8Array, options = {}) =>
	withFiles({'t.csv': content}, (folder) => inspectTable(join(folder, 't.csv'), options));
const rowsOf = (count: number, row: (n: number) => string) =>
	Array.from({length: count}, (_, n) => row(n));

suite('inspectTable', () => {
	test('the table of the mock-up', async () => {
		const rows = rowsOf(12_310, (n) => {
			const actor = `actor_${String(n % 287).padStart(3, '0')}`;
			return `${actor},T-${n},${actor}/take_${n}.wav,${n % 60}.${n % 10},https://cdn.example/t/${n},booth-${n % 4},2025-11-${10 + (n % 19)}`;
		});
		rows[4069] += ',extra';
		rows[9353] = 'actor_001,"T-9,x,1,y,z,2025-11-11';
		const table = await inspect(
			['actor,take_id,take_file,secs,clip_url,room,date', ...rows, ''].join('\n'),
		);
		assert.equal(table.rows, 12_308);
		assert.equal(table.header, true);
		assert.equal(table.delimiter, ',');
		assert.equal(table.encoding, 'utf-8');
		assert.equal(table.nameColumn, 3);
		assert.equal(table.groupColumn, 1);
		assert.deepEqual(
			table.badRows.map(({line}) => line),
			[4071, 9355],
		);
		assert.equal(table.badRowCount, 2);
		assert.match(table.badRows[0]?.message ?? '', /Line 4,071 has 8 fields, the header has 7/);
		assert.equal(table.columns[0]?.distinct, 287);
		assert.equal(table.columns[0]?.medianRows, 43);
		assert.equal(table.columns[2]?.distinct, 12_308);
		assert.equal(table.columns[5]?.distinct, 4);
		assert.equal(table.preview.length, 50);
		assert.equal(table.sample.length, 200);
		const taken = table.sample.map((cells) => Number(cells[1]?.slice(2)));
		assert.ok(
			(taken[0] ?? 9999) < 100 && (taken.at(-1) ?? 0) > 12_000,
			'the sample spans the file',
		);
		const gaps = taken.slice(1).map((n, index) => n - (taken[index] ?? 0));
		assert.ok(Math.max(...gaps) < 4 * Math.min(...gaps) + 100, 'and is even');
	});

	const guesses: readonly (readonly [string, string, number | undefined, number | undefined])[] = [
		[
			'stems under a header that says so',
			'label,filename\ncat,img_1\ndog,img_2\ncat,img_3\ndog,img_4\n',
			2,
			1,
		],
		['URLs', 'id,link\n1,s3://b/1.png\n2,s3://b/2.png\n', 2, undefined],
		['values without a header', '1,cat,a.png\n2,cat,b.png\n3,dog,c.png\n4,dog,d.png\n', 3, 2],
		[
			'folders repeat, files do not',
			'path,file\nx/y.d,1.png\nx/y.d,2.png\nx/y.d,3.png\n',
			2,
			undefined,
		],
		['image before mask', 'image_path,mask_path\na/1.png,m/1.png\na/2.png,m/2.png\n', 1, undefined],
		['numbers and words', 'age,room\n31,blue\n42,red\n55,blue\n57,red\n', undefined, 2],
		[
			'dates, mails and versions',
			'when,who\n2025-11-17,a@b.example\n2025-11-18,c@d.example\n',
			undefined,
			undefined,
		],
		['prose', 'text\nThe cat sat.\nThe dog ran on.\n', undefined, undefined],
		['keys without an ending under "key"', 'key,speaker\nx/a1,k\nx/a2,k\nx/a3,l\nx/a4,l\n', 1, 2],
	];
	for (const [title, content, nameColumn, groupColumn] of guesses) {
		test(`guesses: ${title}`, async () => {
			const table = await inspect(content);
			assert.deepEqual([table.nameColumn, table.groupColumn], [nameColumn, groupColumn]);
			for (const {nameScore} of table.columns) assert.ok(nameScore >= 0 && nameScore <= 1);
		});
	}

	test('header or not', async () => {
		const header = async (content: string) => (await inspect(content)).header;
		assert.equal(await header('a.png,cat\nb.png,dog\n'), false);
		assert.equal(await header('file,cat\nb.png,dog\n'), true);
		assert.equal(await header(',image,label\n0,a.png,cat\n1,b.png,dog\n'), true, 'a pandas index');
		assert.equal(await header('img_001\nimg_002\n'), false);
		assert.equal(await header('alpha\nbeta\n'), false, 'when in doubt nothing is swallowed');
		assert.equal((await inspect('alpha\nbeta\n', {header: true})).header, true);
		assert.equal(await header('Bild;Wert\na.png;1\nb.png;2\n'), true);
	});

	test('the distinct count is cut off, and says so', async () => {
		const table = await inspect(rowsOf(120_000, (n) => `${n}.png,${n % 3}`).join('\n'));
		assert.deepEqual(
			table.columns.map(({distinct, distinctCapped}) => [distinct, distinctCapped]),
			[
				[100_000, true],
				[3, false],
			],
		);
		assert.equal(table.nameColumn, 1);
	});

	test('the fingerprint is that of the header', async () => {
		const print = async (content: string) => (await inspect(content)).fingerprint;
		assert.equal(await print('file,x\na.png,1\n'), await print('file;x\nb.png;2\nc.png;3\n'));
		assert.notEqual(await print('file,x\na.png,1\n'), await print('file,y\na.png,1\n'));
	});
});
