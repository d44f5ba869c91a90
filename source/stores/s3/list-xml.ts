import type {ObjectInfo} from '../../model/object.ts';
import {isoTime} from './iso-time.ts';
import {objectInfo, readPlainRows, restoreOf} from './list-rows.ts';
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
 * Reads a ListObjectsV2 answer. The rows are read as plain text where they look as they nearly
 * always do; the rest of the document, and any document that looks different, is walked as XML.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function readListing(xml: string): ListingPage {
	// may be wrong in a document that only looks like this; the walk has the last word on it
	const encoded = xml.includes('<EncodingType>url</EncodingType>');
	const run = readPlainRows(xml, encoded ? decodeUrl : asItIs);
	if (run !== undefined) {
		const rest = walkListing(`${xml.slice(0, run.start)}<Contents/>${xml.slice(run.end)}`);
		// the stand-in came up where rows belong, and nowhere else
		const [standIn, ...others] = rest.rows;
		const isRight = others.length === 0 && standIn !== undefined && isEmpty(standIn);
		if (isRight && rest.encoded === encoded) return {...pageOf(rest), objects: run.objects};
	}
	const walked = walkListing(xml);
	const decode = walked.encoded ? decodeUrl : asItIs;
	return {...pageOf(walked), objects: walked.rows.map((fields) => rowInfo(fields, decode))};
}

type Walked = {
	readonly rows: readonly Fields[];
	readonly folders: readonly string[];
	readonly page: Fields;
	readonly encoded: boolean;
	readonly complete: boolean;
};

function walkListing(xml: string): Walked {
	const rows: Fields[] = [];
	const folders: string[] = [];
	const page: Fields = {};
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
			else if (depth === 4 && name === 'IsRestoreInProgress') row[name] = text;
			if (depth !== 2) return;
			if (parent === 'Contents') rows.push(row);
			else if (parent === 'CommonPrefixes') folders.push(row['Prefix'] ?? '');
			else page[name] = text;
		},
	});
	const encoded = page['EncodingType'] === 'url';
	return {rows, folders, page, encoded, complete: complete && root === 'ListBucketResult'};
}

function pageOf({folders, page, encoded, complete}: Walked): Omit<ListingPage, 'objects'> {
	return {
		folders: folders.map(encoded ? decodeUrl : asItIs),
		truncated: page['IsTruncated'] === 'true',
		continuation: page['NextContinuationToken'] || undefined,
		complete,
	};
}

function rowInfo(fields: Fields, decode: (text: string) => string): ObjectInfo {
	return objectInfo(
		decode(fields['Key'] ?? ''),
		Number(fields['Size'] ?? 0),
		fields['ETag'] ?? '',
		isoTime(fields['LastModified'] ?? ''),
		fields['StorageClass'] ?? '',
		restoreOf(fields['IsRestoreInProgress'] ?? ''),
	);
}

const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0;
const asItIs = (text: string): string => text;

/** `encoding-type=url` is form encoding: a space is `+`. What is no valid encoding stays as it is. */
export function decodeUrl(text: string): string {
	if (!text.includes('%') && !text.includes('+')) return text;
	const spaced = text.replaceAll('+', ' ');
	if (!spaced.includes('%')) return spaced;
	try {
		return decodeURIComponent(spaced);
	} catch {
		return spaced;
	}
}
