import process from 'node:process';
import {safeText} from '../model/safe-text.ts';
import type {AwsFiles, Section} from './aws-files.ts';
import {readAwsFiles} from './aws-files.ts';
import {keysOf, variable} from './secret-files.ts';
import {kindOf, tokenNameIn} from './sso/session.ts';
import {isRenewable, readToken} from './sso/token-cache.ts';
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
		...(await stateOf(name, kind, files, env, now)),
	};
}

type State = Pick<ProfileInfo, 'state' | 'expires' | 'renews'>;

async function stateOf(
	name: string,
	kind: ProfileInfo['kind'],
	files: AwsFiles,
	env: NodeJS.ProcessEnv,
	now: number,
): Promise<State> {
	// a role is as good as the sign-in of the profile it starts from, but ends by itself
	if (kind !== 'sso' && kind !== 'role') return {state: 'unknown'};
	const token = tokenNameIn(files, name);
	if (token === undefined) return {state: 'unknown'};
	const reading = await readToken(token, env, now);
	if (!('token' in reading)) return {state: reading.kind === 'absent' ? 'expired' : 'unknown'};
	const renews = isRenewable(reading.token, now);
	const {state, expires} = life(reading.token.expires, now);
	// its hour is over, but the next question renews it: nobody has to sign in for that
	if (state === 'expired' && renews) return {state: 'unknown', ...(kind === 'sso' && {renews})};
	if (kind !== 'sso') return {state};
	return {state, ...(expires !== undefined && {expires}), ...(renews && {renews})};
}

function life(expires: number | undefined, now: number): State {
	if (expires === undefined) return {state: 'unknown'};
	return {state: expires > now ? 'signed-in' : 'expired', expires};
}
