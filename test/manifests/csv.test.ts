import assert from 'node:assert/strict';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import * as fc from 'fast-check';
import type {ManifestSpec} from '../../source/model/job-spec.ts';
import {csvLine, harmlessCell, understandManifest} from '../../source/manifests/index.ts';
import {collect, manifestFailure, withFiles} from '../contracts/manifest.ts';

type CsvSpec = Extract<ManifestSpec, {kind: 'csv'}>;

const read = (content: string | Uint8Array, options: Partial<CsvSpec> = {}, name = 'takes.csv') =>
	withFiles({[name]: content}, (folder) =>
		collect({kind: 'csv', file: join(folder, name), ...options}),
	);
const paths = async (content: string | Uint8Array, options: Partial<CsvSpec> = {}) =>
	(await read(content, options)).items.map(({address}) =>
		address.kind === 'name' ? address.path : `${address.ref.bucket}:${address.ref.key}`,
	);
const refused = (content: string | Uint8Array, message: RegExp, options: Partial<CsvSpec> = {}) =>
	manifestFailure(() => read(content, options), message);

suite('tables of every kind', () => {
	for (const [name, delimiter] of [
		['comma', ','],
		['semicolon', ';'],
		['tab', '\t'],
		['bar', '|'],
	] as const) {
		test(`${name} is found by itself`, async () => {
			const rows = [
				['id', 'file', 'note'],
				['1', 'a.png', 'x, y'],
				['2', 'b.png', 'p; q'],
			];
			const text = rows.map((row) => csvLine(row, delimiter)).join('\n');
			assert.deepEqual(await paths(text), ['a.png', 'b.png']);
		});
	}

	test("Excel's sep= line", async () => {
		const {items, problems} = await read('sep=;\r\nid;file\r\n1;a,b.png\r\n1;c.png;\r\n');
		assert.deepEqual(
			items.map(({text, row}) => [text, row]),
			[['a,b.png', 1]],
		);
		assert.equal(problems[0]?.line, 4);
	});

	test('quoted line ends, doubled quotes, physical lines', async () => {
		const {items, problems} = await read(
			'note,file\r\n"two\r\nlines","a ""1"".png"\r\n\r\nx,y,z\r\nn,b.png\r\n',
		);
		assert.deepEqual(
			items.map(({text, row}) => [text, row]),
			[
				['a "1".png', 1],
				['b.png', 3],
			],
		);
		assert.deepEqual(
			problems.map(({line, row}) => [line, row]),
			[[5, 2]],
		);
	});

	test('one column, with and without a header', async () => {
		assert.deepEqual(await paths('filename\na.png\nb.png\n'), ['a.png', 'b.png']);
		assert.deepEqual(await paths('a.png\nb.png\n'), ['a.png', 'b.png']);
		assert.deepEqual(await paths('a.png'), ['a.png']);
		assert.deepEqual(await paths('img_001\nimg_002\nimg_003\n', {column: '1'}), [
			'img_001',
			'img_002',
			'img_003',
		]);
	});

	test('old Mac line ends', async () => {
		const {items, problems} = await read('id,file\r1,a.png\r2\r3,b.png\r');
		assert.deepEqual(
			items.map(({text}) => text),
			['a.png', 'b.png'],
		);
		assert.equal(problems[0]?.line, 3);
	});

	test('Windows-1252 is read, and said', () =>
		withFiles(
			{'alt.csv': Buffer.from('id,file\n1,a.png\n2,caf\u00e9.png\n', 'latin1')},
			async (folder) => {
				const spec: CsvSpec = {kind: 'csv', file: join(folder, 'alt.csv')};
				assert.equal((await collect(spec)).items[1]?.text, 'café.png');
				assert.match(
					(await understandManifest(spec)).description,
					/Windows-1252 \(line 3 is not UTF-8\)/,
				);
			},
		));

	test('UTF-16 without a byte order mark', async () => {
		assert.deepEqual(await paths(Buffer.from('id,file\n1,a.png\n2,b.png\n', 'utf16le')), [
			'a.png',
			'b.png',
		]);
	});

	test('the description says how it was understood', () =>
		withFiles({'t.csv': 'actor;take_file\nkofi;a/1.wav\nkofi;a/2.wav\n'}, async (folder) => {
			const {spec, description} = await understandManifest({
				kind: 'csv',
				file: join(folder, 't.csv'),
				groupBy: 'actor',
			});
			assert.equal(
				description,
				'2 rows, 2 columns · semicolon · UTF-8 · header row · files in take_file, groups in actor',
			);
			assert.deepEqual(
				{...spec, file: ''},
				{kind: 'csv', file: '', column: '2', groupBy: '1', header: true, delimiter: ';'},
			);
		}));
});

