import assert from 'node:assert/strict';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import * as fc from 'fast-check';
import {actorsOf} from '../../source/manifests/actor-list.ts';
import {findObjectUrls, JsonError, parseJson, type Json} from '../../source/manifests/json.ts';
import {understandManifest} from '../../source/manifests/index.ts';
import {collect, manifestFailure, withFiles} from '../contracts/manifest.ts';

const list = (name: string) => `actors/${name}/training_data/response.json`;
const images = (...keys: string[]) => JSON.stringify({images: keys.map((key) => `s3://b/${key}`)});
const readIn = (
	files: Record<string, string | Uint8Array>,
	file = 'actorsData.json',
	pointer?: string,
) =>
	withFiles(files, (folder) =>
		collect({
			kind: 'actors',
			file: join(folder, file),
			...(pointer === undefined ? {} : {pointer}),
		}),
	);
const found = ({items}: Awaited<ReturnType<typeof collect>>) =>
	items.map(({group, row, address}) => [group, row, address.kind === 'object' && address.ref.key]);

suite('actor lists', () => {
	const shapes: readonly Json[] = [
		['kofi', 'lena'],
		[{name: 'kofi'}, {name: 'lena'}],
		[
			{id: 1, name: 'Kofi B.', actor_name: 'kofi'},
			{id: 2, slug: 'lena'},
		],
		[
			{id: 'kofi', name: 'Kofi B.'},
			{id: 'lena', name: 'Lena M.'},
		],
		{actors: ['kofi', {actor: 'lena'}]},
		{data: {actors: {kofi: {age: 31}, lena: null}}},
		{kofi: {name: 'Kofi B.'}, lena: {}},
		{a: {actorName: 'kofi'}, b: {actorName: 'lena'}},
	];
	for (const shape of shapes) {
		test(JSON.stringify(shape), async () => {
			const read = await readIn({
				'actorsData.json': JSON.stringify(shape),
				[list('kofi')]: images('k/0.png', 'k/1.png'),
				[list('lena')]: images('l/0.png'),
			});
			assert.deepEqual(read.problems, []);
			assert.deepEqual(found(read), [
				['kofi', 1, 'k/0.png'],
				['kofi', 2, 'k/1.png'],
				['lena', 3, 'l/0.png'],
			]);
		});
	}

	for (const [place, file] of [
		['data/actors/kofi/training_data/response.json', 'actorsData.json'],
		['actors/kofi/training_data/response.json', 'lists/actorsData.json'],
		['actors/kofi/response.json', 'actorsData.json'],
		['kofi/training_data/response.json', 'actorsData.json'],
	] as const) {
		test(`${place} for ${file}`, async () => {
			assert.deepEqual(found(await readIn({[file]: '["kofi"]', [place]: images('a')}, file)), [
				['kofi', 1, 'a'],
			]);
		});
	}

	test('missing, broken, empty and escaping actors are told; the others go on, in order', async () => {
		const names = [
			'none',
			'bad',
			'cut',
			'../out',
			'/abs',
			'..',
			'a\\..\\..\\b',
			'dup',
			'dup',
			'void',
			'web',
			'odd näme 東',
			'last',
		];
		const {items, problems} = await readIn({
			'actorsData.json': JSON.stringify([...names, {age: 3}]),
			'out/training_data/response.json': images('never'),
			[list('bad')]: '{\n "images": [\n  "s3://b/x" oops\n ]\n}',
			[list('cut')]: '{"images": ["s3://b/x"',
			[list('dup')]: images('d'),
			[list('void')]: '{"images": []}',
			[list('web')]: '{"images": ["https://cdn.example/1.png"]}',
			[list('odd näme 東')]: images('o'),
			[list('last')]: images('z'),
		});
		assert.deepEqual(
			items.map(({group, row}) => [group, row]),
			[
				['dup', 1],
				['odd näme 東', 2],
				['last', 3],
			],
		);
		assert.deepEqual(
			problems.map(({group, kind, line}) => [group, kind, line]),
			[
				['none', 'missing-list', undefined],
				['bad', 'broken-list', 3],
				['cut', 'broken-list', 1],
				['../out', 'broken-list', undefined],
				['/abs', 'broken-list', undefined],
				['..', 'broken-list', undefined],
				['a\\..\\..\\b', 'broken-list', undefined],
				['dup', 'skipped-row', undefined],
				['void', 'broken-list', undefined],
				['web', 'broken-list', undefined],
				['', 'broken-list', undefined],
			],
		);
		assert.match(
			problems[0]?.message ?? '',
			/There is no actors\/none\/training_data\/response\.json for the actor none\./,
		);
		assert.match(
			problems[1]?.message ?? '',
			/bad\/training_data\/response\.json is broken JSON: .*\(line 3, column 14\)/,
		);
		assert.match(problems[2]?.message ?? '', /ends too early \(line 1, column 23\)/);
		assert.match(problems[9]?.message ?? '', /no S3 address, though 1 other address/);
	});

	test('every item can be many: 300 actors of 20, in order', async () => {
		const names = Array.from({length: 300}, (_, n) => `${String(n).padStart(4, '0')}_actor`);
		const files = names.map(
			(name) =>
				[list(name), images(...Array.from({length: 20}, (_, n) => `${name}/${n}.png`))] as const,
		);
		const {items} = await readIn({
			'actorsData.json': JSON.stringify(names),
			...Object.fromEntries(files),
		});
		assert.equal(items.length, 6000);
		assert.deepEqual([...new Set(items.map(({group}) => group))], names);
		assert.ok(items.every(({row}, index) => row === index + 1));
	});

	test('a pointer narrows it', async () => {
		const files = {
			'actorsData.json': '["kofi"]',
			[list('kofi')]: '{"input":"s3://b/in.png","a/b":{"~out":["s3://b/0.png","s3://b/1.png"]}}',
		};
		assert.deepEqual(found(await readIn(files, 'actorsData.json', '/a~1b/~0out/1')), [
			['kofi', 1, '1.png'],
		]);
		assert.equal((await readIn(files, 'actorsData.json', '')).items.length, 3);
		assert.match(
			(await readIn(files, 'actorsData.json', '/none')).problems[0]?.message ?? '',
			/has nothing at \/none/,
		);
		await manifestFailure(
			() => readIn(files, 'actorsData.json', 'images'),
			/no JSON pointer/,
			'usage',
		);
	});

	test('refused: zero actors, broken list', async () => {
		for (const empty of ['[]', '{}', '{"actors":[]}', '[{}]', '3', '"x"', 'null']) {
			await manifestFailure(
				() => readIn({'actorsData.json': empty}),
				/actorsData\.json lists no actors/,
			);
		}

		await manifestFailure(
			() => readIn({'actorsData.json': '[\n"a",\n]'}),
			/broken JSON: .*\(line 3, column 1\)/,
		);
		await manifestFailure(() => readIn({'actorsData.json': 'name,age\n'}), /\(line 1, column 1\)/);
	});

	test('actors are counted for the description', () =>
		withFiles({'actorsData.json': '["a","b"]'}, async (folder) => {
			const {description} = await understandManifest({
				kind: 'actors',
				file: join(folder, 'actorsData.json'),
			});
			assert.equal(description, '2 actors · JSON');
		}));

	test('nameless entries are counted', () => {
		assert.deepEqual(actorsOf(['a', {}, '', null, 7]), {
			actors: [{names: ['a']}, {names: ['7']}],
			nameless: 3,
		});
	});
});

