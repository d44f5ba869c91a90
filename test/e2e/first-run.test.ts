import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {moveTo, press} from '../helpers/walk.ts';
import type {Tty} from '../helpers/tty.ts';
import {Bed} from './bed.ts';
import {SignInBed} from './sign-in-bed.ts';

const run = promisify(execFile);

/** A machine on which nobody has ever signed in; the services of AWS are the sandbox's. */
function nobody({sandbox}: Bed): Record<string, string> {
	return {
		AWS_ACCESS_KEY_ID: '',
		AWS_SECRET_ACCESS_KEY: '',
		AWS_REGION: '',
		AWS_ENDPOINT_URL: '',
		AWS_EC2_METADATA_DISABLED: 'true',
		...Object.fromEntries(
			['S3', 'SSO', 'SSO_OIDC', 'STS'].map((name) => [
				`AWS_ENDPOINT_URL_${name}`,
				sandbox.endpoint,
			]),
		),
	};
}

/** From the list of buckets: the whole of the only one. */
async function toAnalysis(tty: Tty): Promise<void> {
	await press(tty, 'enter', /images\//);
	await press(tty, 'f', /What do you want\?/);
	await press(tty, 'enter', /Where do the files go\?/);
	await press(tty, 'enter', /How should it be fetched\?/);
	await press(tty, 'enter', /5 ready/);
}

/** `aws …` for the home folder and the services of a bed; undefined where there is none. It throws with what `aws` said. */
async function awsCli(bed: Bed): Promise<((...words: string[]) => Promise<string>) | undefined> {
	// the real home's: a version manager finds its programs by it
	const real = process.env['HOME'] ?? '';
	const env = {
		PATH: process.env['PATH'],
		PYENV_ROOT: process.env['PYENV_ROOT'] ?? path.join(real, '.pyenv'),
		...bed.env,
		...nobody(bed),
	};
	const cli = async (...words: string[]) => (await run('aws', words, {env})).stdout;
	return cli('--version').then(
		() => cli,
		() => undefined,
	);
}

test('from nothing to the analysis: start URL, code, role, the lines that are written', async (t) => {
	await using bed = await Bed.make({keys: 5, sizes: [100], identityCenter: {interval: 0.2}});
	const env = nobody(bed);
	await using tty = bed.tty([], {env, columns: 80, rows: 24});
	await moveTo(tty, /New download/);
	await press(tty, 'enter', /No AWS sign-in found on this machine\./);
	await moveTo(tty, /set up a sign-in/);
	await press(tty, 'enter', /What is the start URL/);
	tty.paste('nonsense with blanks');
	await press(tty, 'enter', /In which region is IAM Identity Center/);
	await press(tty, 'enter', /is no start URL/);
	await press(tty, 'escape', /What is the start URL/);
	await press(tty, 'ctrl+u', /Start URL ▏/);
	tty.paste(`${bed.sandbox.endpoint}/start`);
	await press(tty, 'enter', /In which region is IAM Identity Center/);
	await press(tty, 'ctrl+u', /Region ▏/);
	tty.paste('eu-west-1');
	await tty.until(/Region eu-west-1▏/);
	await press(tty, 'enter', /user_code=[A-Z]{4}-[A-Z]{4}/);
	await bed.sandbox.control('POST approve');
	await tty.until(/Which account, and as what\?/);
	await press(tty, 'down', /> Sandbox .*Trainer/);
	await press(tty, 'enter', /How shall the profile be called\?[^]*Profile sandbox-trainer/);
	await press(tty, 'enter', /In which region are most of your buckets\?[^]*Region eu-west-1/);
	await press(tty, 'enter', /These lines are added/);
	const file = path.join(bed.home, '.aws', 'config');
	assert.equal(existsSync(file), false, 'nothing is written before the last Enter');
	const shown = tty
		.screen()
		.filter((row) => /^ {3}[[a-z]/.test(row))
		.map((row) => row.trim());
	await press(tty, 'enter', /Which bucket\?[^]*flat/);
	const written = (await readFile(file, 'utf8')).split('\n').filter((row) => row !== '');
	assert.deepEqual(written, shown, 'what is written is what was shown');
	assert.match(tty.screen()[0] ?? '', /sandbox-trainer/);
	await toAnalysis(tty);
	tty.key('q');
	await tty.exit;

	// muster finds it again, and so does the AWS CLI
	const login = await bed.run(['login', 'sandbox-trainer'], env);
	assert.equal(login.code, 0, login.out + login.err);
	assert.match(login.out, /Signed in already/);
	const cli = await awsCli(bed);
	if (cli === undefined) {
		t.diagnostic('aws is not here, so it was not asked');
		return;
	}
	// the first version of the CLI has no list of profiles
	if (/^aws-cli\/(?!1\.)/.test(await cli('--version')))
		assert.equal((await cli('configure', 'list-profiles')).trim(), 'sandbox-trainer');
	const profile = ['--profile', 'sandbox-trainer'];
	assert.equal((await cli('configure', 'get', 'region', ...profile)).trim(), 'eu-west-1');
	assert.match(await cli('s3', 'ls', ...profile), /\bflat$/m);
});

test('a profile whose sign-in has ended: the code in the wizard, and it goes on', async () => {
	await using bed = await Bed.make({keys: 5, sizes: [100], identityCenter: {interval: 0.2}});
	const person = await SignInBed.make(bed);
	await person.signIn();
	await person.revoke();
	await using tty = bed.tty([], {env: person.env, columns: 80, rows: 24});
	// the files say that it lives, AWS says that it was ended: known by now, or told by the bucket list
	await moveTo(tty, /New download/);
	await press(tty, 'enter', /> sandbox .*signed in for|i signs in again/);
	const isAsked = /signs in again/.test(tty.screen().join('\n'));
	await press(tty, isAsked ? 'i' : 'enter', /user_code=[A-Z]{4}-[A-Z]{4}/);
	await bed.sandbox.control('POST approve');
	await tty.until(/Which bucket\?[^]*flat/, 20_000);
	await toAnalysis(tty);
	tty.key('q');
	await tty.exit;
});

test('pasted keys from nothing are good for the job that follows', async () => {
	await using bed = await Bed.make({keys: 5, sizes: [100]});
	await using tty = bed.tty([], {env: nobody(bed), columns: 80, rows: 24});
	await moveTo(tty, /New download/);
	await press(tty, 'enter', /No AWS sign-in found on this machine\./);
	await moveTo(tty, /paste keys/);
	await press(tty, 'enter', /nothing pasted yet/);
	const {accessKeyId, secretAccessKey} = bed.sandbox;
	tty.paste(`AWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`);
	await tty.until(/2 lines/);
	await press(tty, 'enter', /Which bucket\?[^]*flat/);
	await toAnalysis(tty);
	await press(tty, 'd', /Job 1 finished/);
	assert.equal((await bed.job()).filesDone, 5);
	assert.ok(!tty.raw().includes(secretAccessKey));
	tty.key('q');
	await tty.exit;
});
