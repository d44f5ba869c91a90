import type {ErrorCode} from '../model/error.ts';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';

type Finding = {
	readonly code: ErrorCode;
	readonly message: (who: string) => string;
	readonly hint: (profile: string) => string;
};

const named = (profile: string) => (profile === 'default' ? '' : ` --profile ${profile}`);

const signIn = (profile: string) => `Sign in with \`aws sso login${named(profile)}\`, then go on.`;

/**
 * The SDK's providers tell their failures apart in words alone: these are the words of
 * 3.1169, the first that fits counts. The original error is not passed on, not even as a cause: a
 * command or a service may have put a secret into its words.
 */
const findings: readonly (readonly [RegExp, Finding])[] = [
	[
		/multi-factor authentication/i,
		{
			code: 'no-credentials',
			message: (who) => `${who} wants a code of your MFA device, which muster can't ask for.`,
			hint: (profile) =>
				`Get keys of a session with it (\`aws configure export-credentials${named(profile)} --format env-no-export > keys.env\`), then give --env-file keys.env.`,
		},
	],
	[
		/Signature (?:expired|not yet current)|RequestTimeTooSkewed|RequestExpired/i,
		{
			code: 'clock-skew',
			message: (who) => `This machine's clock is wrong: AWS refused to sign ${lower(who)} in.`,
			hint: () => 'Set the clock (`timedatectl set-ntp true`), then go on.',
		},
	],
	[
		/sso session '.*' (?:could not be found|is missing)|missing required property|Conflicting SSO|invalid SSO credentials|Incomplete configuration|cycle attempting|Unsupported credential source|could not be found in shared credentials|Could not resolve credentials using profile: |Profile \S+ was not found|reading 'sso_|Web identity configuration/is,
		{
			code: 'no-credentials',
			message: (who) => `${who} is only half configured, or names another that is not there.`,
			hint: (profile) =>
				`Look at it in ~/.aws/config, or write it anew with \`aws configure sso${named(profile)}\`.`,
		},
	],
	[
		/credential_process returned expired/i,
		{
			code: 'expired-credentials',
			message: (who) => `The credential_process of ${lower(who)} gives keys that have expired.`,
			hint: () => 'Sign in with the tool behind it, then go on: nothing is lost.',
		},
	],
	[
		/credential_process (?:returned|did not)/i,
		{
			code: 'no-credentials',
			message: (who) =>
				`The credential_process of ${lower(who)} answers with something that is no key.`,
			hint: () =>
				'Run that command by hand: it must print JSON with Version 1, AccessKeyId and SecretAccessKey, and nothing else.',
		},
	],
	[
		/AssumeRoleWithWebIdentity|web.?identity|InvalidIdentityToken|IDPRejectedClaim|IDPCommunicationError/i,
		{
			code: 'denied',
			message: (who) => `The web identity of ${lower(who)} was refused.`,
			hint: () =>
				'Check AWS_ROLE_ARN, the token in AWS_WEB_IDENTITY_TOKEN_FILE and whom the role trusts.',
		},
	],
	[
		/InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|security token included in the request is invalid/i,
		{
			code: 'expired-credentials',
			message: (who) => `AWS does not know the keys that ${lower(who)} starts from.`,
			hint: () =>
				'They were deleted or rotated: put fresh ones into ~/.aws/credentials, then go on.',
		},
	],
	[
		/SignatureDoesNotMatch|signature we calculated does not match/i,
		{
			code: 'no-credentials',
			message: (who) => `The secret key that ${lower(who)} starts from is wrong.`,
			hint: () => 'It was copied with a character too many or too few, or belongs to another key.',
		},
	],
	[
		/token .*(?:not found or is invalid|was not found)|session associated with this profile is invalid|ENOENT.*sso/i,
		{
			code: 'expired-credentials',
			message: (who) => `${who} is not signed in.`,
			hint: signIn,
		},
	],
	[
		/aws login\b|login session|re-?authenticate/i,
		{
			code: 'expired-credentials',
			message: (who) => `The sign-in of ${lower(who)} has expired.`,
			hint: (profile) => `Sign in with \`aws login${named(profile)}\`, then go on.`,
		},
	],
	[
		/aws sso login|sso session|UnauthorizedException|refreshToken|token is expired|session token not found or invalid|refresh token/i,
		{
			code: 'expired-credentials',
			message: (who) => `The sign-in of ${lower(who)} has expired.`,
			hint: signIn,
		},
	],
	[
		/ExpiredToken|token included in the request is expired|have expired|has expired/i,
		{
			code: 'expired-credentials',
			message: (who) => `The credentials of ${lower(who)} have expired.`,
			hint: () => 'Get fresh ones, then go on: nothing is lost.',
		},
	],
	[
		/credential_process|Command failed/i,
		{
			code: 'no-credentials',
			message: (who) => `The credential_process of ${lower(who)} failed.`,
			hint: () => 'Run that command by hand to see why; it stands in ~/.aws/config.',
		},
	],
	[
		/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|socket hang up|network/i,
		{
			code: 'network',
			message: (who) => `The sign-in service of ${lower(who)} can't be reached.`,
			hint: () => 'Check the network connection, then try again.',
		},
	],
	[
		/not authorized|AccessDenied|Forbidden|No access/i,
		{
			code: 'denied',
			message: (who) => `${who} may not take on its role.`,
			hint: () =>
				'Check role_arn, or sso_account_id and sso_role_name, of the profile; the role must trust you, and you need sts:AssumeRole on it.',
		},
	],
	[
		/Throttl|TooManyRequests|Rate exceeded/i,
		{
			code: 'throttled',
			message: (who) => `AWS asks for fewer sign-ins of ${lower(who)}.`,
			hint: () => 'Wait a minute, then try again.',
		},
	],
	[
		/ENOENT|EACCES/,
		{
			code: 'no-credentials',
			message: (who) => `A file that ${lower(who)} names can't be read.`,
			hint: () => 'Check web_identity_token_file and the other paths in ~/.aws/config.',
		},
	],
	[
		/Server responded with status|HTTP credential provider/i,
		{
			code: 'no-credentials',
			message: () => 'The credential service of this container or machine gives no keys.',
			hint: () => 'Does it have a role? Check AWS_CONTAINER_CREDENTIALS_FULL_URI and its like.',
		},
	],
];

