import assert from 'node:assert/strict';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import * as fc from 'fast-check';
import {understandManifest, wantedAddress} from '../../source/manifests/index.ts';
import {collect, withFiles} from '../contracts/manifest.ts';

const read = (content: string | Uint8Array) =>
	withFiles({'wanted.txt': content}, (folder) =>
		collect({kind: 'keys', file: join(folder, 'wanted.txt')}),
	);
const texts = async (content: string | Uint8Array) =>
	(await read(content)).items.map(({text}) => text);

suite('key lists', () => {
	test('blank lines go, # and separators of Unicode stay', async () => {
		const {items} = await read('#1.png\n\n  \n a b.png \r\nc\u2028d.png\nlast');
		assert.deepEqual(
			items.map(({row, text}) => [row, text]),
			[
				[1, '#1.png'],
				[4, 'a b.png'],
				[5, 'c\u2028d.png'],
				[6, 'last'],
			],
		);
	});

	test('zero-terminated names are exact', async () => {
		const {items} = await read(' a.png\0b\nc.png\0\0d.png ');
		assert.deepEqual(
			items.map(({address}) => address.kind === 'name' && address.path),
			[' a.png', 'b\nc.png', 'd.png '],
		);
	});

	test('old Mac line ends', async () => {
		assert.deepEqual(await texts('a.png\rb.png\r'), ['a.png', 'b.png']);
	});

	test('a line that never ends is a problem, and memory stays bounded', async () => {
		const {items, problems} = await read(
			`a.png\n${'x'.repeat(300_000)}\nb.png\n${'y'.repeat(70_000)}`,
		);
		assert.deepEqual(
			items.map(({text, row}) => [text, row]),
			[
				['a.png', 1],
				['b.png', 3],
			],
		);
		assert.deepEqual(
			problems.map(({line}) => line),
			[2, 4],
		);
	});

	test('names are counted for the description', () =>
		withFiles({'w.txt': 'a\n\nb\n'}, async (folder) => {
			const {description} = await understandManifest({kind: 'keys', file: join(folder, 'w.txt')});
			assert.equal(description, '2 names · key list, one a line · UTF-8');
		}));

	test('any lines come back, whatever pieces the file comes in', () =>
		fc.assert(
			fc.asyncProperty(
				fc.array(fc.string({unit: 'binary', maxLength: 20}), {minLength: 1}),
				fc.integer({min: 0, max: 70_000}),
				async (lines, padding) => {
					const clean = lines
						.map((line) =>
							line
								.toWellFormed()
								.replace(/[\0\r\n]/g, '_')
								.trim(),
						)
						.filter((line) => line !== '' && !line.includes('://'));
					const all = ['p'.repeat(Math.max(1, padding % 65_000)), ...clean];
					assert.deepEqual(await texts(all.join('\n')), all);
				},
			),
			{numRuns: 50},
		));
});

suite('wantedAddress', () => {
	for (const [text, path] of [
		['a.png', 'a.png'],
		['./a.png', 'a.png'],
		['././/a.png', 'a.png'],
		['/a/b.png', 'a/b.png'],
		['a//b.png', 'a//b.png'],
		['../a.png', '../a.png'],
		['..', '..'],
		['./', './'],
		['a%20b.png', 'a%20b.png'],
		['C:\\shots\\1.png', 'shots/1.png'],
		['shots\\1.png', 'shots/1.png'],
		['\\\\nas\\share\\shots\\1.png', 'shots/1.png'],
		['a/b\\c.png', 'a/b\\c.png'],
		['what?\\c.png', 'what?\\c.png'],
		['https://cdn.example/img/a%20b.png?w=1', 'img/a b.png'],
		['https://cdn.example', 'https://cdn.example'],
		['https://u:p@cdn.example', 'https://cdn.example'],
		['gs://bucket/a/b.png', 'a/b.png'],
		['s3://bucket', 's3://bucket'],
	] as const) {
		test(JSON.stringify(text), () => assert.deepEqual(wantedAddress(text), {kind: 'name', path}));
	}

	test('URLs of the store in use name objects', () => {
		assert.deepEqual(
			wantedAddress('https://minio.example/b/a.png', {endpoint: 'https://minio.example'}),
			{
				kind: 'object',
				ref: {bucket: 'b', key: 'a.png'},
			},
		);
	});

	test('a name keeps its contract whatever it holds', () => {
		fc.assert(
			fc.property(
				fc.string({unit: fc.constantFrom('a', '.', '/', '\\', ':', ' ', '?'), minLength: 1}),
				(text) => {
					const address = wantedAddress(text);
					assert.equal(address.kind, 'name');
					if (address.kind === 'name' && /[a: ?]/.test(text) && address.path !== text) {
						assert.doesNotMatch(address.path, /^\/|^\.\//);
					}
				},
			),
		);
	});
});
