import assert from 'node:assert/strict';
import {once} from 'node:events';
import {chmod} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, test} from 'node:test';
import {inspect} from 'node:util';
import {openCredentials} from '../../source/credentials/index.ts';
import type {MusterError} from '../../source/model/error.ts';
import type {CredentialSpec} from '../../source/model/job-spec.ts';
import {withHome} from './home.ts';
import type {Home} from './home.ts';

const config = `
[default]
region = eu-north-1
[profile keys]
aws_access_key_id = AKKEYS
aws_secret_access_key = secret-of-keys
region = eu-west-3
endpoint_url = http://profile.example
[profile served]
services = local
[services local]
s3 =
  endpoint_url = http://services.example:9000
[profile tool]
credential_process = echo '{"Version":1,"AccessKeyId":"AKTOOL","SecretAccessKey":"s","Expiration":"2099-01-01T00:00:00Z"}'
[profile broken-tool]
credential_process = sh -c 'echo very-secret-words >&2; exit 3'
[profile trainer]
sso_session = studio
sso_account_id = 123456789012
sso_role_name = Trainer
region = eu-west-1
[profile old]
sso_start_url = https://old.example/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = Trainer
[sso-session studio]
sso_start_url = https://studio.example/start
sso_region = eu-west-1
`;

const open = (home: Home, spec: CredentialSpec, env: NodeJS.ProcessEnv = {}) =>
	openCredentials(spec, {env: {...home.env, ...env}, folder: home.folder});
const chain = {kind: 'chain'} as const;
const profile = (name: string) => ({kind: 'profile', profile: name}) as const;

const fails = (code: string, message: RegExp, hint: RegExp) => (error: MusterError) => {
	assert.equal(error.code, code, String(error));
	assert.match(error.message, message);
	assert.match(error.hint ?? '', hint);
	assert.doesNotMatch(inspect(error, {depth: 9}), /secret-of|very-secret/);
	return true;
};

describe('the chain', () => {
	test('takes the environment first', async () => {
		await withHome(async (home) => {
			await home.write('.env', 'AWS_ACCESS_KEY=AKDOT\nAWS_ACCESS_SECRET=s\n');
			const holder = open(home, chain, {
				AWS_ACCESS_KEY_ID: 'AKENV',
				AWS_SECRET_ACCESS_KEY: 's',
				AWS_SESSION_TOKEN: 't',
				AWS_REGION: 'ap-south-1',
			});
			assert.deepEqual(await holder.source(), {
				accessKeyId: 'AKENV',
				secretAccessKey: 's',
				sessionToken: 't',
			});
			assert.deepEqual(await holder.identity(), {label: 'environment', region: 'ap-south-1'});
		});
	});

	test('knows the names of older scripts in the environment too', async () => {
		await withHome(async (home) => {
			const holder = open(home, chain, {AWS_ACCESS_KEY: 'AKOLD', AWS_ACCESS_SECRET: 's'});
			assert.deepEqual(await holder.source(), {accessKeyId: 'AKOLD', secretAccessKey: 's'});
		});
	});

	test('then the default profile, then .env with the names of older scripts', async () => {
		await withHome(async (home) => {
			await home.write(
				'.env',
				'AWS_ACCESS_KEY=AKDOT\nAWS_ACCESS_SECRET="s"\nAWS_REGION=us-west-1\n',
			);
			const dotEnv = open(home, chain);
			assert.equal((await dotEnv.source())?.accessKeyId, 'AKDOT');
			assert.deepEqual(await dotEnv.identity(), {label: '.env', region: 'us-west-1'});
			await home.write(
				'.aws/credentials',
				'[default]\naws_access_key_id=AKDEFAULT\naws_secret_access_key=s\n',
			);
			const files = open(home, chain);
			assert.equal((await files.source())?.accessKeyId, 'AKDEFAULT');
			assert.equal((await files.identity()).label, 'default');
		});
	});

	test('AWS_PROFILE names the profile, and one that is missing is told', async () => {
		await withHome(async (home) => {
			await home.write('.aws/config', config);
			const holder = open(home, chain, {AWS_PROFILE: 'keys'});
			assert.equal((await holder.source())?.accessKeyId, 'AKKEYS');
			assert.equal(await holder.region(), 'eu-west-3');
			await assert.rejects(
				open(home, chain, {AWS_PROFILE: 'typo'}).source(),
				fails('no-credentials', /"typo"/, /keys/),
			);
		});
	});

	test('without anything says what to do', async () => {
		await withHome(async (home) => {
			const expected = fails(
				'no-credentials',
				/No AWS sign-in found/,
				/--profile.*--no-sign-request/,
			);
			await assert.rejects(open(home, chain).source(), expected);
			await assert.rejects(open(home, chain).identity(), expected);
		});
	});

	test('notices a file that was written after the first question', async () => {
		await withHome(async (home) => {
			const holder = open(home, chain);
			await assert.rejects(holder.source());
			const keys = (id: string) => `[default]\naws_access_key_id=${id}\naws_secret_access_key=s\n`;
			await home.write('.aws/credentials', keys('AKONE'));
			assert.equal((await holder.source())?.accessKeyId, 'AKONE');
			await home.write('.aws/credentials', keys('AKTWO'));
			assert.equal((await holder.source())?.accessKeyId, 'AKONE');
			holder.reset();
			assert.equal((await holder.source())?.accessKeyId, 'AKTWO');
		});
	});
});

