import type {AwsFiles, Section} from '../aws-files.ts';
import {profileName, readAwsFiles} from '../aws-files.ts';

/** An IAM Identity Center session that a profile signs in through (also by way of its source_profile). */
export type SsoSession = {
	/** the profile that was asked for */
	readonly profile: string;
	/** `[sso-session NAME]`; left out for a profile of the older kind with its own sso_start_url */
	readonly name?: string;
	readonly startUrl: string;
	readonly region: string;
	readonly scopes: readonly string[];
};

/** What the AWS CLI asks for where the session names nothing: accounts, roles, and a refresh token. */
export const accountScope = 'sso:account:access';
const defaultScopes: readonly string[] = [accountScope];

/**
 * The session that a profile's credentials come from; without a name that of `AWS_PROFILE` or
 * `default`. Undefined where the profile is of another kind, or the session lacks its address.
 */
export async function ssoSessionOf(
	profile: string | undefined,
	env: NodeJS.ProcessEnv,
): Promise<SsoSession | undefined> {
	return sessionIn(await readAwsFiles(env), profile ?? profileName(env));
}

/** The same from files that were read already. */
export function sessionIn(files: AwsFiles, profile: string): SsoSession | undefined {
	const found = placeOf(files, profile);
	if (found?.startUrl === undefined || found.region === undefined) return undefined;
	const {name, startUrl, region} = found;
	const scopes = found.scopes.map((scope) => scope.trim()).filter((scope) => scope !== '');
	return {
		profile,
		...(name === undefined ? {} : {name}),
		startUrl,
		region,
		// the older kind of profile registers without any, as the CLI does
		scopes: scopes.length === 0 && name !== undefined ? defaultScopes : scopes,
	};
}

/** What names the token of a profile in the cache, also where the rest of its session is lacking. */
export function tokenNameIn(
	files: AwsFiles,
	profile: string,
): Pick<SsoSession, 'name' | 'startUrl'> | undefined {
	const {name, startUrl} = placeOf(files, profile) ?? {};
	if (name !== undefined) return {name, startUrl: startUrl ?? ''};
	return startUrl === undefined ? undefined : {startUrl};
}

function placeOf(files: AwsFiles, profile: string) {
	const section = ssoSectionOf(files, profile, new Set());
	if (section === undefined) return undefined;
	const name = section['sso_session'];
	// a session of its own wins over what the older kind of profile says
	const session = name === undefined ? section : files.section('sso-session', name);
	return {
		name,
		startUrl: session?.['sso_start_url'] ?? section['sso_start_url'],
		region: session?.['sso_region'] ?? section['sso_region'],
		scopes: (session?.['sso_registration_scopes'] ?? '').split(','),
	};
}

/** The section whose sign-in stands behind a profile: its own, or that of the profile it takes a role from. */
function ssoSectionOf(files: AwsFiles, profile: string, seen: Set<string>): Section | undefined {
	const section = files.profiles.get(profile);
	// a circle of source profiles leads nowhere
	if (section === undefined || seen.has(profile)) return undefined;
	seen.add(profile);
	const kind = kindOf(section);
	if (kind === 'sso') return section;
	const source = section['source_profile'];
	return kind === 'role' && source !== undefined ? ssoSectionOf(files, source, seen) : undefined;
}

export type SectionKind = 'web-identity' | 'role' | 'static' | 'process' | 'sso' | 'unknown';

/** What a profile's section is, in the order in which the SDK looks. */
export function kindOf(section: Section): SectionKind {
	if (section['role_arn'] && section['web_identity_token_file']) return 'web-identity';
	if (section['role_arn']) return 'role';
	if (section['aws_access_key_id'] && section['aws_secret_access_key']) return 'static';
	if (section['credential_process']) return 'process';
	if (section['sso_session'] || section['sso_start_url']) return 'sso';
	return 'unknown';
}
