import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ListObjectsV2Command} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import {compareKeys} from '../../source/sandbox/key-order.ts';
import {listDocument, listPage} from '../../source/sandbox/listing.ts';
import type {ListRequest} from '../../source/sandbox/listing.ts';
import {flatBucket, flatKey, memoryBucket} from '../../source/sandbox/index.ts';
import {sdkClient, withSandbox} from '../helpers/sandbox.ts';

const pieces = [
	'a', 'b', 'Z', '0', '/', '/', '//', '.', '..', ' ', '+', '%', '%2F', '&', '<', '>', '"', "'", '&amp;',
	'é', 'e\u0301', 'ü', '日本', '\uE000', '\uFFFD', '😀', '𐀀', '\u0001', '\n', '\r', '\t', '\u001B[31m', '\u007F', '=', '?', '#', '~', '*', '(', '!',
]; // prettier-ignore
const keyArbitrary = fc
	.array(fc.constantFrom(...pieces), {minLength: 1, maxLength: 6})
	.map((parts) => parts.join(''));
const keysArbitrary = fc.uniqueArray(keyArbitrary, {maxLength: 40});

const plain: ListRequest = {
	prefix: '',
	delimiter: '',
	startAfter: '',
	continuation: undefined,
	maxKeys: 1000,
	encodeUrl: false,
};

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

type Row = {readonly kind: 'key' | 'folder'; readonly name: string};

/** What S3's documentation says, without any cleverness: filter, sort by bytes, roll up. */
function reference(
	keys: readonly string[],
	prefix: string,
	delimiter: string,
	after: string,
): Row[] {
	const rows: Row[] = [];
	for (const key of [...keys].sort(byBytes)) {
		if (!key.startsWith(prefix) || (after !== '' && byBytes(key, after) <= 0)) continue;
		const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
		const row: Row =
			cut === -1
				? {kind: 'key', name: key}
				: {kind: 'folder', name: key.slice(0, cut + delimiter.length)};
		if (row.kind === 'key' || rows.at(-1)?.name !== row.name) rows.push(row);
	}
	return rows;
}

test('keys are ordered by their UTF-8 bytes', () => {
	fc.assert(
		fc.property(keyArbitrary, keyArbitrary, (a, b) => {
			assert.equal(Math.sign(compareKeys(a, b)), byBytes(a, b));
		}),
	);
});

test('pages of any size add up to what a simple model lists', () => {
	const property = fc.property(
		keysArbitrary,
		fc.oneof(fc.constant(''), keyArbitrary),
		fc.constantFrom('', '/', 'a', '//'),
		fc.oneof(fc.constant(''), keyArbitrary),
		fc.integer({min: 1, max: 7}),
		(keys, prefix, delimiter, startAfter, maxKeys) => {
			const bucket = memoryBucket(
				'wild',
				keys.map((key) => [key, ''] as const),
			);
			const found: Row[] = [];
			let continuation: string | undefined;
			do {
				const page = listPage(bucket, {
					...plain,
					prefix,
					delimiter,
					startAfter,
					maxKeys,
					continuation,
				});
				assert.ok(page.keys.length + page.folders.length <= maxKeys);
				const rows = [
					...page.keys.map((name) => ({kind: 'key', name}) as const),
					...page.folders.map((name) => ({kind: 'folder', name}) as const),
				];
				found.push(...rows.sort((a, b) => byBytes(a.name, b.name)));
				continuation = page.next;
			} while (continuation !== undefined);
			assert.deepEqual(found, reference(keys, prefix, delimiter, startAfter));
		},
	);
	fc.assert(property, {numRuns: 400});
});

test('the SDK gets hostile keys back as they are with encoding-type=url', async () => {
	const decode = (text: string | undefined) =>
		decodeURIComponent((text ?? '').replaceAll('+', ' '));
	const property = fc.asyncProperty(keysArbitrary, async (keys) => {
		const bucket = memoryBucket(
			'wild',
			keys.map((key) => [key, key] as const),
		);
		await withSandbox({buckets: [bucket]}, async (sandbox) => {
			const client = sdkClient(sandbox);
			const page = await client.send(
				new ListObjectsV2Command({Bucket: 'wild', EncodingType: 'url'}),
			);
			client.destroy();
			assert.deepEqual(
				(page.Contents ?? []).map(({Key}) => decode(Key)),
				[...keys].sort(byBytes),
			);
		});
	});
	await fc.assert(property, {numRuns: 25});
});

test('without encoding, entities are escaped and control characters become references', () => {
	const bucket = memoryBucket('wild', {'a&<b>"\u0001\r\n': ''});
	const document = listDocument(bucket, plain, (key) => bucket.object(key));
	assert.match(document, /<Key>a&amp;&lt;b&gt;&quot;&#x1;&#xd;&#xa;<\/Key>/);
});

test('a level of a million keys is listed without visiting them', () => {
	const bucket = flatBucket({keys: 1_000_000});
	let asked = 0;
	const counted = {...bucket, keyAt: (index: number) => (asked++, bucket.keyAt(index))};
	const page = listPage(counted, {...plain, delimiter: '/'});
	assert.deepEqual(page, {keys: [], folders: ['images/'], next: undefined});
	assert.ok(asked < 100, `asked for ${asked} keys`);
	const last = listPage(counted, {...plain, startAfter: flatKey(999_997)});
	assert.deepEqual(last.keys, [flatKey(999_998), flatKey(999_999)]);
});
