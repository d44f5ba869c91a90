import type {IncomingMessage, ServerResponse} from 'node:http';
import {text} from 'node:stream/consumers';
import type {IdentityCenterOptions} from './identity-center.ts';
import type {Sandbox} from './server.ts';
import type {SandboxIdentity, SandboxRule, Throttle} from './types.ts';

type Handler = (sandbox: Sandbox, body: unknown) => unknown;
type Target = {readonly bucket: string; readonly key: string};

const done = {ok: true};
const userCodeOf = (body: unknown) => (body as {userCode?: string} | undefined)?.userCode;

/** `METHOD /_sandbox/NAME`, bodies and answers in JSON. */
const handlers: Readonly<Record<string, Handler>> = {
	'GET stats': (sandbox) => sandbox.stats(),
	'DELETE stats': (sandbox) => {
		sandbox.resetStats();
		return done;
	},
	'GET log': (sandbox) => sandbox.log(),
	'GET rules': (sandbox) => sandbox.rules.list(),
	'PUT rules': (sandbox, body) => {
		sandbox.rules.set(body as readonly SandboxRule[]);
		return done;
	},
	'POST rules': (sandbox, body) => {
		sandbox.rules.add(body as SandboxRule);
		return done;
	},
	'PUT throttle': (sandbox, body) => {
		sandbox.setThrottle(body as Partial<Throttle>);
		return sandbox.throttle;
	},
	'PUT list-buckets': (sandbox, body) => {
		sandbox.setListBuckets(body === true);
		return done;
	},
	'POST identities': (sandbox, body) => {
		sandbox.identities.add(body as SandboxIdentity);
		return done;
	},
	'POST expire': (sandbox, body) => {
		sandbox.identities.expire((body as {accessKeyId?: string} | undefined)?.accessKeyId);
		return done;
	},
	'POST revoke': (sandbox, body) => {
		sandbox.identities.revoke((body as {accessKeyId: string}).accessKeyId);
		return done;
	},
	'GET identity-center': (sandbox) => sandbox.identityCenter.status(),
	'PUT identity-center': (sandbox, body) => {
		sandbox.identityCenter.set(body as Partial<IdentityCenterOptions>);
		return sandbox.identityCenter.options;
	},
	'POST approve': (sandbox, body) => ({ok: sandbox.identityCenter.approve(userCodeOf(body))}),
	'POST deny': (sandbox, body) => ({ok: sandbox.identityCenter.deny(userCodeOf(body))}),
	'POST revoke-session': (sandbox) => {
		sandbox.identityCenter.revokeSession();
		return done;
	},
	'POST expire-session': (sandbox) => {
		sandbox.identityCenter.expireSession();
		return done;
	},
	'POST change': (sandbox, body) => {
		const {bucket, key} = body as Target;
		return {ok: sandbox.change(bucket, key)};
	},
	'POST grow': (sandbox, body) => {
		const {bucket, key, bytes} = body as Target & {readonly bytes: number};
		return {ok: sandbox.grow(bucket, key, bytes)};
	},
	'POST remove': (sandbox, body) => {
		const {bucket, key} = body as Target;
		sandbox.remove(bucket, key);
		return done;
	},
	'POST restore': (sandbox) => {
		sandbox.restore();
		return done;
	},
};

/** Answers the control path. A page in a browser may not use it: its requests carry an Origin. */
export async function handleControl(
	sandbox: Sandbox,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const name = (request.url ?? '').slice('/_sandbox/'.length).replace(/\?.*$/, '');
	const handler = handlers[`${request.method} ${name}`];
	try {
		const body = await text(request);
		if (handler === undefined || request.headers.origin !== undefined) {
			answer(response, 404, {error: `${request.method} ${name} is not known here.`});
			return;
		}
		answer(response, 200, handler(sandbox, body === '' ? undefined : JSON.parse(body)));
	} catch (error) {
		answer(response, 400, {error: error instanceof Error ? error.message : String(error)});
	}
}

function answer(response: ServerResponse, status: number, value: unknown): void {
	const body = JSON.stringify(value);
	response.writeHead(status, {
		'Content-Type': 'application/json',
		'Content-Length': Buffer.byteLength(body),
	});
	response.end(body);
}
