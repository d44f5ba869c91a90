import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {GetObjectCommand, S3Client} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import {objectKey} from '../../../source/model/brand.ts';
import {createWriter} from '../../../source/stores/s3/requests.ts';
import {createSigner} from '../../../source/stores/s3/signer.ts';
import type {SignedRequest, StoreWire} from '../../../source/stores/types.ts';

const example = {
	accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
	secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const wireOf = (spec: Partial<StoreWire['spec']> = {}): StoreWire => ({
	spec: {provider: 's3', ...spec},
	regions: {},
	clockOffset: 0,
});

function headersOf({headers}: SignedRequest): Record<string, string> {
	const pairs: Record<string, string> = {};
	for (let index = 0; index < headers.length; index += 2)
		pairs[headers[index] ?? ''] = headers[index + 1] ?? '';
	return pairs;
}
const signatureOf = (request: SignedRequest) =>
	/Signature=([0-9a-f]{64})$/.exec(headersOf(request)['authorization'] ?? '')?.[1];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
describe("AWS's published examples of Signature Version 4", () => {
	const wire = wireOf({endpoint: 'https://s3.amazonaws.com', forcePathStyle: false});
	const day = new Date('2013-05-24T00:00:00Z');

	test('GET Object with a range', async (context) => {
		context.mock.timers.enable({apis: ['Date'], now: day});
		const request = await createWriter(wire).write(
			{bucket: 'examplebucket', key: objectKey('test.txt')},
			{range: {start: 0, end: 9}, checksum: false},
			example,
		);
		assert.equal(request.origin, 'https://examplebucket.s3.amazonaws.com');
		assert.equal(request.path, '/test.txt');
		assert.equal(
			signatureOf(request),
			'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
		);
	});

	test('GET Bucket (list objects) and GET Bucket lifecycle', async (context) => {
		context.mock.timers.enable({apis: ['Date'], now: day});
		const signer = createSigner(wire);
		const ask = async (query: Record<string, string>) =>
			signer.sign({method: 'GET', bucket: 'examplebucket', key: '', query}, example);
		const list = await ask({'max-keys': '2', prefix: 'J'});
		assert.equal(list.path, '/?max-keys=2&prefix=J');
		assert.equal(
			signatureOf(list),
			'34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
		);
		assert.equal(
			signatureOf(await ask({lifecycle: ''})),
			'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
		);
	});

	test('a clock that is off is corrected before signing', async (context) => {
		context.mock.timers.enable({apis: ['Date'], now: day.getTime() - 3_600_000});
		const writer = createWriter(wire);
		const error = {code: 'clock-skew', message: ''} as const;
		writer.learn('examplebucket', {remedy: 'retry', error, clockOffset: 3_600_000});
		const request = await writer.write(
			{bucket: 'examplebucket', key: objectKey('test.txt')},
			{range: {start: 0, end: 9}, checksum: false},
			example,
		);
		assert.equal(headersOf(request)['x-amz-date'], '20130524T000000Z');
	});
});

test('paths are the ones that the official SDK sends, whatever the key', async () => {
	let sent = '';
	const client = new S3Client({
		region: 'eu-west-1',
		credentials: example,
		endpoint: 'http://127.0.0.1:9',
		forcePathStyle: true,
		requestHandler: {
			handle: async (request: {path: string}) => {
				sent = request.path;
				throw new Error('not sent');
			},
		},
	});
	const writer = createWriter(wireOf({endpoint: 'http://127.0.0.1:9'}));
	const keys = fc.string({unit: 'grapheme', minLength: 1, maxLength: 40});
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(keys, fc.constantFrom("a//b/../!'()*", '.', '..', '/', '/a')),
			async (key) => {
				await client
					.send(new GetObjectCommand({Bucket: 'pictures', Key: key}))
					.catch(() => undefined);
				const ref = {bucket: 'pictures', key: objectKey(key)};
				const {path} = await writer.write(ref, {}, example);
				assert.equal(path, sent);
				assert.match(path, /^[\w\-.~/%]*$/);
			},
		),
		{numRuns: 150},
	);
	client.destroy();
});

