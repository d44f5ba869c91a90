import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {
	HeadBucketCommand,
	ListObjectsCommand,
	S3Client,
	paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import {compareKeys} from '../../source/sandbox/key-order.ts';
import {openStore} from '../../source/stores/s3/store.ts';
import {readListing} from '../../source/stores/s3/list-xml.ts';
import {etagOf, keyOf} from './dataset.ts';
import type {Dataset} from './dataset.ts';
import {startHelper} from './helper-process.ts';
import {Listing} from './listing.ts';

const pieces = [
	'a',
	'b',
	'Z',
	'/',
	'/',
	'//',
	'.',
	' ',
	'+',
	'%2F',
	'&',
	'<',
	'"',
	'é',
	'\uE000',
	'😀',
];
const keyArbitrary = fc
	.array(fc.constantFrom(...pieces), {minLength: 1, maxLength: 6})
	.map((parts) => parts.join(''));

function listingOf(keys: readonly string[]): Listing {
	return new Listing(
		'bucket',
		keys.map((key) => ({key, size: key.length, etag: '"1-a"', modified: 0})),
	);
}

/** All pages of a listing as muster reads them: keys and folders together. */
function walk(listing: Listing, query: Readonly<Record<string, string>>): string[] {
	const names: string[] = [];
	let token: string | undefined;
	do {
		const asked = new URLSearchParams({'list-type': '2', ...query});
		if (token !== undefined) asked.set('continuation-token', token);
		const page = readListing(Buffer.concat(listing.answer(asked)).toString());
		assert.ok(page.complete);
		names.push(...page.objects.map(({key}) => key as string), ...page.folders);
		assert.equal(page.truncated, page.continuation !== undefined);
		token = page.continuation;
	} while (token !== undefined);
	return names.sort(compareKeys);
}

/** What S3's documentation says: filter, sort by bytes, roll up. */
function expected(
	keys: readonly string[],
	{prefix, delimiter, after}: {prefix: string; delimiter: string; after: string},
): string[] {
	const names = keys
		.filter((key) => key.startsWith(prefix) && (after === '' || compareKeys(key, after) > 0))
		.map((key) => {
			const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
			return cut === -1 ? key : key.slice(0, cut + delimiter.length);
		});
	return [...new Set(names)].sort(compareKeys);
}

test('pages of any size tell every key or folder once, in both encodings', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(keyArbitrary, {maxLength: 40}),
			fc.record({
				prefix: fc.constantFrom('', 'a', 'a/', 'b/', 'é'),
				delimiter: fc.constantFrom('', '/'),
				after: fc.oneof(fc.constant(''), keyArbitrary),
			}),
			fc.integer({min: 1, max: 7}),
			fc.boolean(),
			(keys, rules, size, encode) => {
				const names = walk(listingOf(keys), {
					prefix: rules.prefix,
					delimiter: rules.delimiter,
					'max-keys': String(size),
					...(rules.after === '' ? {} : {'start-after': rules.after}),
					...(encode ? {'encoding-type': 'url'} : {}),
				});
				assert.deepEqual(names, expected(keys, rules));
			},
		),
	);
});

describe('the listing server', () => {
	const dataset: Dataset = {bucket: 'frames', count: 2500, size: 10, body: 'shared'};
	const keys = Array.from({length: dataset.count}, (_, index) => keyOf(index));
	const credentials = {accessKeyId: 'any', secretAccessKey: 'any'};

	test('is one to the AWS SDK and to muster', {timeout: 60_000}, async () => {
		const server = await startHelper('listing-server.ts', [JSON.stringify([dataset])]);
		const endpoint = `http://127.0.0.1:${server.port}`;
		const client = new S3Client({endpoint, region: 'us-east-1', forcePathStyle: true, credentials});
		const store = openStore(
			{provider: 's3', endpoint, region: 'us-east-1'},
			async () => credentials,
		);
		try {
			await client.send(new HeadBucketCommand({Bucket: 'frames'}));
			const sdkKeys: string[] = [];
			for await (const page of paginateListObjectsV2({client}, {Bucket: 'frames'})) {
				sdkKeys.push(...(page.Contents ?? []).map(({Key = ''}) => Key));
			}
			assert.deepEqual(sdkKeys, keys);
			const first = await client.send(
				new ListObjectsCommand({Bucket: 'frames', Delimiter: '/', MaxKeys: 1}),
			);
			const second = await client.send(
				new ListObjectsCommand({Bucket: 'frames', Delimiter: '/', Marker: first.NextMarker}),
			);
			const folders = [first, second].map(({CommonPrefixes = []}) => CommonPrefixes.length);
			assert.deepEqual(folders, [1, 2]);
			const page = await store.list({
				bucket: 'frames',
				prefix: 'scene-0001/',
				startAfter: keys[1499],
			});
			assert.equal(page.objects[0]?.key, keys[1500]);
			assert.equal(page.objects[0]?.etag, etagOf(dataset));
		} finally {
			client.destroy();
			await store.close();
			await server.close();
		}
	});
});
