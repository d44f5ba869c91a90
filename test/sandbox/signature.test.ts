import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {get} from 'node:http';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {Sha256} from '@aws-crypto/sha256-js';
import {GetObjectCommand, ListBucketsCommand, PutObjectCommand} from '@aws-sdk/client-s3';
import type {S3ServiceException} from '@aws-sdk/client-s3';
import {HttpRequest} from '@smithy/protocol-http';
import {SignatureV4} from '@smithy/signature-v4';
import * as fc from 'fast-check';
import {memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {sdkClient, withSandbox} from '../helpers/sandbox.ts';

type Reply = {status: number; body: string; headers: Record<string, unknown>};
type Headers = Record<string, string>;

/** A bare request, so that any Host header and any signature can be sent. */
async function send(sandbox: Sandbox, path: string, headers: Headers = {}): Promise<Reply> {
	return new Promise((resolve, reject) => {
		const request = get(
			{host: '127.0.0.1', port: sandbox.port, path, headers, agent: false},
			(response) => {
				text(response).then(
					(body) => resolve({status: response.statusCode ?? 0, body, headers: response.headers}),
					reject,
				);
			},
		);
		request.on('error', reject);
	});
}

function signer(sandbox: Sandbox, sessionToken?: string) {
	const {accessKeyId, secretAccessKey, region} = sandbox;
	return new SignatureV4({
		credentials: {
			accessKeyId,
			secretAccessKey,
			...(sessionToken === undefined ? {} : {sessionToken}),
		},
		region,
		service: 's3',
		sha256: Sha256,
		uriEscapePath: false,
		applyChecksum: false,
	});
}

const encodePath = (key: string) => key.split('/').map(encodeSegment).join('/');
const encodeSegment = (part: string) =>
	encodeURIComponent(part).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

async function signedHeaders(
	sandbox: Sandbox,
	key: string,
	options: {host?: string; date?: Date; hash?: string; extra?: Headers; path?: string} = {},
): Promise<{path: string; headers: Headers}> {
	const path = options.path ?? `/bucket/${encodePath(key)}`;
	const request = new HttpRequest({
		method: 'GET',
		protocol: 'http:',
		hostname: '127.0.0.1',
		path,
		headers: {
			host: options.host ?? `127.0.0.1:${sandbox.port}`,
			'x-amz-content-sha256': options.hash ?? 'UNSIGNED-PAYLOAD',
			...options.extra,
		},
	});
	const signed = await signer(sandbox).sign(request, {signingDate: options.date ?? new Date()});
	return {path, headers: signed.headers};
}

const bucket = memoryBucket('bucket', {hello: 'world', 'a/b': 'nested'});
const code = (reply: Reply) => /<Code>(.*?)<\/Code>/.exec(reply.body)?.[1];

test('keys of any kind can be signed and fetched', async () => {
	const pieces = ['a', '/', '.', '..', ' ', '+', '%', '%20', '&', '=', '?', '#', ';', "'", '(', '*', '~', 'é', '😀', '\n', '\u0001', '//']; // prettier-ignore
	const keyArbitrary = fc
		.array(fc.constantFrom(...pieces), {minLength: 1, maxLength: 8})
		.map((parts) => parts.join(''));
	const property = fc.asyncProperty(keyArbitrary, async (key) => {
		const wild = memoryBucket('bucket', {[key]: `at ${key}`});
		await withSandbox({buckets: [wild]}, async (sandbox) => {
			const {path, headers} = await signedHeaders(sandbox, key);
			const reply = await send(sandbox, path, headers);
			assert.deepEqual([reply.status, reply.body], [200, `at ${key}`]);
		});
	});
	await fc.assert(property, {numRuns: 60});
});

test('a wrong secret, an unknown key and a tampered request are refused', async () => {
	await withSandbox({buckets: [bucket]}, async (sandbox) => {
		const wrong = sdkClient(sandbox, {secretAccessKey: 'wrong'});
		await assert.rejects(wrong.send(new ListBucketsCommand({})), {name: 'SignatureDoesNotMatch'});
		wrong.destroy();
		const unknown = sdkClient({...pick(sandbox), accessKeyId: 'AKIAUNKNOWN'});
		await assert.rejects(unknown.send(new ListBucketsCommand({})), {name: 'InvalidAccessKeyId'});
		unknown.destroy();
		const {headers} = await signedHeaders(sandbox, 'hello');
		assert.equal(code(await send(sandbox, '/bucket/a/b', headers)), 'SignatureDoesNotMatch');
		assert.equal(
			code(await send(sandbox, '/bucket/hello', {...headers, 'x-amz-request-payer': 'requester'})),
			'AccessDenied',
		);
		assert.equal(
			code(await send(sandbox, '/bucket/hello', {...headers, authorization: 'Basic abc'})),
			'InvalidArgument',
		);
	});
});

const pick = ({endpoint, region, accessKeyId, secretAccessKey}: Sandbox) => ({
	endpoint,
	region,
	accessKeyId,
	secretAccessKey,
});

test('the payload hash of a GET is that of nothing, or unsigned', async () => {
	await withSandbox({buckets: [bucket]}, async (sandbox) => {
		const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');
		const right = await signedHeaders(sandbox, 'hello', {hash: hashOf('')});
		assert.equal((await send(sandbox, right.path, right.headers)).status, 200);
		const wrong = await signedHeaders(sandbox, 'hello', {hash: hashOf('something')});
		assert.equal(code(await send(sandbox, wrong.path, wrong.headers)), 'XAmzContentSHA256Mismatch');
	});
});

test('a clock that is off by more than 15 minutes is refused, with the server’s date', async () => {
	const clock = () => Date.UTC(2030, 0, 1);
	await withSandbox({buckets: [bucket], clock}, async (sandbox) => {
		const late = await signedHeaders(sandbox, 'hello', {date: new Date(clock() - 16 * 60_000)});
		const reply = await send(sandbox, late.path, late.headers);
		assert.equal(code(reply), 'RequestTimeTooSkewed');
		assert.equal(reply.status, 403);
		assert.equal(Date.parse(String(reply.headers['date'])), clock());
		const near = await signedHeaders(sandbox, 'hello', {date: new Date(clock() - 14 * 60_000)});
		assert.equal((await send(sandbox, near.path, near.headers)).status, 200);
		// the SDK learns the offset from the answer and tries again
		const client = sdkClient(sandbox, {maxAttempts: 3});
		const answer = await client.send(new GetObjectCommand({Bucket: 'bucket', Key: 'hello'}));
		assert.equal(await answer.Body?.transformToString(), 'world');
		client.destroy();
	});
});

async function presign(sandbox: Sandbox, date: Date, expiresIn: number): Promise<string> {
	const request = new HttpRequest({
		method: 'GET',
		protocol: 'http:',
		hostname: '127.0.0.1',
		path: '/bucket/hello',
		// as the SDK's own presigner for S3 does; it ends up in the query
		headers: {
			host: `127.0.0.1:${sandbox.port}`,
			'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
		},
	});
	const signed = await signer(sandbox).presign(request, {signingDate: date, expiresIn});
	const query = new URLSearchParams(signed.query as Record<string, string>);
	return `${signed.path}?${query.toString()}`;
}

test('presigned URLs open until they expire', async () => {
	await withSandbox({buckets: [bucket]}, async (sandbox) => {
		const fresh = await presign(sandbox, new Date(), 60);
		assert.equal((await send(sandbox, fresh)).body, 'world');
		const tampered = await send(sandbox, fresh.replace('hello', 'a/b'));
		assert.equal(code(tampered), 'SignatureDoesNotMatch');
		const old = await send(sandbox, await presign(sandbox, new Date(Date.now() - 120_000), 60));
		assert.equal(old.status, 403);
		assert.match(old.body, /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/);
	});
});

test('session tokens must be right and expire; renewed ones open again', async () => {
	const identity = {accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token'};
	await withSandbox({buckets: [bucket], identities: [identity]}, async (sandbox) => {
		const call = async (token?: string) => {
			const request = new HttpRequest({
				method: 'GET',
				path: '/bucket/hello',
				headers: {
					host: `127.0.0.1:${sandbox.port}`,
					'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
				},
			});
			const signed = await signer(sandbox, token).sign(request);
			const reply = await send(sandbox, '/bucket/hello', signed.headers);
			return code(reply) ?? reply.body;
		};
		assert.equal(await call('token'), 'world');
		assert.equal(await call('other'), 'InvalidToken');
		assert.equal(await call(), 'InvalidToken');
		sandbox.identities.expire('ASIATEST');
		assert.equal(await call('token'), 'ExpiredToken');
		sandbox.identities.add({...identity, expiresAfterRequests: 1});
		assert.equal(await call('token'), 'world');
		assert.equal(await call('token'), 'ExpiredToken');
		sandbox.identities.add({...identity, expires: Date.now() - 1});
		assert.equal(await call('token'), 'ExpiredToken');
		sandbox.identities.revoke('ASIATEST');
		assert.equal(await call('token'), 'InvalidAccessKeyId');
	});
});

test('anonymous requests see public buckets alone', async () => {
	const open = memoryBucket('open', {hello: 'everyone'}, {public: true});
	await withSandbox({buckets: [bucket, open]}, async (sandbox) => {
		assert.equal((await send(sandbox, '/open/hello')).body, 'everyone');
		assert.equal(code(await send(sandbox, '/bucket/hello')), 'AccessDenied');
		assert.equal(code(await send(sandbox, '/')), 'AccessDenied');
		assert.equal(code(await send(sandbox, '/absent/hello')), 'NoSuchBucket');
	});
});

test('a bucket that may not be listed tells nothing of its keys', async () => {
	const shy = memoryBucket('shy', {hello: 'you'}, {public: true, listable: false});
	await withSandbox({buckets: [shy], listBuckets: false}, async (sandbox) => {
		assert.equal((await send(sandbox, '/shy/hello')).body, 'you');
		assert.equal(code(await send(sandbox, '/shy/absent')), 'AccessDenied');
		assert.equal(code(await send(sandbox, '/shy?list-type=2')), 'AccessDenied');
		const client = sdkClient(sandbox);
		await assert.rejects(client.send(new ListBucketsCommand({})), {name: 'AccessDenied'});
		client.destroy();
	});
});

test('requester-pays buckets want the header', async () => {
	const paid = memoryBucket('bucket', {hello: 'paid'}, {requesterPays: true});
	await withSandbox({buckets: [paid]}, async (sandbox) => {
		const without = await signedHeaders(sandbox, 'hello');
		assert.equal(code(await send(sandbox, without.path, without.headers)), 'AccessDenied');
		const extra = {'x-amz-request-payer': 'requester'};
		const paying = await signedHeaders(sandbox, 'hello', {extra});
		assert.equal((await send(sandbox, paying.path, paying.headers)).body, 'paid');
	});
});

test('buckets are found in the Host header too', async () => {
	await withSandbox({buckets: [bucket]}, async (sandbox) => {
		const hosts = [
			`bucket.localhost:${sandbox.port}`,
			`bucket.s3.localhost:${sandbox.port}`,
			'bucket.s3.eu-west-1.amazonaws.com',
			'bucket.s3.dualstack.eu-west-1.amazonaws.com',
			'bucket.s3.amazonaws.com',
		];
		for (const host of hosts) {
			const {path, headers} = await signedHeaders(sandbox, '', {host, path: '/a/b'});
			const reply = await send(sandbox, path, headers);
			assert.equal(reply.body, 'nested', host);
		}
		const host = 's3.eu-west-1.amazonaws.com';
		const {path, headers} = await signedHeaders(sandbox, 'hello', {host});
		assert.equal((await send(sandbox, path, headers)).body, 'world');
	});
});

test('a host of another region redirects', async () => {
	await withSandbox({buckets: [bucket]}, async (sandbox) => {
		const host = 'bucket.s3.us-east-2.amazonaws.com';
		const {path, headers} = await signedHeaders(sandbox, '', {host, path: '/hello'});
		const reply = await send(sandbox, path, headers);
		assert.equal(reply.status, 301);
		assert.equal(code(reply), 'PermanentRedirect');
		assert.equal(reply.headers['x-amz-bucket-region'], 'eu-west-1');
	});
});

test('what the sandbox does not do says so', async () => {
	await withSandbox({buckets: [bucket]}, async (sandbox) => {
		const client = sdkClient(sandbox);
		await assert.rejects(
			client.send(new PutObjectCommand({Bucket: 'bucket', Key: 'new', Body: 'x'})),
			(error: S3ServiceException) => {
				assert.deepEqual([error.name, error.$metadata.httpStatusCode], ['NotImplemented', 501]);
				return true;
			},
		);
		client.destroy();
	});
});
