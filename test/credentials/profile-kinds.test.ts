import assert from 'node:assert/strict';
import {appendFile, readdir, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import {ListBucketsCommand, S3Client} from '@aws-sdk/client-s3';
import {listProfiles, openCredentials} from '../../source/credentials/index.ts';
import type {ProfileInfo} from '../../source/credentials/index.ts';
import {ssoSessionOf} from '../../source/credentials/sso/session.ts';
import type {CredentialSpec} from '../../source/model/job-spec.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {signInNow, withSsoBed} from './sso/bed.ts';
import type {SsoBed} from './sso/bed.ts';

const arn = (role: string) => `arn:aws:iam::444455556666:role/team/${role}`;

/** Profiles of every kind, beside `sandbox`, which signs in through a session. */
const profiles = ({endpoint, accessKeyId, secretAccessKey}: Sandbox, home: string) => `
[profile static]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}
region = eu-west-3
[profile old]
sso_start_url = ${endpoint}/old
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = ReadOnly
[profile role]
role_arn = ${arn('Deploy')}
source_profile = static
region = eu-west-1
[profile role-of-sso]
role_arn = ${arn('Deploy')}
source_profile = sandbox
region = eu-west-1
[profile role-of-role]
role_arn = ${arn('Second')}
source_profile = role-of-sso
region = eu-west-1
[profile role-of-old]
role_arn = ${arn('Deploy')}
source_profile = old
region = eu-west-1
[profile role-of-environment]
role_arn = ${arn('Deploy')}
credential_source = Environment
region = eu-west-1
[profile role-of-container]
role_arn = ${arn('Deploy')}
credential_source = EcsContainer
region = eu-west-1
[profile role-of-instance]
role_arn = ${arn('Deploy')}
credential_source = Ec2InstanceMetadata
region = eu-west-1
[profile web-identity]
role_arn = ${arn('Pod')}
web_identity_token_file = ${path.join(home, 'token')}
region = eu-west-1
[profile process]
credential_process = cat ${path.join(home, 'process.json')}
`;

/** The instance metadata service, version 2: a token first, then the role's name, then its keys. */
async function withInstance(sandbox: Sandbox, work: (endpoint: string) => Promise<void>) {
	const server = createServer((request, response) => {
		const {method, url = '', headers} = request;
		const folder = '/latest/meta-data/iam/security-credentials/';
		const isTrusted = headers['x-aws-ec2-metadata-token'] === 'imds-token';
		if (method === 'PUT' && url === '/latest/api/token') response.end('imds-token');
		else if (isTrusted && url === folder) response.end('Instance');
		else if (isTrusted && url === `${folder}Instance`) {
			const {roles} = sandbox.identityCenter;
			const keys = roles.issue({account: '111122223333', role: 'Instance', seconds: 3600});
			const {accessKeyId, secretAccessKey, sessionToken, expires} = keys;
			response.end(
				JSON.stringify({
					Code: 'Success',
					AccessKeyId: accessKeyId,
					SecretAccessKey: secretAccessKey,
					Token: sessionToken,
					Expiration: new Date(expires).toISOString(),
				}),
			);
		} else response.writeHead(isTrusted ? 404 : 401).end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

type Kind = {
	readonly name: string;
	readonly spec?: CredentialSpec;
	/** whose keys STS says they are */
	readonly caller: RegExp;
	readonly account?: string;
	readonly label?: string;
	readonly expires?: boolean;
	/** as `listProfiles` tells it before anything was asked */
	readonly listed?: Partial<ProfileInfo>;
	readonly env?: (bed: SsoBed, instance: string) => Record<string, string>;
	/** who is signed in to first */
	readonly signIn?: string;
};

const environmentKeys = ({sandbox}: SsoBed) => ({
	AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
	AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
});
const container = ({sandbox}: SsoBed) => ({
	AWS_CONTAINER_CREDENTIALS_FULL_URI: `${sandbox.endpoint}/_container/credentials`,
});
const instanceRole = (_bed: SsoBed, endpoint: string) => ({
	AWS_EC2_METADATA_DISABLED: 'false',
	AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
});
const chain = {kind: 'chain'} as const;
const deploy = /^arn:aws:sts::444455556666:assumed-role\/Deploy\//;

const kinds: readonly Kind[] = [
	{
		name: 'static',
		caller: /user\/sandbox$/,
		expires: false,
		listed: {kind: 'static', region: 'eu-west-3', state: 'unknown'},
	},
	{
		name: 'sandbox',
		signIn: 'sandbox',
		caller: /^arn:aws:sts::111122223333:assumed-role\/Trainer\//,
		account: '111122223333',
		listed: {kind: 'sso', account: '111122223333', role: 'Trainer', state: 'signed-in'},
	},
	{
		name: 'old',
		signIn: 'old',
		caller: /assumed-role\/ReadOnly\//,
		account: '111122223333',
		listed: {kind: 'sso', role: 'ReadOnly', state: 'signed-in'},
	},
	{
		name: 'role',
		caller: deploy,
		listed: {kind: 'role', account: '444455556666', role: 'team/Deploy', state: 'unknown'},
	},
	{
		name: 'role-of-sso',
		signIn: 'role-of-sso',
		caller: deploy,
		listed: {kind: 'role', account: '444455556666', state: 'signed-in'},
	},
	{
		name: 'role-of-role',
		signIn: 'sandbox',
		caller: /444455556666:assumed-role\/Second\//,
		listed: {kind: 'role', role: 'team/Second', state: 'signed-in'},
	},
	{
		name: 'role-of-old',
		signIn: 'role-of-old',
		caller: deploy,
		listed: {kind: 'role', state: 'signed-in'},
	},
	{name: 'role-of-environment', env: environmentKeys, caller: deploy, listed: {kind: 'role'}},
	{name: 'role-of-container', env: container, caller: deploy, listed: {kind: 'role'}},
	{name: 'role-of-instance', env: instanceRole, caller: deploy, listed: {kind: 'role'}},
	{
		name: 'web-identity',
		caller: /444455556666:assumed-role\/Pod\//,
		listed: {kind: 'web-identity', account: '444455556666', role: 'team/Pod', state: 'unknown'},
	},
	{
		name: 'process',
		caller: /user\/sandbox$/,
		account: '444455556666',
		listed: {kind: 'process', state: 'unknown'},
	},
	{
		name: 'environment',
		spec: chain,
		env: environmentKeys,
		caller: /user\/sandbox$/,
		expires: false,
		listed: {kind: 'environment'},
	},
	{
		name: 'AWS_PROFILE of a sign-in',
		spec: chain,
		signIn: 'sandbox',
		env: () => ({AWS_PROFILE: 'sandbox'}),
		caller: /assumed-role\/Trainer\//,
		label: 'sandbox',
		account: '111122223333',
	},
	{
		name: 'web identity of the environment',
		spec: chain,
		env: ({home}) => ({
			AWS_WEB_IDENTITY_TOKEN_FILE: path.join(home.folder, 'token'),
			AWS_ROLE_ARN: arn('Pod'),
			AWS_REGION: 'eu-west-1',
		}),
		caller: /assumed-role\/Pod\//,
		label: 'web identity',
	},
	{
		name: 'container',
		spec: chain,
		env: container,
		caller: /assumed-role\/Container\//,
		label: 'this machine',
	},
	{
		name: 'instance role',
		spec: chain,
		env: instanceRole,
		caller: /assumed-role\/Instance\//,
		label: 'this machine',
	},
];

/** The SDK's providers read the process's own environment. */
async function inEnvironment(more: Record<string, string>, work: () => Promise<void>) {
	const before = Object.keys(more).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, more);
	try {
		await work();
	} finally {
		for (const [name, value] of before)
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
	}
}

async function prepare({home, sandbox}: SsoBed): Promise<void> {
	const config = path.join(home.folder, '.aws/config');
	await appendFile(config, profiles(sandbox, home.folder));
	await home.write('token', 'a.web.token');
	await home.write(
		'process.json',
		JSON.stringify({
			Version: 1,
			AccessKeyId: sandbox.accessKeyId,
			SecretAccessKey: sandbox.secretAccessKey,
			Expiration: '2099-01-01T00:00:00Z',
			AccountId: '444455556666',
		}),
	);
}

async function bucketsWith(sandbox: Sandbox, holder: ReturnType<typeof openCredentials>) {
	const {accessKeyId = '', secretAccessKey = '', sessionToken} = (await holder.source()) ?? {};
	const client = new S3Client({
		region: sandbox.region,
		endpoint: sandbox.endpoint,
		forcePathStyle: true,
		credentials: {accessKeyId, secretAccessKey, ...(sessionToken ? {sessionToken} : {})},
	});
	const {Buckets = []} = await client.send(new ListBucketsCommand());
	return {caller: sandbox.identityCenter.roles.callerOf(accessKeyId, sessionToken), Buckets};
}

for (const kind of kinds)
	test(`${kind.name}: found, listed, and it opens S3`, async (context) => {
		const warn = context.mock.method(console, 'warn');
		await withSsoBed(async (bed) => {
			await prepare(bed);
			await withInstance(bed.sandbox, async (instance) => {
				const more = kind.env?.(bed, instance) ?? {};
				const env = {...bed.home.env, ...more};
				await inEnvironment(more, async () => {
					if (kind.signIn !== undefined) {
						const session = await ssoSessionOf(kind.signIn, env);
						assert.ok(session);
						await signInNow({...bed, session});
					}
					const {listed} = kind;
					if (listed !== undefined) {
						const found = (await listProfiles(env)).find(({name}) => name === kind.name);
						assert.deepEqual({...found, ...listed}, found);
					}
					const spec = kind.spec ?? ({kind: 'profile', profile: kind.name} as const);
					const holder = openCredentials(spec, {env, folder: bed.home.folder});
					const {caller, Buckets} = await bucketsWith(bed.sandbox, holder);
					assert.match(caller.arn, kind.caller);
					assert.equal(Buckets.length, 1);
					const identity = await holder.identity();
					assert.equal(identity.label, kind.label ?? kind.name);
					if (kind.account !== undefined) assert.equal(identity.account, kind.account);
					assert.equal(identity.expires !== undefined, kind.expires !== false);
					assert.deepEqual(
						warn.mock.calls.map(({arguments: words}) => words),
						[],
						'the SDK prints into the screen',
					);
				});
			});
		});
	});

test('a role whose sign-in is over says so, and goes on after a new one', async () => {
	await withSsoBed(async (bed) => {
		await prepare(bed);
		const {home, sandbox} = bed;
		const holder = openCredentials({kind: 'profile', profile: 'role-of-sso'}, {env: home.env});
		await assert.rejects(holder.source(), {code: 'expired-credentials'});
		await signInNow(bed);
		assert.ok(await holder.source());
		sandbox.identityCenter.revokeSession();
		holder.reset();
		await assert.rejects(holder.source(), {code: 'expired-credentials'});
		await signInNow(bed, {force: true});
		assert.ok(await holder.source());
	});
});

test('broken files in the cache of sign-ins are replaced by the next sign-in', async () => {
	await withSsoBed(async (bed) => {
		await signInNow(bed);
		const {home} = bed;
		const folder = path.join(home.folder, '.aws/sso/cache');
		for (const content of ['', '{"accessTok', '[]', 'null', '{"clientId": 7, "accessToken": 8}']) {
			for (const name of await readdir(folder)) await writeFile(path.join(folder, name), content);
			const holder = openCredentials({kind: 'profile', profile: 'sandbox'}, {env: home.env});
			await assert.rejects(holder.source(), {code: 'expired-credentials'}, content);
			const done = await signInNow(bed);
			assert.equal(done.kind === 'done' && done.by, 'code');
			assert.ok(await holder.source());
		}
	});
});
