import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {runCli} from './run-cli.ts';

test('with no terminal the demo runs both jobs, says what is missing and ends with 0', async () => {
	const home = await mkdtemp(path.join(tmpdir(), 'muster-demo-home-'));
	try {
		const env = {PATH: process.env['PATH'], HOME: home, TMPDIR: home, AWS_PROFILE: 'not-this-one'};
		const {status, out, err} = await runCli(['demo'], {env, cwd: home});
		assert.equal(status, 0, err);
		assert.match(out, /roll call: 240 wanted, 239 found, 1 missing/);
		assert.match(out, /roll call: 400 wanted/);
		assert.equal(out.match(/finished job \d+: .*Exit code 3\./g)?.length, 2);
		assert.match(out, /meant to be/);
		assert.doesNotMatch(out, /[\r\u001B]/);
	} finally {
		await rm(home, {recursive: true, force: true});
	}
});
