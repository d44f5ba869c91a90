import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {test} from 'node:test';
import {portalRoles} from '../../../source/credentials/sso/portal.ts';
import {withHome} from '../home.ts';

type Reply = readonly [status: number, body: Readonly<Record<string, unknown>>];

const session = {
	profile: '',
	name: 'studio',
	startUrl: 'https://studio.awsapps.com/start',
	region: 'eu-west-1',
	scopes: ['sso:account:access'],
};

const refusal = (status: number, name: string): Reply => [
	status,
	{__type: name, message: `${name} <token>`},
];

const send = (response: ServerResponse, [status, body]: Reply) => {
	response.writeHead(status, {
		'content-type': 'application/json',
		...(typeof body['__type'] === 'string' ? {'x-amzn-errortype': body['__type']} : {}),
	});
	response.end(JSON.stringify(body));
};

/** A portal that answers as a test says, and a home folder that is signed in to it. */
async function withPortal(
	answer: (path: string, query: URLSearchParams, count: number) => Reply,
	work: (
		env: NodeJS.ProcessEnv,
		asked: readonly string[],
		home: Parameters<Parameters<typeof withHome>[0]>[0],
	) => Promise<void>,
): Promise<void> {
	const asked: string[] = [];
	const server = createServer(({url = '', headers}, response) => {
		asked.push(`${url} ${String(headers['x-amz-sso_bearer_token'])}`);
		const {pathname, searchParams} = new URL(url, 'http://portal');
		send(response, answer(pathname, searchParams, asked.length));
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	try {
		await withHome(
			async (home) => {
				await home.token('studio', {
					startUrl: session.startUrl,
					region: session.region,
					accessToken: 'secret-token',
					expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
				});
				await work(home.env, asked, home);
			},
			{AWS_ENDPOINT_URL_SSO: `http://127.0.0.1:${port}`},
		);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

test('all pages of accounts and roles, by name; the token goes to the portal and nowhere else', async () => {
	await withPortal(
		(path, query) => {
			const next = query.get('next_token');
			if (path === '/assignment/accounts')
				return next === null
					? [200, {accountList: [{accountId: '2', accountName: 'Studio'}], nextToken: 'more'}]
					: [200, {accountList: [{accountId: '1', accountName: 'Archive'}]}];
			const account = query.get('account_id');
			if (account === '1') return [200, {roleList: [{roleName: 'Reader'}]}];
			return next === null
				? [200, {roleList: [{roleName: 'Trainer'}], nextToken: 'more'}]
				: [200, {roleList: [{roleName: 'Admin'}]}];
		},
		async (env, asked) => {
			assert.deepEqual(await portalRoles(session, env), [
				{account: '1', accountName: 'Archive', role: 'Reader'},
				{account: '2', accountName: 'Studio', role: 'Admin'},
				{account: '2', accountName: 'Studio', role: 'Trainer'},
			]);
			assert.equal(asked.length, 5);
			for (const one of asked) assert.match(one, /^\/assignment\/.* secret-token$/);
			assert.ok(asked.every((one) => !(one.split(' ')[0] ?? '').includes('secret-token')));
		},
	);
});

test('an account that was taken away meanwhile does not hide the others', async () => {
	await withPortal(
		(path, query) => {
			if (path === '/assignment/accounts')
				return [
					200,
					{
						accountList: [
							{accountId: '1', accountName: 'Gone'},
							{accountId: '2', accountName: 'Studio'},
						],
					},
				];
			return query.get('account_id') === '1'
				? refusal(403, 'ForbiddenException')
				: [200, {roleList: [{roleName: 'Trainer'}]}];
		},
		async (env) => {
			assert.deepEqual(await portalRoles(session, env), [
				{account: '2', accountName: 'Studio', role: 'Trainer'},
			]);
		},
	);
});

test('throttled for a moment: asked again', async () => {
	await withPortal(
		(path, _query, count) =>
			count === 1
				? refusal(429, 'TooManyRequestsException')
				: path === '/assignment/accounts'
					? [200, {accountList: [{accountId: '1', accountName: 'Studio'}]}]
					: [200, {roleList: [{roleName: 'Trainer'}]}],
		async (env) => {
			assert.equal((await portalRoles(session, env)).length, 1);
		},
	);
});

for (const [status, name, code, words] of [
	[401, 'UnauthorizedException', 'expired-credentials', /has ended the sign-in/],
	[403, 'ForbiddenException', 'denied', /does not show you its accounts/],
	[429, 'TooManyRequestsException', 'throttled', /more patience/],
	[400, 'InvalidRequestException', 'server', /makes no sense/],
] as const)
	test(`${status} ${name}: in words that name the portal, there being no profile yet`, async () => {
		await withPortal(
			() => refusal(status, name),
			async (env) => {
				await assert.rejects(portalRoles(session, env), (error: Error & {code?: string}) => {
					assert.equal(error.code, code);
					assert.match(error.message, words);
					assert.match(error.message, /https:\/\/studio\.awsapps\.com\/start/);
					assert.doesNotMatch(
						JSON.stringify(error) + error.message,
						/Profile ""|<token>|secret-token/,
					);
					return true;
				});
			},
		);
	});

test('nobody answers, and nobody is signed in', async () => {
	await withPortal(
		() => refusal(500, 'x'),
		async (env, _asked, home) => {
			await assert.rejects(
				portalRoles(session, {...env, AWS_ENDPOINT_URL_SSO: 'http://127.0.0.1:1'}),
				{code: 'network'},
			);
			await home.token('studio', '{half');
			await assert.rejects(portalRoles(session, env), {code: 'expired-credentials'});
		},
	);
});
