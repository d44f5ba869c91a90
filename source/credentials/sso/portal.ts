import {MusterError} from '../../model/error.ts';
import {safeText} from '../../model/safe-text.ts';
import {readAwsFiles, serviceEndpoint} from '../aws-files.ts';
import {credentialError} from '../errors.ts';
import type {SsoSession} from './session.ts';
import {readToken} from './token-cache.ts';

/** A role that a person may take on, and in which account. As the portal says it: unsafe to show as it is. */
export type PortalRole = {
	/** twelve digits */
	readonly account: string;
	readonly accountName: string;
	readonly role: string;
};

/** More than this nobody chooses from. */
const mostAccounts = 1000;
/** accounts whose roles are asked for at once; the portal throttles */
const atOnce = 4;

/** All roles that the sign-in of a session opens, by account name. Throws MusterError. */
export async function portalRoles(
	session: SsoSession,
	env: NodeJS.ProcessEnv,
): Promise<readonly PortalRole[]> {
	const reading = await readToken(session, env);
	if (reading.kind !== 'valid')
		throw new MusterError('expired-credentials', 'Nobody is signed in to this portal yet.');
	const {accessToken} = reading.token;
	const {SSOClient, paginateListAccounts, paginateListAccountRoles} =
		await import('@aws-sdk/client-sso');
	const endpoint = serviceEndpoint('sso', await readAwsFiles(env), session.profile, env);
	const client = new SSOClient({
		region: session.region,
		maxAttempts: 5,
		requestHandler: {connectionTimeout: 5000, requestTimeout: 15_000},
		...(endpoint === undefined ? {} : {endpoint}),
	});
	const rolesOf = async (account: string, accountName: string): Promise<PortalRole[]> => {
		const roles: PortalRole[] = [];
		const pages = paginateListAccountRoles({client}, {accessToken, accountId: account});
		try {
			for await (const {roleList = []} of pages)
				for (const {roleName = ''} of roleList) roles.push({account, accountName, role: roleName});
		} catch (error) {
			// one account that was taken away meanwhile does not hide the others
			if (statusOf(error) !== 403) throw error;
		}
		return roles;
	};
	try {
		const accounts: {id: string; name: string}[] = [];
		for await (const {accountList = []} of paginateListAccounts({client}, {accessToken})) {
			for (const {accountId = '', accountName = ''} of accountList)
				accounts.push({id: accountId, name: accountName});
			if (accounts.length >= mostAccounts) break;
		}
		const found: PortalRole[] = [];
		for (let at = 0; at < accounts.length; at += atOnce) {
			const some = accounts.slice(at, at + atOnce);
			const roles = await Promise.all(some.map(({id, name}) => rolesOf(id, name)));
			found.push(...roles.flat());
		}
		return found.toSorted(
			(a, b) => a.accountName.localeCompare(b.accountName) || a.role.localeCompare(b.role),
		);
	} catch (error) {
		throw portalError(error, session);
	} finally {
		client.destroy();
	}
}

const statusOf = (error: unknown): number | undefined =>
	(error as {readonly $metadata?: {readonly httpStatusCode?: number}}).$metadata?.httpStatusCode;

/** There is no profile yet that words could name: the portal is told by its address. */
function portalError(error: unknown, session: SsoSession): MusterError {
	const portal = `The portal ${safeText(session.startUrl)}`;
	switch (statusOf(error)) {
		case 401:
			return new MusterError('expired-credentials', `${portal} has ended the sign-in.`, {
				hint: 'r signs in again.',
			});
		case 403:
			return new MusterError('denied', `${portal} does not show you its accounts.`, {
				hint: 'Ask your administrator to assign you an account and a role there.',
			});
		case 429:
			return new MusterError('throttled', `${portal} asks for more patience.`, {
				hint: 'Wait a minute, then r asks again.',
			});
		default: {
			const {code} = credentialError(error, undefined);
			return code === 'network'
				? new MusterError('network', `${portal} can't be reached.`, {
						hint: 'Check the network connection, then r asks again.',
					})
				: new MusterError('server', `${portal} gave an answer that makes no sense.`, {
						hint: 'Check the region that you gave; r asks again.',
					});
		}
	}
}
