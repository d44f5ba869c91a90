import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import * as fc from 'fast-check';
import {XMLBuilder, XMLParser} from 'fast-xml-parser';
import {decodeUrl, readListing} from '../../../source/stores/s3/list-xml.ts';

type Row = {Key: string; Size: number; ETag: string; LastModified: string; StorageClass: string};

const builder = new XMLBuilder({format: true, suppressEmptyNode: true});
const parser = new XMLParser({
	parseTagValue: false,
	trimValues: false,
	ignoreAttributes: true,
	removeNSPrefix: true,
	isArray: (name) => name === 'Contents' || name === 'CommonPrefixes',
});

/** Characters that XML 1.0 allows; line ends are left out because parsers may normalise them. */
const xmlText = fc
	.string({unit: 'binary', minLength: 1, maxLength: 30})
	.filter((text) => !/[\u0000-\u001F\u007F-\u009F\uD800-\uDFFF\uFFFE\uFFFF]/u.test(text));
const row: fc.Arbitrary<Row> = fc.record({
	Key: fc.oneof(
		xmlText,
		fc.constantFrom('a&amp;b', ']]>', '<Key>', ' lead and trail ', '"\'', '&#65;'),
	),
	Size: fc.nat(),
	ETag: fc.constantFrom('"abc"', '"d41d8cd98f00b204e9800998ecf8427e-3"'),
	LastModified: fc.constant('2025-11-19T13:31:00.000Z'),
	StorageClass: fc.constantFrom('STANDARD', 'GLACIER'),
});
const page = (rows: readonly Row[], more: Record<string, unknown> = {}): string =>
	`<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({
		ListBucketResult: {Name: 'b', ...more, Contents: rows},
	})}`;

describe('against fast-xml-parser', () => {
	test('reads the same keys, sizes and prefixes', () => {
		fc.assert(
			fc.property(fc.array(row), fc.array(xmlText), fc.boolean(), (rows, prefixes, truncated) => {
				const xml = page(rows, {
					IsTruncated: truncated,
					NextContinuationToken: 'a+b/c==',
					CommonPrefixes: prefixes.map((Prefix) => ({Prefix})),
				});
				const parsed: unknown = parser.parse(xml);
				const {Contents = [], CommonPrefixes = []} = (
					parsed as {
						ListBucketResult: {
							Contents?: Record<string, string>[];
							CommonPrefixes?: {Prefix: string}[];
						};
					}
				).ListBucketResult;
				const read = readListing(xml);
				assert.equal(read.complete, true);
				assert.equal(read.truncated, truncated);
				assert.equal(read.continuation, 'a+b/c==');
				assert.deepEqual(
					read.objects.map(({key, size, etag}) => [key, size, etag]),
					Contents.map(({Key, Size, ETag}) => [Key, Number(Size), ETag]),
				);
				assert.deepEqual(
					read.folders,
					CommonPrefixes.map(({Prefix}) => Prefix),
				);
			}),
		);
	});

	test('reads every key back that was put in, url-encoded ones too', () => {
		const anyKey = fc.string({unit: 'grapheme', minLength: 1, maxLength: 30});
		const encode = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
		fc.assert(
			fc.property(fc.array(fc.tuple(row, anyKey)), (pairs) => {
				const rows = pairs.map(([facts, key]) => ({...facts, Key: encode(key)}));
				const read = readListing(page(rows, {EncodingType: 'url'}));
				assert.deepEqual(
					read.objects.map(({key}) => key),
					pairs.map(([, key]) => key.toWellFormed()),
				);
			}),
		);
	});

	test('reads rows in any dress the same: plain ones at once, all others as XML', () => {
		const field = fc.oneof(
			{
				weight: 6,
				arbitrary: row.map((fields) => ({xml: builder.build({Contents: fields})})),
			},
			fc
				.constantFrom(
					'<Contents><Key>a</Key><Owner><ID>1</ID><DisplayName>Key</DisplayName></Owner><Size>2</Size></Contents>',
					'<Contents><Key>ice</Key><StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus></Contents>',
					'<Contents>\n<Key>thawed</Key>\n<RestoreStatus>\n<IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-12-01T00:00:00.000Z</RestoreExpiryDate>\n</RestoreStatus></Contents>',
					'<Contents><RestoreStatus/><Key>odd</Key></Contents>',
					'<Contents>\n\t<Key>b&amp;c</Key>\n\t<Size>3</Size>\n</Contents>',
					'<Contents><Size>4</Size><Key>early</Key><Key>late</Key></Contents>',
					'<Contents><Key/><Size>5</Size></Contents>',
					'<Contents></Contents>',
					'<Contents/>',
					'<Contents a="1"><Key>attribute</Key></Contents>',
					'<Contents><Key>x<b>y</b></Key></Contents>',
					'<Contents><Key><![CDATA[</Key>]]></Key></Contents>',
					'<Contents><ETag>&quot;</ETag><Key>half</Key></Contents>',
					'<Contents><ETag>&quot;&quot;</ETag><Key>empty</Key></Contents>',
					'<Contents>text<Key>t</Key></Contents>',
					'<Contents><Owner><Contents><Key>inner</Key></Contents></Owner><Key>outer</Key></Contents>',
					'<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>',
					'<!-- <Contents><Key>no</Key></Contents> -->',
					'<Other><Contents><Key>deep</Key></Contents></Other>',
					'<Contents><Key>100%25+x</Key></Contents>',
				)
				.map((xml) => ({xml})),
		);
		fc.assert(
			fc.property(
				fc.array(field, {maxLength: 6}),
				fc.boolean(),
				fc.boolean(),
				(fields, encoded, spaced) => {
					const head = encoded ? '<EncodingType>url</EncodingType>' : '';
					const rows = fields.map(({xml}) => xml).join(spaced ? '\n  ' : '');
					const document = (note: string) =>
						`<ListBucketResult>${head}${note}${rows}<IsTruncated>false</IsTruncated></ListBucketResult>`;
					// a comment has the whole document walked
					assert.deepEqual(readListing(document('')), readListing(document('<!-- -->')));
				},
			),
			{numRuns: 1000},
		);
	});

	test('a document that is cut off anywhere is never complete', () => {
		const xml = page([
			{Key: 'a&b', Size: 1, ETag: '"x"', LastModified: '2025-11-19T13:31:00Z', StorageClass: 'S'},
		]).trimEnd();
		assert.equal(readListing(xml).complete, true);
		for (let length = 0; length < xml.length; length++)
			assert.equal(readListing(xml.slice(0, length)).complete, false, xml.slice(0, length));
	});
});

