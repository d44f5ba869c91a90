import type {CredentialSpec, StoreSpec} from '../model/job-spec.ts';
import type {Settings} from './settings.ts';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const filled = (value: string | undefined): string | undefined =>
	value === undefined || value === '' ? undefined : value;

/** The endpoint that the AWS environment variables name for S3, with their precedence. */
function environmentEndpoint(environment: Environment): string | undefined {
	if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true')
		return undefined;
	return filled(environment['AWS_ENDPOINT_URL_S3']) ?? filled(environment['AWS_ENDPOINT_URL']);
}

function environmentRegion(environment: Environment): string | undefined {
	return filled(environment['AWS_REGION']) ?? filled(environment['AWS_DEFAULT_REGION']);
}

/** How to reach the store: options first, then the variables that the AWS tools read. */
export function storeSpec(settings: Settings, environment: Environment): StoreSpec {
	// a named profile and an environment file bring their own region
	const own = settings.profile !== undefined || settings.envFile !== undefined;
	const region = settings.region ?? (own ? undefined : environmentRegion(environment));
	const endpoint = settings.endpointUrl ?? environmentEndpoint(environment);
	return {
		provider: 's3',
		...(region === undefined ? {} : {region}),
		...(endpoint === undefined ? {} : {endpoint: endpoint.replace(/\/+$/, '')}),
		...(settings.requestPayer === true ? {requestPayer: true} : {}),
	};
}

/** Where credentials come from; with nothing said the whole AWS chain, AWS_PROFILE included. */
export function credentialSpec(settings: Settings, folder: string): CredentialSpec {
	const absolute = (file: string): string => path.resolve(folder, file);
	if (settings.signRequest === false) return {kind: 'anonymous'};
	if (settings.accessKey === true && settings.secretKey === true) return {kind: 'options'};
	if (settings.envFile !== undefined) return {kind: 'env-file', file: absolute(settings.envFile)};
	if (settings.accessKeyFile !== undefined && settings.secretKeyFile !== undefined)
		return {
			kind: 'files',
			accessKeyFile: absolute(settings.accessKeyFile),
			secretKeyFile: absolute(settings.secretKeyFile),
			...(settings.sessionTokenFile === undefined
				? {}
				: {sessionTokenFile: absolute(settings.sessionTokenFile)}),
		};
	if (settings.profile !== undefined) return {kind: 'profile', profile: settings.profile};
	return {kind: 'chain'};
}
