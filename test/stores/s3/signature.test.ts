import assert from 'node:assert/strict';
import {createHash, createHmac} from 'node:crypto';
import {test} from 'node:test';
import {HttpRequest} from '@smithy/protocol-http';
import {SignatureV4} from '@smithy/signature-v4';
import * as fc from 'fast-check';
import {encodeKey} from '../../../source/stores/s3/address.ts';
import {KeyedHash} from '../../../source/stores/s3/keyed-hash.ts';
import {RequestSigner} from '../../../source/stores/s3/signature.ts';

/** Node's digests in the shape that the SDK's signer asks for. */
class Sha256 {
	readonly #hash;

	constructor(secret?: unknown) {
		this.#hash =
			secret === undefined
				? createHash('sha256')
				: createHmac('sha256', secret as string | Uint8Array);
	}

	update(chunk: Uint8Array): void {
		this.#hash.update(chunk);
	}

	async digest(): Promise<Uint8Array> {
		return this.#hash.digest();
	}

	reset(): void {}
}

const text = fc.string({unit: 'grapheme', maxLength: 30});
const printable = fc.string({
	unit: fc.constantFrom(...Array.from('abcXYZ019 \t-_.~!$&\'()*+,;=:@/"%<>[]{}|\\^`#?')),
	maxLength: 40,
});
const cases = fc.record({
	method: fc.constantFrom('GET' as const, 'HEAD' as const),
	key: fc.string({unit: 'binary', maxLength: 40}),
	query: fc.option(fc.dictionary(fc.constantFrom('prefix', 'list-type', 'a', 'A', 'b-b'), text), {
		nil: undefined,
	}),
	headers: fc.dictionary(
		fc.constantFrom('range', 'if-match', 'x-amz-checksum-mode', 'x-amz-request-payer'),
		printable,
	),
	region: fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1'),
	now: fc.integer({min: 0, max: 4_000_000_000_000}),
	accessKeyId: fc.constant('AKIAIOSFODNN7EXAMPLE'),
	secretAccessKey: fc.string({unit: 'grapheme-ascii', minLength: 1, maxLength: 60}),
	sessionToken: fc.option(fc.constantFrom('FwoGZXIvYXdzEJr//token==', 'a'.repeat(900)), {
		nil: undefined,
	}),
});

test('signatures are those of the official SDK', async () => {
	await fc.assert(
		fc.asyncProperty(cases, async (one) => {
			const {method, query, region, now, accessKeyId, secretAccessKey, sessionToken} = one;
			const credentials = {accessKeyId, secretAccessKey, ...(sessionToken && {sessionToken})};
			const path = `/${encodeKey(one.key.toWellFormed())}`;
			const headers = {host: 'bucket.s3.amazonaws.com', ...one.headers};
			const ours = new RequestSigner(credentials).sign({method, path, query, headers}, region, now);
			const theirs = await new SignatureV4({
				service: 's3',
				region,
				credentials,
				sha256: Sha256,
				uriEscapePath: false,
			}).sign(
				new HttpRequest({
					method,
					path,
					...(query && {query}),
					headers: {
						...headers,
						'x-amz-content-sha256':
							'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
					},
				}),
				{signingDate: new Date(now)},
			);
			const pairs: Record<string, string> = {};
			for (let at = 0; at < ours.length; at += 2) pairs[ours[at] ?? ''] = ours[at + 1] ?? '';
			assert.deepEqual(pairs, {...theirs.headers});
		}),
		{numRuns: 500},
	);
});

test('one signer serves many days, regions and seconds', () => {
	const credentials = {accessKeyId: 'AK', secretAccessKey: 'SK'};
	const signer = new RequestSigner(credentials);
	const request = {method: 'GET', path: '/a', query: undefined, headers: {host: 'h'}} as const;
	const days = Array.from({length: 100}, (_, index) => index * 43_200_000 + index);
	for (const region of ['us-east-1', 'eu-west-1']) {
		for (const now of [...days, ...days]) {
			assert.deepEqual(
				signer.sign(request, region, now),
				new RequestSigner(credentials).sign(request, region, now),
			);
		}
	}
});

test('a keyed hash is HMAC-SHA-256, whatever the length of key and text', () => {
	const ascii = fc.string({unit: 'grapheme-ascii', maxLength: 700});
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 64}), fc.array(ascii), (key, texts) => {
			const keyed = new KeyedHash(Buffer.from(key));
			for (const text of texts)
				assert.equal(keyed.hex(text), createHmac('sha256', key).update(text).digest('hex'));
		}),
	);
});
