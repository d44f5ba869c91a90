import {objectKey, type ObjectKey} from './brand.ts';
import {MusterError} from './error.ts';
import {safeText} from './safe-text.ts';

/** What an S3 URL says. `endpoint` is the origin of a store other than AWS. */
export type ObjectUrl = {
	readonly bucket: string;
	readonly key: ObjectKey;
	readonly region?: string;
	readonly endpoint?: string;
	readonly versionId?: string;
};

/** Bucket and prefix of the SOURCE argument; `prefix` may be ''. */
export type Source = {
	readonly bucket: string;
	readonly prefix: string;
	readonly region?: string;
	readonly endpoint?: string;
};

type Options = {
	/** endpoint of the store in use: URLs below it are read as its objects */
	readonly endpoint?: string;
};

type Place = Omit<ObjectUrl, 'key'> & {readonly key: string};

const bucketName = /^[a-z\d][a-z\d._-]{0,254}$/i;
const scheme = /^s3[an]?:\/\/([^/]*)(?:\/([^]*))?$/i;
const arn = /^arn:aws(?:-[a-z-]+)?:s3:::([^/:]+)(?:\/([^]*))?$/;
const web =
	/^(https?):\/\/(?:[^/?#@]*@)?(\[[\da-f:.]+\]|[^/?#:@]+)(:\d+)?(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/is;
/**
 * Hosts of "Making requests to Amazon S3 over the internet": virtual-host and path style, dual
 * stack, FIPS, accelerate, legacy dash regions. Greedy, so a bucket may hold dots.
 */
const awsHost =
	/^(?:(?<bucket>.+)\.)?s3(?:-(?:accelerate|fips|external-1))?(?:\.dualstack)?(?:[.-](?<region>[a-z]{2,4}(?:-[a-z]+)+-\d+))?\.amazonaws\.com(?:\.cn)?$/;
const secretNames =
	/(?:^|[&;])(?:x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid|googleaccessid|signature|sig)=/i;

/**
 * Reads every usual form of an S3 object's address: `s3://`, `s3a://`, `s3n://`, `arn:aws:s3:::`,
 * virtual-host and path-style URLs of AWS, presigned ones (their query is dropped), and path-style
 * or virtual-host URLs of `options.endpoint`, of localhost and of bare IP addresses.
 *
 * Keys of `s3://` and ARNs are literal, as in the AWS CLI; those of `http(s)` are percent-decoded
 * (`+` stays plus, a broken escape stays as it is). Undefined: not such an address, or without a key.
 */
export function parseObjectUrl(text: string, options: Options = {}): ObjectUrl | undefined {
	const place = parsePlace(text, options);
	if (place === undefined || place.key === '') return undefined;
	return {...place, key: objectKey(place.key)};
}

/** Reads SOURCE (`s3://bucket/prefix`, or any form that `parseObjectUrl` knows). Throws `usage`. */
export function parseSource(text: string, options: Options = {}): Source {
	const place = parsePlace(text.trim(), options);
	if (place !== undefined) {
		const {key, versionId: _, ...rest} = place;
		return {...rest, prefix: key};
	}

	throw new MusterError('usage', `"${safeText(withoutSecrets(text))}" is not a place in S3.`, {
		hint: sourceHint(text.trim()),
	});
}

/**
 * The same text without what must not be kept: the signed query of a presigned URL and a user name
 * or password before a host. Other text stays as it is.
 */
export function withoutSecrets(text: string): string {
	if (!text.includes('://')) return text;
	const open = text.replace(/(\b[a-z][a-z\d+.-]*:\/\/)[^\s/?#@"'<>]+@/gi, '$1');
	if (!secretNames.test(open.replaceAll('?', '&'))) return open;
	return open.replace(/(:\/\/[^?"'<>]*)\?([^\s"'<>#]*)/g, (whole, before: string, query: string) =>
		secretNames.test(query) ? before : whole,
	);
}

/** Percent-decodes a URL path; `+` is no space there, and what is no valid escape stays raw. */
export function decodePath(path: string): string {
	return path.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
		try {
			return decodeURIComponent(escapes);
		} catch {
			return escapes;
		}
	});
}

function parsePlace(text: string, options: Options): Place | undefined {
	const direct = scheme.exec(text);
	if (direct !== null) return literal(direct[1] ?? '', direct[2] ?? '');
	const named = arn.exec(text);
	if (named !== null) return literal(named[1] ?? '', named[2] ?? '');
	return parseWeb(text, options);
}

/** `s3://` and ARNs: nothing is escaped. Only a version and a signature are told apart from the key. */
function literal(bucket: string, rest: string): Place | undefined {
	if (!bucketName.test(bucket)) return undefined;
	const mark = rest.lastIndexOf('?');
	if (mark === -1) return {bucket, key: rest};
	const query = rest.slice(mark + 1);
	const versionId = /^versionId=([^&=]+)$/.exec(query)?.[1];
	if (versionId !== undefined) return {bucket, key: rest.slice(0, mark), versionId};
	return {bucket, key: secretNames.test(query) ? rest.slice(0, mark) : rest};
}

function parseWeb(text: string, options: Options): Place | undefined {
	const parts = web.exec(text);
	if (parts === null) return undefined;
	const [, protocol = '', rawHost = '', port = '', path = '', query = ''] = parts;
	const host = rawHost.toLowerCase();
	const version = new URLSearchParams(query).get('versionId');
	const extra = version === null || version === '' ? {} : {versionId: version};

	const aws = awsHost.exec(host);
	if (aws !== null) {
		const {bucket, region} = aws.groups ?? {};
		const place = split(bucket, path);
		return place && {...place, ...(region === undefined ? {} : {region}), ...extra};
	}

	const base = ownHost(host, port, protocol, options.endpoint);
	if (base === undefined) return undefined;
	const origin = `${protocol.toLowerCase()}://${base}${port}`;
	const bucket = host === base ? undefined : host.slice(0, -base.length - 1);
	const place = split(bucket, path);
	return place && {...place, endpoint: origin, ...extra};
}

/** Takes the bucket off the path unless the host named it. */
function split(bucket: string | undefined, path: string): Place | undefined {
	if (bucket !== undefined) {
		return bucketName.test(bucket) ? {bucket, key: decodePath(path)} : undefined;
	}

	const slash = path.indexOf('/');
	const first = decodePath(slash === -1 ? path : path.slice(0, slash));
	if (!bucketName.test(first)) return undefined;
	return {bucket: first, key: slash === -1 ? '' : decodePath(path.slice(slash + 1))};
}

/** The host of a store that is not AWS (without a bucket before it), if this is one. */
function ownHost(
	host: string,
	port: string,
	protocol: string,
	endpoint: string | undefined,
): string | undefined {
	if (endpoint !== undefined && URL.canParse(endpoint)) {
		const known = new URL(endpoint);
		const samePort = portOf(port.slice(1), protocol) === portOf(known.port, known.protocol);
		if (samePort && host === known.hostname) return known.hostname;
		if (samePort && host.endsWith(`.${known.hostname}`)) return known.hostname;
	}

	if (host === 'localhost' || host.endsWith('.localhost')) return 'localhost';
	return host.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) ? host : undefined;
}

function portOf(port: string, protocol: string): string {
	if (port !== '') return port;
	return /^https/i.test(protocol) ? '443' : '80';
}

function sourceHint(text: string): string {
	if (/^(?:gs|az|hf):\/\//i.test(text)) {
		return 'This version reads S3 only: write s3://bucket/prefix.';
	}

	if (/^s3[an]?:\/\/\/?$/i.test(text)) return 'Name the bucket: s3://bucket/prefix.';
	if (/^s3[an]?:\/\//i.test(text)) {
		return 'A bucket name holds letters, digits, dots and hyphens: s3://bucket/prefix.';
	}

	if (/^https?:/i.test(text)) {
		return 'Write s3://bucket/prefix; for a store other than AWS give its address with --endpoint-url.';
	}

	const path = text.replace(/^s3:?\/*/i, '').replace(/^\/+/, '');
	return bucketName.test(path.split('/')[0] ?? '')
		? `Did you mean s3://${safeText(path)}?`
		: 'Write it as s3://bucket/prefix.';
}
