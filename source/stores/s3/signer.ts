import {HttpRequest} from '@smithy/protocol-http';
import {SignatureV4} from '@smithy/signature-v4';
import type {Answer, Credentials, SignedRequest, StoreWire} from '../types.ts';
import {addressBook, encodeQuery, isRegion} from './address.ts';
import {Sha256} from './sha256.ts';

/** A request without a body, before it is signed. Header names in lower case. */
export type PlainRequest = {
	readonly method: 'GET' | 'HEAD';
	readonly bucket: string;
	/** '' addresses the bucket itself */
	readonly key: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly headers?: Readonly<Record<string, string>>;
};

/** Signs requests for one store and remembers what its answers taught: regions and the server's clock. */
export type Signer = {
	sign(request: PlainRequest, credentials: Credentials | undefined): Promise<SignedRequest>;
	learn(bucket: string, answer: Pick<Answer, 'region' | 'clockOffset'>): void;
	region(bucket: string): string;
	/** milliseconds to add to the local clock */
	clockOffset(): number;
	regions(): Readonly<Record<string, string>>;
};

const emptyPayload = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const defaultRegion = 'us-east-1';

/**
 * AWS Signature Version 4 in its S3 dialect (path encoded once, payload hash as a header), by the
 * SDK's own signer. Measured on Node 24: about 30 µs a signature.
 */
export function createSigner(wire: StoreWire): Signer {
	const {spec} = wire;
	const address = addressBook(spec);
	const regions = new Map(Object.entries(wire.regions).filter(([, region]) => isRegion(region)));
	const home = isRegion(spec.region) ? spec.region : defaultRegion;
	let offset = wire.clockOffset;
	const regionOf = (bucket: string) => regions.get(bucket) ?? home;

	return {
		async sign(request, credentials) {
			const region = regionOf(request.bucket);
			const {origin, host, path} = address(request.bucket, region, request.key);
			const query = request.query;
			const headers: Record<string, string> = {host, 'x-amz-content-sha256': emptyPayload};
			if (spec.requestPayer === true) headers['x-amz-request-payer'] = 'requester';
			Object.assign(headers, request.headers);
			const signed =
				credentials === undefined
					? headers
					: await authorise(
							new HttpRequest({method: request.method, path, headers, ...(query && {query})}),
							credentials,
							region,
							new Date(Date.now() + offset),
						);
			return {
				origin,
				path: query === undefined ? path : `${path}?${encodeQuery(query)}`,
				headers: Object.entries(signed).flat(),
			};
		},
		learn(bucket, answer) {
			if (isRegion(answer.region)) regions.set(bucket, answer.region);
			if (answer.clockOffset !== undefined) offset = answer.clockOffset;
		},
		region: regionOf,
		clockOffset: () => offset,
		regions: () => Object.fromEntries(regions),
	};
}

/** One signer for each set of credentials; they are frozen records that live as long as a session. */
const signers = new WeakMap<Credentials, SignatureV4>();

async function authorise(
	request: HttpRequest,
	credentials: Credentials,
	signingRegion: string,
	signingDate: Date,
): Promise<Record<string, string>> {
	let signer = signers.get(credentials);
	if (signer === undefined) {
		const {accessKeyId, secretAccessKey, sessionToken} = credentials;
		signer = new SignatureV4({
			service: 's3',
			region: defaultRegion,
			credentials: {accessKeyId, secretAccessKey, ...(sessionToken && {sessionToken})},
			sha256: Sha256,
			uriEscapePath: false,
		});
		signers.set(credentials, signer);
	}
	const signed = await signer.sign(request, {signingRegion, signingDate});
	return signed.headers;
}