describe('forms that other servers write', () => {
	test('namespaces, attributes, comments, CDATA, empty elements and owners', () => {
		const read = readListing(`<?xml version='1.0'?><!-- hi > there -->
			<s3:ListBucketResult xmlns:s3="http://s3/" note="a>b">
				<s3:IsTruncated>false</s3:IsTruncated><NextContinuationToken/>
				<s3:Contents>
					<s3:Owner><s3:ID>me</s3:ID><s3:Key>not a key</s3:Key></s3:Owner>
					<s3:Key><![CDATA[a<b>&amp;]]></s3:Key><s3:Size>12</s3:Size>
					<s3:ETag>&quot;x&quot;</s3:ETag><StorageClass />
					<s3:LastModified>2025-11-19T13:31:00Z</s3:LastModified>
				</s3:Contents>
				<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>
			</s3:ListBucketResult>`);
		assert.deepEqual(read, {
			objects: [
				{key: 'a<b>&amp;', size: 12, etag: '"x"', modified: Date.UTC(2025, 10, 19, 13, 31)},
			],
			folders: ['p/'],
			truncated: false,
			continuation: undefined,
			complete: true,
		});
	});

	test('character references and unknown entities', () => {
		const read = readListing(
			'<ListBucketResult><Contents><Key>&#65;&#x1F600;&apos;&nope;&#x110000;</Key></Contents></ListBucketResult>',
		);
		assert.equal(read.objects[0]?.key, "A😀'&nope;&#x110000;");
	});

	test('another document is no listing', () => {
		assert.equal(readListing('<Error><Code>InternalError</Code></Error>').complete, false);
		assert.equal(readListing('<html></html>').complete, false);
		assert.equal(readListing('').complete, false);
	});

	test('plus is a space in url encoding, and broken encoding stays', () => {
		assert.equal(decodeUrl('a+b%2Bc%20d'), 'a b+c d');
		assert.equal(decodeUrl('100%'), '100%');
	});
});