/** An error of a credential provider in words that say what to do. `profile` is undefined for the whole chain. */
export function credentialError(error: unknown, profile: string | undefined): MusterError {
	if (error instanceof MusterError) return error;
	const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	const name = safeText(profile ?? 'default');
	const who = profile === undefined ? 'The default profile' : `Profile "${name}"`;
	const found = findings.find(([pattern]) => pattern.test(words))?.[1];
	if (found !== undefined)
		return new MusterError(found.code, found.message(who), {hint: found.hint(name)});
	if (profile === undefined) return noCredentials();
	return new MusterError('no-credentials', `${who} gives no credentials.`, {
		hint: 'Check it with `aws configure list --profile` and its name.',
	});
}

function noCredentials(): MusterError {
	return new MusterError('no-credentials', 'No AWS sign-in found on this machine.', {
		hint: 'Use --profile NAME, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give --env-file, or --no-sign-request for a public bucket.',
	});
}

/** The SDK waits for a credential_process for ever; a person may have to do something in it. */
export const processPatience = 120_000;

/** A provider that has not answered for so long. */
export function slowProvider(profile: string, milliseconds: number): MusterError {
	const name = safeText(profile);
	return new MusterError(
		'no-credentials',
		`Profile "${name}" has not answered for ${Math.round(milliseconds / 1000)} s.`,
		{
			hint: 'Its credential_process may wait for somebody: run that command by hand, then try again.',
		},
	);
}

const lower = (who: string) => who.charAt(0).toLowerCase() + who.slice(1);
