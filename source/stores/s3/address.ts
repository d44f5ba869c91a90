import type {StoreSpec} from '../../model/job-spec.ts';

/** Where a request goes: `origin` as in a URL, `host` as the Host header, `path` encoded and starting with `/`. */
export type Address = {readonly origin: string; readonly host: string; readonly path: string};

const plainKey = /^[\w\-.~/]*$/;

const escapeRest = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** RFC 3986 percent encoding: everything but letters, digits and `-._~`. */
export function encodeText(text: string): string {
	return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, escapeRest);
}

/** A key as a path: each segment encoded, `/` kept, nothing normalised (`a//b` and `..` are keys of their own). */
export function encodeKey(key: string): string {
	return plainKey.test(key) ? key : encodeText(key).replaceAll('%2F', '/');
}

/** `name=value` pairs in the order that a signature wants them. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
	return Object.entries(query)
		.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`)
		.sort()
		.join('&');
}

const regionForm = /^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/;

/** Regions become part of a host name, and answers may name them: nothing else than a plain label passes. */
export function isRegion(region: string | undefined): region is string {
	return region !== undefined && regionForm.test(region);
}

/** DNS suffix of the AWS partition that a region belongs to. */
function awsDomain(region: string): string {
	if (region.startsWith('cn-')) return 'amazonaws.com.cn';
	if (region.startsWith('us-isob-')) return 'sc2s.sgov.gov';
	if (region.startsWith('us-isof-')) return 'csp.hci.ic.gov';
	if (region.startsWith('us-iso-')) return 'c2s.ic.gov';
	if (region.startsWith('eu-isoe-')) return 'cloud.adc-e.uk';
	if (region.startsWith('eusc-')) return 'amazonaws.eu';
	return 'amazonaws.com';
}

/** The service's own URL, without a bucket. */
export function serviceUrl(spec: StoreSpec, region: string): string {
	return spec.endpoint ?? `https://s3.${region}.${awsDomain(region)}`;
}

/** A bucket that can stand in a host name, without dots that the wildcard certificate would not cover. */
const hostBucket = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** Path style for other people's endpoints and for buckets that don't fit a host name, as the AWS SDKs do. */
export function usesPathStyle(spec: StoreSpec, bucket: string): boolean {
	if (spec.forcePathStyle ?? spec.endpoint !== undefined) return true;
	return !hostBucket.test(bucket);
}

type Base = {readonly protocol: string; readonly host: string; readonly path: string};

/** Makes a function from bucket, region and key to address; what doesn't change with the key is kept. */
export function addressBook(
	spec: StoreSpec,
): (bucket: string, region: string, key: string) => Address {
	const known = new Map<string, Address>();
	const compute = (bucket: string, region: string): Address => {
		const base = readBase(serviceUrl(spec, region));
		const pathStyle = usesPathStyle(spec, bucket);
		const host = pathStyle ? base.host : `${bucket}.${base.host}`;
		const path = pathStyle ? `${base.path}/${encodeText(bucket)}/` : `${base.path}/`;
		return {origin: `${base.protocol}//${host}`, host, path};
	};
	return (bucket, region, key) => {
		const id = `${region}/${bucket}`;
		let address = known.get(id);
		if (address === undefined) known.set(id, (address = compute(bucket, region)));
		return {origin: address.origin, host: address.host, path: address.path + encodeKey(key)};
	};
}

function readBase(url: string): Base {
	const {protocol, host, pathname} = new URL(url);
	return {protocol, host, path: pathname.replace(/\/+$/, '')};
}
