import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {inspect} from 'node:util';
import {loadProfile} from '../../source/credentials/chain.ts';
import {credentialError} from '../../source/credentials/errors.ts';
import {openCredentials} from '../../source/credentials/index.ts';
import {exitStatusOf, MusterError} from '../../source/model/error.ts';
import type {ErrorCode} from '../../source/model/error.ts';
import {withHome} from './home.ts';

type Row = readonly [name: string, message: string, code: ErrorCode, says: RegExp, hint: RegExp];

const refresh = 'To refresh this SSO session run aws sso login with the corresponding profile.';
const provider = 'CredentialsProviderError';

/** The words of the SDK's providers (3.1169) and of the services behind them. */
const rows: readonly Row[] = [
	[
		'TokenProviderError',
		`The SSO session token associated with profile=p was not found or is invalid. ${refresh}`,
		'expired-credentials',
		/not signed in/,
		/aws sso login --profile p/,
	],
	[
		provider,
		`The SSO session associated with this profile is invalid. ${refresh}`,
		'expired-credentials',
		/not signed in/,
		/aws sso login/,
	],
	[
		provider,
		`The SSO session associated with this profile has expired. ${refresh}`,
		'expired-credentials',
		/has expired/,
		/aws sso login/,
	],
	[
		'TokenProviderError',
		`Token is expired. ${refresh}`,
		'expired-credentials',
		/has expired/,
		/aws sso login/,
	],
	[
		'TokenProviderError',
		`Value not present for 'refreshToken' in SSO Token. Cannot refresh. ${refresh}`,
		'expired-credentials',
		/has expired/,
		/aws sso login/,
	],
	[
		provider,
		'UnauthorizedException: Session token not found or invalid',
		'expired-credentials',
		/expired/,
		/aws sso login/,
	],
	[
		provider,
		'Failed to refresh token: Error. Please re-authenticate using aws login',
		'expired-credentials',
		/expired/,
		/aws login --profile p/,
	],
	[
		'ExpiredTokenException',
		'The security token included in the request is expired',
		'expired-credentials',
		/have expired/,
		/fresh/,
	],
	[
		'ExpiredToken',
		'The security token included in the request is expired',
		'expired-credentials',
		/have expired/,
		/fresh/,
	],
	[
		'InvalidClientTokenId',
		'The security token included in the request is invalid.',
		'expired-credentials',
		/does not know the keys/,
		/rotated/,
	],
	[
		'SignatureDoesNotMatch',
		'The request signature we calculated does not match the signature you provided.',
		'no-credentials',
		/secret key .* is wrong/,
		/character too many/,
	],
	[
		'SignatureDoesNotMatch',
		'Signature expired: 20261128T080000Z is now earlier than 20261128T120000Z',
		'clock-skew',
		/clock is wrong/,
		/timedatectl/,
	],
	[
		'AccessDenied',
		'User: arn:aws:iam::1:user/ada is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2:role/R',
		'denied',
		/may not take on its role/,
		/sts:AssumeRole/,
	],
	['ForbiddenException', 'No access', 'denied', /may not take on its role/, /sso_role_name/],
	[
		provider,
		'Profile p requires multi-factor authentication, but no MFA code callback was provided.',
		'no-credentials',
		/MFA device/,
		/export-credentials --profile p .*--env-file/,
	],
	[
		provider,
		'Temporary credential requires multi-factor authentication, but no MFA code callback was provided.',
		'no-credentials',
		/MFA device/,
		/--env-file/,
	],
	[
		'InvalidIdentityToken',
		'No OpenIDConnect provider found in your account',
		'denied',
		/web identity/,
		/AWS_WEB_IDENTITY_TOKEN_FILE/,
	],
	[
		'AccessDenied',
		'Not authorized to perform sts:AssumeRoleWithWebIdentity',
		'denied',
		/web identity/,
		/AWS_ROLE_ARN/,
	],
	[
		'Error',
		"ENOENT: no such file or directory, open '/var/run/secrets/token'",
		'no-credentials',
		/can't be read/,
		/web_identity_token_file/,
	],
	[
		'TokenProviderError',
		"Sso session 'studio' could not be found in shared credentials file.",
		'no-credentials',
		/half configured/,
		/aws configure sso --profile p/,
	],
	[
		'TokenProviderError',
		"Profile 'p' is missing required property 'sso_session'.",
		'no-credentials',
		/half configured/,
		/~\/.aws\/config/,
	],
	[
		provider,
		'Profile is configured with invalid SSO credentials. Required parameters "sso_account_id", "sso_region"',
		'no-credentials',
		/half configured/,
		/aws configure sso/,
	],
	[provider, 'Conflicting SSO region', 'no-credentials', /half configured/, /config/],
	[
		provider,
		'Detected a cycle attempting to resolve credentials for profile p. Profiles visited: p, q',
		'no-credentials',
		/half configured/,
		/config/,
	],
	[
		provider,
		'Profile q could not be found in shared credentials file.',
		'no-credentials',
		/another that is not there/,
		/config/,
	],
	[
		provider,
		'Command failed: /opt/tool --secret hush',
		'no-credentials',
		/credential_process .* failed/,
		/by hand/,
	],
	[
		provider,
		'Profile p credential_process returned invalid JSON.',
		'no-credentials',
		/something that is no key/,
		/Version 1/,
	],
	[
		'Error',
		'Profile p credential_process did not return Version 1.',
		'no-credentials',
		/something that is no key/,
		/by hand/,
	],
	[
		'Error',
		'Profile p credential_process returned expired credentials.',
		'expired-credentials',
		/keys that have expired/,
		/tool behind it/,
	],
	['ThrottlingException', 'Rate exceeded', 'throttled', /fewer sign-ins/, /Wait/],
	['Error', 'connect ECONNREFUSED 127.0.0.1:1', 'network', /can't be reached/, /network/],
	[
		'Error',
		'getaddrinfo ENOTFOUND oidc.eu-west-1.amazonaws.com',
		'network',
		/can't be reached/,
		/network/,
	],
	[provider, 'Server responded with status: 404', 'no-credentials', /credential service/, /role/],
	[
		provider,
		'something that nobody has seen yet',
		'no-credentials',
		/gives no credentials/,
		/aws configure list/,
	],
];

describe('what each provider says, in words', () => {
	for (const [name, message, code, says, hint] of rows)
		test(`${name}: ${message.slice(0, 60)}`, () => {
			const told = credentialError(Object.assign(new Error(message), {name}), 'p');
			assert.equal(told.code, code, told.message);
			assert.match(told.message, says);
			assert.match(told.hint ?? '', hint);
			assert.equal(exitStatusOf(told.code), code === 'network' || code === 'throttled' ? 1 : 4);
			assert.doesNotMatch(inspect(told), /hush/);
		});

	test('the whole chain with nothing', () => {
		const told = credentialError(
			new Error('Could not load credentials from any providers'),
			undefined,
		);
		assert.match(told.message, /No AWS sign-in found/);
	});
});

const config = `
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/Trainer
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/ada
[profile keys]
aws_access_key_id = AKKEYS
aws_secret_access_key = secret-of-keys
[profile dangling]
role_arn = arn:aws:iam::123456789012:role/Trainer
source_profile = nobody
[profile circle]
role_arn = arn:aws:iam::123456789012:role/Trainer
source_profile = circle2
[profile circle2]
role_arn = arn:aws:iam::123456789012:role/Trainer
source_profile = circle
[profile half]
sso_session = gone
sso_account_id = 123456789012
sso_role_name = Trainer
[profile token]
role_arn = arn:aws:iam::123456789012:role/Trainer
web_identity_token_file = /nowhere/token
[profile garbage]
credential_process = echo 'hello, this is no JSON: secret-of-tool'
[profile keyless]
credential_process = echo '{"Version":1,"AccessKeyId":"AK"}'
[profile old]
credential_process = echo '{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"secret-of-old","Expiration":"2020-01-01T00:00:00Z"}'
[profile slow]
credential_process = sleep 2
[profile nothing]
region = eu-west-1
`;

const through: readonly (readonly [profile: string, code: ErrorCode, says: RegExp])[] = [
	['mfa', 'no-credentials', /MFA device/],
	['dangling', 'no-credentials', /half configured/],
	['circle', 'no-credentials', /half configured/],
	['half', 'no-credentials', /half configured/],
	['token', 'no-credentials', /can't be read/],
	['garbage', 'no-credentials', /no key/],
	['keyless', 'no-credentials', /no key/],
	['old', 'expired-credentials', /expired/],
	['nothing', 'no-credentials', /gives no credentials|half configured/],
];

describe('through the SDK itself', () => {
	for (const [profile, code, says] of through)
		test(profile, async () => {
			await withHome(async (home) => {
				await home.write('.aws/config', config);
				await assert.rejects(loadProfile(profile, home.env), (error) => {
					assert.ok(error instanceof MusterError);
					assert.match(error.message, says);
					assert.equal(error.code, code);
					assert.doesNotMatch(inspect(error, {depth: 9}), /secret-of/);
					return true;
				});
			});
		});

	test('a credential_process that does not end is given up', async () => {
		await withHome(async (home) => {
			await home.write('.aws/config', config);
			await assert.rejects(loadProfile('slow', home.env, 200), /"slow" has not answered/);
		});
	});

	test('configuration files that are half broken leave the rest usable', async () => {
		for (const broken of [
			'[profile half\naws_access_key_id',
			'= no name\n[]\n[profile]\nrubbish\n',
			'\u0000\u0001 binary \uFFFD\n',
			'[profile a]\n  indented without a parent = 1\n',
		])
			await withHome(async (home) => {
				await home.write('.aws/config', `${broken}\n${config}`);
				const spec = {kind: 'profile', profile: 'keys'} as const;
				const holder = openCredentials(spec, {env: home.env, folder: home.folder});
				assert.equal((await holder.source())?.accessKeyId, 'AKKEYS', broken);
			});
	});
});