suite('S3 addresses in JSON', () => {
	const keys = (value: Json) => findObjectUrls(value).urls.map(({url}) => url.key);
	test('wherever they stand, in document order, once', () => {
		const value: Json = {
			first: 's3://b/1',
			nested: [
				{url: 'https://b.s3.amazonaws.com/2?X-Amz-Signature=x'},
				[['https://s3.amazonaws.com/b/3']],
			],
			'again in another form': 'https://b.s3.eu-west-1.amazonaws.com/1',
			inner: JSON.stringify({more: ['s3://b/4 with spaces', JSON.stringify('s3://b/5')]}),
			's3://b/6': {size: 1},
			list: 's3://b/7, s3://b/8;\ns3://b/9',
			html: '<img src="https://b.s3.amazonaws.com/10"> and (s3://b/11).',
			folder: 's3://b/folder/',
			bucket: 's3://b',
			other: ['https://cdn.example/x', 1, true, null, 'text'],
			proxy: 'https://img.example/?url=https://b.s3.amazonaws.com/no',
		};
		assert.deepEqual(keys(value), [
			'1',
			'2',
			'3',
			'4 with spaces',
			'5',
			'6',
			'7',
			'8',
			'9',
			'10',
			'11',
		]);
	});

	test('nesting without end does not end us', () => {
		const depth = 5000;
		assert.deepEqual(keys(parseJson(`${'['.repeat(depth)}"s3://b/deep"${']'.repeat(depth)}`)), [
			'deep',
		]);
	});

	test('any list of URLs comes back', () => {
		const key = fc
			.string({unit: 'grapheme-ascii', minLength: 1})
			.filter((text) => !/[/\s"<>?]$|["<>\n\r?]|:\/\/|^\s|:::/.test(text));
		fc.assert(
			fc.property(fc.uniqueArray(key), (list) => {
				assert.deepEqual(keys({images: list.map((key) => `s3://b/${key}`)}), list);
			}),
		);
	});
});

suite('where JSON is broken', () => {
	for (const [text, line, column] of [
		['', 1, 1],
		['[1,\n 2,,3]', 2, 4],
		['{"a" 1}', 1, 6],
		["{'a': 1}", 1, 2],
		['{"a": NaN}', 1, 7],
		['{"a": 01}', 1, 7],
		['[1 2]', 1, 4],
		['{} x', 1, 4],
		['{"a":\n"b\nc"}', 2, 1],
		['[1}', 1, 3],
		['{"a":1,}', 1, 8],
		['{"a":[1,2', 1, 10],
	] as const) {
		test(JSON.stringify(text), () => {
			assert.throws(
				() => parseJson(text),
				(error: unknown) => {
					assert.ok(error instanceof JsonError);
					assert.deepEqual([error.line, error.column], [line, column]);
					return true;
				},
			);
		});
	}

	test('damage anywhere is found there or before the end', () => {
		fc.assert(
			fc.property(
				fc.json({maxDepth: 4}),
				fc.nat(),
				fc.constantFrom('', '}', ',', '"', 'x', '\\'),
				(text, seed, junk) => {
					const at = seed % (text.length + 1);
					const damaged = text.slice(0, at) + junk + text.slice(at + 1);
					try {
						parseJson(damaged);
					} catch (error) {
						assert.ok(error instanceof JsonError);
						assert.ok(error.line >= 1 && error.column >= 1 && error.column <= damaged.length + 1);
					}
				},
			),
		);
	});
});