describe('where requests go', () => {
	const origin = async (wire: StoreWire, bucket: string) => {
		const {origin, path} = await createWriter(wire).write(
			{bucket, key: objectKey('k')},
			{},
			undefined,
		);
		return origin + path;
	};
	const aws = wireOf({region: 'eu-central-1'});
	const table: readonly [string, StoreWire, string, string][] = [
		['virtual host on AWS', aws, 'pics', 'https://pics.s3.eu-central-1.amazonaws.com/k'],
		['dots over https', aws, 'a.b', 'https://s3.eu-central-1.amazonaws.com/a.b/k'],
		['capitals', aws, 'Old_Pics', 'https://s3.eu-central-1.amazonaws.com/Old_Pics/k'],
		[
			'path style when asked for',
			wireOf({forcePathStyle: true}),
			'pics',
			'https://s3.us-east-1.amazonaws.com/pics/k',
		],
		[
			'China',
			wireOf({region: 'cn-north-1'}),
			'pics',
			'https://pics.s3.cn-north-1.amazonaws.com.cn/k',
		],
		[
			'other endpoints',
			wireOf({endpoint: 'http://localhost:9000'}),
			'pics',
			'http://localhost:9000/pics/k',
		],
		[
			'an endpoint below a path',
			wireOf({endpoint: 'https://h/s3/'}),
			'pics',
			'https://h/s3/pics/k',
		],
		[
			'virtual host on an endpoint',
			wireOf({endpoint: 'https://h.example', forcePathStyle: false}),
			'pics',
			'https://pics.h.example/k',
		],
		[
			'a known region',
			{...aws, regions: {pics: 'ap-south-1'}},
			'pics',
			'https://pics.s3.ap-south-1.amazonaws.com/k',
		],
		[
			'a region that is none',
			{...aws, regions: {pics: 'evil.example/'}},
			'pics',
			'https://pics.s3.eu-central-1.amazonaws.com/k',
		],
	];
	for (const [name, wire, bucket, expected] of table)
		test(name, async () => assert.equal(await origin(wire, bucket), expected));

	test('a learnt region counts from the next request on, a bad one never', async () => {
		const writer = createWriter(aws);
		const ref = {bucket: 'pics', key: objectKey('k')};
		const error = {code: 'wrong-region', message: ''} as const;
		writer.learn('pics', {remedy: 'retry', error, region: 'sa-east-1'});
		writer.learn('pics', {remedy: 'retry', error, region: 'x.evil.example'});
		const request = await writer.write(ref, {}, example);
		assert.equal(request.origin, 'https://pics.s3.sa-east-1.amazonaws.com');
		assert.match(headersOf(request)['authorization'] ?? '', /\/sa-east-1\/s3\/aws4_request/);
	});
});

describe('headers', () => {
	const ref = {bucket: 'pics', key: objectKey('k')};

	test('range, If-Match, checksums, token and payer', async () => {
		const writer = createWriter(wireOf({requestPayer: true}));
		const credentials = {...example, sessionToken: 'token'};
		const headers = headersOf(
			await writer.write(ref, {range: {start: 5}, etag: 'abc'}, credentials),
		);
		assert.equal(headers['range'], 'bytes=5-');
		assert.equal(headers['if-match'], '"abc"');
		assert.equal(headers['x-amz-checksum-mode'], 'ENABLED');
		assert.equal(headers['x-amz-security-token'], 'token');
		assert.equal(headers['x-amz-request-payer'], 'requester');
		assert.match(
			headers['authorization'] ?? '',
			/SignedHeaders=host;if-match;range;x-amz-checksum-mode;x-amz-content-sha256;x-amz-date;x-amz-request-payer;x-amz-security-token,/,
		);
	});

	test('an ETag with its quotes stays as it is', async () => {
		const writer = createWriter(wireOf());
		assert.equal(headersOf(await writer.write(ref, {etag: '"a-2"'}, example))['if-match'], '"a-2"');
	});

	test('anonymous requests carry no signature', async () => {
		const headers = headersOf(await createWriter(wireOf()).write(ref, {}, undefined));
		assert.equal(headers['authorization'], undefined);
		assert.equal(headers['x-amz-date'], undefined);
		assert.equal(headers['host'], 'pics.s3.us-east-1.amazonaws.com');
	});

	test('HEAD has a signature of its own', async (context) => {
		context.mock.timers.enable({apis: ['Date'], now: 0});
		const writer = createWriter(wireOf());
		const get = signatureOf(await writer.write(ref, {}, example));
		assert.notEqual(signatureOf(await writer.write(ref, {method: 'HEAD'}, example)), get);
	});
});
