import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {objectKey} from '../../../source/model/brand.ts';
import type {ErrorCode, Remedy} from '../../../source/model/error.ts';
import {createWriter} from '../../../source/stores/s3/requests.ts';
import type {ResponseHeaders} from '../../../source/stores/types.ts';

const writer = createWriter({spec: {provider: 's3'}, regions: {}, clockOffset: 0});
const ref = {bucket: 'pictures', key: objectKey('a/b.png')};
const xml = (code: string, more = '') =>
	`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>words</Message>${more}<RequestId>R1</RequestId></Error>`;
const ask = (status: number, body = '', headers: ResponseHeaders = {}) =>
	writer.classify(ref, status, headers, body);

const byCode: readonly [number, string, Remedy, ErrorCode][] = [
	[400, 'ExpiredToken', 'credentials', 'expired-credentials'],
	[400, 'ExpiredTokenException', 'credentials', 'expired-credentials'],
	[400, 'InvalidToken', 'credentials', 'expired-credentials'],
	[400, 'TokenRefreshRequired', 'credentials', 'expired-credentials'],
	[403, 'InvalidClientTokenId', 'credentials', 'expired-credentials'],
	[403, 'InvalidAccessKeyId', 'credentials', 'expired-credentials'],
	[403, 'UnrecognizedClientException', 'credentials', 'expired-credentials'],
	[401, 'AuthFailure', 'credentials', 'expired-credentials'],
	[403, 'SignatureDoesNotMatch', 'credentials', 'denied'],
	[403, 'AccessDenied', 'give-up', 'denied'],
	[403, 'AllAccessDisabled', 'give-up', 'denied'],
	[400, 'KMS.DisabledException', 'give-up', 'denied'],
	[503, 'SlowDown', 'retry', 'throttled'],
	[503, 'ServiceUnavailable', 'retry', 'throttled'],
	[503, 'RequestLimitExceeded', 'retry', 'throttled'],
	[400, 'Throttling', 'retry', 'throttled'],
	[400, 'ThrottlingException', 'retry', 'throttled'],
	[500, 'InternalError', 'retry', 'server'],
	[400, 'RequestTimeout', 'retry', 'server'],
	[404, 'NoSuchKey', 'give-up', 'no-such-key'],
	[404, 'NoSuchBucket', 'give-up', 'no-such-bucket'],
	[412, 'PreconditionFailed', 'restart', 'changed'],
	[416, 'InvalidRange', 'restart', 'changed'],
	[403, 'InvalidObjectState', 'give-up', 'archived'],
	[400, 'SomethingNew', 'give-up', 'server'],
];

describe('codes of the service', () => {
	for (const [status, code, remedy, meaning] of byCode)
		test(`${status} ${code}`, () => {
			const answer = ask(status, xml(code));
			assert.equal(answer.remedy, remedy);
			assert.equal(answer.error.code, meaning);
			assert.match(answer.error.message, /a\/b\.png|pictures/);
			assert.ok(answer.error.hint);
			assert.equal(answer.error.detail, `${status} ${code}, request R1: words`);
		});
});

const byStatus: readonly [number, Remedy, ErrorCode][] = [
	[401, 'give-up', 'denied'],
	[403, 'give-up', 'denied'],
	[404, 'give-up', 'no-such-key'],
	[408, 'retry', 'server'],
	[412, 'restart', 'changed'],
	[416, 'restart', 'changed'],
	[429, 'retry', 'throttled'],
	[500, 'retry', 'server'],
	[502, 'retry', 'server'],
	[503, 'retry', 'throttled'],
	[504, 'retry', 'server'],
	[405, 'give-up', 'server'],
];

describe('answers without a body, or with one that is no XML', () => {
	for (const [status, remedy, code] of byStatus)
		test(String(status), () => {
			for (const body of ['', '<html><Code', '{"Code":1}']) {
				const answer = ask(status, body);
				assert.deepEqual([answer.remedy, answer.error.code], [remedy, code]);
			}
		});

	test('the code may stand in a header', () => {
		const answer = ask(400, '', {'x-minio-error-code': 'ExpiredToken'});
		assert.equal(answer.remedy, 'credentials');
	});
});

describe('slowing down', () => {
	test('asks for it, and takes Retry-After in seconds or as a date', () => {
		const slow = ask(503, xml('SlowDown'), {'retry-after': '7'});
		assert.equal(slow.slowDown, true);
		assert.equal(slow.retryAfter, 7000);
		const date = new Date(Date.now() + 20_000).toUTCString();
		const until = ask(429, '', {'retry-after': date}).retryAfter ?? 0;
		assert.ok(until > 15_000 && until <= 20_000);
		assert.equal(ask(503, '', {'retry-after': new Date(0).toUTCString()}).retryAfter, undefined);
		assert.equal(ask(503, '', {'retry-after': '999999'}).retryAfter, 300_000);
		assert.equal(ask(503, '', {'retry-after': 'soon'}).retryAfter, undefined);
	});

	test('a date is one of the server’s clock, whatever ours says', () => {
		for (const hours of [-1, 1]) {
			const now = Date.now() + hours * 3_600_000;
			const date = new Date(now).toUTCString();
			const later = new Date(now + 20_000).toUTCString();
			assert.equal(ask(503, '', {date, 'retry-after': later}).retryAfter, 20_000);
		}
	});

	test('a server error does not', () => assert.equal(ask(500).slowDown, undefined));
});

