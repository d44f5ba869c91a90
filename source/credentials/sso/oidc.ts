import type {CreateTokenRequest, SSOOIDCClient} from '@aws-sdk/client-sso-oidc';
import {MusterError} from '../../model/error.ts';
import {safeText} from '../../model/safe-text.ts';
import {readAwsFiles, serviceEndpoint} from '../aws-files.ts';
import {pageAddress, pageCode} from './page-address.ts';
import type {SsoSession} from './session.ts';
import type {ClientRegistration, SsoToken} from './token-cache.ts';

/** A code that a person approves on a page; times in Unix milliseconds. */
export type DeviceCode = {
	/** secret: whoever has it gets the token */
	readonly deviceCode: string;
	readonly code: string;
	readonly url: string;
	readonly completeUrl: string;
	readonly expires: number;
	/** how long to wait between two questions, in milliseconds */
	readonly interval: number;
};

/** What an error of the service means for the sign-in. */
export type OidcRefusal =
	| 'pending'
	| 'slow-down'
	| 'expired'
	| 'denied'
	/** the app's registration is not known (any more) */
	| 'client'
	| 'grant'
	/** start URL, region or scopes */
	| 'request'
	| 'passing'
	| 'other';

/** RFC 8628: where the service names none. */
const defaultInterval = 5;
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const sdk = () => import('@aws-sdk/client-sso-oidc');

/** The OIDC service of IAM Identity Center, through the official client. One request for each call: who calls repeats. */
export class Oidc {
	readonly #session: SsoSession;
	readonly #client: SSOOIDCClient;

	private constructor(session: SsoSession, client: SSOOIDCClient) {
		this.#session = session;
		this.#client = client;
	}

	static async open(session: SsoSession, env: NodeJS.ProcessEnv): Promise<Oidc> {
		const endpoint = serviceEndpoint('sso_oidc', await readAwsFiles(env), session.profile, env);
		const {SSOOIDCClient} = await sdk();
		const client = new SSOOIDCClient({
			region: session.region,
			maxAttempts: 1,
			requestHandler: {connectionTimeout: 5000, requestTimeout: 15_000},
			...(endpoint === undefined ? {} : {endpoint}),
		});
		return new Oidc(session, client);
	}

	async register(abortSignal: AbortSignal): Promise<ClientRegistration> {
		const {RegisterClientCommand} = await sdk();
		const {name, scopes} = this.#session;
		const command = new RegisterClientCommand({
			clientName: `muster-${name ?? Math.floor(Date.now() / 1000)}`,
			clientType: 'public',
			...(scopes.length === 0 ? {} : {scopes: [...scopes]}),
		});
		const answer = await this.#client.send(command, {abortSignal});
		const {clientId, clientSecret, clientSecretExpiresAt = 0} = answer;
		if (!clientId || !clientSecret) throw strangeAnswer();
		return {clientId, clientSecret, expires: clientSecretExpiresAt * 1000};
	}

	async startDevice(
		{clientId, clientSecret}: ClientRegistration,
		abortSignal: AbortSignal,
	): Promise<DeviceCode> {
		const {StartDeviceAuthorizationCommand} = await sdk();
		const {startUrl} = this.#session;
		const command = new StartDeviceAuthorizationCommand({clientId, clientSecret, startUrl});
		const answer = await this.#client.send(command, {abortSignal});
		const {deviceCode, userCode, expiresIn = 0, interval = 0} = answer;
		if (!deviceCode || expiresIn <= 0) throw strangeAnswer();
		const url = pageAddress(answer.verificationUri);
		return {
			deviceCode,
			code: pageCode(userCode),
			url,
			completeUrl: answer.verificationUriComplete
				? pageAddress(answer.verificationUriComplete)
				: url,
			expires: Date.now() + expiresIn * 1000,
			interval: (interval > 0 ? interval : defaultInterval) * 1000,
		};
	}

