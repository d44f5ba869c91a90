import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import * as fc from 'fast-check';
import {MusterError} from '../../source/model/error.ts';
import {parseObjectUrl, parseSource, withoutSecrets} from '../../source/model/object-url.ts';

/** Text, then bucket, key, and further fields. */
const forms: readonly (readonly [string, Record<string, string>])[] = [
	['s3://b-1/a/c.png', {bucket: 'b-1', key: 'a/c.png'}],
	['S3A://b-1/a/c.png', {bucket: 'b-1', key: 'a/c.png'}],
	['s3n://b-1/a/c.png', {bucket: 'b-1', key: 'a/c.png'}],
	['s3://my.dotted.bucket/a', {bucket: 'my.dotted.bucket', key: 'a'}],
	['s3://b/a%20b+c.png', {bucket: 'b', key: 'a%20b+c.png'}],
	['s3://b/what?.png', {bucket: 'b', key: 'what?.png'}],
	['s3://b/#1.png', {bucket: 'b', key: '#1.png'}],
	['s3://b//a//c.png', {bucket: 'b', key: '/a//c.png'}],
	['s3://b/a\nb.png', {bucket: 'b', key: 'a\nb.png'}],
	['s3://b/a.png?versionId=3/L4kq', {bucket: 'b', key: 'a.png', versionId: '3/L4kq'}],
	['arn:aws:s3:::b/a/c.png', {bucket: 'b', key: 'a/c.png'}],
	['arn:aws-cn:s3:::b/a/c.png', {bucket: 'b', key: 'a/c.png'}],
	['https://b.s3.amazonaws.com/a/c.png', {bucket: 'b', key: 'a/c.png'}],
	['http://b.s3.amazonaws.com/a/c.png', {bucket: 'b', key: 'a/c.png'}],
	['https://b.s3.eu-west-1.amazonaws.com/a', {bucket: 'b', key: 'a', region: 'eu-west-1'}],
	['https://B.S3.EU-WEST-1.AMAZONAWS.COM/A', {bucket: 'b', key: 'A', region: 'eu-west-1'}],
	['https://b.s3-us-west-2.amazonaws.com/a', {bucket: 'b', key: 'a', region: 'us-west-2'}],
	['https://b.s3.us-gov-west-1.amazonaws.com/a', {bucket: 'b', key: 'a', region: 'us-gov-west-1'}],
	[
		'https://my.dotted.bucket.s3.eu-west-1.amazonaws.com/a',
		{bucket: 'my.dotted.bucket', key: 'a', region: 'eu-west-1'},
	],
	['https://s3.s3.amazonaws.com/a', {bucket: 's3', key: 'a'}],
	['https://x.s3.y.s3.amazonaws.com/a', {bucket: 'x.s3.y', key: 'a'}],
	[
		'https://b.s3.dualstack.eu-west-1.amazonaws.com/a',
		{bucket: 'b', key: 'a', region: 'eu-west-1'},
	],
	[
		'https://b.s3-fips.dualstack.us-east-1.amazonaws.com/a',
		{bucket: 'b', key: 'a', region: 'us-east-1'},
	],
	['https://b.s3-accelerate.amazonaws.com/a', {bucket: 'b', key: 'a'}],
	['https://b.s3-accelerate.dualstack.amazonaws.com/a', {bucket: 'b', key: 'a'}],
	['https://s3-external-1.amazonaws.com/b/a', {bucket: 'b', key: 'a'}],
	['https://b.s3.cn-north-1.amazonaws.com.cn/a', {bucket: 'b', key: 'a', region: 'cn-north-1'}],
	['https://s3.amazonaws.com/b/a/c.png', {bucket: 'b', key: 'a/c.png'}],
	[
		'https://s3.eu-central-1.amazonaws.com/my.dotted.bucket/a',
		{bucket: 'my.dotted.bucket', key: 'a', region: 'eu-central-1'},
	],
	['https://s3-eu-west-1.amazonaws.com/b/a', {bucket: 'b', key: 'a', region: 'eu-west-1'}],
	[
		'https://s3.dualstack.eu-west-1.amazonaws.com/b/a',
		{bucket: 'b', key: 'a', region: 'eu-west-1'},
	],
	['https://b.s3.amazonaws.com:443/a', {bucket: 'b', key: 'a'}],
	['https://b.s3.amazonaws.com/a%20b+c%2Fd.png', {bucket: 'b', key: 'a b+c/d.png'}],
	['https://b.s3.amazonaws.com/100%.png', {bucket: 'b', key: '100%.png'}],
	['https://b.s3.amazonaws.com/%E0%A4%A.png', {bucket: 'b', key: '%E0%A4%A.png'}],
	['https://b.s3.amazonaws.com/%C3%A9.png', {bucket: 'b', key: 'é.png'}],
	['https://b.s3.amazonaws.com/../a/%2e%2e/c', {bucket: 'b', key: '../a/../c'}],
	['https://b.s3.amazonaws.com//a', {bucket: 'b', key: '/a'}],
	['https://b.s3.amazonaws.com/a?versionId=v1', {bucket: 'b', key: 'a', versionId: 'v1'}],
	[
		'https://b.s3.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F1&X-Amz-Signature=abc',
		{bucket: 'b', key: 'a.png'},
	],
	[
		'https://b.s3.amazonaws.com/a.png?AWSAccessKeyId=AK&Expires=1&Signature=s%3D',
		{bucket: 'b', key: 'a.png'},
	],
	[
		'http://127.0.0.1:9000/b/a/c.png',
		{bucket: 'b', key: 'a/c.png', endpoint: 'http://127.0.0.1:9000'},
	],
	['http://localhost:9000/b/a', {bucket: 'b', key: 'a', endpoint: 'http://localhost:9000'}],
	['http://b.localhost:9000/a', {bucket: 'b', key: 'a', endpoint: 'http://localhost:9000'}],
	['http://[::1]:9000/b/a', {bucket: 'b', key: 'a', endpoint: 'http://[::1]:9000'}],
];

