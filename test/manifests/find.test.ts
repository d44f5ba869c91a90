import assert from 'node:assert/strict';
import {utimes} from 'node:fs/promises';
import {isAbsolute, join} from 'node:path';
import {suite, test} from 'node:test';
import {detectManifest, findManifests} from '../../source/manifests/index.ts';
import {manifestFailure, withFiles} from '../contracts/manifest.ts';

suite('findManifests', () => {
	test('finds tables, key lists and actor lists, the newest first, and no prose', () =>
		withFiles(
			{
				'takes.csv': 'file\na.png\n',
				'TAB.TSV': 'file\tx\na.png\t1\n',
				'lists/wanted.txt': 'a/1.png\na/2.png\n',
				'data/actorsData.json': '["kofi"]',
				'my-actors.json': '["kofi"]',
				'actors/kofi/training_data/response.json': '[]',
				'README.txt': 'file.png\n',
				'notes.txt': 'Dear all,\nplease label these by Friday.\n',
				'requirements.txt': 'numpy==1.2\n',
				'package.json': '{}',
				'empty.csv': '',
				'node_modules/x/y.csv': 'file\na.png\n',
				'.muster/reports/missing.csv': 'file\na.png\n',
				'a/b/c/deep.csv': 'file\na.png\n',
			},
			async (folder) => {
				await utimes(join(folder, 'lists/wanted.txt'), new Date(), new Date(Date.now() + 60_000));
				const found = await findManifests(folder);
				assert.deepEqual(found.map(({name, kind}) => `${kind} ${name}`).sort(), [
					'actors data/actorsData.json',
					'actors my-actors.json',
					'csv TAB.TSV',
					'csv takes.csv',
					'keys lists/wanted.txt',
				]);
				assert.equal(found[0]?.name, 'lists/wanted.txt');
				for (const {file, size, modified} of found) {
					assert.ok(isAbsolute(file) && size > 0 && modified > 1e12);
				}
			},
		));

	test('at most 200, those in the folder itself first', () => {
		const many = Array.from({length: 250}, (_, n) => [`sub/${n}.csv`, 'file\na.png\n'] as const);
		return withFiles({...Object.fromEntries(many), 'top.csv': 'file\na.png\n'}, async (folder) => {
			const found = await findManifests(folder);
			assert.equal(found.length, 200);
			assert.ok(found.some(({name}) => name === 'top.csv'));
		});
	});

	test('a folder that is not there holds none', async () => {
		assert.deepEqual(await findManifests('/no/such/folder/at/all'), []);
	});
});

suite('detectManifest', () => {
	test('nothing fits', () =>
		withFiles({'x.json': '{}', 'y.md': '# Title\n'}, async (folder) => {
			assert.equal(await detectManifest(join(folder, 'x.json')), undefined);
			assert.equal(await detectManifest(join(folder, 'y.md')), undefined);
			await manifestFailure(() => detectManifest(join(folder, 'z.csv')), /no file .*z\.csv/);
		}));
});
