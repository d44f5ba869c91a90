import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';

/** Between the kind of a section and its name, as the SDK's reader joins them. */
const separator = '.';
/** Not every dot is one of these: a profile may be named `train.eu`. */
const sectionName = /^(?:sso-session|services)\./;

/** Settings of one profile or section, names as in the file. */
export type Section = Readonly<Record<string, string | undefined>>;

/** `~/.aws/config` and `~/.aws/credentials`, read anew each time: another terminal may have changed them. */
export type AwsFiles = {
	/** by profile name, in the order of the files; credentials win over config */
	readonly profiles: ReadonlyMap<string, Section>;
	/** `[sso-session NAME]` and `[services NAME]` */
	section(kind: 'sso-session' | 'services', name: string | undefined): Section | undefined;
};

/** Options for the SDK's providers, so that they read the same files and nothing old. */
export function sdkFiles(env: NodeJS.ProcessEnv) {
	return {
		ignoreCache: true,
		configFilepath: env['AWS_CONFIG_FILE'] || path.join(awsFolder(env), 'config'),
		filepath: env['AWS_SHARED_CREDENTIALS_FILE'] || path.join(awsFolder(env), 'credentials'),
	};
}

const none: AwsFiles = {profiles: new Map(), section: () => undefined};

/** Never throws: a file that is missing or broken counts as empty. */
export async function readAwsFiles(env: NodeJS.ProcessEnv): Promise<AwsFiles> {
	const files = sdkFiles(env);
	// the usual thing in a container: nothing to understand, so nothing is loaded for it
	if (!existsSync(files.configFilepath) && !existsSync(files.filepath)) return none;
	const {loadSharedConfigFiles} = await import('@smithy/shared-ini-file-loader');
	const {configFile, credentialsFile} = await loadSharedConfigFiles(files);
	const profiles = new Map<string, Section>();
	const sections = new Map<string, Section>();
	for (const [name, section] of Object.entries(configFile)) {
		if (sectionName.test(name)) sections.set(name, section);
		else profiles.set(name, section);
	}
	for (const [name, section] of Object.entries(credentialsFile))
		profiles.set(name, {...profiles.get(name), ...section});
	return {
		profiles,
		section: (kind, name) => sections.get(`${kind}${separator}${name}`),
	};
}

/** A setting of a subsection, as in `s3 =` with an indented `endpoint_url`. */
export function subsetting(section: Section | undefined, name: string, key: string) {
	return section?.[`${name}${separator}${key}`];
}

export function profileName(env: NodeJS.ProcessEnv): string {
	return env['AWS_PROFILE'] || 'default';
}

/** The folder that the AWS tools keep their files in. */
export function awsFolder(env: NodeJS.ProcessEnv): string {
	return path.join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.aws');
}

/** The endpoint that environment or profile name for a service, in the order of the SDKs: `sso_oidc`, `sts`, … */
export function serviceEndpoint(
	service: string,
	files: AwsFiles,
	profile: string,
	env: NodeJS.ProcessEnv,
): string | undefined {
	if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return undefined;
	const named = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL'];
	if (named) return named;
	const section = files.profiles.get(profile);
	const services = files.section('services', section?.['services']);
	return subsetting(services, service, 'endpoint_url') ?? section?.['endpoint_url'];
}