suite('columns', () => {
	const table = 'Actor,Take File,4\nkofi,a.wav,x.png\nlena,b.wav,y.png\n';
	test('by name whatever the case, by number, a numeric name first', async () => {
		assert.deepEqual(await paths(table, {column: 'take file'}), ['a.wav', 'b.wav']);
		assert.deepEqual(await paths(table, {column: '2'}), ['a.wav', 'b.wav']);
		assert.deepEqual(await paths(table, {column: '4'}), ['x.png', 'y.png']);
		const {items} = await read(table, {column: '3', groupBy: 'actor'});
		assert.deepEqual(
			items.map(({group, text}) => [group, text]),
			[
				['kofi', 'x.png'],
				['lena', 'y.png'],
			],
		);
	});

	test('a name that was given makes the first row a header', async () => {
		assert.deepEqual(await paths('stem,b\nx1,c\nx2,d\n', {column: 'stem'}), ['x1', 'x2']);
		assert.deepEqual(await paths('a.png,b\nc.png,d\n', {column: '1', header: true}), ['c.png']);
	});

	test('an unknown one gets a suggestion', async () => {
		const failure = await refused(table, /takes\.csv has no column "take_fil"/, {
			column: 'take_fil',
		});
		assert.match(failure.hint ?? '', /Did you mean "Take File"\?.*1 Actor, 2 Take File, 3 4/);
		await refused(table, /no column "9"/, {column: '9'});
		await refused('a.png,b\nc.png,d\n', /no column 3: there is no header row, and 2 columns/, {
			column: '3',
		});
		await refused('x,x\na.png,b\nc.png,d\n', /2 columns named "x"/, {column: 'x'});
	});

	test('none usable: the columns are listed', async () => {
		const failure = await refused('age,room\n31,blue\n42,red\n', /no column looks like file names/);
		assert.match(failure.hint ?? '', /--column.*1 age, 2 room/);
	});

	test('ending is added where it is not there yet', async () => {
		assert.deepEqual(
			await paths('file\nx1\nx2.PNG\ns3://b/x3\nhttps://b.s3.amazonaws.com/x4?Signature=1\n', {
				column: 'file',
				ending: '.png',
			}),
			['x1.png', 'x2.PNG', 'b:x3.png', 'b:x4.png'],
		);
	});
});

suite('bad rows cost only themselves', () => {
	test('ragged rows and empty cells', async () => {
		const {items, problems} = await read('id,file\n1,a.png\n2\n3,b.png,x\n4,\n5,c.png\n');
		assert.deepEqual(
			items.map(({text, row}) => [text, row]),
			[
				['a.png', 1],
				['c.png', 5],
			],
		);
		assert.deepEqual(
			problems.map(({line, row, message}) => [line, row, message]),
			[
				[3, 2, 'Line 3 has 1 field, the header has 2.'],
				[4, 3, 'Line 4 has 3 fields, the header has 2.'],
				[5, 4, 'Line 5 has nothing in the column file.'],
			],
		);
		assert.ok(
			problems.every(({kind, file}) => kind === 'skipped-row' && file.endsWith('takes.csv')),
		);
	});

	test('a stray quote inside a value is part of it', async () => {
		assert.deepEqual(await paths('id,file\n1,5" a.png\n2,"6" b.png\n3,c.png\n'), [
			'5" a.png',
			'"6" b.png',
			'c.png',
		]);
	});

	test('an open quote costs one line, with and without other quotes behind it', async () => {
		for (const quote of ['', '"']) {
			const rows = Array.from({length: 30_000}, (_, n) => `${n},${quote}${n}.png${quote}`);
			rows[10_000] = '10000,"10000.png';
			const {items, problems} = await read(['id,file', ...rows, ''].join('\n'));
			assert.equal(items.length, 29_999);
			assert.deepEqual(
				problems.map(({line, row}) => [line, row]),
				[[10_002, 10_001]],
			);
			assert.match(problems[0]?.message ?? '', /Line 10,002 has a quote/);
			assert.equal(items.at(-1)?.row, 30_000);
		}
	});

	test('a quoted value may be long, and lie across pieces of the file', async () => {
		const note = 'line of a note, with a comma\n'.repeat(5000);
		const {items, problems} = await read(`note,file\n"${note}",a.png\nx,b.png\n`);
		assert.deepEqual(problems, []);
		assert.deepEqual(
			items.map(({text}) => text),
			['a.png', 'b.png'],
		);
	});
});

