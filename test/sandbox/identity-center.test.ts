import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {describe, test} from 'node:test';
import {promisify} from 'node:util';
import {ListBucketsCommand, S3Client} from '@aws-sdk/client-s3';
import {
	CreateTokenCommand,
	RegisterClientCommand,
	SSOOIDCClient,
	StartDeviceAuthorizationCommand,
} from '@aws-sdk/client-sso-oidc';
import {fromHttp, fromTemporaryCredentials, fromWebToken} from '@aws-sdk/credential-providers';
import {memoryBucket} from '../../source/sandbox/index.ts';
import type {IdentityCenterOptions, Sandbox} from '../../source/sandbox/index.ts';
import {withSandbox} from '../helpers/sandbox.ts';

const run = promisify(execFile);
const region = 'eu-west-1';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

type Options = {center?: Partial<IdentityCenterOptions>; clock?: () => number};

const withCenter = (work: (sandbox: Sandbox) => Promise<void>, options: Options = {}) =>
	withSandbox(
		{
			buckets: [memoryBucket('lake', {})],
			identityCenter: {interval: 0.001, ...options.center},
			control: true,
			...(options.clock === undefined ? {} : {clock: options.clock}),
		},
		work,
	);

/** The flow as the official client does it, step by step. */
async function device(sandbox: Sandbox, scopes = ['sso:account:access']) {
	const oidc = new SSOOIDCClient({region, endpoint: sandbox.endpoint, maxAttempts: 1});
	const client = await oidc.send(
		new RegisterClientCommand({clientName: 'test', clientType: 'public', scopes}),
	);
	const {clientId, clientSecret} = client;
	const startUrl = `${sandbox.endpoint}/start`;
	const code = await oidc.send(
		new StartDeviceAuthorizationCommand({clientId, clientSecret, startUrl}),
	);
	const token = async (more: object = {}) =>
		oidc.send(
			new CreateTokenCommand({
				clientId,
				clientSecret,
				grantType: deviceGrant,
				deviceCode: code.deviceCode,
				...more,
			}),
		);
	return {client, code, token};
}

const named = (name: string, status: number) => (error: unknown) => {
	const {name: found, $metadata} = error as {name: string; $metadata: {httpStatusCode: number}};
	assert.deepEqual([found, $metadata.httpStatusCode], [name, status]);
	return true;
};

const portal = async (sandbox: Sandbox, path: string, token: string) => {
	const response = await fetch(`${sandbox.endpoint}${path}`, {
		headers: {'x-amz-sso_bearer_token': token},
	});
	return {
		status: response.status,
		type: response.headers.get('x-amzn-errortype'),
		body: (await response.json()) as Record<string, unknown>,
	};
};

const trainer = '/federation/credentials?role_name=Trainer&account_id=111122223333';

