import {homedir} from 'node:os';
import path from 'node:path';
import {CONFIG_PREFIX_SEPARATOR, loadSharedConfigFiles} from '@smithy/shared-ini-file-loader';

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

/** Never throws: a file that is missing or broken counts as empty. */
export async function readAwsFiles(env: NodeJS.ProcessEnv): Promise<AwsFiles> {
	const {configFile, credentialsFile} = await loadSharedConfigFiles(sdkFiles(env));
	const profiles = new Map<string, Section>();
	const sections = new Map<string, Section>();
	for (const [name, section] of Object.entries(configFile)) {
		if (name.includes(CONFIG_PREFIX_SEPARATOR)) sections.set(name, section);
		else profiles.set(name, section);
	}
	for (const [name, section] of Object.entries(credentialsFile))
		profiles.set(name, {...profiles.get(name), ...section});
	return {
		profiles,
		section: (kind, name) => sections.get(`${kind}${CONFIG_PREFIX_SEPARATOR}${name}`),
	};
}

/** A setting of a subsection, as in `s3 =` with an indented `endpoint_url`. */
export function subsetting(section: Section | undefined, name: string, key: string) {
	return section?.[`${name}${CONFIG_PREFIX_SEPARATOR}${key}`];
}

export function profileName(env: NodeJS.ProcessEnv): string {
	return env['AWS_PROFILE'] || 'default';
}

/** The folder that the AWS tools keep their files in. */
export function awsFolder(env: NodeJS.ProcessEnv): string {
	return path.join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.aws');
}
