import {randomBytes, randomUUID} from 'node:crypto';
import type {Identities} from './identities.ts';
import {RoleKeys} from './role-keys.ts';
import type {RoleCredentials} from './role-keys.ts';

/** An account of the access portal, with the roles that a person may take on there. */
export type PortalAccount = {
	readonly id: string;
	readonly name: string;
	readonly roles: readonly string[];
};

/** How the sandbox plays IAM Identity Center; may be changed while it runs. */
export type IdentityCenterOptions = {
	/** life of the keys of a role */
	readonly roleSeconds: number;
	/** life of an access token */
	readonly tokenSeconds: number;
	/** how long refresh tokens renew a sign-in */
	readonly sessionSeconds: number;
	/** life of a device code */
	readonly codeSeconds: number;
	/** seconds that a client has to wait between two questions for the token; asking sooner is slow_down */
	readonly interval: number;
	/** a code approves itself after so long, for rehearsals without a browser; null: a person does */
	readonly autoApproveSeconds: number | null;
	/** whether sessions with the scope sso:account:access get refresh tokens */
	readonly refreshTokens: boolean;
	/** so many of the next questions for a token are answered with slow_down */
	readonly slowDowns: number;
	readonly accounts: readonly PortalAccount[];
};

export const identityCenterDefaults: IdentityCenterOptions = {
	roleSeconds: 3600,
	tokenSeconds: 3600,
	sessionSeconds: 8 * 3600,
	codeSeconds: 600,
	interval: 1,
	autoApproveSeconds: null,
	refreshTokens: true,
	slowDowns: 0,
	accounts: [{id: '111122223333', name: 'Sandbox', roles: ['Trainer', 'ReadOnly']}],
};

/** The service's own errors, in the names of RFC 6749 and RFC 8628 and those of the SDKs. */
const refusals = {
	authorization_pending: [400, 'AuthorizationPendingException'],
	slow_down: [400, 'SlowDownException'],
	expired_token: [400, 'ExpiredTokenException'],
	access_denied: [400, 'AccessDeniedException'],
	invalid_grant: [400, 'InvalidGrantException'],
	invalid_client: [401, 'InvalidClientException'],
	invalid_request: [400, 'InvalidRequestException'],
	unsupported_grant_type: [400, 'UnsupportedGrantTypeException'],
} as const;

/** A refusal of the OIDC service. */
export class OidcRefusal extends Error {
	readonly error: keyof typeof refusals;
	readonly status: number;
	readonly errorType: string;

	constructor(error: keyof typeof refusals, message: string) {
		super(message);
		this.error = error;
		[this.status, this.errorType] = refusals[error];
	}
}

/** A refusal of the access portal. */
export class PortalRefusal extends Error {
	readonly status: number;
	readonly errorType: string;

	constructor(status: number, errorType: string, message: string) {
		super(message);
		this.status = status;
		this.errorType = errorType;
	}
}

type Client = {
	readonly secret: string;
	readonly expires: number;
	readonly scopes: readonly string[];
};
type CodeState = 'pending' | 'approved' | 'denied' | 'used';
type Code = {
	readonly userCode: string;
	readonly clientId: string;
	readonly created: number;
	readonly expires: number;
	state: CodeState;
	asked: number;
};
type Session = {readonly expires: number; isRevoked: boolean; readonly keys: Set<string>};
type Token = {readonly session: Session; expires: number};
type RefreshToken = {readonly session: Session; readonly clientId: string};

const counted = {
	registrations: 0,
	codes: 0,
	polls: 0,
	tokens: 0,
	refreshes: 0,
	roleCredentials: 0,
	refused: 0,
};

/** What `GET /_sandbox/identity-center` tells; no secrets. Times are Unix milliseconds. */
export type IdentityCenterStatus = {
	readonly options: IdentityCenterOptions;
	readonly codes: readonly {
		readonly userCode: string;
		readonly state: CodeState | 'expired';
		readonly expires: number;
	}[];
	/** access tokens that open the portal */
	readonly signedIn: number;
	readonly counts: Readonly<typeof counted>;
};

/** IAM Identity Center on loopback: clients, device codes, tokens, and the keys of roles that they open. */
export class IdentityCenter {
	readonly roles: RoleKeys;
	readonly #identities: Identities;
	readonly #clock: () => number;
	readonly #clients = new Map<string, Client>();
	readonly #codes = new Map<string, Code>();
	readonly #tokens = new Map<string, Token>();
	readonly #refreshTokens = new Map<string, RefreshToken>();
	readonly #counts = {...counted};
	#options: IdentityCenterOptions;