	/** The token for an approved code. Throws the service's own error while there is none. */
	async tokenFor(
		client: ClientRegistration,
		{deviceCode}: DeviceCode,
		abortSignal: AbortSignal,
	): Promise<SsoToken> {
		return this.#createToken(client, {grantType: deviceGrant, deviceCode}, abortSignal);
	}

	async renew(client: ClientRegistration, refreshToken: string): Promise<SsoToken> {
		const token = await this.#createToken(client, {grantType: 'refresh_token', refreshToken});
		// RFC 6749: where no new one comes, the old one goes on
		return {refreshToken, ...token};
	}

	close(): void {
		this.#client.destroy();
	}

	async #createToken(
		client: ClientRegistration,
		grant: Pick<CreateTokenRequest, 'grantType' | 'deviceCode' | 'refreshToken'>,
		abortSignal?: AbortSignal,
	): Promise<SsoToken> {
		const {CreateTokenCommand} = await sdk();
		const {clientId, clientSecret} = client;
		const command = new CreateTokenCommand({
			...grant,
			grantType: grant.grantType,
			clientId,
			clientSecret,
		});
		const answer = await this.#client.send(command, abortSignal ? {abortSignal} : {});
		const {accessToken, expiresIn = 0, refreshToken} = answer;
		if (!accessToken) throw strangeAnswer();
		return {
			accessToken,
			expires: Date.now() + expiresIn * 1000,
			client,
			...(refreshToken ? {refreshToken} : {}),
		};
	}
}

const refusals: Readonly<Record<string, OidcRefusal>> = {
	AuthorizationPendingException: 'pending',
	SlowDownException: 'slow-down',
	ExpiredTokenException: 'expired',
	AccessDeniedException: 'denied',
	InvalidClientException: 'client',
	UnauthorizedClientException: 'client',
	InvalidGrantException: 'grant',
	InvalidRequestException: 'request',
	InvalidScopeException: 'request',
	InvalidClientMetadataException: 'request',
	InvalidRequestRegionException: 'request',
};

/** Told by the names of the official client's errors, never by words. */
export function refusalOf(error: unknown): OidcRefusal {
	if (!(error instanceof Error)) return 'other';
	const known = refusals[error.name];
	if (known !== undefined) return known;
	if (error instanceof MusterError) return 'other';
	const {$metadata} = error as {$metadata?: {httpStatusCode?: number}};
	const status = $metadata?.httpStatusCode;
	// no answer at all, or none that says anything about the sign-in
	return status === undefined || status >= 500 || status === 429 ? 'passing' : 'other';
}

/** A failed sign-in in words that say what to do. What the service said is detail alone. */
export function signInError(error: unknown, session: SsoSession): MusterError {
	if (error instanceof MusterError) return error;
	const detail = error instanceof Error ? safeText(error.name).slice(0, 100) : '';
	switch (refusalOf(error)) {
		case 'denied':
			return new MusterError('denied', 'The sign-in was refused on the page.', {
				hint: 'Ask for a new code if that was a mistake.',
				detail,
			});
		case 'passing':
			return new MusterError(
				'network',
				`The sign-in service in ${safeText(session.region)} can't be reached.`,
				{hint: 'Check the network connection, then ask for a new code.', detail},
			);
		case 'request':
			return new MusterError(
				'configuration',
				`AWS knows no sign-in page ${safeText(session.startUrl)} in ${safeText(session.region)}.`,
				{hint: `Check sso_start_url and sso_region of ${whereOf(session)}.`, detail},
			);
		default:
			return new MusterError('expired-credentials', 'AWS did not accept the sign-in.', {
				hint: 'Ask for a new code.',
				detail,
			});
	}
}

const whereOf = ({name, profile}: SsoSession) =>
	name === undefined
		? `[profile ${safeText(profile)}] in ~/.aws/config`
		: `[sso-session ${safeText(name)}] in ~/.aws/config`;

const strangeAnswer = () =>
	new MusterError('server', 'The sign-in service gave an answer that makes no sense.', {
		hint: 'Check sso_region in ~/.aws/config, and who answers there.',
	});
