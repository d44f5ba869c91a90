import type {Answer, Credentials, SignedRequest, StoreWire} from '../types.ts';
import {addressBook, encodeQuery, isRegion} from './address.ts';
import {RequestSigner} from './signature.ts';

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
	/** `credentials` undefined: anonymous, nothing is signed. */
	sign(request: PlainRequest, credentials: Credentials | undefined): SignedRequest;
	learn(bucket: string, answer: Pick<Answer, 'region' | 'clockOffset'>): void;
	region(bucket: string): string;
	/** milliseconds to add to the local clock */
	clockOffset(): number;
	regions(): Readonly<Record<string, string>>;
};

export const defaultRegion = 'us-east-1';

/** Addresses and signs requests; see `RequestSigner` for the signature itself. */
export function createSigner(wire: StoreWire): Signer {
	const {spec} = wire;
	const address = addressBook(spec);
	const regions = new Map(Object.entries(wire.regions).filter(([, region]) => isRegion(region)));
	const home = isRegion(spec.region) ? spec.region : defaultRegion;
	let offset = wire.clockOffset;
	const regionOf = (bucket: string) => regions.get(bucket) ?? home;

	return {
		sign({method, bucket, key, query, headers: more}, credentials) {
			const region = regionOf(bucket);
			const {origin, host, path} = address(bucket, region, key);
			const headers = {
				host,
				...(spec.requestPayer === true && {'x-amz-request-payer': 'requester'}),
				...more,
			};
			return {
				origin,
				path: query === undefined ? path : `${path}?${encodeQuery(query)}`,
				headers:
					credentials === undefined
						? Object.entries(headers).flat()
						: signerOf(credentials).sign(
								{method, path, query, headers},
								region,
								Date.now() + offset,
							),
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
const signers = new WeakMap<Credentials, RequestSigner>();

function signerOf(credentials: Credentials): RequestSigner {
	let signer = signers.get(credentials);
	if (signer === undefined) signers.set(credentials, (signer = new RequestSigner(credentials)));
	return signer;
}
