import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {createSandbox, flatBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {runCli, sandboxEnvironment} from './run-cli.ts';

let sandbox: Sandbox;
let home = '';
before(async () => {
	sandbox = await createSandbox({
		buckets: [flatBucket({keys: 60, size: 5000})],
		throttle: {latency: {min: 1, max: 2}},
	});
	home = await mkdtemp(path.join(tmpdir(), 'muster-cli-'));
});
after(async () => {
	await sandbox.close();
	await rm(home, {recursive: true, force: true});
});

const cli = (words: readonly string[], input?: string) =>
	runCli(words, {
		env: sandboxEnvironment(sandbox, home),
		cwd: home,
		...(input === undefined ? {} : {input}),
	});

type Event = {type: string; status?: string; wanted?: string; exit_code?: number} & Record<
	string,
	unknown
>;
const events = (out: string): Event[] =>
	out
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as Event);

describe('wrong usage ends with status 2, names the option and changes nothing', () => {
	const table: readonly [string, readonly string[], RegExp][] = [
		['unknown option', ['get', '--clumn', 'x'], /--clumn[^]*--column[^]*muster get --help/],
		['unknown command', ['gte'], /"gte"[^]*muster get/],
		['contradiction', ['get', 's3://flat', '--csv', 'a', '--actors', 'b'], /--csv and --actors/],
		['bad size', ['get', 's3://flat', '--min-size', '5X'], /--min-size[^]*"5X" is not a size/],
		['bad choice', ['get', 's3://flat', '--layout', 'key'], /--layout[^]*Did you mean keys/],
		['bad source', ['check', 'flat/a'], /s3:\/\/flat\/a/],
		['no source', ['get', '--yes'], /Neither a source nor a manifest/],
		[
			'no such manifest',
			['get', 's3://flat', '--csv', 'none.csv', '--to', 'x', '--yes'],
			/none\.csv/,
		],
		['no such bucket', ['get', 's3://nowhere', '--to', 'x', '--yes'], /nowhere/],
		['no such job', ['resume', '77'], /job 77/],
		['no ledger', ['verify', 'nothing'], /nothing/],
		['no terminal for the wizard', [], /needs a terminal/],
	];
	for (const [name, words, expected] of table)
		test(name, async () => {
			const {status, out, err} = await cli(words);
			assert.equal(status, 2, err);
			assert.match(err, expected);
			assert.doesNotMatch(out + err, /\u001B/);
			assert.ok(!existsSync(path.join(home, 'x')));
		});
});

test('without a command and a terminal the help is printed', async () => {
	const {out} = await cli([]);
	assert.match(out, /Usage: muster/);
	for (const command of ['get', 'check', 'jobs', 'resume', 'attach', 'verify', 'doctor', 'demo'])
		assert.match(out, new RegExp(`^  ${command} `, 'm'));
	assert.doesNotMatch(out, /\bengine\b/);
});

test('get without --yes and without a terminal stops after the roll call', async () => {
	const {status, out, err} = await cli(['get', 's3://flat', '--to', 'unasked']);
	assert.equal(status, 2);
	assert.match(out, /roll call: 60 wanted, 60 found/);
	assert.match(err, /--yes/);
	assert.ok(!existsSync(path.join(home, 'unasked')));
});

test('get, again, check, verify, jobs', async () => {
	const got = await cli(['get', 's3://flat', '--to', 'all', '--yes', '--json']);
	assert.equal(got.status, 0, got.err);
	const told = events(got.out);
	assert.equal(told[0]?.type, 'roll-call');
	assert.equal(told.filter(({status}) => status === 'downloaded').length, 60);
	assert.equal(told.filter(({type}) => type === 'progress').at(-1)?.['done'], 60);
	assert.equal(told.at(-1)?.type, 'summary');
	assert.deepEqual([told.at(-1)?.['downloaded'], told.at(-1)?.['bytes']], [60, 300_000]);

	const again = await cli(['get', 's3://flat', '--to', 'all', '--yes', '--plain']);
	assert.equal(again.status, 0);
	assert.match(again.out, /60 already here; 0 B to download/);
	assert.doesNotMatch(again.out, /[\r\u001B]/);

	const before = await readdir(path.join(home, 'all', '.muster'), {recursive: true});
	const checked = await cli(['check', 's3://flat', '--to', 'all', '--json']);
	assert.equal(checked.status, 0);
	assert.deepEqual(
		[events(checked.out).at(-1)?.['local'], events(checked.out).at(-1)?.type],
		[60, 'summary'],
	);
	assert.deepEqual(await readdir(path.join(home, 'all', '.muster'), {recursive: true}), before);

	const jobs = JSON.parse((await cli(['jobs', '--json'])).out) as {state: string; folder: string}[];
	assert.ok(jobs.some(({state, folder}) => state === 'finished' && folder.endsWith('/all')));

	assert.equal((await cli(['verify', 'all'])).status, 0);
	const [victim = ''] = (await readdir(path.join(home, 'all'), {recursive: true})).filter((name) =>
		name.endsWith('.jpg'),
	);
	const file = path.join(home, 'all', victim);
	const bytes = await readFile(file);
	bytes[7] = (bytes[7] ?? 0) ^ 1;
	await writeFile(file, bytes);
	const bad = await cli(['verify', 'all']);
	assert.equal(bad.status, 1);
	assert.ok(bad.out.includes(victim), bad.out);
});

