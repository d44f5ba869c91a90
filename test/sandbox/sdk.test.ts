import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {
	GetBucketLocationCommand,
	GetObjectCommand,
	HeadBucketCommand,
	HeadObjectCommand,
	ListBucketsCommand,
	ListObjectsV2Command,
	paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type {S3Client, S3ServiceException} from '@aws-sdk/client-s3';
import {bytesObject, createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {ChecksumAlgorithm, Sandbox} from '../../source/sandbox/index.ts';
import {sdkClient} from '../helpers/sandbox.ts';

const many = Array.from({length: 2345}, (_, index) => `many/${String(index).padStart(5, '0')}.txt`);
const algorithms: readonly ChecksumAlgorithm[] = ['crc64nvme', 'crc32c', 'crc32', 'sha256', 'sha1'];
const bucket = memoryBucket('first', [
	...many.map((key) => [key, `content of ${key}`] as const),
	['sub/folder/a b+c%d&é😀.txt', 'hostile but fine'],
	['digits', '0123456789'],
	['empty', ''],
	...algorithms.map(
		(name) => [`sums/${name}`, bytesObject('sum me up', {checksums: [name]})] as const,
	),
	[
		'parts',
		bytesObject(Buffer.alloc(250, 7), {partSize: 100, composite: true, checksums: ['sha256']}),
	],
	['frozen', bytesObject('ice', {storageClass: 'GLACIER'})],
]);

let sandbox: Sandbox;
let client: S3Client;

before(async () => {
	sandbox = await createSandbox({
		buckets: [bucket, memoryBucket('second', {a: '1'}, {region: 'us-east-1'})],
	});
	client = sdkClient(sandbox);
});

after(async () => {
	client.destroy();
	await sandbox.close();
});

const get = (Key: string, more: {Range?: string; IfMatch?: string; IfNoneMatch?: string} = {}) =>
	client.send(new GetObjectCommand({Bucket: 'first', Key, ...more}));

const failsWith = (name: string, status: number) => (error: S3ServiceException) => {
	assert.equal(error.name, name);
	assert.equal(error.$metadata.httpStatusCode, status);
	return true;
};

describe('the official SDK, unmodified', () => {
	test('lists buckets with their regions', async () => {
		const {Buckets} = await client.send(new ListBucketsCommand({}));
		assert.deepEqual(
			Buckets?.map(({Name, BucketRegion}) => [Name, BucketRegion]),
			[
				['first', 'eu-west-1'],
				['second', 'us-east-1'],
			],
		);
	});

	test('heads a bucket and asks for its location', async () => {
		const head = await client.send(new HeadBucketCommand({Bucket: 'first'}));
		assert.equal(head.BucketRegion, 'eu-west-1');
		const location = await client.send(new GetBucketLocationCommand({Bucket: 'first'}));
		assert.equal(location.LocationConstraint, 'eu-west-1');
		await assert.rejects(
			client.send(new HeadBucketCommand({Bucket: 'absent'})),
			failsWith('NotFound', 404),
		);
	});

	test('pages through a prefix', async () => {
		const found: (string | undefined)[] = [];
		let pages = 0;
		for await (const page of paginateListObjectsV2({client}, {Bucket: 'first', Prefix: 'many/'})) {
			pages++;
			found.push(...(page.Contents ?? []).map(({Key}) => Key));
		}
		assert.equal(pages, 3);
		assert.deepEqual(found, many);
	});

	test('lists folders', async () => {
		const page = await client.send(new ListObjectsV2Command({Bucket: 'first', Delimiter: '/'}));
		assert.deepEqual(
			page.CommonPrefixes?.map(({Prefix}) => Prefix),
			['many/', 'sub/', 'sums/'],
		);
		assert.deepEqual(
			page.Contents?.map(({Key}) => Key),
			['digits', 'empty', 'frozen', 'parts'],
		);
	});

	test('heads and gets an object with a hostile key', async () => {
		const Key = 'sub/folder/a b+c%d&é😀.txt';
		const head = await client.send(new HeadObjectCommand({Bucket: 'first', Key}));
		assert.equal(head.ContentLength, 16);
		const answer = await get(Key);
		assert.equal(await answer.Body?.transformToString(), 'hostile but fine');
		assert.equal(answer.ETag, head.ETag);
	});

	test('gets ranges', async () => {
		const cases = [
			['bytes=2-4', '234', 'bytes 2-4/10'],
			['bytes=7-', '789', 'bytes 7-9/10'],
			['bytes=-3', '789', 'bytes 7-9/10'],
			['bytes=8-100', '89', 'bytes 8-9/10'],
			['bytes=-100', '0123456789', 'bytes 0-9/10'],
		] as const;
		for (const [Range, text, place] of cases) {
			const answer = await get('digits', {Range});
			assert.equal(await answer.Body?.transformToString(), text);
			assert.equal(answer.ContentRange, place);
			assert.equal(answer.$metadata.httpStatusCode, 206);
		}
		await assert.rejects(get('digits', {Range: 'bytes=10-'}), failsWith('InvalidRange', 416));
		await assert.rejects(get('empty', {Range: 'bytes=0-0'}), failsWith('InvalidRange', 416));
	});

	test('validates each kind of checksum', async () => {
		for (const name of algorithms) {
			const answer = await get(`sums/${name}`);
			assert.equal(answer.ChecksumType, 'FULL_OBJECT');
			assert.equal(await answer.Body?.transformToString(), 'sum me up');
		}
		sandbox.rules.set([{action: {type: 'flip', at: 3}}]);
		try {
			for (const name of algorithms) {
				await assert.rejects(async () => {
					const answer = await get(`sums/${name}`);
					await answer.Body?.transformToString();
				}, /Checksum mismatch/);
			}
		} finally {
			sandbox.rules.set([]);
		}
	});

	test('sees the forms of a multipart upload', async () => {
		const answer = await get('parts');
		assert.match(answer.ETag ?? '', /^"[0-9a-f]{32}-3"$/);
		assert.match(answer.ChecksumSHA256 ?? '', /=-3$/);
		assert.equal(answer.ChecksumType, 'COMPOSITE');
		assert.equal((await answer.Body?.transformToByteArray())?.length, 250);
	});

	test('meets conditions', async () => {
		const {ETag} = await client.send(new HeadObjectCommand({Bucket: 'first', Key: 'digits'}));
		const same = await get('digits', {IfMatch: ETag ?? ''});
		assert.equal(await same.Body?.transformToString(), '0123456789');
		await assert.rejects(get('digits', {IfMatch: '"other"'}), failsWith('PreconditionFailed', 412));
		await assert.rejects(get('digits', {IfNoneMatch: ETag ?? ''}), (error: S3ServiceException) => {
			assert.equal(error.$metadata.httpStatusCode, 304);
			return true;
		});
	});

	test('is refused archived and absent objects', async () => {
		await assert.rejects(get('frozen'), failsWith('InvalidObjectState', 403));
		const head = await client.send(new HeadObjectCommand({Bucket: 'first', Key: 'frozen'}));
		assert.equal(head.StorageClass, 'GLACIER');
		await assert.rejects(get('absent'), failsWith('NoSuchKey', 404));
	});

	test('is told the right region', async () => {
		const command = new GetObjectCommand({Bucket: 'second', Key: 'a'});
		await assert.rejects(client.send(command), (error: S3ServiceException) => {
			assert.equal(error.name, 'AuthorizationHeaderMalformed');
			assert.equal(error.$response?.headers['x-amz-bucket-region'], 'us-east-1');
			return true;
		});
		// a HEAD has no body to say it in
		await assert.rejects(
			client.send(new HeadBucketCommand({Bucket: 'second'})),
			(error: S3ServiceException) => {
				assert.equal(error.$metadata.httpStatusCode, 400);
				assert.equal(error.$response?.headers['x-amz-bucket-region'], 'us-east-1');
				return true;
			},
		);
		const there = sdkClient(sandbox, {region: 'us-east-1'});
		const answer = await there.send(command);
		assert.equal(await answer.Body?.transformToString(), '1');
		there.destroy();
	});
});
