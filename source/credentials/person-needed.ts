import type {SsoSession} from './sso/session.ts';
import {tokenFacts} from './sso/token-cache.ts';
import type {Loaded} from './types.ts';

/**
 * When a person has to sign in again or bring other keys, Unix milliseconds; undefined where
 * nobody has to, as far as files tell: roles, processes, sessions with a refresh token renew themselves.
 */
export async function personNeededAt(
	{credentials, isFixed}: Loaded,
	session: SsoSession | undefined,
	env: NodeJS.ProcessEnv,
): Promise<number | undefined> {
	const expires = credentials?.expires;
	if (isFixed === true) return expires;
	if (session === undefined) return undefined;
	const token = await tokenFacts(session, env);
	if (token === undefined || token.renewable) return undefined;
	// the last role credentials may outlive the session that gave them
	return Math.max(expires ?? 0, token.expires);
}
