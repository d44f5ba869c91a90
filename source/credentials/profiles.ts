import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {safeText} from '../model/safe-text.ts';
import type {AwsFiles, Section} from './aws-files.ts';
import {awsFolder, readAwsFiles} from './aws-files.ts';
import {keysOf, variable} from './secret-files.ts';
import type {ProfileInfo} from './types.ts';

/** Every profile of the AWS files, the environment's keys first. From files alone; never throws for broken ones. */
export async function listProfiles(
	env: NodeJS.ProcessEnv = process.env,
	now: number = Date.now(),
): Promise<readonly ProfileInfo[]> {
	const files = await readAwsFiles(env);
	const listed = [...files.profiles].map(async ([name, section]) =>
		describe(name, section, files, env, now),
	);
	return [...environment(env, now), ...(await Promise.all(listed))];
}

function environment(env: NodeJS.ProcessEnv, now: number): ProfileInfo[] {
	const keys = keysOf(env);
	if (keys === undefined) return [];
	const region = variable(env, 'region');
	return [
		{
			name: 'environment',
			kind: 'environment',
			...(region === undefined ? {} : {region: safeText(region)}),
			...life(keys.expires, now),
		},
	];
}

async function describe(
	name: string,
	section: Section,
	files: AwsFiles,
	env: NodeJS.ProcessEnv,
	now: number,
): Promise<ProfileInfo> {
	const kind = kindOf(section);
	const arn = /^arn:[^:]*:iam::(\d*):role\/(.+)$/.exec(section['role_arn'] ?? '');
	const account = section['sso_account_id'] ?? arn?.[1];
	const role = section['sso_role_name'] ?? arn?.[2];
	const region = section['region'];
	return {
		name: safeText(name),
		kind,
		...(account ? {account: safeText(account)} : {}),
		...(role ? {role: safeText(role)} : {}),
		...(region ? {region: safeText(region)} : {}),
		...(await stateOf(kind, section, files, env, now)),
	};
}

/** In the order in which the SDK looks at them. */
function kindOf(section: Section): ProfileInfo['kind'] {
	if (section['role_arn'] && section['web_identity_token_file']) return 'web-identity';
	if (section['role_arn']) return 'role';
	if (section['aws_access_key_id'] && section['aws_secret_access_key']) return 'static';
	if (section['credential_process']) return 'process';
	if (section['sso_session'] || section['sso_start_url']) return 'sso';
	return 'unknown';
}

type State = Pick<ProfileInfo, 'state' | 'expires'>;

async function stateOf(
	kind: ProfileInfo['kind'],
	section: Section,
	files: AwsFiles,
	env: NodeJS.ProcessEnv,
	now: number,
): Promise<State> {
	if (kind === 'sso') return signInState(section, files, env, now);
	if (kind !== 'role') return {state: 'unknown'};
	// a role is as good as the sign-in of the profile it starts from
	const source = files.profiles.get(section['source_profile'] ?? '');
	const viaSso = source !== undefined && kindOf(source) === 'sso';
	return viaSso ? {state: (await signInState(source, files, env, now)).state} : {state: 'unknown'};
}

/** The token that the AWS CLI and the SDKs share: `~/.aws/sso/cache/<sha1 of session name or start URL>.json`. */
async function signInState(
	section: Section,
	files: AwsFiles,
	env: NodeJS.ProcessEnv,
	now: number,
): Promise<State> {
	const session = section['sso_session'];
	const startUrl =
		section['sso_start_url'] ?? files.section('sso-session', session)?.['sso_start_url'];
	const id = session ?? startUrl;
	if (id === undefined) return {state: 'unknown'};
	const file = `${createHash('sha1').update(id).digest('hex')}.json`;
	try {
		const text = await readFile(path.join(awsFolder(env), 'sso', 'cache', file), 'utf8');
		const {expiresAt} = JSON.parse(text) as {expiresAt?: unknown};
		return life(typeof expiresAt === 'string' ? readTime(expiresAt) : undefined, now);
	} catch (error) {
		return {state: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'expired' : 'unknown'};
	}
}

/** `2026-11-20T18:29:28Z`; older tools wrote `UTC` for the `Z`. */
function readTime(text: string): number | undefined {
	const time = Date.parse(text.replace(/UTC$/, 'Z'));
	return Number.isNaN(time) ? undefined : time;
}

function life(expires: number | undefined, now: number): State {
	if (expires === undefined) return {state: 'unknown'};
	return {state: expires > now ? 'signed-in' : 'expired', expires};
}