describe('device authorisation', () => {
	test('maps every refusal to the error of the official client', async () => {
		await withCenter(async (sandbox) => {
			const center = sandbox.identityCenter;
			const {token, code} = await device(sandbox);
			await assert.rejects(token(), named('AuthorizationPendingException', 400));
			center.set({slowDowns: 1});
			await assert.rejects(token(), named('SlowDownException', 400));
			await assert.rejects(token({clientSecret: 'x'}), named('InvalidClientException', 401));
			await assert.rejects(token({deviceCode: 'x'}), named('InvalidGrantException', 400));
			await assert.rejects(token({grantType: 'x'}), named('UnsupportedGrantTypeException', 400));
			center.deny(code.userCode);
			await assert.rejects(token(), named('AccessDeniedException', 400));
			const second = await device(sandbox);
			center.approve(second.code.userCode);
			assert.equal((await second.token()).tokenType, 'Bearer');
			await assert.rejects(second.token(), named('InvalidGrantException', 400));
			center.set({codeSeconds: 0});
			await assert.rejects((await device(sandbox)).token(), named('ExpiredTokenException', 400));
		});
	});

	test('asks for patience when it is asked too often', async () => {
		await withCenter(
			async (sandbox) => {
				const {token} = await device(sandbox);
				await assert.rejects(token(), named('AuthorizationPendingException', 400));
				await assert.rejects(token(), named('SlowDownException', 400));
			},
			{center: {interval: 5}},
		);
	});

	test('approves itself when that is wished', async () => {
		let now = Date.now();
		await withCenter(
			async (sandbox) => {
				const {token} = await device(sandbox);
				await assert.rejects(token(), named('AuthorizationPendingException', 400));
				now += 2000;
				assert.ok((await token()).accessToken);
			},
			{center: {autoApproveSeconds: 2}, clock: () => now},
		);
	});

	test('is approved on a page, by a browser or with curl, and by no other page', async () => {
		await withCenter(async (sandbox) => {
			const {code, token} = await device(sandbox);
			const page = await fetch(code.verificationUriComplete ?? '');
			assert.match(page.headers.get('content-type') ?? '', /text\/html/);
			const html = await page.text();
			assert.match(html, /Approve/);
			assert.ok(html.includes(code.userCode ?? '?'));
			const body = new URLSearchParams({user_code: code.userCode ?? '', decision: 'approve'});
			const foreign = {method: 'POST', body, headers: {origin: 'https://elsewhere.example'}};
			assert.equal((await fetch(code.verificationUri ?? '', foreign)).status, 403);
			await assert.rejects(token(), named('AuthorizationPendingException', 400));
			const approved = await fetch(code.verificationUri ?? '', {method: 'POST', body});
			assert.match(await approved.text(), /Approved/);
			assert.ok((await token()).accessToken);
			const strange = await fetch(`${code.verificationUri}?user_code=%3Cscript%3E`);
			assert.doesNotMatch(await strange.text(), /<script/);
		});
	});

	test('gives refresh tokens to those that asked for the scope, each good for one renewal', async () => {
		await withCenter(async (sandbox) => {
			const without = await device(sandbox, []);
			sandbox.identityCenter.approve();
			assert.equal((await without.token()).refreshToken, undefined);
			const {token} = await device(sandbox);
			sandbox.identityCenter.approve();
			const {refreshToken} = await token();
			const renewed = await token({grantType: 'refresh_token', refreshToken});
			assert.ok(renewed.accessToken);
			await assert.rejects(
				token({grantType: 'refresh_token', refreshToken}),
				named('InvalidGrantException', 400),
			);
			sandbox.identityCenter.revokeSession();
			await assert.rejects(
				token({grantType: 'refresh_token', refreshToken: renewed.refreshToken}),
				named('InvalidGrantException', 400),
			);
		});
	});
});

describe('the access portal', () => {
	test('gives keys that open S3 until the session is over', async () => {
		await withCenter(async (sandbox) => {
			const center = sandbox.identityCenter;
			const {token} = await device(sandbox);
			center.approve();
			const {accessToken = ''} = await token();
			const accounts = await portal(sandbox, '/assignment/accounts', accessToken);
			assert.deepEqual(accounts.body['accountList'], [
				{
					accountId: '111122223333',
					accountName: 'Sandbox',
					emailAddress: 'sandbox@example.invalid',
				},
			]);
			const roles = await portal(sandbox, '/assignment/roles?account_id=111122223333', accessToken);
			assert.equal((roles.body['roleList'] as unknown[]).length, 2);
			const strange = trainer.replace('Trainer', 'Owner');
			const refused = await portal(sandbox, strange, accessToken);
			assert.deepEqual([refused.status, refused.type], [403, 'ForbiddenException']);

			const {body} = await portal(sandbox, trainer, accessToken);
			const keys = body['roleCredentials'] as Record<string, string>;
			const {accessKeyId = '', secretAccessKey = '', sessionToken = ''} = keys;
			const s3 = new S3Client({
				region,
				endpoint: sandbox.endpoint,
				forcePathStyle: true,
				credentials: {accessKeyId, secretAccessKey, sessionToken},
			});
			assert.equal((await s3.send(new ListBucketsCommand())).Buckets?.length, 1);
			center.revokeSession();
			await assert.rejects(s3.send(new ListBucketsCommand()), named('ExpiredToken', 400));
			const signedOut = await portal(sandbox, trainer, accessToken);
			assert.deepEqual([signedOut.status, signedOut.type], [401, 'UnauthorizedException']);
		});
	});

	test('ends by time, for token and keys alike, and by signing out', async () => {
		let now = Date.now();
		await withCenter(
			async (sandbox) => {
				const {token} = await device(sandbox);
				sandbox.identityCenter.approve();
				const {accessToken = '', expiresIn} = await token();
				assert.equal(expiresIn, 20);
				const {body} = await portal(sandbox, trainer, accessToken);
				const {expiration} = body['roleCredentials'] as {expiration: number};
				assert.ok(expiration <= now + 5000 && expiration > now + 3000);
				now += 21_000;
				assert.equal((await portal(sandbox, trainer, accessToken)).status, 401);
				assert.equal(sandbox.identityCenter.status().signedIn, 0);
			},
			{center: {tokenSeconds: 20, roleSeconds: 5}, clock: () => now},
		);
	});

	test('is steered over the control path', async () => {
		await withCenter(async (sandbox) => {
			const control = async (call: string, body?: unknown) => {
				const [method = 'GET', name = ''] = call.split(' ');
				const response = await fetch(`${sandbox.endpoint}/_sandbox/${name}`, {
					method,
					...(body === undefined ? {} : {body: JSON.stringify(body)}),
				});
				return (await response.json()) as Record<string, unknown>;
			};
			await control('PUT identity-center', {tokenSeconds: 77});
			const {token, code} = await device(sandbox);
			assert.deepEqual(await control('POST approve', {userCode: 'no'}), {ok: false});
			assert.deepEqual(await control('POST approve', {userCode: code.userCode}), {ok: true});
			const {accessToken = '', expiresIn} = await token();
			assert.equal(expiresIn, 77);
			const status = await control('GET identity-center');
			assert.equal(status['signedIn'], 1);
			assert.doesNotMatch(JSON.stringify(status), new RegExp(accessToken.slice(8, 40)));
			await control('POST expire-session');
			assert.equal((await portal(sandbox, trainer, accessToken)).status, 401);
			const second = await device(sandbox);
			assert.deepEqual(await control('POST deny'), {ok: true});
			await assert.rejects(second.token(), named('AccessDeniedException', 400));
			await control('POST revoke-session');
		});
	});
});

