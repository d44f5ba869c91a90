import {createHash} from 'node:crypto';
import {mkdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {MusterError} from '../../model/error.ts';
import {awsFolder} from '../aws-files.ts';
import {writeWhole} from '../whole-file.ts';
import type {SsoSession} from './session.ts';

/** An app that IAM Identity Center knows: what a device code is asked for with. Times are Unix milliseconds. */
export type ClientRegistration = {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly expires: number;
};

/** A sign-in, as the AWS CLI and all SDKs share it. */
export type SsoToken = {
	readonly accessToken: string;
	readonly expires: number;
	readonly refreshToken?: string;
	/** the app that it was given to; renewing needs it */
	readonly client?: ClientRegistration;
};

/** What lies in the cache. A file that another program is just writing is `malformed` for a moment. */
export type TokenReading =
	| {readonly kind: 'valid' | 'expired'; readonly token: SsoToken}
	| {readonly kind: 'absent' | 'empty' | 'malformed' | 'incomplete'}
	| {readonly kind: 'unreadable'; readonly errno: string};

type Fields = Readonly<Record<string, unknown>>;

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

/** `~/.aws/sso/cache` */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
	path.join(awsFolder(env), 'sso', 'cache');

/** The file that the AWS CLI and every SDK look for: named after the session, in older profiles after the start URL. */
export const tokenFile = (
	session: Pick<SsoSession, 'name' | 'startUrl'>,
	env: NodeJS.ProcessEnv,
): string => path.join(cacheFolder(env), `${sha1(session.name ?? session.startUrl)}.json`);

/** The token as it is now. Never throws: every way in which a file can be wrong has its own word. */
export async function readToken(
	session: Pick<SsoSession, 'name' | 'startUrl'>,
	env: NodeJS.ProcessEnv,
	now: number = Date.now(),
): Promise<TokenReading> {
	const found = await readFields(tokenFile(session, env));
	if ('kind' in found) return found;
	const token = tokenOf(found.fields);
	if (token === undefined) return {kind: 'incomplete'};
	return {kind: token.expires > now ? 'valid' : 'expired', token};
}

/** When the token in the cache ends, and whether it can be renewed without a person; undefined where none can be read. */
export async function tokenFacts(
	session: SsoSession,
	env: NodeJS.ProcessEnv,
): Promise<{expires: number; renewable: boolean} | undefined> {
	const reading = await readToken(session, env);
	if (!('token' in reading)) return undefined;
	return {expires: reading.token.expires, renewable: isRenewable(reading.token)};
}

/** Whether its refresh token can be used: the app that it was given to has to be known still. */
export function isRenewable(
	token: SsoToken,
	now: number = Date.now(),
): token is SsoToken & {readonly refreshToken: string; readonly client: ClientRegistration} {
	return (
		token.refreshToken !== undefined && token.client !== undefined && token.client.expires > now
	);
}

/** Puts a token where `aws`, boto3 and the SDKs look for it. Throws MusterError `disk`. */
export async function writeToken(
	session: SsoSession,
	env: NodeJS.ProcessEnv,
	token: SsoToken,
): Promise<void> {
	await writePrivate(tokenFile(session, env), {
		startUrl: session.startUrl,
		region: session.region,
		accessToken: token.accessToken,
		expiresAt: timeText(token.expires),
		...(token.client === undefined
			? {}
			: {
					clientId: token.client.clientId,
					clientSecret: token.client.clientSecret,
					registrationExpiresAt: timeText(token.client.expires),
				}),
		...(token.refreshToken === undefined ? {} : {refreshToken: token.refreshToken}),
	});
}

/** botocore takes a registration for expired this long before it is. */
const registrationMargin = 15 * 60_000;

/** The registration that the AWS CLI or an earlier sign-in left, while it lives. */
export async function readRegistration(
	session: SsoSession,
	env: NodeJS.ProcessEnv,
	now: number = Date.now(),
): Promise<ClientRegistration | undefined> {
	const found = await readFields(registrationFile(session, env));
	if ('kind' in found) return undefined;
	const {fields} = found;
	// one for the flow through the browser of this machine is refused a device code
	const grants: unknown = fields['grantTypes'];
	if (Array.isArray(grants) && grants.includes('authorization_code')) return undefined;
	const registration = registrationOf(fields, 'expiresAt');
	return registration !== undefined && registration.expires - registrationMargin > now
		? registration
		: undefined;
}

/** Keeps a registration as botocore does, so that the CLI uses it as well. Throws MusterError `disk`. */
export async function writeRegistration(
	session: SsoSession,
	env: NodeJS.ProcessEnv,
	{clientId, clientSecret, expires}: ClientRegistration,
): Promise<void> {
	await writePrivate(registrationFile(session, env), {
		clientId,
		clientSecret,
		expiresAt: timeText(expires),
		...(session.scopes.length === 0 ? {} : {scopes: session.scopes}),
	});
}

/** Forgets a registration that the service no longer knows. */
export async function dropRegistration(session: SsoSession, env: NodeJS.ProcessEnv): Promise<void> {
	await rm(registrationFile(session, env), {force: true}).catch(() => undefined);
}

/** Named after the JSON of what it is for, letter for letter as Python writes it. */
function registrationFile(session: SsoSession, env: NodeJS.ProcessEnv): string {
	const {region, scopes, name, startUrl} = session;
	const list = `[${scopes.map(pythonText).join(', ')}]`;
	const facts = [
		`"region": ${pythonText(region)}`,
		`"scopes": ${scopes.length === 0 ? 'null' : list}`,
		`"session_name": ${name === undefined ? 'null' : pythonText(name)}`,
		`"startUrl": ${pythonText(startUrl)}`,
		'"tool": "botocore"',
	];
	return path.join(cacheFolder(env), `${sha1(`{${facts.join(', ')}}`)}.json`);
}

const pythonText = (text: string) =>
	JSON.stringify(text).replace(
		/[\u007F-\uFFFF]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

async function readFields(file: string): Promise<TokenReading | {readonly fields: Fields}> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		const errno = (error as NodeJS.ErrnoException).code ?? '';
		return errno === 'ENOENT' || errno === 'ENOTDIR'
			? {kind: 'absent'}
			: {kind: 'unreadable', errno};
	}
	if (text.trim() === '') return {kind: 'empty'};
	try {
		const fields: unknown = JSON.parse(text);
		const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
		return isObject ? {fields: fields as Fields} : {kind: 'incomplete'};
	} catch {
		return {kind: 'malformed'};
	}
}

