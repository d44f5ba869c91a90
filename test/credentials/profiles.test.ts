import assert from 'node:assert/strict';
import {readFile, writeFile} from 'node:fs/promises';
import {test} from 'node:test';
import {listProfiles, openCredentials} from '../../source/credentials/index.ts';
import {tokenFile} from '../../source/credentials/sso/token-cache.ts';
import {withHome} from './home.ts';
import {signInNow, withSsoBed} from './sso/bed.ts';

const now = Date.UTC(2026, 0, 1);
const config = `
[default]
region = eu-north-1
[profile trainer]
sso_session = studio
sso_account_id = 123456789012
sso_role_name = Trainer
region = eu-west-1
[profile old]
sso_start_url = https://old.example/start
sso_account_id = 210987654321
sso_role_name = Reader
[profile never]
sso_session = nowhere
[profile deploy]
role_arn = arn:aws:iam::123456789012:role/team/Deploy
source_profile = trainer
[profile pod]
role_arn = arn:aws:iam::123456789012:role/Pod
web_identity_token_file = /token
[profile tool]
credential_process = tool
[sso-session studio]
sso_start_url = https://studio.example/start
sso_region = eu-west-1
`;

test('every kind, with what the files tell of it', async () => {
	await withHome(async (home) => {
		await home.write('.aws/config', config);
		await home.write('.aws/credentials', '[keys]\naws_access_key_id=A\naws_secret_access_key=B\n');
		await home.token('studio', {accessToken: 'x', expiresAt: '2026-01-01T08:00:00Z'});
		await home.token('https://old.example/start', {
			accessToken: 'x',
			expiresAt: '2025-12-31T23:00:00UTC',
		});
		const expires = Date.UTC(2026, 0, 1, 8);
		const env = {
			...home.env,
			AWS_ACCESS_KEY_ID: 'A',
			AWS_SECRET_ACCESS_KEY: 'B',
			AWS_REGION: 'us-east-2',
		};
		assert.deepEqual(await listProfiles(env, now), [
			{name: 'environment', kind: 'environment', region: 'us-east-2', state: 'unknown'},
			{name: 'default', kind: 'unknown', region: 'eu-north-1', state: 'unknown'},
			{
				name: 'trainer',
				kind: 'sso',
				account: '123456789012',
				role: 'Trainer',
				region: 'eu-west-1',
				state: 'signed-in',
				expires,
			},
			{
				name: 'old',
				kind: 'sso',
				account: '210987654321',
				role: 'Reader',
				state: 'expired',
				expires: Date.UTC(2025, 11, 31, 23),
			},
			{name: 'never', kind: 'sso', state: 'expired'},
			{
				name: 'deploy',
				kind: 'role',
				account: '123456789012',
				role: 'team/Deploy',
				state: 'signed-in',
			},
			{name: 'pod', kind: 'web-identity', account: '123456789012', role: 'Pod', state: 'unknown'},
			{name: 'tool', kind: 'process', state: 'unknown'},
			{name: 'keys', kind: 'static', state: 'unknown'},
		]);
	});
});

test('a sign-in with a refresh token goes on by itself: its hour is no end', async () => {
	await withHome(async (home) => {
		await home.write('.aws/config', config);
		const token = {
			accessToken: 'x',
			refreshToken: 'y',
			clientId: 'c',
			clientSecret: 's',
			registrationExpiresAt: '2026-03-01T00:00:00Z',
		};
		const states = async (more: Readonly<Record<string, unknown>>) => {
			await home.token('studio', {...token, ...more});
			const found = await listProfiles(home.env, now);
			return ['trainer', 'deploy'].map((wanted) => {
				const {state, renews, expires} = found.find(({name}) => name === wanted) ?? {};
				return {state, renews, expires};
			});
		};
		const none = {renews: undefined, expires: undefined};
		assert.deepEqual(await states({expiresAt: '2026-01-01T01:00:00Z'}), [
			{state: 'signed-in', renews: true, expires: Date.UTC(2026, 0, 1, 1)},
			{...none, state: 'signed-in'},
		]);
		// over, but nobody has to sign in for it; whether AWS still renews it is seen when it is used
		assert.deepEqual(await states({expiresAt: '2025-12-31T23:00:00Z'}), [
			{...none, state: 'unknown', renews: true},
			{...none, state: 'unknown'},
		]);
		// the app that it was given to is not known any more
		const gone = {registrationExpiresAt: '2025-12-01T00:00:00Z'};
		assert.deepEqual(await states({expiresAt: '2025-12-31T23:00:00Z', ...gone}), [
			{state: 'expired', renews: undefined, expires: Date.UTC(2025, 11, 31, 23)},
			{...none, state: 'expired'},
		]);
	});
});

test('one whose hour is over works without a person', async () => {
	await withSsoBed(async (bed) => {
		const {env, folder} = bed.home;
		await signInNow(bed);
		const file = tokenFile(bed.session, env);
		const token = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
		await writeFile(file, JSON.stringify({...token, expiresAt: '2020-01-01T00:00:00Z'}));
		const [before] = await listProfiles(env);
		assert.deepEqual([before?.state, before?.renews], ['unknown', true]);
		await openCredentials({kind: 'profile', profile: 'sandbox'}, {env, folder}).identity();
		const [after] = await listProfiles(env);
		assert.deepEqual([after?.state, after?.renews], ['signed-in', true]);
	});
});

test('other file names are honoured', async () => {
	await withHome(async (home) => {
		const file = await home.write('elsewhere/config', '[profile here]\nregion = eu-west-1\n');
		const env = {...home.env, AWS_CONFIG_FILE: file};
		assert.deepEqual(
			(await listProfiles(env)).map(({name}) => name),
			['here'],
		);
	});
});

test('missing and broken files are survived', async () => {
	await withHome(async (home) => {
		assert.deepEqual(await listProfiles(home.env), []);
		await home.write('.aws/config', `${config}\n[half\n= x\n\u0000\u0001[[]]\n`);
		await home.write('.aws/credentials', '\uFFFD\u0000garbage');
		for (const content of ['', '{', '[]', 'null', '{"expiresAt": 7}', '{"expiresAt": "soon"}']) {
			await home.token('studio', content);
			const trainer = (await listProfiles(home.env)).find(({name}) => name === 'trainer');
			assert.equal(trainer?.state, 'unknown', content);
		}
	});
});

test('names cannot carry control characters to the screen', async () => {
	await withHome(async (home) => {
		await home.write(
			'.aws/credentials',
			'[a\u001B[2Jb]\naws_access_key_id=A\naws_secret_access_key=B\n',
		);
		for (const {name} of await listProfiles(home.env)) assert.doesNotMatch(name, /\u001B/);
	});
});
