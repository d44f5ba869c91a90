import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, afterEach, before, test} from 'node:test';
import {createSandbox, flatBucket} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxIdentity} from '../../source/sandbox/index.ts';
import {commandLines, secretsIn} from '../helpers/secrets.ts';
import {environment, muster} from './built.ts';
import type {Ran, RunOptions} from './built.ts';

// Whatever becomes of a job, no secret is left behind: not in ledgers, logs, reports, records, sockets'
// folder or configuration, and not on a screen.

const identity: SandboxIdentity = {
	accessKeyId: 'ASIASECRETS234567ABC',
	secretAccessKey: 'hush/Hush+hUsh/huSh+husH/hushHUSH+hush0',
	sessionToken: `IQoJtoken/${'aB3+/dE5'.repeat(30)}==`,
};
const wrongSecret = 'wrong/Wrong+wrOng/wroNg+wronG/WRONG+0123';
const secrets = [identity.secretAccessKey, identity.sessionToken ?? '', wrongSecret];
const keys = 60;

let sandbox: Sandbox;
/** everything that muster may write to */
let home = '';
/** what a person keeps secrets in */
let safe = '';
const told: string[] = [];

before(async () => {
	sandbox = await createSandbox({
		buckets: [flatBucket({keys, size: 40_000})],
		identities: [identity],
	});
	home = mkdtempSync(path.join(tmpdir(), 'muster-hush-'));
	safe = mkdtempSync(path.join(tmpdir(), 'muster-safe-'));
});
afterEach(() => {
	sandbox.rules.set([]);
	sandbox.setThrottle({rate: 0, latency: {min: 0, max: 0}});
	sandbox.identities.add(identity);
	assert.deepEqual(secretsIn([home], told, secrets), []);
});
after(async () => {
	await sandbox.close();
	for (const folder of [home, safe]) rmSync(folder, {recursive: true, force: true});
});

const loud = ['--verbose', '--log-level', 'debug'];
const get = (to: string, ...more: readonly string[]) => [
	'get',
	's3://flat',
	'--to',
	path.join(home, to),
	'--yes',
	...loud,
	...more,
];

/** An environment with keys in it, or with others, or with none. */
function surroundings(given: Partial<SandboxIdentity> = identity): NodeJS.ProcessEnv {
	const {
		AWS_ACCESS_KEY_ID: _id,
		AWS_SECRET_ACCESS_KEY: _secret,
		...rest
	} = environment(sandbox, home);
	const {accessKeyId, secretAccessKey, sessionToken} = given;
	return {
		...rest,
		MUSTER_TRACE: '1',
		TMPDIR: home,
		...(accessKeyId && {AWS_ACCESS_KEY_ID: accessKeyId}),
		...(secretAccessKey && {AWS_SECRET_ACCESS_KEY: secretAccessKey}),
		...(sessionToken && {AWS_SESSION_TOKEN: sessionToken}),
	};
}

async function run(words: readonly string[], more: Partial<RunOptions> = {}): Promise<Ran> {
	const ran = await muster(words, {env: surroundings(), cwd: home, ...more});
	told.push(ran.out, ran.err);
	return ran;
}

test('a job that goes well, told in lines and in events', async () => {
	assert.equal((await run(get('lines'))).status, 0);
	assert.equal((await run(get('events', '--json'))).status, 0);
	for (const words of [
		['jobs', '--json'],
		['verify', 'lines', '--json'],
		['check', 's3://flat', '--json'],
	])
		assert.equal((await run(words)).status, 0, words.join(' '));
	const doctor = await run(['doctor', 's3://flat', '--policy', '--json']);
	assert.equal(doctor.status, 0, doctor.out);
});

