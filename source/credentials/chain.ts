import path from 'node:path';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {Credentials} from '../stores/types.ts';
import type {AwsFiles} from './aws-files.ts';
import {readAwsFiles, sdkFiles} from './aws-files.ts';
import {credentialError, processPatience, slowProvider} from './errors.ts';
import {keysOf, readVariables, variable} from './secret-files.ts';
import {sessionIn} from './sso/session.ts';
import {readToken} from './sso/token-cache.ts';
import type {Loaded} from './types.ts';

type SdkIdentity = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	readonly expiration?: Date;
	readonly accountId?: string;
};

/** Keys in the environment need none of it. */
const providers = () => import('@aws-sdk/credential-providers');

/**
 * The AWS chain: environment, shared files (static keys, IAM Identity Center, roles, processes, web
 * identity), `.env` of the working folder, container and instance roles. A provider is made for
 * every question, so none can remember a session that has expired (aws/aws-sdk#531).
 */
export async function loadChain(env: NodeJS.ProcessEnv, folder: string): Promise<Loaded> {
	if (env['AWS_PROFILE']) return loadProfile(env['AWS_PROFILE'], env);
	const fromEnvironment = keysOf(env);
	if (fromEnvironment !== undefined)
		return {
			label: 'environment',
			credentials: fromEnvironment,
			isFixed: true,
			...environmentAccount(env),
		};
	const dotEnv = keysOf(await readVariables(path.join(folder, '.env')));
	const files = sdkOptions(await readAwsFiles(env), 'default', env);
	const {createCredentialChain, fromIni, fromNodeProviderChain, fromTokenFile} = await providers();
	let label = 'default';
	const webIdentity = async () => {
		label = 'web identity';
		return fromTokenFile(files)();
	};
	const last = async () => {
		label = dotEnv === undefined ? 'this machine' : '.env';
		return dotEnv === undefined ? fromNodeProviderChain(files)() : sdkIdentity(dotEnv);
	};
	try {
		const found = await createCredentialChain(fromIni(files), webIdentity, last)();
		return {...loaded(found, label), isFixed: label === '.env'};
	} catch (error) {
		throw credentialError(error, undefined);
	}
}

/** A profile that was named, and nothing else: a typing error must not end in an instance's role. */
export async function loadProfile(
	profile: string,
	env: NodeJS.ProcessEnv,
	patience = processPatience,
): Promise<Loaded> {
	const files = await readAwsFiles(env);
	const {profiles} = files;
	if (!profiles.has(profile)) throw noSuchProfile(profile, [...profiles.keys()]);
	try {
		const {fromIni} = await providers();
		const asked = fromIni({...sdkOptions(files, profile, env), profile})();
		const found = await inTime(asked, patience, () => slowProvider(profile, patience));
		const account = profiles.get(profile)?.['sso_account_id'];
		return {...(account ? {account} : {}), ...loaded(found, profile)};
	} catch (error) {
		const told = credentialError(error, profile);
		throw told.code === 'no-credentials' && (await isTokenBroken(files, profile, env))
			? credentialError('The SSO session associated with this profile is invalid', profile)
			: told;
	}
}

/** The SDK stumbles over some broken token files in words that say nothing: the file itself tells then. */
async function isTokenBroken(
	files: AwsFiles,
	profile: string,
	env: NodeJS.ProcessEnv,
): Promise<boolean> {
	const session = sessionIn(files, profile);
	return session !== undefined && (await readToken(session, env)).kind === 'incomplete';
}

/** STS is asked in the profile's region. Where none is named the SDK would warn, in the middle of the screen. */
function sdkOptions(files: AwsFiles, profile: string, env: NodeJS.ProcessEnv) {
	const region = files.profiles.get(profile)?.['region'] || variable(env, 'region') || 'us-east-1';
	return {...sdkFiles(env), parentClientConfig: {region, profile}};
}

/** The answer, or an error when there is none in time. The question itself can't be taken back. */
async function inTime<Answer>(
	question: Promise<Answer>,
	milliseconds: number,
	late: () => MusterError,
): Promise<Answer> {
	let timer: NodeJS.Timeout | undefined;
	const end = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(late()), milliseconds);
	});
	try {
		return await Promise.race([question, end]);
	} finally {
		clearTimeout(timer);
	}
}

function noSuchProfile(profile: string, known: readonly string[]): MusterError {
	const list = known.slice(0, 8).join(', ') + (known.length > 8 ? ', …' : '');
	return new MusterError('no-credentials', `There is no profile "${safeText(profile)}".`, {
		hint:
			known.length === 0
				? '~/.aws/config and ~/.aws/credentials name none: `aws configure` or `aws configure sso` writes one.'
				: `Known profiles: ${safeText(list)}.`,
	});
}

function loaded(identity: SdkIdentity, label: string): Loaded {
	const {accessKeyId, secretAccessKey, sessionToken, expiration, accountId} = identity;
	const credentials: Credentials = {
		accessKeyId,
		secretAccessKey,
		...(sessionToken ? {sessionToken} : {}),
		...(expiration ? {expires: expiration.getTime()} : {}),
	};
	return {label: safeText(label), credentials, ...(accountId ? {account: accountId} : {})};
}

function sdkIdentity({expires, ...keys}: Credentials): SdkIdentity {
	return {...keys, ...(expires === undefined ? {} : {expiration: new Date(expires)})};
}

function environmentAccount(env: NodeJS.ProcessEnv): {account?: string} {
	const account = env['AWS_ACCOUNT_ID'];
	return account ? {account} : {};
}
