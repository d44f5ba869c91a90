import assert from 'node:assert/strict';
import {mkdir, readFile, readdir, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, test} from 'node:test';
import {inspect} from 'node:util';
import {pageAddress, pageCode} from '../../../source/credentials/sso/page-address.ts';
import {ssoSessionOf} from '../../../source/credentials/sso/session.ts';
import {
	cacheFolder,
	readToken,
	tokenFacts,
	tokenFile,
	writeToken,
} from '../../../source/credentials/sso/token-cache.ts';
import type {MusterError} from '../../../source/model/error.ts';
import {withHome} from '../home.ts';

const session = {
	profile: 'trainer',
	name: 'studio',
	startUrl: 'https://studio.awsapps.com/start',
	region: 'eu-west-1',
	scopes: ['sso:account:access'],
};
const now = Date.UTC(2026, 0, 1);
const good = {accessToken: 'a', expiresAt: '2026-01-01T08:00:00Z'};

describe('every kind of token file is told apart', () => {
	const table: readonly [string, string | undefined, string][] = [
		['none', undefined, 'absent'],
		['empty', '', 'empty'],
		['blank', ' \n', 'empty'],
		['half written', JSON.stringify(good).slice(0, 30), 'malformed'],
		['no JSON', '\u0000\uFFFD', 'malformed'],
		['an array', '[]', 'incomplete'],
		['null', 'null', 'incomplete'],
		['a number', '7', 'incomplete'],
		['no token', JSON.stringify({expiresAt: good.expiresAt}), 'incomplete'],
		['an empty token', JSON.stringify({...good, accessToken: ''}), 'incomplete'],
		['a token of another type', JSON.stringify({...good, accessToken: {}}), 'incomplete'],
		['no expiry', JSON.stringify({accessToken: 'a'}), 'incomplete'],
		['an expiry of another type', JSON.stringify({...good, expiresAt: 7}), 'incomplete'],
		['an expiry that is no time', JSON.stringify({...good, expiresAt: 'soon'}), 'incomplete'],
		['over', JSON.stringify({...good, expiresAt: '2025-12-31T23:59:59Z'}), 'expired'],
		['over just now', JSON.stringify({...good, expiresAt: '2026-01-01T00:00:00Z'}), 'expired'],
		['alive', JSON.stringify(good), 'valid'],
		['with UTC for Z', JSON.stringify({...good, expiresAt: '2026-01-01T08:00:00UTC'}), 'valid'],
		['with no zone', JSON.stringify({...good, expiresAt: '2026-01-01T08:00:00'}), 'valid'],
		['of Python', JSON.stringify({...good, expiresAt: '2026-01-01T08:00:00+00:00'}), 'valid'],
		['of JavaScript', JSON.stringify({...good, expiresAt: '2026-01-01T08:00:00.000Z'}), 'valid'],
		['broken around the token', JSON.stringify({...good, clientId: 7, refreshToken: []}), 'valid'],
	];
	for (const [name, content, kind] of table)
		test(name, async () => {
			await withHome(async (home) => {
				if (content !== undefined) await home.token('studio', content);
				const reading = await readToken(session, home.env, now);
				assert.equal(reading.kind, kind);
				if (!('token' in reading)) {
					assert.equal(await tokenFacts(session, home.env), undefined);
					return;
				}
				const wanted = kind === 'valid' ? Date.UTC(2026, 0, 1, 8) : reading.token.expires;
				assert.deepEqual(reading.token, {accessToken: 'a', expires: wanted});
			});
		});

	test('a folder in its place', async () => {
		await withHome(async (home) => {
			await mkdir(tokenFile(session, home.env), {recursive: true});
			const reading = await readToken(session, home.env, now);
			assert.equal(reading.kind, 'unreadable');
		});
	});
});

