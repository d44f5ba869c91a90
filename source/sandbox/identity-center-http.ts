import type {IncomingMessage, ServerResponse} from 'node:http';
import {text} from 'node:stream/consumers';
import {devicePage} from './device-page.ts';
import {OidcRefusal, PortalRefusal, requestId} from './identity-center.ts';
import type {IdentityCenter} from './identity-center.ts';
import {answerSts, isoSeconds} from './sts.ts';

type Visit = {
	readonly center: IdentityCenter;
	readonly request: IncomingMessage;
	readonly query: URLSearchParams;
	readonly body: string;
	/** `http://127.0.0.1:PORT` */
	readonly endpoint: string;
};

type Reply = {
	readonly status?: number;
	readonly type?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body: string;
};

type Handler = (visit: Visit) => Reply;

const json = (value: unknown): Reply => ({body: JSON.stringify(value)});
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** `METHOD PATH`, beside the buckets; none of them is a request that S3 answers for a bucket with a usual name. */
const handlers: Readonly<Record<string, Handler>> = {
	'POST /client/register': ({center, body}) => {
		const {scopes} = fieldsOf(body);
		const asked = Array.isArray(scopes) ? scopes.map(String) : [];
		const {clientId, secret, expires} = center.register(asked);
		return json({
			clientId,
			clientSecret: secret,
			clientIdIssuedAt: Math.floor(Date.now() / 1000),
			clientSecretExpiresAt: Math.floor(expires / 1000),
		});
	},
	'POST /device_authorization': ({center, body, endpoint}) => {
		const fields = fieldsOf(body);
		const [id, secret, startUrl] = [fields['clientId'], fields['clientSecret'], fields['startUrl']];
		const started = center.startDevice(String(id), String(secret), String(startUrl));
		const verificationUri = `${endpoint}/device`;
		return json({
			...started,
			verificationUri,
			verificationUriComplete: `${verificationUri}?user_code=${started.userCode}`,
			expiresIn: center.options.codeSeconds,
			interval: center.options.interval,
		});
	},
	'POST /token': ({center, body}) => {
		const fields = fieldsOf(body);
		const [id, secret] = [String(fields['clientId']), String(fields['clientSecret'])];
		const {accessToken, refreshToken, seconds} = grant(center, id, secret, fields);
		return json({
			accessToken,
			expiresIn: seconds,
			tokenType: 'Bearer',
			...(refreshToken === undefined ? {} : {refreshToken}),
		});
	},
	'GET /federation/credentials': ({center, request, query}) => {
		const [account, role] = [query.get('account_id') ?? '', query.get('role_name') ?? ''];
		const keys = center.roleCredentials(bearer(request), account, role);
		const {accessKeyId, secretAccessKey, sessionToken, expires} = keys;
		const roleCredentials = {accessKeyId, secretAccessKey, sessionToken, expiration: expires};
		return json({roleCredentials});
	},
	'GET /assignment/accounts': ({center, request}) =>
		json({
			accountList: center.accounts(bearer(request)).map(({id, name}) => ({
				accountId: id,
				accountName: name,
				emailAddress: 'sandbox@example.invalid',
			})),
		}),
	'GET /assignment/roles': ({center, request, query}) => {
		const accountId = query.get('account_id') ?? '';
		const account = center.accounts(bearer(request)).find(({id}) => id === accountId);
		return json({roleList: (account?.roles ?? []).map((roleName) => ({roleName, accountId}))});
	},
	'POST /logout': ({center, request}) => {
		center.logout(bearer(request));
		return {body: ''};
	},
	'GET /_container/credentials': ({center}) => {
		const [account, role] = ['111122223333', 'Container'];
		const keys = center.roles.issue({account, role, seconds: center.options.roleSeconds});
		return json({
			RoleArn: `arn:aws:iam::${account}:role/${role}`,
			AccessKeyId: keys.accessKeyId,
			SecretAccessKey: keys.secretAccessKey,
			Token: keys.sessionToken,
			Expiration: isoSeconds(keys.expires),
		});
	},
	'GET /device': ({center, query}) => page(devicePage(center, query.get('user_code') ?? '')),
	'POST /device': ({center, body}) => {
		const form = new URLSearchParams(body);
		const userCode = form.get('user_code') ?? '';
		const isDenied = form.get('decision') === 'deny';
		const found = isDenied ? center.deny(userCode) : center.approve(userCode);
		return page(
			devicePage(center, userCode, found ? (isDenied ? 'denied' : 'approved') : 'unknown'),
		);
	},
	'POST /': ({center, request, body}) => ({
		...answerSts(center, new URLSearchParams(body), request.headers),
		type: 'text/xml',
	}),
};

const page = (body: string): Reply => ({body, type: 'text/html; charset=utf-8'});

function grant(
	center: IdentityCenter,
	id: string,
	secret: string,
	fields: Readonly<Record<string, unknown>>,
) {
	if (fields['grantType'] === deviceGrant)
		return center.tokenForCode(id, secret, String(fields['deviceCode']));
	if (fields['grantType'] === 'refresh_token')
		return center.tokenForRefresh(id, secret, String(fields['refreshToken']));
	throw new OidcRefusal('unsupported_grant_type', 'Unsupported grant type');
}

function bearer(request: IncomingMessage): string {
	const token = request.headers['x-amz-sso_bearer_token'];
	return (Array.isArray(token) ? token[0] : token) ?? '';
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
	try {
		const fields: unknown = JSON.parse(body);
		if (typeof fields === 'object' && fields !== null) return fields as Record<string, unknown>;
	} catch {
		// told below
	}
	throw new OidcRefusal('invalid_request', 'The body is no JSON object.');
}

const nameOf = ({method = 'GET', url = '/'}: IncomingMessage) =>
	`${method} ${url.replace(/\?.*$/s, '')}`;

/** Whether a request is for IAM Identity Center or STS rather than for S3. */
export function isForIdentityCenter(request: IncomingMessage): boolean {
	return Object.hasOwn(handlers, nameOf(request));
}

/** Answers such a request. A page of another site may not use it: its requests carry an Origin. */
export async function handleIdentityCenter(
	center: IdentityCenter,
	endpoint: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const {url = '/'} = request;
	const mark = url.indexOf('?');
	const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
	const body = await text(request);
	const {origin, host} = request.headers;
	const isForeign = origin !== undefined && origin !== `http://${host ?? ''}`;
	const handler = isForeign ? undefined : handlers[nameOf(request)];
	send(response, replyOf(handler, {center, request, query, body, endpoint}));
}

function replyOf(handler: Handler | undefined, visit: Visit): Reply {
	try {
		return handler?.(visit) ?? {status: 403, type: 'text/plain', body: 'Not for other pages.'};
	} catch (error) {
		if (error instanceof OidcRefusal)
			return {
				status: error.status,
				headers: {'x-amzn-errortype': error.errorType},
				body: JSON.stringify({error: error.error, error_description: error.message}),
			};
		if (error instanceof PortalRefusal)
			return {
				status: error.status,
				headers: {'x-amzn-errortype': error.errorType},
				body: JSON.stringify({message: error.message, __type: error.errorType}),
			};
		throw error;
	}
}

function send(response: ServerResponse, {status = 200, type, headers, body}: Reply): void {
	response.writeHead(status, {
		'Content-Type': type ?? 'application/json',
		'Content-Length': Buffer.byteLength(body),
		'Cache-Control': 'no-store',
		'x-amzn-RequestId': requestId(),
		...headers,
	});
	response.end(body);
}
