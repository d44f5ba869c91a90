import type {ObjectDigest} from '../../source/model/object.ts';
import type {
	Answer,
	RequestWriter,
	ResponseHeaders,
	StoreProvider,
} from '../../source/stores/types.ts';

/*
 * A store that speaks plain HTTP with the fake server beside it, loaded by transfer threads through
 * its URL. Digests come as `x-digest: algorithm value`.
 */
function digest(headers: ResponseHeaders): ObjectDigest | undefined {
	const [algorithm, value, kind] = String(headers['x-digest'] ?? '').split(' ');
	if (!algorithm || !value) return undefined;
	return {
		algorithm: algorithm as ObjectDigest['algorithm'],
		value,
		encoding: algorithm === 'md5' ? 'hex' : 'base64',
		kind: kind === 'composite' ? 'composite' : 'full',
	};
}

function classify(key: string, status: number, headers: ResponseHeaders, body: string): Answer {
	const error = (code: Answer['error']['code']) => ({code, message: `${key}: ${status} ${body}`});
	const after = headers['retry-after'];
	const retryAfter = after === undefined ? {} : {retryAfter: Number(after) * 1000};
	if (status === 503) {
		return {remedy: 'retry', error: error('throttled'), slowDown: true, ...retryAfter};
	}
	if (status >= 500) return {remedy: 'retry', error: error('server'), ...retryAfter};
	if (status === 412) return {remedy: 'restart', error: error('changed')};
	if (status === 403 && body === 'signature')
		return {remedy: 'credentials', error: error('denied')};
	if (status === 403) return {remedy: 'credentials', error: error('expired-credentials')};
	return {remedy: 'give-up', error: error('no-such-key')};
}

function writer(endpoint: string): RequestWriter {
	return {
		write: (ref, {range, etag, checksum, partNumber}, credentials) => ({
			origin: endpoint,
			path: `/${encodeURIComponent(ref.key)}${partNumber === undefined ? '' : `?part=${partNumber}`}`,
			headers: [
				'authorization',
				credentials?.accessKeyId ?? 'anonymous',
				...(range ? ['range', `bytes=${range.start}-${range.end ?? ''}`] : []),
				...(etag === undefined ? [] : ['if-match', etag]),
				...(checksum ? ['x-checksum', 'on'] : []),
			],
		}),
		classify: (ref, status, headers, body) => classify(ref.key, status, headers, body),
		digest,
		uploadedParts: (headers) =>
			headers['x-parts'] === undefined ? undefined : Number(headers['x-parts']),
		learn() {},
	};
}

export const provider: StoreProvider = {
	id: 's3',
	schemes: ['fake'],
	open() {
		throw new Error('only the data plane is played here');
	},
	writer: (wire) => writer(wire.spec.endpoint ?? ''),
};
