import {createHash, createHmac, createSecretKey, timingSafeEqual} from 'node:crypto';
import type {KeyObject} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {canonicalHeaders, canonicalPath, canonicalQuery} from './canonical.ts';
import type {Query} from './canonical.ts';
import type {Identities} from './identities.ts';
import {S3Error, accessDenied} from './s3-error.ts';

/** Who signed a request, and for which region. */
export type Signer = {readonly accessKeyId: string; readonly region: string};

type Claim = {
	readonly accessKeyId: string;
	readonly day: string;
	readonly region: string;
	/** `20250314T092653Z` */
	readonly date: string;
	readonly signedHeaders: readonly string[];
	readonly signature: string;
	readonly payloadHash: string;
	readonly token: string | undefined;
	/** seconds; of a presigned URL */
	readonly lifetime: number | undefined;
};

export type SignedParts = {
	readonly request: IncomingMessage;
	/** decoded */
	readonly path: string;
	readonly query: Query;
};

const maxSkew = 15 * 60 * 1000;
const maxLifetime = 7 * 24 * 3600;
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Checks AWS Signature Version 4 in the header or the query by computing it again
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
 * Undefined: an anonymous request. Throws the S3Error that S3 answers with.
 */
export function verifySignature(
	parts: SignedParts,
	identities: Identities,
	now: number,
): Signer | undefined {
	const claim = headerClaim(parts.request) ?? queryClaim(parts);
	if (claim === undefined) return undefined;
	checkTime(claim, now);
	checkHeaders(parts.request, claim);
	const secret = identities.secretOf(claim.accessKeyId);
	checkSignature(parts, claim, secret);
	identities.admit(claim.accessKeyId, claim.token, now);
	return {accessKeyId: claim.accessKeyId, region: claim.region};
}

const authorization =
	/^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/;

function headerClaim(request: IncomingMessage): Claim | undefined {
	const {headers} = request;
	if (headers.authorization === undefined) return undefined;
	const match = authorization.exec(headers.authorization);
	if (match === null) {
		throw new S3Error(400, 'InvalidArgument', 'Unsupported Authorization Type');
	}
	const [, credential = '', signedHeaders = '', signature = ''] = match;
	const payloadHash = text(headers['x-amz-content-sha256']);
	if (payloadHash === undefined) {
		throw new S3Error(
			400,
			'InvalidRequest',
			'Missing required header for this request: x-amz-content-sha256',
		);
	}
	checkPayload(request, payloadHash);
	return {
		...readCredential(credential, 'AuthorizationHeaderMalformed'),
		date: text(headers['x-amz-date']) ?? '',
		signedHeaders: signedHeaders.split(';'),
		signature,
		payloadHash,
		token: text(headers['x-amz-security-token']),
		lifetime: undefined,
	};
}

function queryClaim({request, query}: SignedParts): Claim | undefined {
	const value = (name: string) => query.find(([key]) => key === name)?.[1];
	const algorithm = value('X-Amz-Algorithm');
	if (algorithm === undefined) return undefined;
	const lifetime = Number(value('X-Amz-Expires') ?? Number.NaN);
	if (algorithm !== 'AWS4-HMAC-SHA256' || !(lifetime >= 1 && lifetime <= maxLifetime)) {
		throw new S3Error(
			400,
			'AuthorizationQueryParametersError',
			'X-Amz-Algorithm must be AWS4-HMAC-SHA256 and X-Amz-Expires between 1 and 604800 seconds',
		);
	}
	return {
		...readCredential(value('X-Amz-Credential') ?? '', 'AuthorizationQueryParametersError'),
		date: value('X-Amz-Date') ?? '',
		signedHeaders: (value('X-Amz-SignedHeaders') ?? '').split(';'),
		signature: value('X-Amz-Signature') ?? '',
		payloadHash: text(request.headers['x-amz-content-sha256']) ?? 'UNSIGNED-PAYLOAD',
		token: value('X-Amz-Security-Token'),
		lifetime,
	};
}

const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

function readCredential(credential: string, code: string) {
	const [accessKeyId = '', day = '', region = '', service, terminator] = credential.split('/');
	if (service !== 's3' || terminator !== 'aws4_request' || !/^\d{8}$/.test(day)) {
		throw new S3Error(
			400,
			code,
			'The credential must be ACCESS-KEY/YYYYMMDD/REGION/s3/aws4_request.',
		);
	}
	return {accessKeyId, day, region};
}

