import {setTimeout as sleep} from 'node:timers/promises';
import type {SignInFlow} from '../../model/snapshot.ts';
import {Oidc, refusalOf, signInError} from './oidc.ts';
import type {DeviceCode} from './oidc.ts';
import type {SsoSession} from './session.ts';
import {
	dropRegistration,
	isRenewable,
	readRegistration,
	readToken,
	writeRegistration,
	writeToken,
} from './token-cache.ts';
import type {ClientRegistration, SsoToken} from './token-cache.ts';

export type SignInState = SignInFlow;

export type SignInOptions = {
	readonly env: NodeJS.ProcessEnv;
	readonly onChange: (state: SignInState) => void;
	/** a token that is valid already is not taken (renewing early): a new one is asked for */
	readonly force?: boolean;
};

/** How often the cache is looked at: a sign-in in another terminal shows within two seconds. */
const watchEvery = 1000;
/** A token with less left is not worth keeping; the SDKs renew theirs at the same moment. */
const comfortable = 5 * 60_000;
/** What RFC 8628 adds to the interval when the service asks for more patience. */
const slowDownBy = 5000;
/** Waits before a question is repeated that got no answer; then the sign-in has failed. */
const patience = [500, 1000, 2000, 4000];

/**
 * One attempt to sign in: device code, and watching the cache for a sign-in elsewhere (within two
 * seconds), whichever comes first. A code that runs out is replaced by a new one by itself. After a
 * failure the cache is still watched, until `close`.
 */
export class SignIn {
	readonly #session: SsoSession;
	readonly #options: SignInOptions;
	#state: SignInState = {kind: 'starting'};
	#flow: AbortController | undefined;
	#watch: NodeJS.Timeout | undefined;
	/** the access token that lay in the cache before: seeing it again is no news */
	#before: string | undefined;
	#isStarted = false;
	#isOver = false;

	constructor(session: SsoSession, options: SignInOptions) {
		this.#session = session;
		this.#options = options;
	}

	get state(): SignInState {
		return this.#state;
	}