describe('STS and the container', () => {
	const opensS3 = async (
		sandbox: Sandbox,
		credentials: NonNullable<ConstructorParameters<typeof S3Client>[0]>['credentials'],
	) => {
		const s3 = new S3Client({
			region,
			endpoint: sandbox.endpoint,
			forcePathStyle: true,
			...(credentials === undefined ? {} : {credentials}),
		});
		assert.equal((await s3.send(new ListBucketsCommand())).Buckets?.length, 1);
	};

	test('give keys that open S3, through the official providers', async () => {
		await withCenter(async (sandbox) => {
			const {endpoint, accessKeyId, secretAccessKey} = sandbox;
			const clientConfig = {region, endpoint};
			const assume = (
				masterCredentials: {accessKeyId: string; secretAccessKey: string},
				role: string,
			) =>
				fromTemporaryCredentials({
					masterCredentials,
					clientConfig,
					params: {RoleArn: `arn:aws:iam::444455556666:role/${role}`, RoleSessionName: 'x'},
				});
			const master = {accessKeyId, secretAccessKey};
			await opensS3(sandbox, assume(master, 'team/Deploy'));
			await assert.rejects(assume(master, 'Denied')(), named('AccessDenied', 403));
			const strangers = {...master, accessKeyId: 'AKIASTRANGER'};
			await assert.rejects(assume(strangers, 'Deploy')(), named('InvalidClientTokenId', 403));
			const roleArn = 'arn:aws:iam::444455556666:role/Pod';
			await opensS3(sandbox, fromWebToken({roleArn, webIdentityToken: 'jwt', clientConfig}));
			const uri = `${endpoint}/_container/credentials`;
			await opensS3(sandbox, fromHttp({awsContainerCredentialsFullUri: uri}));
		});
	});

	test('say who one is, as the AWS CLI asks', async (context) => {
		const hasCli = await run('aws', ['--version']).then(
			() => true,
			() => false,
		);
		if (!hasCli) {
			context.skip('there is no AWS CLI on PATH');
			return;
		}
		await withCenter(async ({endpoint, accessKeyId, secretAccessKey}) => {
			const {stdout} = await run('aws', ['sts', 'get-caller-identity'], {
				env: {
					PATH: process.env['PATH'],
					AWS_CONFIG_FILE: '/dev/null',
					AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
					AWS_ENDPOINT_URL_STS: endpoint,
					AWS_DEFAULT_REGION: region,
					AWS_ACCESS_KEY_ID: accessKeyId,
					AWS_SECRET_ACCESS_KEY: secretAccessKey,
				},
			});
			assert.equal((JSON.parse(stdout) as {Account: string}).Account, '111122223333');
		});
	});
});