// Nothing that the sandbox serves has a body, so the only hash that can be right is that of no bytes.
function checkPayload(request: IncomingMessage, hash: string): void {
	if (hash === 'UNSIGNED-PAYLOAD') return;
	const hasBody =
		Number(request.headers['content-length'] ?? 0) > 0 ||
		request.headers['transfer-encoding'] !== undefined;
	if (hash !== emptyHash && !hasBody) {
		throw new S3Error(
			400,
			'XAmzContentSHA256Mismatch',
			"The provided 'x-amz-content-sha256' header does not match what was computed.",
		);
	}
}

const amzDate = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

function readDate(date: string): number {
	const match = amzDate.exec(date);
	if (match === null) {
		throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
	}
	const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
		.slice(1)
		.map(Number);
	return Date.UTC(year, month - 1, day, hour, minute, second);
}

function checkTime(claim: Claim, now: number): void {
	const date = readDate(claim.date);
	if (!claim.date.startsWith(claim.day)) {
		throw new S3Error(
			403,
			'SignatureDoesNotMatch',
			'The date of the credential scope is not that of the request.',
		);
	}
	if (claim.lifetime === undefined) {
		if (Math.abs(now - date) <= maxSkew) return;
		throw new S3Error(
			403,
			'RequestTimeTooSkewed',
			'The difference between the request time and the current time is too large.',
			{
				extra: {
					RequestTime: claim.date,
					ServerTime: new Date(now).toISOString(),
					MaxAllowedSkewMilliseconds: String(maxSkew),
				},
			},
		);
	}
	if (date > now + maxSkew) throw accessDenied('Request is not valid yet');
	const end = date + claim.lifetime * 1000;
	if (now <= end) return;
	throw new S3Error(403, 'AccessDenied', 'Request has expired', {
		extra: {
			'X-Amz-Expires': String(claim.lifetime),
			Expires: new Date(end).toISOString(),
			ServerTime: new Date(now).toISOString(),
		},
	});
}

/** The host and every `x-amz-` header that is sent must be signed. */
function checkHeaders(request: IncomingMessage, claim: Claim): void {
	const signed = claim.signedHeaders;
	for (const name in request.headers) {
		if (name !== 'host' && !name.startsWith('x-amz-')) continue;
		if (signed.includes(name)) continue;
		// a presigned request may send the payload's hash unsigned
		if (claim.lifetime !== undefined && name === 'x-amz-content-sha256') continue;
		throw new S3Error(
			403,
			'AccessDenied',
			'There were headers present in the request which were not signed',
			{extra: {HeadersNotSigned: name}},
		);
	}
}

function checkSignature({request, path, query}: SignedParts, claim: Claim, secret: string): void {
	const canonical = [
		request.method ?? '',
		canonicalPath(path),
		canonicalQuery(query),
		canonicalHeaders(request, claim.signedHeaders),
		claim.signedHeaders.join(';'),
		claim.payloadHash,
	].join('\n');
	const scope = `${claim.day}/${claim.region}/s3/aws4_request`;
	const digest = createHash('sha256').update(canonical).digest('hex');
	const toSign = `AWS4-HMAC-SHA256\n${claim.date}\n${scope}\n${digest}`;
	const wanted = createHmac('sha256', signingKey(secret, claim.day, claim.region))
		.update(toSign)
		.digest();
	const given = Buffer.from(claim.signature, 'hex');
	if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
	throw new S3Error(
		403,
		'SignatureDoesNotMatch',
		'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
		{
			extra: {
				AWSAccessKeyId: claim.accessKeyId,
				StringToSign: toSign,
				SignatureProvided: claim.signature,
				CanonicalRequest: canonical,
			},
		},
	);
}

const keys = new Map<string, KeyObject>();

/** Signing keys change once a day, so the four HMACs are remembered. */
function signingKey(secret: string, day: string, region: string): KeyObject {
	const name = `${secret}/${day}/${region}`;
	let key = keys.get(name);
	if (key === undefined) {
		const bytes = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
			(previous, part) => createHmac('sha256', previous).update(part).digest(),
			Buffer.from(`AWS4${secret}`),
		);
		key = createSecretKey(bytes);
		if (keys.size >= 100) keys.clear();
		keys.set(name, key);
	}
	return key;
}
