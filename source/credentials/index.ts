import path from 'node:path';
import process from 'node:process';
import type {CredentialSpec} from '../model/job-spec.ts';
import type {AwsFiles, Section} from './aws-files.ts';
import {profileName, readAwsFiles, sdkFiles, subsetting} from './aws-files.ts';
import {loadChain, loadProfile} from './chain.ts';
import {keep} from './holder.ts';
import {personNeededAt} from './person-needed.ts';
import {
	keysOf,
	loadEnvFile,
	loadFiles,
	loadOptions,
	readVariables,
	variable,
	warnReadable,
} from './secret-files.ts';
import {ssoSessionOf} from './sso/session.ts';
import {tokenFile} from './sso/token-cache.ts';
import type {CredentialHolder, CredentialOptions, Loader} from './types.ts';

export {listProfiles} from './profiles.ts';
export {readPastedKeys} from './pasted-keys.ts';
export {draftProfile, freeNames, readStartUrl, sessionFor, writeProfile} from './write-profile.ts';
export type {NewProfile, ProfileDraft} from './write-profile.ts';
export {portalRoles} from './sso/portal.ts';
export type {PortalRole} from './sso/portal.ts';
export {SignIn} from './sso/sign-in.ts';
export {ssoSessionOf} from './sso/session.ts';
export type {SsoSession} from './sso/session.ts';
export type {CredentialHolder, CredentialOptions, ProfileInfo} from './types.ts';

/** The credentials that a spec names. Nothing is read or asked before the first question. */
export function openCredentials(
	spec: CredentialSpec,
	options: CredentialOptions = {},
): CredentialHolder {
	const env = options.env ?? process.env;
	const folder = options.folder ?? process.cwd();
	let warnings: readonly string[] = [];
	const find = loaderOf(spec, env, folder);
	const own: Loader = async () => {
		warnings = await warnReadable(secretFiles(spec));
		return find();
	};
	const keeper = keep(own);
	/** the loader, and whose session a person can sign in to; undefined: there is no profile */
	let base: Base = {loader: own, profile: profileOfSpec(spec, env)};
	let before = base;
	let hasKeys = false;
	let label: string | undefined;
	const region = async () => options.region ?? (await configuredRegion(spec, env, folder));
	const session = async () =>
		base.profile === undefined ? undefined : ssoSessionOf(base.profile, env).catch(() => undefined);
	return {
		source: keeper.source,
		reset: () => keeper.reset(),
		async identity() {
			const found = await keeper.load();
			label = found.label;
			const {account, credentials} = found;
			const needed = await personNeededAt(found, await session(), env);
			return {
				label,
				...(account === undefined ? {} : {account}),
				...(credentials?.expires === undefined ? {} : {expires: credentials.expires}),
				...(needed === undefined ? {} : {personNeededAt: needed}),
				region: (await region()) ?? null,
			};
		},
		useKeys(credentials, shown) {
			hasKeys = true;
			keeper.replace(async () => ({credentials, label: shown, isFixed: true}));
		},
		useProfile(name) {
			hasKeys = false;
			before = base;
			base = {loader: async () => loadProfile(name, env), profile: name};
			keeper.replace(base.loader);
		},
		undo() {
			if (!hasKeys) base = before;
			hasKeys = false;
			keeper.replace(base.loader);
		},
		dropKeys() {
			if (!hasKeys) return;
			hasKeys = false;
			keeper.replace(base.loader);
		},
		session,
		async files() {
			const {configFilepath, filepath} = sdkFiles(env);
			const own = [...secretFiles(spec), spec.kind === 'files' ? spec.accessKeyFile : undefined];
			const tokens = [env['AWS_WEB_IDENTITY_TOKEN_FILE']];
			const dotEnv = spec.kind === 'chain' ? path.join(folder, '.env') : undefined;
			const signedIn = await session();
			const token = signedIn === undefined ? undefined : tokenFile(signedIn, env);
			const all = [configFilepath, filepath, token, ...own, ...tokens, dotEnv];
			return all.flatMap((file) => (file === undefined || file === '' ? [] : [file]));
		},
		get comesBack() {
			return spec.kind === 'chain' && label === 'this machine';
		},
		region,
		endpoint: async () => configuredEndpoint(spec, env),
		warnings: () => warnings,
	};
}

type Base = {readonly loader: Loader; readonly profile: string | undefined};

/** The profile that a sign-in renews: that which was named, or the one that the chain takes. */
function profileOfSpec(spec: CredentialSpec, env: NodeJS.ProcessEnv): string | undefined {
	if (spec.kind === 'profile') return spec.profile;
	const isProfile = spec.kind === 'chain' && (env['AWS_PROFILE'] || keysOf(env) === undefined);
	return isProfile ? profileName(env) : undefined;
}

function loaderOf(spec: CredentialSpec, env: NodeJS.ProcessEnv, folder: string): Loader {
	switch (spec.kind) {
		case 'anonymous':
			return async () => ({label: 'anonymous', credentials: undefined});
		case 'profile':
			return async () => loadProfile(spec.profile, env);
		case 'files':
			return async () => loadFiles(spec, env);
		case 'env-file':
			return async () => loadEnvFile(spec.file);
		case 'options':
			return async () => loadOptions(env);
		default:
			return async () => loadChain(env, folder);
	}
}

function secretFiles(spec: CredentialSpec): readonly (string | undefined)[] {
	if (spec.kind === 'env-file') return [spec.file];
	return spec.kind === 'files' ? [spec.secretKeyFile, spec.sessionTokenFile] : [];
}

async function configuredRegion(
	spec: CredentialSpec,
	env: NodeJS.ProcessEnv,
	folder: string,
): Promise<string | undefined> {
	const file =
		spec.kind === 'env-file' ? variable(await readVariables(spec.file), 'region') : undefined;
	// a named profile brings its own region, as with the AWS CLI's --profile
	const own =
		spec.kind === 'profile' ? profileOf(await readAwsFiles(env), spec, env)?.['region'] : undefined;
	const found = file ?? own ?? variable(env, 'region');
	if (found !== undefined || spec.kind === 'env-file') return found;
	const profile = profileOf(await readAwsFiles(env), spec, env)?.['region'];
	if (profile !== undefined || spec.kind !== 'chain') return profile;
	return variable(await readVariables(path.join(folder, '.env')), 'region');
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
async function configuredEndpoint(
	spec: CredentialSpec,
	env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
	if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
	const named = env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'];
	if (named) return named;
	const files = await readAwsFiles(env);
	const profile = profileOf(files, spec, env);
	const services = files.section('services', profile?.['services']);
	return subsetting(services, 's3', 'endpoint_url') ?? profile?.['endpoint_url'];
}

function profileOf(
	{profiles}: AwsFiles,
	spec: CredentialSpec,
	env: NodeJS.ProcessEnv,
): Section | undefined {
	return profiles.get(spec.kind === 'profile' ? spec.profile : profileName(env));
}
