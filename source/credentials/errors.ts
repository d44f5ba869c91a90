import type {ErrorCode} from '../model/error.ts';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';

type Finding = {
	readonly code: ErrorCode;
	readonly message: (who: string) => string;
	readonly hint: (profile: string) => string;
};

const signIn = (profile: string) =>
	`Sign in with \`aws sso login${profile === 'default' ? '' : ` --profile ${profile}`}\`, then go on.`;

/**
 * The SDK's providers tell their failures apart in words alone: these are the words of
 * 3.1169, the first that fits counts. The original error is not passed on, not even as a cause: a
 * command or a service may have put a secret into its words.
 */
const findings: readonly (readonly [RegExp, Finding])[] = [
	[
		/token .*(?:not found or is invalid|was not found)|session associated with this profile is invalid|ENOENT.*sso/i,
		{
			code: 'expired-credentials',
			message: (who) => `${who} is not signed in.`,
			hint: signIn,
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
		/aws login|login session|reauthenticate/i,
		{
			code: 'expired-credentials',
			message: (who) => `The sign-in of ${lower(who)} has expired.`,
			hint: (profile) =>
				`Sign in with \`aws login${profile === 'default' ? '' : ` --profile ${profile}`}\`, then go on.`,
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
		/not authorized|AccessDenied|Forbidden/i,
		{
			code: 'denied',
			message: (who) => `${who} may not take on its role.`,
			hint: () => 'Check role_arn, sso_account_id and sso_role_name of the profile.',
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

const lower = (who: string) => who.charAt(0).toLowerCase() + who.slice(1);