test('keys from files and from options; other people’s ps sees none for long', async () => {
	const {accessKeyId, secretAccessKey, sessionToken = ''} = identity;
	const write = (name: string, text: string): string => {
		const file = path.join(safe, name);
		writeFileSync(file, text, {mode: 0o600});
		return file;
	};
	const none = {env: surroundings({})};
	const envFile = write(
		'.env',
		`AWS_ACCESS_KEY=${accessKeyId}\nAWS_ACCESS_SECRET=${secretAccessKey}\nAWS_SESSION_TOKEN=${sessionToken}\n`,
	);
	assert.equal((await run(get('env-file', '--env-file', envFile), none)).status, 0);
	const files = [
		`--access-key-file=${write('id', accessKeyId)}`,
		`--secret-key-file=${write('secret', secretAccessKey)}`,
		`--session-token-file=${write('token', sessionToken)}`,
	];
	assert.equal((await run(get('files', ...files), none)).status, 0);

	sandbox.setThrottle({latency: {min: 20, max: 30}});
	let seen: string[] | undefined;
	const options = [
		`--access-key=${accessKeyId}`,
		`--secret-key=${secretAccessKey}`,
		`--session-token=${sessionToken}`,
	];
	const ran = await run(get('options', '--json', ...options), {
		...none,
		onOut: () => (seen ??= commandLines('')),
	});
	assert.equal(ran.status, 0, ran.err);
	const lines: readonly string[] = seen ?? [];
	if (process.platform === 'linux')
		assert.ok(
			lines.some((line) => line.startsWith('muster')),
			'it runs under another title',
		);
	assert.deepEqual(secretsIn([], lines, secrets), []);
	const again = await run(['resume', '--plain', '--secret-key', `${wrongSecret} `], none);
	assert.equal(again.status, 2, again.out + again.err);
});

test('credentials that expire in the middle, with resume', async () => {
	sandbox.rules.set([{match: {operation: 'GetObject', from: 20}, action: {type: 'expire'}}]);
	const ran = await run(get('expires', '--json'));
	assert.equal(ran.status, 4, ran.err);
	assert.equal((await run(['resume', '--plain', ...loud])).status, 4);
	sandbox.rules.set([]);
	sandbox.identities.add(identity);
	assert.equal((await run(['resume', '--plain', ...loud])).status, 0);
});

test('a wrong secret key, a token that is none, a key that is unknown', async () => {
	for (const wrong of [
		{...identity, secretAccessKey: wrongSecret},
		{...identity, sessionToken: `${identity.sessionToken ?? ''}x`},
		{...identity, accessKeyId: 'ASIAUNKNOWN234567ABC'},
	]) {
		const ran = await run(get('wrong', '--json'), {env: surroundings(wrong)});
		assert.equal(ran.status, 4, ran.out + ran.err);
	}
	const doctor = await run(['doctor', 's3://flat'], {
		env: surroundings({...identity, secretAccessKey: wrongSecret}),
	});
	assert.equal(doctor.status, 4, doctor.out);
});

test('a process that is killed, and one that falls over an error of its own', async () => {
	sandbox.setThrottle({rate: 1_000_000});
	const killed = await run(get('killed'), {
		onOut: (text, kill) => {
			if (text.includes('downloaded')) kill('SIGKILL');
		},
	});
	assert.equal(killed.status, null);
	const fall = `import {isMainThread} from 'node:worker_threads'; if (isMainThread) setTimeout(() => { throw new Error('fell'); }, 1500);`;
	const file = path.join(safe, 'fall.mjs');
	writeFileSync(file, fall);
	const fallen = await run(get('fallen'), {
		env: {...surroundings(), NODE_OPTIONS: `--import=${file}`},
	});
	assert.notEqual(fallen.status, 0);
	assert.match(fallen.err, /fell/);
});

test('a credential_process that prints secrets where they do not belong', async () => {
	const config = path.join(safe, 'config');
	const tool = `sh -c 'echo "${identity.secretAccessKey}"; echo "${identity.secretAccessKey}" >&2; exit 3'`;
	writeFileSync(config, `[profile tool]\ncredential_process = ${tool}\n`);
	mkdirSync(path.join(home, 'tool'), {recursive: true});
	const env = {...surroundings({}), AWS_CONFIG_FILE: config};
	for (const words of [get('tool', '--profile', 'tool'), ['doctor', '--profile', 'tool']])
		assert.equal((await run(words, {env})).status, 4);
});
