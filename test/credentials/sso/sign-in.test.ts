import assert from 'node:assert/strict';
import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {describe, test} from 'node:test';
import {S3Client, ListBucketsCommand} from '@aws-sdk/client-s3';
import {fromSSO} from '@aws-sdk/credential-providers';
import {openCredentials} from '../../../source/credentials/index.ts';
import {refreshSession} from '../../../source/credentials/sso/sign-in.ts';
import {
	readRegistration,
	readToken,
	tokenFacts,
	tokenFile,
	writeRegistration,
	writeToken,
} from '../../../source/credentials/sso/token-cache.ts';
import {attempt, signInNow, withSsoBed} from './bed.ts';
import type {SsoBed} from './bed.ts';

const hour = 3600_000;
const near = (time: number, wanted: number) =>
	assert.ok(Math.abs(time - wanted) < 10_000, `${time - wanted} ms off`);
const profile = {kind: 'profile', profile: 'sandbox'} as const;
const counts = ({sandbox}: SsoBed) => sandbox.identityCenter.status().counts;

describe('a sign-in by device code', () => {
	test('shows the page and the code, and ends signed in for muster and the official SDK', async () => {
		await withSsoBed(async (bed) => {
			const {home, sandbox, session} = bed;
			await using trial = attempt(bed);
			const waiting = await trial.until('waiting');
			assert.equal(waiting.url, `${sandbox.endpoint}/device`);
			assert.equal(waiting.completeUrl, `${sandbox.endpoint}/device?user_code=${waiting.code}`);
			assert.match(waiting.code, /^[A-Z]{4}-[A-Z]{4}$/);
			near(waiting.codeExpires, Date.now() + 600_000);
			assert.equal(waiting.askedAt, null);
			const asked = await trial.until('waiting', ({askedAt}) => askedAt !== null);
			near(asked.askedAt ?? 0, Date.now());
			assert.equal(sandbox.identityCenter.approve('XXXX-XXXX'), false);
			assert.equal(sandbox.identityCenter.approve(waiting.code), true);
			const done = await trial.until('done');
			assert.equal(done.by, 'code');
			near(done.expires, Date.now() + hour);
			assert.deepEqual(trial.signIn.state, done);

			const facts = await tokenFacts(session, home.env);
			assert.equal(facts?.renewable, true);
			assert.equal(facts.expires, Math.floor(done.expires / 1000) * 1000);
			const identity = await openCredentials(profile, {env: home.env}).identity();
			assert.equal(identity.label, 'sandbox');
			assert.equal(identity.account, '111122223333');
			const client = new S3Client({
				region: 'eu-west-1',
				endpoint: sandbox.endpoint,
				forcePathStyle: true,
				credentials: fromSSO({profile: 'sandbox'}),
			});
			const {Buckets} = await client.send(new ListBucketsCommand());
			assert.deepEqual(
				Buckets?.map(({Name}) => Name),
				['lake'],
			);
		});
	});

	test('keeps the token for its owner alone, in the form of the AWS CLI', async () => {
		await withSsoBed(async (bed) => {
			await signInNow(bed);
			const file = tokenFile(bed.session, bed.home.env);
			const facts = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
			assert.deepEqual(Object.keys(facts), [
				'startUrl',
				'region',
				'accessToken',
				'expiresAt',
				'clientId',
				'clientSecret',
				'registrationExpiresAt',
				'refreshToken',
			]);
			assert.equal(facts['startUrl'], `${bed.sandbox.endpoint}/start`);
			assert.match(facts['expiresAt'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
			assert.match(facts['registrationExpiresAt'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
			if (process.platform === 'win32') return;
			assert.equal((await stat(file)).mode & 0o777, 0o600);
			assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
		});
	});

	test('registers once, and anew when the service has forgotten', async () => {
		await withSsoBed(async (bed) => {
			await signInNow(bed);
			await signInNow(bed, {force: true});
			assert.equal(counts(bed).registrations, 1);
			bed.sandbox.identityCenter.forgetClients();
			await signInNow(bed, {force: true});
			assert.equal(counts(bed).registrations, 2);
		});
	});

	test('asks more slowly when it is told to', {timeout: 30_000}, async () => {
		await withSsoBed(
			async (bed) => {
				await using trial = attempt(bed, {timeout: 20_000});
				const {code} = await trial.until('waiting', ({askedAt}) => askedAt !== null);
				bed.sandbox.identityCenter.approve(code);
				const slowed = performance.now();
				assert.equal((await trial.until('done')).by, 'code');
				const waited = performance.now() - slowed;
				assert.ok(waited > 4900 && waited < 8000, `${waited} ms`);
				assert.equal(counts(bed).polls, 2);
			},
			{center: {slowDowns: 1}},
		);
	});

	test('that is refused on the page has failed, and a new code may follow', async () => {
		await withSsoBed(async (bed) => {
			await using trial = attempt(bed);
			const {code} = await trial.until('waiting');
			bed.sandbox.identityCenter.deny(code);
			const {error} = await trial.until('failed');
			assert.equal(error.code, 'denied');
			assert.match(error.message, /refused/);
			trial.signIn.newCode();
			const next = await trial.until('waiting', (state) => state.code !== code);
			bed.sandbox.identityCenter.approve(next.code);
			await trial.until('done');
		});
	});

	test('gets a new code by itself when one has run out', async () => {
		await withSsoBed(
			async (bed) => {
				await using trial = attempt(bed);
				const first = await trial.until('waiting');
				const second = await trial.until('waiting', ({code}) => code !== first.code);
				assert.ok(second.codeExpires > first.codeExpires);
				assert.equal(trial.states.filter(({kind}) => kind === 'starting').length, 0);
				bed.sandbox.identityCenter.approve(second.code);
				assert.equal((await trial.until('done')).by, 'code');
			},
			{center: {codeSeconds: 1}},
		);
	});

	test('newCode replaces the code, and the old one is worth nothing', async () => {
		await withSsoBed(async (bed) => {
			await using trial = attempt(bed);
			const first = await trial.until('waiting');
			trial.signIn.newCode();
			assert.equal(trial.signIn.state.kind, 'starting');
			const second = await trial.until('waiting', ({code}) => code !== first.code);
			bed.sandbox.identityCenter.approve(first.code);
			const asked = counts(bed).polls;
			while (counts(bed).polls < asked + 3) await new Promise((resolve) => setTimeout(resolve, 20));
			assert.equal(trial.signIn.state.kind, 'waiting');
			bed.sandbox.identityCenter.approve(second.code);
			await trial.until('done');
		});
	});

	test('closed says and asks nothing more', async () => {
		await withSsoBed(async (bed) => {
			const trial = attempt(bed);
			const {code} = await trial.until('waiting');
			trial.signIn.close();
			bed.sandbox.identityCenter.approve(code);
			const [states, {polls}] = [trial.states.length, counts(bed)];
			await new Promise((resolve) => setTimeout(resolve, 300));
			assert.equal(trial.states.length, states);
			assert.ok(counts(bed).polls <= polls + 1);
			trial.signIn.newCode();
			assert.equal(trial.states.length, states);
		});
	});

	test('goes on when the network was away for a moment, and fails in words when it stays away', async () => {
		await withSsoBed(async (bed) => {
			const {sandbox, home} = bed;
			const dead = {...home, env: {...home.env, AWS_ENDPOINT_URL_SSO_OIDC: 'http://127.0.0.1:9'}};
			await using trial = attempt({...bed, home: dead}, {timeout: 20_000});
			const {error} = await trial.until('failed');
			assert.equal(error.code, 'network');
			assert.match(error.message, /eu-west-1 can't be reached/);
			// a sign-in elsewhere is still noticed
			await signInNow(bed);
			assert.equal((await trial.until('done')).by, 'elsewhere');
			assert.equal(sandbox.identityCenter.status().signedIn, 1);
		});
	});

	test('tells before the code whether the token can be kept', async () => {
		await withSsoBed(async (bed) => {
			await bed.home.write('.aws/sso/cache', 'no folder');
			await using trial = attempt(bed);
			const {error} = await trial.until('failed');
			assert.equal(error.code, 'disk');
			assert.equal(counts(bed).codes, 0);
		});
	});
});

describe('a token that is there already', () => {
	test('is kept while it lives, unless a new one is asked for', async () => {
		await withSsoBed(async (bed) => {
			await signInNow(bed);
			await using kept = attempt(bed);
			assert.equal((await kept.until('done')).by, 'kept');
			assert.equal(counts(bed).codes, 1);
			await using forced = attempt(bed, {force: true});
			await forced.until('waiting');
			await new Promise((resolve) => setTimeout(resolve, 1500));
			assert.equal(forced.signIn.state.kind, 'waiting', 'the old token is no news');
		});
	});

	test('is renewed in silence when it can be', async () => {
		await withSsoBed(
			async (bed) => {
				await signInNow(bed);
				const before = await readToken(bed.session, bed.home.env);
				await using trial = attempt(bed);
				assert.equal((await trial.until('done')).by, 'refreshed');
				const after = await readToken(bed.session, bed.home.env);
				assert.ok('token' in before && 'token' in after);
				assert.notEqual(after.token.accessToken, before.token.accessToken);
				assert.notEqual(after.token.refreshToken, before.token.refreshToken);
				assert.equal(counts(bed).codes, 1);
			},
			{center: {tokenSeconds: 60}},
		);
	});

	test('without a refresh token needs a person, and so does a session that is over', async () => {
		await withSsoBed(
			async (bed) => {
				await signInNow(bed);
				assert.equal((await tokenFacts(bed.session, bed.home.env))?.renewable, false);
				assert.equal(await refreshSession(bed.session, bed.home.env), false);
			},
			{profile: {renewable: false}},
		);
		await withSsoBed(async (bed) => {
			await signInNow(bed);
			bed.sandbox.identityCenter.revokeSession();
			assert.equal(await refreshSession(bed.session, bed.home.env), false);
		});
	});

	test('renewed by two processes at once is renewed for both', async () => {
		await withSsoBed(async ({session, home, ...bed}) => {
			await signInNow({session, home, ...bed});
			const both = [refreshSession(session, home.env), refreshSession(session, home.env)];
			assert.deepEqual(await Promise.all(both), [true, true]);
		});
	});

	test('that comes from another terminal is noticed within two seconds', async () => {
		await withSsoBed(async (bed) => {
			await using trial = attempt(bed);
			await trial.until('waiting');
			// as `aws sso login` leaves it: no word of ours in it
			const expires = Date.now() + hour;
			await writeToken(bed.session, bed.home.env, {accessToken: 'from elsewhere', expires});
			const at = performance.now();
			const done = await trial.until('done');
			assert.ok(performance.now() - at < 2000);
			assert.equal(done.by, 'elsewhere');
		});
	});
});

test('a registration is kept under the name that botocore gives it', async () => {
	await withSsoBed(async ({home}) => {
		const session = {
			profile: 'trainer',
			name: 'studio',
			startUrl: 'https://studio.awsapps.com/start',
			region: 'eu-west-1',
			scopes: ['sso:account:access'],
		};
		const client = {clientId: 'id', clientSecret: 'secret', expires: Date.UTC(2099, 0, 1)};
		await writeRegistration(session, home.env, client);
		// hashlib.sha1(json.dumps({...}, sort_keys=True)) of those facts and tool=botocore
		const name = '9aa2b5a6235c7ca118d2088c20c7005da6f17725';
		const file = path.join(home.folder, '.aws/sso/cache', `${name}.json`);
		assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
			clientId: 'id',
			clientSecret: 'secret',
			expiresAt: '2099-01-01T00:00:00Z',
			scopes: ['sso:account:access'],
		});
		assert.deepEqual(await readRegistration(session, home.env), client);
		const browserFlow = {...client, expires: undefined, expiresAt: '2099-01-01T00:00:00Z'};
		await home.write(
			`.aws/sso/cache/${name}.json`,
			JSON.stringify({...browserFlow, grantTypes: ['authorization_code']}),
		);
		assert.equal(await readRegistration(session, home.env), undefined);
	});
});