describe('profiles', () => {
	test('with keys, with a process', async () => {
		await withHome(async (home) => {
			await home.write('.aws/config', config);
			assert.deepEqual(await open(home, profile('keys')).identity(), {
				label: 'keys',
				region: 'eu-west-3',
			});
			const tool = open(home, profile('tool'));
			assert.equal((await tool.source())?.accessKeyId, 'AKTOOL');
			assert.equal((await tool.identity()).expires, Date.UTC(2099, 0, 1));
		});
	});

	test('a process that fails is named, its output is not shown', async () => {
		await withHome(async (home) => {
			await home.write('.aws/config', config);
			await assert.rejects(
				open(home, profile('broken-tool')).source(),
				fails('no-credentials', /credential_process.*"broken-tool"/, /by hand/),
			);
		});
	});

	test('environment keys do not stand in for a profile that is missing', async () => {
		await withHome(async (home) => {
			await home.write('.aws/config', config);
			const env = {AWS_ACCESS_KEY_ID: 'AKENV', AWS_SECRET_ACCESS_KEY: 's'};
			await assert.rejects(
				open(home, profile('typo'), env).source(),
				fails('no-credentials', /"typo"/, /Known profiles: default, keys/),
			);
			assert.equal((await open(home, profile('keys'), env).source())?.accessKeyId, 'AKKEYS');
		});
	});
});

describe('IAM Identity Center', () => {
	const past = {
		accessToken: 'secret-of-sso',
		expiresAt: '2020-01-01T00:00:00Z',
		region: 'eu-west-1',
	};
	const signIn = (name: string) => new RegExp(`aws sso login --profile ${name}`);

	test('no token: not signed in', async () => {
		await withHome(async (home) => {
			await home.write('.aws/config', config);
			for (const name of ['trainer', 'old'])
				await assert.rejects(
					open(home, profile(name)).source(),
					fails('expired-credentials', /not signed in/, signIn(name)),
				);
		});
	});

	test('a token that is over, half written or no JSON', async () => {
		for (const content of [past, '{"accessToken": "secret-of', 'no json'])
			await withHome(async (home) => {
				await home.write('.aws/config', config);
				await home.token('studio', content);
				await home.token('https://old.example/start', content);
				for (const name of ['trainer', 'old'])
					await assert.rejects(
						open(home, profile(name)).source(),
						fails('expired-credentials', /expired|not signed in/, signIn(name)),
					);
			});
	});

	test('the same holder goes on after a new sign-in, refused sessions are told', async () => {
		let status = 401;
		const portal = createServer((_request, response) => {
			const answer =
				status === 200
					? {
							roleCredentials: {
								accessKeyId: 'AKSSO',
								secretAccessKey: 's',
								sessionToken: 't',
								expiration: Date.UTC(2099, 0, 1),
							},
						}
					: {message: 'Session token not found or invalid', __type: 'UnauthorizedException'};
			response.writeHead(status, {
				'content-type': 'application/json',
				...(status === 200 ? {} : {'x-amzn-errortype': 'UnauthorizedException'}),
			});
			response.end(JSON.stringify(answer));
		}).listen(0, '127.0.0.1');
		await once(portal, 'listening');
		const {port} = portal.address() as AddressInfo;
		await withHome(
			async (home) => {
				await home.write('.aws/config', config);
				const holder = open(home, profile('trainer'));
				await assert.rejects(holder.source(), fails('expired-credentials', /not signed in/, /sso/));
				const future = new Date(Date.now() + 3_600_000).toISOString();
				await home.token('studio', {...past, expiresAt: future});
				await assert.rejects(
					holder.source(),
					fails('expired-credentials', /expired/, signIn('trainer')),
				);
				status = 200;
				assert.equal((await holder.source())?.accessKeyId, 'AKSSO');
				assert.deepEqual(await holder.identity(), {
					label: 'trainer',
					account: '123456789012',
					expires: Date.UTC(2099, 0, 1),
					// the session has no refresh token, and its last role credentials outlive it
					personNeededAt: Date.UTC(2099, 0, 1),
					region: 'eu-west-1',
				});
			},
			{AWS_ENDPOINT_URL_SSO: `http://127.0.0.1:${port}`},
		);
		portal.close();
	});
});

