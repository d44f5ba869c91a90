import type {DigestAlgorithm, ObjectDigest} from '../../model/object.ts';
import type {ResponseHeaders} from '../types.ts';

/** Cheapest and strongest first; all of them beat an ETag. */
const algorithms = [
	'crc64nvme',
	'crc32c',
	'crc32',
	'sha256',
	'sha1',
] as const satisfies readonly DigestAlgorithm[];

/** Base64 of the digest, and for a composite one `-` with the number of parts. */
const checksumForm = /^[A-Za-z0-9+/]+=*(-\d+)?$/;

/**
 * The digest to hold an object against, from the headers of its GET or HEAD answer: full checksums
 * before composite ones, then the MD5 that most ETags are. A composite value
 * keeps its `-N` (number of parts). An answer with only a part of the object describes that part in
 * its checksum headers, so only the ETag counts there: ask with HEAD for a large object's checksum.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function bestDigest(headers: ResponseHeaders, size: number): ObjectDigest | undefined {
	const found = isPartial(headers, size) ? [] : checksums(headers);
	return found.find(({kind}) => kind === 'full') ?? found[0] ?? etagDigest(headers);
}

function checksums(headers: ResponseHeaders): ObjectDigest[] {
	const composite = one(headers['x-amz-checksum-type'])?.toUpperCase() === 'COMPOSITE';
	return algorithms.flatMap((algorithm) => {
		const value = one(headers[`x-amz-checksum-${algorithm}`]);
		const match = value === undefined ? null : checksumForm.exec(value);
		if (value === undefined || match === null) return [];
		const kind = composite || match[1] !== undefined ? 'composite' : 'full';
		return [{algorithm, value, encoding: 'base64', kind}];
	});
}

/**
 * The MD5 in an ETag, or the MD5 of the parts' MD5s with their number, unless the object's encryption
 * makes the ETag something else.
 */
function etagDigest(headers: ResponseHeaders): ObjectDigest | undefined {
	const etag = one(headers['etag'])?.replace(/^"(.*)"$/, '$1');
	const form = /^[0-9a-f]{32}(-\d{1,5})?$/i.exec(etag ?? '');
	if (etag === undefined || form === null) return undefined;
	if (one(headers['x-amz-server-side-encryption'])?.startsWith('aws:kms')) return undefined;
	if (headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined) return undefined;
	const value = etag.toLowerCase();
	if (form[1] === undefined) return {algorithm: 'md5', value, encoding: 'hex', kind: 'full'};
	// Other stores mark with `-1` an ETag that is no MD5 (MinIO), and encrypt without saying how.
	const isEncrypted = headers['x-amz-server-side-encryption'] !== undefined;
	if (form[1] === '-1' || (isEncrypted && one(headers['server']) !== 'AmazonS3')) return undefined;
	return {algorithm: 'md5', value, encoding: 'hex', kind: 'composite'};
}

function isPartial(headers: ResponseHeaders, size: number): boolean {
	const range = one(headers['content-range']);
	return range !== undefined && !range.startsWith(`bytes 0-${size - 1}/`);
}

function one(value: string | string[] | undefined): string | undefined {
	return typeof value === 'string' ? value : value?.[0];
}
