import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {bestDigest} from '../../../source/stores/s3/digests.ts';

const md5 = '"9e107d9d372bb6826bd81d3542a419d6"';
const all = {
	'x-amz-checksum-sha1': 'L9ThxnotKPzthJ7hu3bnORuT6xI=',
	'x-amz-checksum-sha256': '16j7swfXgJRpypq8sAguT41WUeRtPNt2LQLQvzfJ5ZI=',
	'x-amz-checksum-crc32': 'QU+jOQ==',
	'x-amz-checksum-crc32c': 'ImIEBA==',
	'x-amz-checksum-crc64nvme': 'rosUhgpYSog=',
	etag: md5,
};

describe('the best digest', () => {
	test('is the first of crc64nvme, crc32c, crc32, sha256, sha1, MD5', () => {
		const headers: Record<string, string | undefined> = {...all};
		for (const algorithm of ['crc64nvme', 'crc32c', 'crc32', 'sha256', 'sha1']) {
			const digest = bestDigest(headers, 10);
			assert.equal(digest?.algorithm, algorithm);
			assert.equal(digest?.kind, 'full');
			assert.equal(digest?.encoding, 'base64');
			headers[`x-amz-checksum-${algorithm}`] = undefined;
		}
		assert.deepEqual(bestDigest(headers, 10), {
			algorithm: 'md5',
			value: '9e107d9d372bb6826bd81d3542a419d6',
			encoding: 'hex',
			kind: 'full',
		});
	});

	test('a composite one keeps its number of parts and comes before the ETag', () => {
		const digest = bestDigest({'x-amz-checksum-crc32': 'QU+jOQ==-3', etag: '"abc-3"'}, 10);
		assert.deepEqual(digest, {
			algorithm: 'crc32',
			value: 'QU+jOQ==-3',
			encoding: 'base64',
			kind: 'composite',
		});
		const typed = {'x-amz-checksum-crc32': 'QU+jOQ==', 'x-amz-checksum-type': 'COMPOSITE'};
		assert.equal(bestDigest(typed, 10)?.kind, 'composite');
	});

	test('a full one comes before a stronger composite one', () => {
		const headers = {'x-amz-checksum-crc32c': 'ImIEBA==-2', 'x-amz-checksum-sha1': 'L9Th='};
		assert.equal(bestDigest(headers, 10)?.algorithm, 'sha1');
	});

	test('an ETag is no MD5 with a mark of its own, KMS or a customer key', () => {
		for (const headers of [
			{etag: '"9e107d9d372bb6826bd81d3542a419d6-1"'},
			{
				etag: '"9e107d9d372bb6826bd81d3542a419d6-2"',
				'x-amz-server-side-encryption': 'AES256',
			},
			{etag: md5, 'x-amz-server-side-encryption': 'aws:kms'},
			{etag: md5, 'x-amz-server-side-encryption': 'aws:kms:dsse'},
			{etag: md5, 'x-amz-server-side-encryption-customer-algorithm': 'AES256'},
			{etag: '"opaque"'},
			{},
		])
			assert.equal(bestDigest(headers, 10), undefined);
		assert.equal(
			bestDigest({etag: md5, 'x-amz-server-side-encryption': 'AES256'}, 1)?.algorithm,
			'md5',
		);
	});

	test('an ETag of several parts is the MD5 of their MD5s', () => {
		const etag = '"9E107d9d372bb6826bd81d3542a419d6-12"';
		const digest = {
			algorithm: 'md5',
			value: '9e107d9d372bb6826bd81d3542a419d6-12',
			encoding: 'hex',
			kind: 'composite',
		};
		assert.deepEqual(bestDigest({etag}, 10), digest);
		const amazon = {'x-amz-server-side-encryption': 'AES256', server: 'AmazonS3'};
		assert.deepEqual(bestDigest({etag, ...amazon}, 10), digest);
	});

	test("a part's checksum headers are not taken for the object's", () => {
		assert.equal(bestDigest({...all, 'content-range': 'bytes 0-4/10'}, 10)?.algorithm, 'md5');
		assert.equal(bestDigest({...all, 'content-range': 'bytes 0-9/10'}, 10)?.algorithm, 'crc64nvme');
	});

	test('nonsense in a header is no digest', () => {
		assert.equal(bestDigest({'x-amz-checksum-crc32': '\u001B[2J'}, 10), undefined);
	});
});
