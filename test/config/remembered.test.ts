import assert from 'node:assert/strict';
import {chmod, mkdtemp, readFile, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {configFolder, jobsFolder, runtimeFolder} from '../../source/config/paths.ts';
import {openRemembered} from '../../source/config/remembered.ts';

let folder = '';
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'muster-remembered-'));
});
after(() => rm(folder, {recursive: true, force: true}));

test('choices come back, in a file for its owner alone', async () => {
	const home = path.join(folder, 'one');
	openRemembered(home).update((choices) => ({
		...choices,
		profile: 'train',
		buckets: {'my.bucket': {usedAt: 5, region: 'eu-west-1'}},
	}));
	const read = openRemembered(home).read();
	assert.equal(read.profile, 'train');
	assert.deepEqual(read.buckets['my.bucket'], {usedAt: 5, region: 'eu-west-1'});
	const facts = await stat(path.join(home, 'state.json'));
	if (process.platform !== 'win32') assert.equal(facts.mode & 0o777, 0o600);
});

test('a broken file starts fresh and is kept aside', async () => {
	const file = path.join(folder, 'state.json');
	await writeFile(file, '{"profile": "tra');
	const remembered = openRemembered(folder);
	assert.deepEqual(remembered.read(), {buckets: {}, columns: {}, options: {}, hintsSeen: {}});
	remembered.update((choices) => ({...choices, profile: 'new'}));
	assert.equal(await readFile(`${file}.broken`, 'utf8'), '{"profile": "tra');
	assert.equal(openRemembered(folder).read().profile, 'new');
});

test('a folder that can not be written keeps choices for this run', async () => {
	const file = path.join(folder, 'a-file');
	await writeFile(file, '');
	const remembered = openRemembered(path.join(file, 'below'));
	remembered.update((choices) => ({...choices, profile: 'here'}));
	assert.equal(remembered.read().profile, 'here');
});

test('folders follow the XDG variables', async () => {
	assert.equal(configFolder({XDG_CONFIG_HOME: '/x'}), '/x/muster');
	assert.equal(configFolder({HOME: '/home/ada'}), '/home/ada/.config/muster');
	assert.equal(jobsFolder({XDG_CONFIG_HOME: '/x'}), '/x/muster/jobs');
	const runtime = runtimeFolder({XDG_RUNTIME_DIR: folder});
	assert.equal(runtime, path.join(folder, 'muster'));
	assert.deepEqual(await readdir(runtime), []);
	await chmod(runtime, 0o755);
	assert.throws(() => runtimeFolder({XDG_RUNTIME_DIR: folder}), /open to other users/);
});