suite('refused', () => {
	test('binary files, each with its name', async () => {
		await refused(Buffer.from('PK\u0003\u0004xl/workbook'), /takes\.csv is an Excel workbook/);
		await refused(Buffer.from('PAR1....'), /Parquet/);
		await refused('id,file\n1,a\0.png\n', /zero byte in line 2/);
		await refused(Buffer.from([0x80, 1, 2, 3, 4, 0xff, 0xfe, 5, 10, 7, 8]), /binary file/);
	});

	test('header only, and no readable row', async () => {
		await refused('id,file\n', /header row and nothing below/, {column: 'file'});
		await refused('id,file\n1\n2\n', /not one row could be read\. Line 2 has 1 field/, {
			column: 'file',
		});
		await refused('id,file\n1\n2\n', /not one row could be read\. Line 2 has 1 field/);
	});

	test('a line without an end', async () => {
		const text = `file\na.png\n${'x'.repeat(6_000_000)}`;
		await refused(text, /line 3 is longer than 4 MiB/, {column: 'file'});
	});

	test('broken quotes all over', async () => {
		const rows = Array.from({length: 3000}, (_, n) => `"${n},${n}.png`);
		await refused(['id,file', ...rows].join('\n'), /broken quotes/, {column: '2', header: true});
	});

	test('a delimiter that is none', async () => {
		await manifestFailure(
			() => read('a,b\n', {delimiter: 'xx'}),
			/can't be the delimiter/,
			'usage',
		);
	});
});

suite('what we write, we read', () => {
	// Lone surrogates have no UTF-8 form, and NUL makes a file binary.
	const cell = fc
		.string({unit: 'binary', maxLength: 12})
		.map((text) => text.toWellFormed().replaceAll('\0', '0'));
	const nasty = fc.oneof(
		cell,
		fc.string({
			unit: fc.constantFrom(
				'"',
				',',
				';',
				'\t',
				'|',
				'\n',
				'\r',
				' ',
				'=',
				'a',
				'\uFEFF',
				'\u2028',
			),
			maxLength: 8,
		}),
	);
	const delimiter = fc.constantFrom(',', ';', '\t', '|');
	const newline = fc.constantFrom('\n', '\r\n');
	const table = fc
		.integer({min: 1, max: 4})
		.chain((width) =>
			fc.array(fc.array(nasty, {minLength: width, maxLength: width}), {minLength: 1, maxLength: 6}),
		);

	test('any cells, delimiters and line ends', () =>
		fc.assert(
			fc.asyncProperty(table, delimiter, newline, async (rows, delimiter, newline) => {
				// A marked first column keeps rows from being blank, and is the name column.
				const marked = rows.map((row, index) => [`${index}.png`, ...row]);
				const head = marked[0]?.map((_, index) => `h${index}`) ?? [];
				const text = [head, ...marked].map((row) => csvLine(row, delimiter) + newline).join('');
				for (let column = 1; column < head.length; column++) {
					const {items, problems} = await read(text, {
						column: `h${column}`,
						header: true,
						delimiter,
					});
					const expected = marked.map((row) => harmlessCell(row[column] ?? '').trim());
					const wanted = new Map(items.map((item) => [item.row, item.text]));
					assert.equal(items.length + problems.length, marked.length);
					for (const [index, cell] of expected.entries()) {
						if (cell !== '' && !cell.includes('://')) assert.equal(wanted.get(index + 1), cell);
					}
				}
			}),
			{numRuns: 60},
		));

	test('any bytes: every record is a row, a problem, or the file is refused in words', () =>
		fc.assert(
			fc.asyncProperty(
				fc.string({
					unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '.png', ';', ' '),
					maxLength: 60,
				}),
				async (text) => {
					try {
						await read(text, {column: '1'});
					} catch (error) {
						assert.equal((error as Error).name, 'MusterError');
					}
				},
			),
			{numRuns: 200},
		));
});
