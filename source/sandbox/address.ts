import {S3Error} from './s3-error.ts';

/** Where a request points. `key` is undefined for the bucket itself, `bucket` for the service. */
export type Address = {
	readonly bucket: string | undefined;
	readonly key: string | undefined;
	/** named by an amazonaws.com host */
	readonly hostRegion: string | undefined;
	/** decoded, for the signature */
	readonly path: string;
};

type HostParts = {readonly bucket?: string; readonly region?: string};

/** Reads the bucket and key from the `Host` header (virtual-host style) or the path (path style). */
export function addressOf(host: string, rawPath: string): Address {
	const path = decodePath(rawPath);
	const {bucket: hostBucket, region} = hostParts(host);
	const rest = path.slice(1);
	if (hostBucket !== undefined) {
		return {bucket: hostBucket, key: rest === '' ? undefined : rest, hostRegion: region, path};
	}
	const slash = rest.indexOf('/');
	const bucket = slash === -1 ? rest : rest.slice(0, slash);
	const key = slash === -1 ? '' : rest.slice(slash + 1);
	return {
		bucket: bucket === '' ? undefined : bucket,
		key: key === '' ? undefined : key,
		hostRegion: region,
		path,
	};
}

function decodePath(rawPath: string): string {
	try {
		return decodeURIComponent(rawPath);
	} catch {
		throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
	}
}

const amazon =
	/^(?:(?<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?(?<region>[a-z0-9-]+))?\.amazonaws\.com$/;

/** `bucket.localhost`, `bucket.s3.localhost`, `bucket.s3.REGION.amazonaws.com`; anything else is path style. */
function hostParts(host: string): HostParts {
	const name = host.replace(/:\d+$/, '').toLowerCase();
	const groups = amazon.exec(name)?.groups;
	if (groups !== undefined) return groups;
	if (!name.endsWith('.localhost')) return {};
	const bucket = name.slice(0, -'.localhost'.length).replace(/(?:^|\.)s3$/, '');
	return bucket === '' ? {} : {bucket};
}
