import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {inspect} from 'node:util';
import {readConfigFile} from '../../source/config/config-file.ts';
import {MusterError} from '../../source/model/error.ts';

let folder = '';
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'muster-config-'));
});
after(() => rm(folder, {recursive: true, force: true}));

async function read(text: string, name = 'job.yaml') {
	const file = path.join(folder, name);
	await writeFile(file, text);
	return readConfigFile(file);
}

async function refused(text: string, words: RegExp): Promise<void> {
	await assert.rejects(read(text), (error) => {
		assert.ok(error instanceof MusterError);
		assert.equal(error.code, 'configuration');
		assert.match(`${error.message} ${error.hint ?? ''}`, words);
		return true;
	});
}

test('a secret in a file is refused, and not repeated', async () => {
	for (const key of ['access-key', 'secret-key', 'session_token'])
		await assert.rejects(read(`source: s3://lake\n${key}: hush-hush\n`), (error) => {
			assert.ok(error instanceof MusterError);
			assert.match(error.message, /job\.yaml:2:\d+: .*no secret belongs in a configuration file/);
			assert.match(error.hint ?? '', /secret-key-file/);
			assert.doesNotMatch(inspect(error), /hush-hush/);
			return true;
		});
});

test('YAML settings are those of the options, whatever the spelling of the keys', async () => {
	const settings = await read(`
source: s3://lake/sessions
csv: lists/a.csv
per-group: 4
max_size: 1MiB
minSize: 500
include: ['*.png', "b/**"]
exclude: tmp/*
ext: png,jpg
connections: auto
header: false
yes: true
no-bell: true
`);
	assert.deepEqual(settings, {
		source: 's3://lake/sessions',
		csv: path.join(folder, 'lists/a.csv'),
		perGroup: 4,
		maxSize: 2 ** 20,
		minSize: 500,
		include: ['*.png', 'b/**'],
		exclude: ['tmp/*'],
		ext: ['.png', '.jpg'],
		connections: 'auto',
		header: false,
		yes: true,
		bell: false,
	});
});

test('JSON, with tabs too', async () => {
	assert.deepEqual(
		await read('{\n\t"source": "s3://lake",\n\t"groups": 3,\n\t"keys": "-"\n}', 'job.json'),
		{
			source: 's3://lake',
			groups: 3,
			keys: '-',
		},
	);
	assert.deepEqual(await read(''), {});
});

test('a mistake is named with file, line, column and what to do', async () => {
	await refused('source: s3://a\nclumn: x\n', /job\.yaml:2:1: unknown key "clumn".*column/);
	await refused('groups: many\n', /job\.yaml:1:9: groups: "many" is not a whole number/);
	await refused('yes: "certainly"\n', /:1:6: yes must be true or false/);
	await refused('a: [1,\n', /job\.yaml:\d+:\d+/);
	await refused('- one\n', /keys with values/);
	await refused('csv: a\ncsv: b\n', /unique/i);
	await refused('column:\n', /column needs one value/);
	await assert.rejects(readConfigFile(path.join(folder, 'none.yaml')), /no such file/);
});

test('aliases do not expand without bound', async () => {
	const levels = Array.from(
		{length: 9},
		(_, level) =>
			`l${level}: &l${level} [${Array(9)
				.fill(level === 0 ? 'x' : `*l${level - 1}`)
				.join(', ')}]`,
	);
	await assert.rejects(read(`include: &z [x]\n${levels.join('\n')}\n`), MusterError);
	const nested = `include: [${Array(9).fill('&a [x, x]').join(',')}, *a]`;
	await assert.rejects(read(nested), MusterError);
});