describe('a token is written', () => {
	const client = {clientId: 'i', clientSecret: 's', expires: Date.UTC(2026, 2, 1)};
	const token = {accessToken: 'a', expires: Date.UTC(2099, 0, 1), refreshToken: 'r', client};

	test('so that it reads as it was, for its owner alone, and leaves nothing beside it', async () => {
		await withHome(async (home) => {
			await writeToken(session, home.env, token);
			assert.deepEqual(await readToken(session, home.env), {kind: 'valid', token});
			const folder = cacheFolder(home.env);
			assert.equal((await readdir(folder)).length, 1);
			if (process.platform === 'win32') return;
			assert.equal((await stat(folder)).mode & 0o777, 0o700);
			assert.equal((await stat(tokenFile(session, home.env))).mode & 0o777, 0o600);
		});
	});

	test('over one that others could read, which nobody can then', async () => {
		await withHome(async (home) => {
			const file = tokenFile(session, home.env);
			await mkdir(path.dirname(file), {recursive: true});
			await writeFile(file, '{"old": "and longer than the new one, so that its end would stay"}');
			await writeToken(session, home.env, {accessToken: 'b', expires: token.expires});
			assert.equal((JSON.parse(await readFile(file, 'utf8')) as typeof token).accessToken, 'b');
			if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
		});
	});

	test('whole: who reads meanwhile sees the old or the new one', async () => {
		await withHome(async (home) => {
			await writeToken(session, home.env, token);
			let isWriting = true;
			const write = async () => {
				for (let round = 0; round < 50; round++) await writeToken(session, home.env, token);
				isWriting = false;
			};
			const read = async () => {
				while (isWriting) assert.equal((await readToken(session, home.env)).kind, 'valid');
			};
			await Promise.all([write(), read()]);
		});
	});

	test('or the folder is named, and never the token', async () => {
		await withHome(async (home) => {
			await home.write('.aws/sso', 'a file');
			await assert.rejects(
				writeToken(session, home.env, {...token, accessToken: 'secret-of-sso'}),
				(error: MusterError) => {
					assert.equal(error.code, 'disk');
					assert.doesNotMatch(inspect(error, {depth: 9}), /secret-of/);
					return true;
				},
			);
		});
	});
});

test('sessions are found as the CLI finds them', async () => {
	await withHome(async (home) => {
		await home.write(
			'.aws/config',
			`
[default]
sso_session = studio
[profile train.eu]
sso_session = studio
sso_start_url = https://old.example/start
[profile old]
sso_start_url = https://old.example/start
sso_region = us-east-1
[profile deploy]
role_arn = arn:aws:iam::123456789012:role/Deploy
source_profile = middle
[profile middle]
role_arn = arn:aws:iam::123456789012:role/Middle
source_profile = train.eu
[profile keys]
sso_session = studio
aws_access_key_id = A
aws_secret_access_key = B
[profile lost]
sso_session = nowhere
[sso-session studio]
sso_start_url = ${session.startUrl}
sso_region = eu-west-1
sso_registration_scopes = sso:account:access, codewhisperer:completions ,
`,
		);
		const scopes = ['sso:account:access', 'codewhisperer:completions'];
		const studio = {name: 'studio', startUrl: session.startUrl, region: 'eu-west-1', scopes};
		const find = async (profile?: string) => ssoSessionOf(profile, home.env);
		assert.deepEqual(await find(), {profile: 'default', ...studio});
		assert.deepEqual(await find('train.eu'), {profile: 'train.eu', ...studio});
		assert.deepEqual(await find('deploy'), {profile: 'deploy', ...studio});
		assert.deepEqual(await find('old'), {
			profile: 'old',
			startUrl: 'https://old.example/start',
			region: 'us-east-1',
			scopes: [],
		});
		for (const profile of ['keys', 'lost', 'none'])
			assert.equal(await find(profile), undefined, profile);
		assert.equal(
			path.basename(tokenFile({startUrl: 'https://old.example/start'}, home.env)),
			'103c764598c7bfb84492cce4b625216b27775ddd.json',
		);
	});
});

test('an address is shown only if it is safe to open and to print', () => {
	for (const address of [
		'https://device.sso.eu-west-1.amazonaws.com/?user_code=HJRZ-HIWR',
		'https://d-123.awsapps.com/start/#/device?user_code=HJRZ-HIWR',
		'http://127.0.0.1:8080/device',
		'http://localhost/device',
		'http://[::1]:8080/device',
	])
		assert.equal(pageAddress(address), address);
	for (const address of [
		undefined,
		'',
		'device',
		'javascript:alert(1)',
		'file:///etc/passwd',
		'http://device.sso.eu-west-1.amazonaws.com/',
		'http://127.0.0.1.example.com/',
		'http://localhost.example.com/',
		'https://aws.amazon.com@elsewhere.example/',
		'https://a.example/\u001B[2J',
		'https://a.example/\nb',
		'https://a.example/\u202Eb',
		'https://a.example/ b',
		`https://a.example/${'x'.repeat(2000)}`,
	])
		assert.throws(() => pageAddress(address), /cannot be trusted/, address);
	assert.equal(pageCode('HJRZ-HIWR'), 'HJRZ-HIWR');
	for (const code of [undefined, '', 'A B', '\u001B[2J', 'x'.repeat(80)])
		assert.throws(() => pageCode(code), /cannot be shown/);
});