	constructor(
		identities: Identities,
		clock: () => number,
		options: Partial<IdentityCenterOptions> = {},
	) {
		this.#identities = identities;
		this.#clock = clock;
		this.#options = {...identityCenterDefaults, ...options};
		this.roles = new RoleKeys(identities, clock);
	}

	get options(): IdentityCenterOptions {
		return this.#options;
	}

	set(options: Partial<IdentityCenterOptions>): void {
		this.#options = {...this.#options, ...options};
	}

	status(): IdentityCenterStatus {
		const now = this.#clock();
		const codes = [...this.#codes.values()].map((code) => {
			const state = this.#stateOf(code, now);
			return {userCode: code.userCode, state, expires: code.expires};
		});
		const signedIn = [...this.#tokens.values()].filter((token) => this.#opens(token, now)).length;
		return {options: this.#options, codes, signedIn, counts: {...this.#counts}};
	}

	/** What a person does on the page. Without a code all that wait are meant; false when there is none. */
	approve(userCode?: string): boolean {
		return this.#decide('approved', userCode);
	}

	deny(userCode?: string): boolean {
		return this.#decide('denied', userCode);
	}

	/** Signed out by an administrator: tokens, refresh tokens and keys of roles are worth nothing from now on. */
	revokeSession(): void {
		for (const {session} of this.#tokens.values()) session.isRevoked = true;
		for (const {session} of this.#refreshTokens.values()) session.isRevoked = true;
		this.#expireKeys();
	}

	/** As if time had passed: access tokens and keys of roles are over, refresh tokens are not. */
	expireSession(): void {
		const now = this.#clock();
		for (const token of this.#tokens.values()) token.expires = Math.min(token.expires, now);
		this.#expireKeys();
	}

	register(scopes: readonly string[]): {clientId: string; secret: string; expires: number} {
		this.#counts.registrations++;
		const clientId = randomBytes(16).toString('base64url');
		const secret = randomBytes(60).toString('base64url');
		const expires = this.#clock() + 90 * 24 * 3600_000;
		this.#clients.set(clientId, {secret, expires, scopes});
		return {clientId, secret, expires};
	}

	/** Registrations are forgotten, as after a change of the service. */
	forgetClients(): void {
		this.#clients.clear();
	}

	startDevice(
		clientId: string,
		secret: string,
		startUrl: string,
	): {deviceCode: string; userCode: string} {
		this.#client(clientId, secret);
		if (!URL.canParse(startUrl))
			throw new OidcRefusal('invalid_request', 'The start URL is invalid.');
		this.#counts.codes++;
		const deviceCode = randomBytes(64).toString('base64url');
		const userCode = newUserCode();
		const created = this.#clock();
		const expires = created + this.#options.codeSeconds * 1000;
		this.#codes.set(deviceCode, {
			userCode,
			clientId,
			created,
			expires,
			state: 'pending',
			asked: Number.NEGATIVE_INFINITY,
		});
		return {deviceCode, userCode};
	}

	/** Answers a question for the token of a device code. Throws OidcRefusal. */
	tokenForCode(clientId: string, secret: string, deviceCode: string) {
		this.#counts.polls++;
		this.#client(clientId, secret);
		const code = this.#codes.get(deviceCode);
		if (code === undefined || code.clientId !== clientId)
			throw new OidcRefusal('invalid_grant', 'Invalid device code provided');
		const now = this.#clock();
		const tooSoon = now - code.asked < this.#options.interval * 500;
		code.asked = now;
		const {slowDowns} = this.#options;
		if (slowDowns > 0) this.set({slowDowns: slowDowns - 1});
		if (slowDowns > 0 || tooSoon) throw new OidcRefusal('slow_down', 'Slow down.');
		switch (this.#stateOf(code, now)) {
			case 'expired':
				throw new OidcRefusal('expired_token', 'The device code has expired.');
			case 'denied':
				throw new OidcRefusal('access_denied', 'The request was denied.');
			case 'used':
				throw new OidcRefusal('invalid_grant', 'Invalid device code provided');
			case 'pending':
				throw new OidcRefusal('authorization_pending', 'Authorization is still pending.');
			default:
				code.state = 'used';
		}
		this.#counts.tokens++;
		const expires = now + this.#options.sessionSeconds * 1000;
		return this.#issue({expires, isRevoked: false, keys: new Set()}, clientId);
	}

	/** Throws OidcRefusal. A refresh token counts once. */
	tokenForRefresh(clientId: string, secret: string, refreshToken: string) {
		this.#client(clientId, secret);
		const found = this.#refreshTokens.get(refreshToken);
		this.#refreshTokens.delete(refreshToken);
		const isAlive = found !== undefined && !found.session.isRevoked && found.clientId === clientId;
		if (!isAlive || found.session.expires <= this.#clock())
			throw new OidcRefusal('invalid_grant', 'Invalid refresh token provided');
		this.#counts.refreshes++;
		return this.#issue(found.session, clientId);
	}

	/** The keys of a role for an access token. Throws PortalRefusal. */
	roleCredentials(accessToken: string, account: string, role: string): RoleCredentials {
		const {session} = this.#token(accessToken);
		const known = this.#options.accounts.find(({id}) => id === account);
		if (known?.roles.includes(role) !== true)
			throw new PortalRefusal(403, 'ForbiddenException', 'No access');
		this.#counts.roleCredentials++;
		const given = this.roles.issue({account, role, seconds: this.#options.roleSeconds});
		session.keys.add(given.accessKeyId);
		return given;
	}

	accounts(accessToken: string): readonly PortalAccount[] {
		this.#token(accessToken);
		return this.#options.accounts;
	}

	logout(accessToken: string): void {
		const {session} = this.#token(accessToken);
		session.isRevoked = true;
		for (const key of session.keys) this.#identities.expire(key);
	}

	#issue(session: Session, clientId: string) {
		const {tokenSeconds, refreshTokens} = this.#options;
		const now = this.#clock();
		const expires = Math.min(now + tokenSeconds * 1000, session.expires);
		const accessToken = `aoaAAAAA${randomBytes(96).toString('base64url')}`;
		this.#tokens.set(accessToken, {session, expires});
		const isRenewable =
			refreshTokens && this.#clients.get(clientId)?.scopes.includes('sso:account:access') === true;
		const refreshToken = isRenewable
			? `aorAAAAA${randomBytes(96).toString('base64url')}`
			: undefined;
		if (refreshToken !== undefined) this.#refreshTokens.set(refreshToken, {session, clientId});
		return {accessToken, refreshToken, seconds: Math.floor((expires - now) / 1000)};
	}

	#client(clientId: string, secret: string): Client {
		const client = this.#clients.get(clientId);
		if (client?.secret !== secret || client.expires <= this.#clock())
			throw new OidcRefusal('invalid_client', 'Invalid client');
		return client;
	}

	#token(accessToken: string): Token {
		const token = this.#tokens.get(accessToken);
		if (token !== undefined && this.#opens(token, this.#clock())) return token;
		this.#counts.refused++;
		throw new PortalRefusal(401, 'UnauthorizedException', 'Session token not found or invalid');
	}

	#opens({session, expires}: Token, now: number): boolean {
		return expires > now && !session.isRevoked;
	}

	#stateOf(code: Code, now: number): CodeState | 'expired' {
		const {autoApproveSeconds} = this.#options;
		const isRipe = autoApproveSeconds !== null && now - code.created >= autoApproveSeconds * 1000;
		if (code.state !== 'used' && now >= code.expires) return 'expired';
		return code.state === 'pending' && isRipe ? 'approved' : code.state;
	}

	#decide(state: 'approved' | 'denied', userCode: string | undefined): boolean {
		const now = this.#clock();
		const waiting = [...this.#codes.values()].filter(
			(code) =>
				this.#stateOf(code, now) === 'pending' &&
				(userCode === undefined || code.userCode === userCode),
		);
		for (const code of waiting) code.state = state;
		return waiting.length > 0;
	}

	#expireKeys(): void {
		for (const {session} of this.#tokens.values())
			for (const key of session.keys) this.#identities.expire(key);
	}
}

/** Letters that nobody mistakes for others, as in the service's own codes. */
function newUserCode(): string {
	const letters = 'BCDFGHJKLMNPQRSTVWXZ';
	const pick = Array.from(randomBytes(8), (byte) => letters[byte % letters.length]).join('');
	return `${pick.slice(0, 4)}-${pick.slice(4)}`;
}

export const requestId = () => randomUUID();
