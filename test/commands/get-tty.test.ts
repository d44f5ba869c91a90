import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {createSandbox, flatBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {Tty} from '../helpers/tty.ts';
import {sandboxEnvironment} from './run-cli.ts';

const entry = fileURLToPath(new URL('../../source/cli.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

let sandbox: Sandbox;
let home = '';
before(async () => {
	sandbox = await createSandbox({
		buckets: [flatBucket({keys: 60, size: 5000})],
		throttle: {latency: {min: 1, max: 2}},
	});
	home = await mkdtemp(path.join(tmpdir(), 'muster-tty-'));
});
after(async () => {
	await sandbox.close();
	await rm(home, {recursive: true, force: true});
});

function muster(...words: readonly string[]): Tty {
	return Tty.node(['--import', tsx, entry, ...words], {
		columns: 100,
		rows: 30,
		cwd: home,
		env: {...sandboxEnvironment(sandbox, home), LANG: 'C.UTF-8'},
	});
}

describe('get in a terminal', {timeout: 120_000}, () => {
	test('asks, opens the dashboard, leaves the summary in the scrollback', async () => {
		const tty = muster('get', 's3://flat', '--to', 'asked', '--limit-rate', '100KB');
		await tty.until(/Download 60 files, 293 KiB, to .*asked\?\s+\[Y\]es, \[n\]o, \[w\]/);
		tty.key('enter');
		await tty.until(/Downloading/);
		const {code} = await tty.exit;
		assert.equal(code, 0);
		const text = tty.scrollback().join('\n');
		assert.match(text, /roll call: 60 wanted, 60 found/);
		assert.match(text, /muster job \d+: 60 of 60 files/);
	});

	test('a no downloads nothing', async () => {
		const tty = muster('get', 's3://flat', '--to', 'refused');
		await tty.until(/\[Y\]es/);
		tty.type('n');
		tty.key('enter');
		assert.equal((await tty.exit).code, 130);
		assert.match(tty.scrollback().join('\n'), /nothing was downloaded/);
		assert.ok(!existsSync(path.join(home, 'refused', 'images')));
	});

	test('Ctrl+C at the question leaves with 130', async () => {
		const tty = muster('get', 's3://flat', '--to', 'left', '--plain');
		await tty.until(/\[Y\/n\]/);
		tty.key('ctrl+c');
		assert.equal((await tty.exit).code, 130);
	});

	test('b leaves the job running, attach opens it again', async () => {
		const tty = muster('get', 's3://flat', '--to', 'behind', '--yes', '--limit-rate', '40KB');
		await tty.until(/b background/);
		tty.type('b');
		assert.equal((await tty.exit).code, 0);
		assert.match(tty.scrollback().join('\n'), /muster attach \d+/);
		const again = muster('attach');
		await again.until(/Downloading/);
		assert.equal((await again.exit).code, 0);
		assert.match(again.scrollback().join('\n'), /60 of 60 files/);
	});
});