const others = [
	'',
	'a.png',
	'b/a.png',
	's3:/b/a',
	's3://',
	's3:///a',
	's3://b',
	's3://b/',
	's3://b ad/a',
	'arn:aws:s3:::b',
	'arn:aws:s3:eu-west-1:123456789012:accesspoint/p/object/a',
	'https://b.s3.amazonaws.com',
	'https://b.s3.amazonaws.com/',
	'https://s3.amazonaws.com/b',
	'https://cdn.example/b/a.png',
	'https://s3.amazonaws.com.evil.example/b/a',
	'https://evil.example/https://b.s3.amazonaws.com/a',
	'https://b.s3.amazonaws.com@evil.example/b/a',
	'https://s3evil.amazonaws.com/b/a',
	'https://minio.example:9000/b/a',
	'gs://b/a',
	'file:///b/a',
];

suite('parseObjectUrl', () => {
	for (const [text, expected] of forms) {
		test(JSON.stringify(text), () => assert.deepEqual({...parseObjectUrl(text)}, expected));
	}

	for (const text of others) {
		test(`${JSON.stringify(text)} is no object`, () =>
			assert.equal(parseObjectUrl(text), undefined));
	}

	test('a known endpoint takes path style and virtual hosts, on its own port only', () => {
		const endpoint = 'https://minio.example:9000';
		assert.deepEqual(
			{...parseObjectUrl('https://minio.example:9000/b/a', {endpoint})},
			{bucket: 'b', key: 'a', endpoint},
		);
		assert.deepEqual(
			{...parseObjectUrl('https://b.x.minio.example:9000/a', {endpoint})},
			{bucket: 'b.x', key: 'a', endpoint},
		);
		assert.equal(parseObjectUrl('https://minio.example/b/a', {endpoint}), undefined);
		assert.deepEqual(
			{...parseObjectUrl('https://store.example:443/b/a', {endpoint: 'https://store.example'})},
			{bucket: 'b', key: 'a', endpoint: 'https://store.example:443'},
		);
	});

	const key = fc.string({unit: 'binary', minLength: 1}).filter((text) => text.isWellFormed());
	const path = (text: string) => text.split('/').map(encodeURIComponent).join('/');
	test('any key comes back from every form that encodes it', () => {
		fc.assert(
			fc.property(key, (key) => {
				for (const start of [
					'https://my.bucket.s3.eu-west-1.amazonaws.com/',
					'https://s3.eu-west-1.amazonaws.com/my.bucket/',
					'http://127.0.0.1:9000/my.bucket/',
				]) {
					for (const end of ['', '?X-Amz-Signature=00', '#top']) {
						const url = parseObjectUrl(start + path(key) + end);
						assert.equal(url?.key, key);
						assert.equal(url?.bucket, 'my.bucket');
					}
				}
			}),
		);
	});

	test('any key stands literally behind s3:// and in an ARN', () => {
		const plain = key.filter((text) => !/\?.*(?:versionId|sig)/is.test(text));
		fc.assert(
			fc.property(plain, (key) => {
				assert.equal(parseObjectUrl(`s3://bucket/${key}`)?.key, key);
				assert.equal(parseObjectUrl(`arn:aws:s3:::bucket/${key}`)?.key, key);
			}),
		);
	});

	test('never throws, and never keeps a signature', () => {
		fc.assert(
			fc.property(fc.string({unit: 'binary'}), (text) => {
				parseObjectUrl(text);
				parseObjectUrl(`https://${text}`);
				const url = parseObjectUrl(`s3://b/a?X-Amz-Signature=SECRET&x=${text}`);
				assert.ok(!JSON.stringify(url).includes('SECRET') || text.includes('?'));
			}),
		);
	});
});