function tokenOf(fields: Fields): SsoToken | undefined {
	const accessToken = wordOf(fields['accessToken']);
	const expires = timeOf(fields['expiresAt']);
	if (accessToken === undefined || expires === undefined) return undefined;
	const refreshToken = wordOf(fields['refreshToken']);
	const client = registrationOf(fields, 'registrationExpiresAt');
	return {
		accessToken,
		expires,
		...(refreshToken === undefined ? {} : {refreshToken}),
		...(client === undefined ? {} : {client}),
	};
}

function registrationOf(fields: Fields, expiry: string): ClientRegistration | undefined {
	const clientId = wordOf(fields['clientId']);
	const clientSecret = wordOf(fields['clientSecret']);
	const expires = timeOf(fields[expiry]);
	if (clientId === undefined || clientSecret === undefined || expires === undefined)
		return undefined;
	return {clientId, clientSecret, expires};
}

const wordOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** `2026-11-20T18:29:28Z`; older tools wrote `UTC` for the `Z`, and none at all means UTC too. */
function timeOf(value: unknown): number | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value.trim().replace(/\s*UTC$/, 'Z');
	const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
	const time = Date.parse(isZoned ? text : `${text}Z`);
	return Number.isNaN(time) ? undefined : time;
}

/** To the second, as the CLI writes it: boto3 of older years reads nothing else. */
const timeText = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** Whole or not at all, and for its owner alone: a reader never meets half of it. */
async function writePrivate(file: string, fields: Fields): Promise<void> {
	try {
		await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
		await writeWhole(file, JSON.stringify(fields), 0o600);
	} catch (error) {
		const errno = (error as NodeJS.ErrnoException).code ?? '';
		throw new MusterError('disk', "The sign-in can't be kept in ~/.aws/sso/cache.", {
			hint: 'Make that folder writable for you: the AWS CLI and the SDKs need it too.',
			detail: errno,
		});
	}
}