	start(): void {
		if (this.#isStarted || this.#isOver) return;
		this.#isStarted = true;
		void this.#begin();
	}

	/** replaces the code */
	newCode(): void {
		if (!this.#isStarted || this.#isOver) return;
		this.#set({kind: 'starting'});
		this.#run();
	}

	close(): void {
		this.#isOver = true;
		clearInterval(this.#watch);
		this.#flow?.abort();
	}

	async #begin(): Promise<void> {
		const {env, force = false} = this.#options;
		const reading = await readToken(this.#session, env);
		const token = 'token' in reading ? reading.token : undefined;
		this.#before = token?.accessToken;
		if (!force && token !== undefined) {
			if (token.expires - Date.now() > comfortable) return this.#finish('kept', token);
			if (isRenewable(token)) {
				await refreshSession(this.#session, env);
				const renewed = await this.#newToken();
				if (renewed !== undefined) return this.#finish('refreshed', renewed);
			}
		}
		if (this.#isOver) return undefined;
		this.#watch = setInterval(() => void this.#look(), watchEvery);
		this.#run();
		return undefined;
	}

	async #look(): Promise<void> {
		const token = await this.#newToken();
		if (token !== undefined) this.#finish('elsewhere', token);
	}

	/** The token of the cache, if it is valid and was not there before. */
	async #newToken(): Promise<SsoToken | undefined> {
		const reading = await readToken(this.#session, this.#options.env);
		const isNew = reading.kind === 'valid' && reading.token.accessToken !== this.#before;
		return isNew ? reading.token : undefined;
	}

	#run(): void {
		this.#flow?.abort();
		this.#flow = new AbortController();
		void this.#signIn(this.#flow.signal);
	}

	async #signIn(signal: AbortSignal): Promise<void> {
		let oidc: Oidc | undefined;
		try {
			oidc = await Oidc.open(this.#session, this.#options.env);
			for (;;) {
				const {client, code} = await this.#askForCode(oidc, signal);
				const {url, completeUrl, code: userCode, expires: codeExpires} = code;
				this.#show({
					signal,
					state: {kind: 'waiting', url, completeUrl, code: userCode, codeExpires, askedAt: null},
				});
				const token = await this.#poll(oidc, client, code, signal);
				if (token === undefined) continue;
				// the watch must not take our own token for one from elsewhere
				clearInterval(this.#watch);
				await writeToken(this.#session, this.#options.env, token);
				this.#finish('code', token);
				return;
			}
		} catch (error) {
			const record = signInError(error, this.#session).record();
			this.#show({signal, state: {kind: 'failed', error: record}});
		} finally {
			oidc?.close();
		}
	}

	async #askForCode(
		oidc: Oidc,
		signal: AbortSignal,
	): Promise<{client: ClientRegistration; code: DeviceCode}> {
		const {env} = this.#options;
		const known = await readRegistration(this.#session, env);
		if (known !== undefined) {
			try {
				return {
					client: known,
					code: await patiently(() => oidc.startDevice(known, signal), signal),
				};
			} catch (error) {
				if (refusalOf(error) !== 'client') throw error;
				await dropRegistration(this.#session, env);
			}
		}
		const client = await patiently(() => oidc.register(signal), signal);
		// tells before a person approves anything whether the token can be kept
		await writeRegistration(this.#session, env, client);
		return {client, code: await patiently(() => oidc.startDevice(client, signal), signal)};
	}

	/** Asks until the code is approved; undefined when it has run out. */
	async #poll(
		oidc: Oidc,
		client: ClientRegistration,
		code: DeviceCode,
		signal: AbortSignal,
	): Promise<SsoToken | undefined> {
		let {interval} = code;
		for (;;) {
			const left = code.expires - Date.now();
			if (left <= 0) return undefined;
			await sleep(Math.min(interval, left), undefined, {signal});
			if (Date.now() >= code.expires) return undefined;
			try {
				return await oidc.tokenFor(client, code, signal);
			} catch (error) {
				signal.throwIfAborted();
				const refusal = refusalOf(error);
				if (refusal === 'expired') return undefined;
				if (refusal === 'slow-down') interval += slowDownBy;
				else if (refusal !== 'pending' && refusal !== 'passing') throw error;
				if (refusal !== 'passing') this.#asked(signal);
			}
		}
	}

	#asked(signal: AbortSignal): void {
		const {state} = this;
		if (state.kind === 'waiting') this.#show({signal, state: {...state, askedAt: Date.now()}});
	}

	/** What a flow has to say counts until another one replaces it. */
	#show({signal, state}: {signal: AbortSignal; state: SignInState}): void {
		if (!signal.aborted) this.#set(state);
	}

	#finish(by: 'code' | 'kept' | 'elsewhere' | 'refreshed', {expires}: SsoToken): void {
		if (this.#isOver) return;
		this.#set({kind: 'done', by, expires});
		this.close();
	}

	#set(state: SignInState): void {
		if (this.#isOver) return;
		this.#state = state;
		this.#options.onChange(state);
	}
}

/** Repeats a question that got no answer, a few times. */
async function patiently<Answer>(ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
	for (const wait of patience) {
		try {
			return await ask();
		} catch (error) {
			if (signal.aborted || refusalOf(error) !== 'passing') throw error;
			await sleep(wait, undefined, {signal});
		}
	}
	return ask();
}

/** Silent renewal with the refresh token of the cache, if there is one: true when a new token lies in the cache. */
export async function refreshSession(
	session: SsoSession,
	env: NodeJS.ProcessEnv,
): Promise<boolean> {
	const before = await readToken(session, env);
	if (!('token' in before) || !isRenewable(before.token)) return false;
	const {client, refreshToken, accessToken} = before.token;
	try {
		const oidc = await Oidc.open(session, env);
		try {
			await writeToken(session, env, await oidc.renew(client, refreshToken));
			return true;
		} finally {
			oidc.close();
		}
	} catch (error) {
		// a refresh token counts once: another process may have been quicker, and writes just now
		if (refusalOf(error) !== 'grant') return false;
		for (let looks = 0; looks < 5; looks++) {
			if (looks > 0) await sleep(200);
			const now = await readToken(session, env);
			if (now.kind === 'valid' && now.token.accessToken !== accessToken) return true;
		}
		return false;
	}
}