test('check lists what is missing with its near name and ends with 3', async () => {
	const list = 'images/img_0000001.jpg\nimages/img_0000002.png\nimages/img_00000x3.jpg\n';
	const words = ['check', 's3://flat', '--keys', '-', '--match', 'exact'];
	const {status, out} = await cli(words, list);
	assert.equal(status, 3, out);
	assert.match(out, /roll call: 3 wanted, 1 found, 2 missing/);
	assert.match(out, /missing images\/img_0000002\.png\n.*perhaps images\/img_0000002\.jpg/);
	assert.deepEqual((await cli([...words, '--allow-missing'], list)).status, 0);
	const json = events((await cli([...words, '--json'], list)).out);
	assert.equal(json.filter((event) => event.status === 'missing').length, 2);
	assert.equal(json.at(-1)?.exit_code, 3);
});

test('settings of a file, the line wins', async () => {
	await mkdir(path.join(home, 'conf'), {recursive: true});
	await writeFile(
		path.join(home, 'conf', 'job.yaml'),
		'source: s3://flat\nto: here\nyes: true\njson: true\ninclude: "**/img_000000*"\n',
	);
	const {status, out, err} = await cli(['get', '--config', 'conf/job.yaml', '--quiet']);
	assert.equal(status, 0, err);
	assert.match(out, /^\d\d:\d\d:\d\d finished job \d+: 10 ok/);
	assert.ok(existsSync(path.join(home, 'conf', 'here', '.muster')));
	await writeFile(path.join(home, 'conf', 'bad.yaml'), 'source: s3://flat\nlimitrate: fast\n');
	const bad = await cli(['get', '--config', 'conf/bad.yaml']);
	assert.equal(bad.status, 2);
	assert.match(bad.err, /bad\.yaml:2:12: limitrate: "fast" is not a size/);
});

