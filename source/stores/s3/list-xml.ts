import {objectKey} from '../../model/brand.ts';
import type {ObjectInfo} from '../../model/object.ts';
import {walkXml} from './xml.ts';

/** One page of ListObjectsV2 as it was read; `complete` is false when the document was cut off or is another one. */
export type ListingPage = {
	readonly objects: ObjectInfo[];
	readonly folders: string[];
	readonly truncated: boolean;
	readonly continuation: string | undefined;
	readonly complete: boolean;
};

type Fields = Record<string, string>;

/**
 * Reads a ListObjectsV2 answer. The SDK's deserialiser takes some 22 ms a page of 1,000 keys, which
 * is what a fast listing would spend its time on; this walk takes 2 to 3 ms.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function readListing(xml: string): ListingPage {
	const rows: Fields[] = [];
	const folders: string[] = [];
	let page: Fields = {};
	let row: Fields = {};
	let root = '';
	let parent = '';
	const complete = walkXml(xml, {
		open(name, depth) {
			if (depth === 1) root = name;
			if (depth === 2) {
				parent = name;
				row = {};
			}
		},
		close(name, depth, text) {
			if (depth === 3) row[name] = text;
			if (depth !== 2) return;
			if (parent === 'Contents') rows.push(row);
			else if (parent === 'CommonPrefixes') folders.push(row['Prefix'] ?? '');
			else page[name] = text;
		},
	});
	const decode = page['EncodingType'] === 'url' ? decodeUrl : (text: string) => text;
	return {
		objects: rows.map((fields) => objectInfo(fields, decode)),
		folders: folders.map(decode),
		truncated: page['IsTruncated'] === 'true',
		continuation: page['NextContinuationToken'] || undefined,
		complete: complete && root === 'ListBucketResult',
	};
}

function objectInfo(fields: Fields, decode: (text: string) => string): ObjectInfo {
	const modified = Date.parse(fields['LastModified'] ?? '');
	return {
		key: objectKey(decode(fields['Key'] ?? '')),
		size: Number(fields['Size'] ?? 0),
		...(fields['ETag'] ? {etag: fields['ETag']} : {}),
		...(Number.isNaN(modified) ? {} : {modified}),
		...(fields['StorageClass'] ? {storageClass: fields['StorageClass']} : {}),
	};
}

/** `encoding-type=url` is form encoding: a space is `+`. What is no valid encoding stays as it is. */
export function decodeUrl(text: string): string {
	if (!/[%+]/.test(text)) return text;
	const spaced = text.replaceAll('+', ' ');
	try {
		return decodeURIComponent(spaced);
	} catch {
		return spaced;
	}
}