describe('another region', () => {
	const regions: readonly [string, number, string, ResponseHeaders][] = [
		['header', 301, xml('PermanentRedirect'), {'x-amz-bucket-region': 'eu-west-1'}],
		['header without a body', 301, '', {'x-amz-bucket-region': 'eu-west-1'}],
		['400 to a HEAD', 400, '', {'x-amz-bucket-region': 'eu-west-1'}],
		[
			'endpoint',
			301,
			xml('PermanentRedirect', '<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>'),
			{},
		],
		[
			'old endpoint',
			301,
			xml('PermanentRedirect', '<Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint>'),
			{},
		],
		['307', 307, xml('TemporaryRedirect', '<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>'), {}],
		['Region element', 400, xml('AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>'), {}],
		[
			'words',
			400,
			"<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message></Error>",
			{},
		],
		['location', 400, xml('IllegalLocationConstraintException', '<Region>eu-west-1</Region>'), {}],
	];
	for (const [name, status, body, headers] of regions)
		test(name, () => {
			const answer = ask(status, body, headers);
			assert.deepEqual(
				[answer.remedy, answer.error.code, answer.region],
				['retry', 'wrong-region', 'eu-west-1'],
			);
		});

	test('without a name there is nothing to try', () => {
		const answer = ask(301, xml('PermanentRedirect'));
		assert.deepEqual([answer.remedy, answer.region], ['give-up', undefined]);
		assert.match(answer.error.hint ?? '', /--region/);
	});

	test('a host name is no region', () => {
		for (const region of ['evil.example', 'a/b', 'x@y', '', '-a', 'A B']) {
			const answer = ask(301, xml('PermanentRedirect', `<Region>${region}</Region>`), {
				'x-amz-bucket-region': region,
			});
			assert.equal(answer.region, undefined, region);
		}
	});
});

describe('clocks', () => {
	test('the offset comes from the Date header', () => {
		const date = new Date(Date.now() + 3_600_000).toUTCString();
		const answer = ask(403, xml('RequestTimeTooSkewed'), {date});
		assert.deepEqual([answer.remedy, answer.error.code], ['retry', 'clock-skew']);
		assert.ok(Math.abs((answer.clockOffset ?? 0) - 3_600_000) < 3000);
		assert.match(answer.error.message, /60 min slow/);
	});

	test('or from the body; without any a person must mend the clock', () => {
		const time = new Date(Date.now() - 7_200_000).toISOString();
		const body = xml('RequestTimeTooSkewed', `<ServerTime>${time}</ServerTime>`);
		assert.match(ask(403, body).error.message, /120 min fast/);
		assert.equal(ask(403, xml('RequestTimeTooSkewed')).remedy, 'pause');
	});

	test('a 403 to a HEAD from a server with another time is the clock', () => {
		const date = new Date(Date.now() + 3_600_000).toUTCString();
		assert.equal(ask(403, '', {date}).error.code, 'clock-skew');
		assert.equal(ask(403, '', {date: new Date().toUTCString()}).error.code, 'denied');
	});
});

describe('words', () => {
	test('control characters of keys and servers do not come through', () => {
		const evil = {bucket: 'pictures', key: objectKey('a\u001B[2J\nb')};
		const body = '<Error><Code>AccessDenied</Code><Message>&#x1B;]0;x&#7;</Message></Error>';
		const {message, detail} = writer.classify(evil, 403, {}, body).error;
		assert.doesNotMatch(`${message}${detail}`, /[\u0000-\u001F]/);
	});

	test('a denied key says what may be lacking, a KMS refusal names KMS', () => {
		assert.match(ask(403, xml('AccessDenied')).error.hint ?? '', /s3:ListBucket.*missing key/);
		const kms =
			'<Error><Code>AccessDenied</Code><Message>not authorized to perform: kms:Decrypt</Message></Error>';
		assert.match(ask(403, kms).error.hint ?? '', /kms:Decrypt/);
	});

	test('a wrong secret key is told from a missing permission', () => {
		assert.match(ask(403, xml('SignatureDoesNotMatch')).error.hint ?? '', /secret key/);
	});

	test('an archived object names its class', () => {
		const body = xml('InvalidObjectState', '<StorageClass>DEEP_ARCHIVE</StorageClass>');
		assert.match(ask(403, body).error.message, /DEEP_ARCHIVE/);
	});
});