for (const [signal, code] of [
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const)
	test(`${signal} stops, saves and ends with ${code}; resume goes on`, async () => {
		let killed = false;
		const stopped = await runCli(
			['get', 's3://flat', '--to', signal, '--yes', '--json', '--limit-rate', '100KB'],
			{
				env: sandboxEnvironment(sandbox, home),
				cwd: home,
				onOut(out, kill) {
					if (killed || !out.includes('"downloaded"')) return;
					killed = true;
					kill(signal);
				},
			},
		);
		assert.equal(stopped.status, code, stopped.err);
		const last = events(stopped.out).at(-1);
		assert.deepEqual([last?.type, last?.exit_code], ['summary', code]);
		const first = new Set(
			events(stopped.out)
				.filter(({status}) => status === 'downloaded')
				.map(({wanted}) => wanted),
		);
		assert.ok(first.size > 0 && first.size < 60, String(first.size));
		assert.match(stopped.err, /stopping/);

		const resumed = await cli(['resume', String(last?.['job']), '--json']);
		assert.equal(resumed.status, 0, resumed.err);
		const second = events(resumed.out).filter(({status}) => status === 'downloaded');
		assert.equal(first.size + second.length, 60);
		assert.ok(
			second.every(({wanted}) => !first.has(wanted)),
			'nothing is fetched twice',
		);
	});

type Doctor = {
	findings: {level: string; subject: string; text: string; mend?: string}[];
	policy?: {Statement: {Action: string; Resource: string}[]};
	exit_code: number;
};

test('doctor tells a denied listing from denied objects, and prints the policy that would grant it', async () => {
	const doctor = async (...more: string[]) => {
		const {out, status} = await cli(['doctor', 's3://flat', '--json', ...more]);
		return {...(JSON.parse(out) as Doctor), status};
	};
	const actions = ({policy}: Doctor) => policy?.Statement.map(({Action}) => Action);
	const level = ({findings}: Doctor, name: string) =>
		findings.find(({subject}) => subject === name)?.level;
	try {
		const well = await doctor();
		assert.deepEqual([well.status, well.policy], [0, undefined]);
		assert.deepEqual(actions(await doctor('--policy')), ['s3:ListBucket', 's3:GetObject']);

		sandbox.rules.set([{match: {operation: 'GetObject'}, action: {type: 'deny'}}]);
		const unread = await doctor();
		assert.deepEqual([level(unread, 'Bucket'), level(unread, 'Objects')], ['ok', 'problem']);
		assert.deepEqual([unread.status, actions(unread)], [4, ['s3:GetObject']]);
		assert.equal(unread.policy?.Statement[0]?.Resource, 'arn:aws:s3:::flat/*');

		const key = 'arn:aws:kms:eu-west-1:123456789012:key/11-22';
		const message = `User: arn:aws:iam::1:user/a is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`;
		const error = {type: 'error', status: 403, code: 'AccessDenied'} as const;
		sandbox.rules.set([{match: {operation: 'GetObject'}, action: {...error, message}}]);
		const encrypted = await doctor();
		assert.deepEqual(actions(encrypted), ['kms:Decrypt']);
		assert.deepEqual(encrypted.policy?.Statement[0]?.Resource, [key]);

		sandbox.rules.set([
			{match: {operation: 'HeadBucket'}, action: {type: 'deny'}},
			{match: {operation: 'ListObjectsV2'}, action: {type: 'deny'}},
		]);
		const unlisted = await doctor();
		assert.deepEqual(
			[level(unlisted, 'Bucket'), level(unlisted, 'Objects')],
			['problem', 'warning'],
		);
		assert.deepEqual(actions(unlisted), ['s3:ListBucket', 's3:GetObject']);
		const plain = await cli(['doctor', 's3://flat/a/b']);
		assert.match(plain.out, /^A policy for the user or role[^]*"s3:prefix": \[\n +"a\/b\/\*"/m);

		const words = 'with an explicit deny in a service control policy';
		sandbox.rules.set([{match: {operation: 'ListObjectsV2'}, action: {...error, message: words}}]);
		const forbidden = await doctor();
		assert.equal(forbidden.policy, undefined, 'no policy of the account can grant it');
		assert.match(JSON.stringify(forbidden.findings), /service control policy/);
	} finally {
		sandbox.rules.set([]);
	}
});

test('keys as options work, are warned of, and are wanted again by resume', async () => {
	const keys = ['--access-key', sandbox.accessKeyId, '--secret-key', sandbox.secretAccessKey];
	const env = {...sandboxEnvironment(sandbox, home)};
	delete env['AWS_ACCESS_KEY_ID'];
	delete env['AWS_SECRET_ACCESS_KEY'];
	const run = (...words: string[]) => runCli(words, {env, cwd: home});
	const got = await run('get', 's3://flat', '--to', 'by-keys', '--yes', ...keys);
	assert.equal(got.status, 0, got.err);
	assert.equal(got.err.match(/process lists/g)?.length, 1);
	assert.doesNotMatch(got.out + got.err, new RegExp(sandbox.secretAccessKey));
	const jobs = JSON.parse((await run('jobs', '--json')).out) as {job: number; folder: string}[];
	const id = String(jobs.find(({folder}) => folder.endsWith('by-keys'))?.job);
	const without = await run('resume', id, '--plain');
	assert.deepEqual(
		[without.status, without.err.includes('--access-key … --secret-key')],
		[4, true],
	);
	assert.equal((await run('resume', id, '--plain', ...keys)).status, 0);
});

test('doctor tells problems with their status and how to mend them', async () => {
	const well = await cli(['doctor', 's3://flat', '--to', 'new']);
	assert.equal(well.status, 0, well.out);
	assert.match(well.out, /^ok {7}Bucket/m);
	assert.ok(!existsSync(path.join(home, 'new')));
	await writeFile(path.join(home, 'a-file'), '');
	const ill = await cli(['doctor', '--to', 'a-file']);
	assert.equal(ill.status, 5, ill.out);
	assert.match(ill.out, /^problem {2}Folder[^\n]*a-file[^\n]*\n +Name another/m);
});