suite('withoutSecrets', () => {
	test('drops signed queries and passwords, and nothing else', () => {
		for (const [text, expected] of [
			['a?Signature=1', 'a?Signature=1'],
			['https://h/a.png?w=100', 'https://h/a.png?w=100'],
			['https://h/a.png?w=1&X-Amz-Security-Token=T&z=2', 'https://h/a.png'],
			['https://user:pass@h/a.png', 'https://h/a.png'],
			['https://h/a?sig=x#f', 'https://h/a#f'],
			['one https://h/a?Signature=x two https://h/b?v=1', 'one https://h/a two https://h/b?v=1'],
			['s3://b/a?X-Amz-Credential=x', 's3://b/a'],
			['s3://b/who@where.png', 's3://b/who@where.png'],
		] as const) {
			assert.equal(withoutSecrets(text), expected);
		}
	});
});

suite('parseSource', () => {
	test('bucket and prefix', () => {
		assert.deepEqual({...parseSource('s3://b/a/c/')}, {bucket: 'b', prefix: 'a/c/'});
		assert.deepEqual({...parseSource(' s3://b ')}, {bucket: 'b', prefix: ''});
		assert.deepEqual({...parseSource('s3://b/')}, {bucket: 'b', prefix: ''});
		assert.deepEqual(
			{...parseSource('https://s3.eu-west-1.amazonaws.com/b/a/')},
			{bucket: 'b', prefix: 'a/', region: 'eu-west-1'},
		);
	});

	for (const [text, hint] of [
		['b/a', /s3:\/\/b\/a/],
		['s3:/b/a', /s3:\/\/b\/a/],
		['s3://', /Name the bucket/],
		['s3://b*d/a', /letters, digits/],
		['gs://b/a', /S3 only/],
		['https://cdn.example/a', /--endpoint-url/],
		['', /s3:\/\/bucket\/prefix/],
		['/data/x', /s3:\/\//],
		['\u001b[31m', /s3:\/\/bucket\/prefix/],
	] as const) {
		test(`${JSON.stringify(text)} is refused with advice`, () => {
			assert.throws(
				() => parseSource(text),
				(error: unknown) => {
					assert.ok(error instanceof MusterError);
					assert.equal(error.code, 'usage');
					assert.match(error.hint ?? '', hint);
					assert.ok(!error.message.includes('\u001b'));
					return true;
				},
			);
		});
	}
});
