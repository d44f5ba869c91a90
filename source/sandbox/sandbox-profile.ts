import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {identityCenterDefaults} from './identity-center.ts';

export type SandboxProfileOptions = {
	readonly region?: string;
	readonly account?: string;
	readonly role?: string;
	/** false: without the scope that gives refresh tokens, so that every sign-in needs a person */
	readonly renewable?: boolean;
};

/** The name of the profile and of its session. */
export const sandboxProfile = 'sandbox';

/**
 * Writes `.aws/config` below a home folder, with a profile that signs in to the sandbox, and answers
 * the environment in which muster, the official SDKs and the AWS CLI use it: nothing of the person's
 * own profiles and tokens is read or touched there.
 */
export async function writeSandboxProfile(
	home: string,
	endpoint: string,
	options: SandboxProfileOptions = {},
): Promise<Readonly<Record<string, string>>> {
	const [first] = identityCenterDefaults.accounts;
	const {region = 'eu-west-1', account = first?.id ?? '', role = first?.roles[0] ?? ''} = options;
	const {renewable = true} = options;
	const services = ['s3', 'sso', 'sso_oidc', 'sts'];
	const config = [
		`[profile ${sandboxProfile}]`,
		`sso_session = ${sandboxProfile}`,
		`sso_account_id = ${account}`,
		`sso_role_name = ${role}`,
		`region = ${region}`,
		`services = ${sandboxProfile}`,
		`[sso-session ${sandboxProfile}]`,
		`sso_start_url = ${endpoint}/start`,
		`sso_region = ${region}`,
		`sso_registration_scopes = ${renewable ? 'sso:account:access' : 'sandbox:none'}`,
		`[services ${sandboxProfile}]`,
		...services.flatMap((service) => [`${service} =`, `  endpoint_url = ${endpoint}`]),
	];
	const folder = path.join(home, '.aws');
	await mkdir(folder, {recursive: true, mode: 0o700});
	await writeFile(path.join(folder, 'config'), `${config.join('\n')}\n`, {mode: 0o600});
	return {
		HOME: home,
		USERPROFILE: home,
		AWS_PROFILE: sandboxProfile,
		AWS_REGION: region,
		...Object.fromEntries(
			services.map((service) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, endpoint]),
		),
	};
}
