import path from 'node:path';
import process from 'node:process';
import type {CredentialSpec} from '../model/job-spec.ts';
import type {AwsFiles, Section} from './aws-files.ts';
import {profileName, readAwsFiles, subsetting} from './aws-files.ts';
import {loadChain, loadProfile} from './chain.ts';
import {keep} from './holder.ts';
import {
	loadEnvFile,
	loadFiles,
	loadOptions,
	readVariables,
	variable,
	warnReadable,
} from './secret-files.ts';
import type {CredentialHolder, CredentialOptions, Loader} from './types.ts';

export {listProfiles} from './profiles.ts';
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
	const keeper = keep(async () => {
		warnings = await warnReadable(secretFiles(spec));
		return find();
	});
	const region = async () => options.region ?? (await configuredRegion(spec, env, folder));
	return {
		source: keeper.source,
		reset: () => keeper.reset(),
		async identity() {
			const {label, account, credentials} = await keeper.load();
			return {
				label,
				...(account === undefined ? {} : {account}),
				...(credentials?.expires === undefined ? {} : {expires: credentials.expires}),
				region: (await region()) ?? null,
			};
		},
		region,
		endpoint: async () => configuredEndpoint(spec, env),
		warnings: () => warnings,
	};
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