describe('options', () => {
	const spec = {kind: 'options'} as const;
	const given = {MUSTER_ACCESS_KEY: 'AKIAOPTION', MUSTER_SECRET_KEY: 'secret-of-option'};

	test('are what the line said, and nothing else', async () => {
		await withHome(async (home) => {
			const other = {
				AWS_ACCESS_KEY_ID: 'AKENV',
				AWS_SECRET_ACCESS_KEY: 's',
				AWS_SESSION_TOKEN: 't',
			};
			const holder = open(home, spec, {...other, ...given, AWS_REGION: 'eu-west-1'});
			assert.deepEqual(await holder.source(), {
				accessKeyId: 'AKIAOPTION',
				secretAccessKey: 'secret-of-option',
			});
			assert.deepEqual(await holder.identity(), {label: 'key options', region: 'eu-west-1'});
			await assert.rejects(
				open(home, spec, other).source(),
				fails('no-credentials', /kept nowhere/, /muster resume JOB --access-key/),
			);
		});
	});

	test('temporary keys need their token', async () => {
		await withHome(async (home) => {
			const temporary = {...given, MUSTER_ACCESS_KEY: 'ASIAOPTION'};
			await assert.rejects(
				open(home, spec, temporary).source(),
				fails('no-credentials', /session token is lacking/, /--session-token/),
			);
			const whole = {...temporary, MUSTER_SESSION_TOKEN: 't'};
			assert.equal((await open(home, spec, whole).source())?.sessionToken, 't');
		});
	});
});

describe('files', () => {
	test('hold one key each; spaces and line ends around it do not count', async () => {
		await withHome(async (home) => {
			const holder = open(home, {
				kind: 'files',
				accessKeyFile: await home.write('id', ' AKFILE \r\n'),
				secretKeyFile: await home.write('secret', '\uFEFFsecret-of-file\n'),
			});
			assert.deepEqual(await holder.source(), {
				accessKeyId: 'AKFILE',
				secretAccessKey: 'secret-of-file',
			});
			assert.deepEqual(holder.warnings(), []);
		});
	});

	test('that are missing, empty or hold more are named', async () => {
		await withHome(async (home) => {
			const accessKeyFile = await home.write('id', 'AKFILE');
			for (const [text, words] of [
				[undefined, /does not exist/],
				['', /is empty/],
				['secret-of-file and more', /more than one word/],
			] as const) {
				const name = 'secret-key';
				const secretKeyFile =
					text === undefined ? `${home.folder}/${name}` : await home.write(name, text);
				const asked = open(home, {kind: 'files', accessKeyFile, secretKeyFile}).source();
				await assert.rejects(asked, (error: MusterError) => {
					assert.match(error.message, /secret-key.*--secret-key-file/);
					assert.match(error.message, words);
					return fails('no-credentials', /./, /./)(error);
				});
			}
			await assert.rejects(
				open(home, {kind: 'files', accessKeyFile}).source(),
				fails('no-credentials', /no secret key/, /--secret-key-file/),
			);
		});
	});

	test('that others can read are warned of', {skip: process.platform === 'win32'}, async () => {
		await withHome(async (home) => {
			const file = await home.write('env', 'AWS_ACCESS_KEY_ID=AK\nAWS_SECRET_ACCESS_KEY=s\n');
			const holder = open(home, {kind: 'env-file', file});
			await chmod(file, 0o644);
			await holder.source();
			assert.equal(holder.warnings().length, 1);
			assert.match(holder.warnings()[0] ?? '', /chmod 600/);
		});
	});

	test('--env-file brings keys and region, and is told when it has none', async () => {
		await withHome(async (home) => {
			const file = await home.write(
				'keys.env',
				'export AWS_ACCESS_KEY=AKENVFILE\nAWS_ACCESS_SECRET="s#1"\nAWS_REGION=us-west-1\n',
			);
			const holder = open(home, {kind: 'env-file', file}, {AWS_REGION: 'eu-west-1'});
			assert.deepEqual(await holder.source(), {accessKeyId: 'AKENVFILE', secretAccessKey: 's#1'});
			assert.equal(await holder.region(), 'us-west-1');
			const empty = await home.write('empty.env', 'A=1\n');
			await assert.rejects(
				open(home, {kind: 'env-file', file: empty}).source(),
				fails('no-credentials', /empty\.env/, /AWS_ACCESS_KEY_ID/),
			);
		});
	});
});

test('anonymous needs nothing', async () => {
	await withHome(async (home) => {
		const holder = open(home, {kind: 'anonymous'});
		assert.equal(await holder.source(), undefined);
		assert.deepEqual(await holder.identity(), {label: 'anonymous', region: null});
	});
});

test('the endpoint comes from the environment, the services section or the profile', async () => {
	await withHome(async (home) => {
		await home.write('.aws/config', config);
		const endpoint = async (name: string, env: NodeJS.ProcessEnv = {}) =>
			open(home, profile(name), env).endpoint();
		assert.equal(await endpoint('trainer'), undefined);
		assert.equal(await endpoint('keys'), 'http://profile.example');
		assert.equal(await endpoint('served'), 'http://services.example:9000');
		assert.equal(await endpoint('keys', {AWS_ENDPOINT_URL: 'http://all'}), 'http://all');
		const both = {AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3'};
		assert.equal(await endpoint('keys', both), 'http://s3');
		const ignored = {...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true'};
		assert.equal(await endpoint('keys', ignored), undefined);
	});
});
