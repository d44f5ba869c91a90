import type {IncomingMessage} from 'node:http';
import type {Address} from './address.ts';
import type {Answer} from './answer.ts';
import {textBody} from './answer.ts';
import type {Query} from './canonical.ts';
import {listDocument, listRequest} from './listing.ts';
import {objectAnswer} from './object-answer.ts';
import {S3Error, accessDenied} from './s3-error.ts';
import type {Signer} from './signature.ts';
import type {Operation, SandboxBucket, SandboxObject} from './types.ts';
import {escapeXml} from './xml.ts';

/** What operations read: the buckets, and objects as they are now (they may have been changed). */
export type Stock = {
	readonly region: string;
	readonly listBuckets: boolean;
	bucket(name: string): SandboxBucket | undefined;
	buckets(): readonly SandboxBucket[];
	object(bucket: SandboxBucket, key: string): SandboxObject | undefined;
};

export type Call = {
	readonly request: IncomingMessage;
	readonly operation: Operation;
	readonly address: Address;
	readonly query: Query;
	/** undefined: anonymous */
	readonly signer: Signer | undefined;
};

const has = (query: Query, name: string) => query.some(([key]) => key === name);

/** Which S3 operation a request asks for. */
export function operationOf(method: string, address: Address, query: Query): Operation {
	const {bucket, key} = address;
	if (bucket === undefined) return method === 'GET' ? 'ListBuckets' : 'Other';
	if (method === 'HEAD') return key === undefined ? 'HeadBucket' : 'HeadObject';
	if (method !== 'GET') return 'Other';
	if (key !== undefined)
		return subresources.some((name) => has(query, name)) ? 'Other' : 'GetObject';
	if (has(query, 'location')) return 'GetBucketLocation';
	return has(query, 'list-type') ? 'ListObjectsV2' : 'Other';
}

const subresources = ['acl', 'tagging', 'attributes', 'torrent', 'uploadId', 'versionId'];

/** Answers an authenticated call. Throws S3Error. */
export function perform(call: Call, stock: Stock): Answer {
	if (call.operation === 'Other') {
		throw new S3Error(
			501,
			'NotImplemented',
			'The sandbox reads buckets and objects and does nothing else.',
		);
	}
	if (call.operation === 'ListBuckets') return listBuckets(call, stock);
	const bucket = stock.bucket(call.address.bucket ?? '');
	if (bucket === undefined) {
		throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', {
			extra: {BucketName: call.address.bucket ?? ''},
		});
	}
	checkRegion(call, bucket);
	checkAccess(call, bucket);
	switch (call.operation) {
		case 'HeadBucket':
			requireList(bucket);
			return {status: 200, headers: regionHeader(bucket), body: undefined};
		case 'GetBucketLocation':
			return location(bucket);
		case 'ListObjectsV2': {
			requireList(bucket);
			const find = (key: string) => stock.object(bucket, key);
			const attributes = String(call.request.headers['x-amz-optional-object-attributes'] ?? '');
			const request = {
				...listRequest(call.query),
				restoration: attributes.includes('RestoreStatus'),
			};
			const document = listDocument(bucket, request, find);
			return xml(document, regionHeader(bucket));
		}
		default:
			return object(call, bucket, stock);
	}
}

function object(call: Call, bucket: SandboxBucket, stock: Stock): Answer {
	const key = call.address.key ?? '';
	const found = stock.object(bucket, key);
	if (found !== undefined) {
		const part = call.query.find(([name]) => name === 'partNumber')?.[1];
		const asked = part === undefined ? {} : {part: Number(part)};
		return objectAnswer(found, call.request.headers, {
			isHead: call.operation === 'HeadObject',
			...asked,
		});
	}
	// without the right to list, S3 doesn't tell whether a key exists
	requireList(bucket);
	throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', {extra: {Key: key}});
}

function requireList(bucket: SandboxBucket): void {
	if (!bucket.listable) throw accessDenied();
}

function checkAccess(call: Call, bucket: SandboxBucket): void {
	if (call.signer === undefined && !bucket.public) throw accessDenied();
	if (!bucket.requesterPays || call.request.headers['x-amz-request-payer'] === 'requester') return;
	if (!has(call.query, 'x-amz-request-payer')) throw accessDenied();
}

const regionHeader = (bucket: SandboxBucket) => ['x-amz-bucket-region', bucket.region];

/** A host of another region redirects; a signature for another region is malformed. */
function checkRegion(call: Call, bucket: SandboxBucket): void {
	const {hostRegion} = call.address;
	const headers = regionHeader(bucket);
	if (hostRegion !== undefined && hostRegion !== bucket.region) {
		const endpoint = `${bucket.name}.s3.${bucket.region}.amazonaws.com`;
		throw new S3Error(
			301,
			'PermanentRedirect',
			'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
			{headers, extra: {Endpoint: endpoint, Bucket: bucket.name}},
		);
	}
	if (call.signer === undefined || call.signer.region === bucket.region) return;
	if (call.operation === 'GetBucketLocation') return;
	throw new S3Error(
		400,
		'AuthorizationHeaderMalformed',
		`The authorization header is malformed; the region '${call.signer.region}' is wrong; expecting '${bucket.region}'`,
		{headers, extra: {Region: bucket.region}},
	);
}

const xml = (document: string, headers: readonly string[] = []): Answer => ({
	status: 200,
	headers: ['Content-Type', 'application/xml', ...headers],
	body: textBody(document),
});

function location(bucket: SandboxBucket): Answer {
	const text = bucket.region === 'us-east-1' ? '' : bucket.region;
	return xml(
		`<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`,
		regionHeader(bucket),
	);
}

function listBuckets(call: Call, stock: Stock): Answer {
	if (call.signer === undefined || !stock.listBuckets) throw accessDenied();
	const value = (name: string) => call.query.find(([key]) => key === name)?.[1];
	const after = value('continuation-token') ?? '';
	const prefix = value('prefix') ?? '';
	const region = value('bucket-region');
	const limit = Number(value('max-buckets') ?? 10_000);
	const all = stock
		.buckets()
		.filter((bucket) => bucket.name > after && bucket.name.startsWith(prefix))
		.filter((bucket) => region === undefined || bucket.region === region);
	const page = all.slice(0, limit);
	const last = page.at(-1);
	const token =
		last !== undefined && all.length > page.length
			? `<ContinuationToken>${last.name}</ContinuationToken>`
			: '';
	const rows = page.map(
		({name, created, region}) =>
			`<Bucket><Name>${escapeXml(name)}</Name><CreationDate>${new Date(created).toISOString()}</CreationDate><BucketRegion>${region}</BucketRegion></Bucket>`,
	);
	return xml(
		`<?xml version="1.0" encoding="UTF-8"?>\n<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>sandbox</ID></Owner><Buckets>${rows.join('')}</Buckets>${token}</ListAllMyBucketsResult>`,
	);
}
