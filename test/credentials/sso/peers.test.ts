import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {appendFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, test} from 'node:test';
import type {TestContext} from 'node:test';
import {promisify} from 'node:util';
import {openCredentials} from '../../../source/credentials/index.ts';
import {ssoSessionOf} from '../../../source/credentials/sso/session.ts';
import {refreshSession} from '../../../source/credentials/sso/sign-in.ts';
import {readToken} from '../../../source/credentials/sso/token-cache.ts';
import {attempt, signInNow, withSsoBed} from './bed.ts';
import type {SsoBed} from './bed.ts';

const run = promisify(execFile);

/** A Python that has boto3: the one on PATH, or the one that plays moto for the other tests. */
async function python(): Promise<string | undefined> {
	for (const file of ['python3', process.env['MUSTER_TEST_MOTO'] ?? ''])
		if (file !== '' && (await works(file, ['-c', 'import boto3']))) return file;
	return undefined;
}

const works = async (file: string, words: readonly string[]) =>
	run(file, [...words]).then(
		() => true,
		() => false,
	);

async function pythonOr(context: TestContext): Promise<string> {
	const found = await python();
	if (found === undefined) context.skip('there is no Python with boto3 here');
	return found ?? '';
}

/** Two profiles: `sandbox` with a session of its own, `old` of the kind before there were sessions. */
async function withOldProfile({home, sandbox}: SsoBed): Promise<void> {
	await appendFile(
		path.join(home.folder, '.aws/config'),
		`[profile old]
sso_start_url = ${sandbox.endpoint}/old
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = ReadOnly
region = eu-west-1
`,
	);
}

const profiles = [
	['sandbox', 'Trainer'],
	['old', 'ReadOnly'],
] as const;

async function signInTo(bed: SsoBed, profile: string): Promise<void> {
	const session = await ssoSessionOf(profile, bed.home.env);
	assert.ok(session);
	const done = await signInNow({...bed, session});
	assert.equal(done.kind, 'done');
}

const whoAmI = `
import boto3, sys
session = boto3.Session(profile_name=sys.argv[1])
print(session.client('sts').get_caller_identity()['Arn'])
print(session.client('s3').list_buckets()['Buckets'][0]['Name'])
`;

describe('what muster login leaves is accepted', {timeout: 120_000}, () => {
	test('by the AWS CLI', async (context) => {
		if (!(await works('aws', ['--version']))) {
			context.skip('there is no AWS CLI here');
			return;
		}
		await withSsoBed(async (bed) => {
			await withOldProfile(bed);
			const aws = async (profile: string, ...words: string[]) =>
				(await run('aws', ['--profile', profile, ...words], {env: bed.home.env})).stdout;
			await assert.rejects(aws('sandbox', 'sts', 'get-caller-identity'), /sso|SSO|Token/);
			for (const [profile, role] of profiles) {
				await signInTo(bed, profile);
				const {Arn} = JSON.parse(await aws(profile, 'sts', 'get-caller-identity')) as {Arn: string};
				assert.match(Arn, new RegExp(`^arn:aws:sts::111122223333:assumed-role/${role}/`));
				assert.match(await aws(profile, 's3', 'ls'), /lake/);
			}
		});
	});

	test('by boto3', async (context) => {
		const file = await pythonOr(context);
		if (file === '') return;
		await withSsoBed(async (bed) => {
			await withOldProfile(bed);
			for (const [profile, role] of profiles) {
				await signInTo(bed, profile);
				const {stdout} = await run(file, ['-c', whoAmI, profile], {env: bed.home.env});
				assert.match(stdout, new RegExp(`assumed-role/${role}/[^]*lake`));
			}
		});
	});
});

describe('what botocore leaves is accepted', {timeout: 120_000}, () => {
	test('a token that it renewed with our refresh token, and then renewed by us', async (context) => {
		const file = await pythonOr(context);
		if (file === '') return;
		await withSsoBed(
			async (bed) => {
				const {session, home} = bed;
				await signInNow(bed);
				const ours = await readToken(session, home.env);
				await run(file, ['-c', whoAmI, 'sandbox'], {env: home.env});
				const theirs = await readToken(session, home.env);
				assert.ok('token' in ours && 'token' in theirs);
				assert.equal(theirs.kind, 'valid');
				assert.notEqual(theirs.token.accessToken, ours.token.accessToken);
				assert.equal(bed.sandbox.identityCenter.status().counts.refreshes, 1);
				const {account} = await openCredentials(
					{kind: 'profile', profile: 'sandbox'},
					{env: home.env},
				).identity();
				assert.equal(account, '111122223333');
				assert.equal(await refreshSession(session, home.env), true);
			},
			// botocore renews what lives less than a quarter of an hour, the JavaScript SDK five minutes
			{center: {tokenSeconds: 600}},
		);
	});

	test('a token that its own cache writes while muster waits', async (context) => {
		const file = await pythonOr(context);
		if (file === '') return;
		await withSsoBed(async (bed) => {
			const {session, home} = bed;
			await using trial = attempt(bed);
			await trial.until('waiting');
			const write = `
import sys, datetime, os
from botocore.utils import JSONFileCache, SSOTokenLoader
from botocore.tokens import _sso_json_dumps
cache = JSONFileCache(os.path.expanduser('~/.aws/sso/cache'), dumps_func=_sso_json_dumps)
expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
token = {'startUrl': sys.argv[2], 'region': 'eu-west-1', 'accessToken': 'of-botocore', 'expiresAt': expires}
SSOTokenLoader(cache=cache).save_token(sys.argv[2], token, session_name=sys.argv[1])
`;
			const {name = '', startUrl} = session;
			await run(file, ['-c', write, name, startUrl], {env: home.env});
			assert.equal((await trial.until('done')).by, 'elsewhere');
		});
	});
});
