import type {ByteRange, RequestWriter, StoreWire} from '../types.ts';
import {readAnswer} from './classify.ts';
import {bestDigest} from './digests.ts';
import {createSigner} from './signer.ts';

/** The data plane of S3: signed GETs, the meaning of answers, digests. See `RequestWriter`. */
export function createWriter(wire: StoreWire): RequestWriter {
	const signer = createSigner(wire);
	return {
		write(ref, options, credentials) {
			const headers: Record<string, string> = {};
			if (options.range !== undefined) headers['range'] = rangeHeader(options.range);
			if (options.etag !== undefined) headers['if-match'] = quoted(options.etag);
			if (options.checksum !== false) headers['x-amz-checksum-mode'] = 'ENABLED';
			const method = options.method ?? 'GET';
			const {partNumber} = options;
			return signer.sign(
				{
					method,
					bucket: ref.bucket,
					key: ref.key,
					headers,
					...(partNumber !== undefined && {query: {partNumber: String(partNumber)}}),
				},
				credentials,
			);
		},
		classify(ref, status, headers, body) {
			return readAnswer({status, headers, body}, {ref, clockOffset: signer.clockOffset()});
		},
		digest: bestDigest,
		uploadedParts(headers) {
			const count = headers['x-amz-mp-parts-count'];
			return typeof count === 'string' && /^\d{1,5}$/.test(count) ? Number(count) : undefined;
		},
		learn: (bucket, answer) => signer.learn(bucket, answer),
	};
}

function rangeHeader({start, end}: ByteRange): string {
	return `bytes=${start}-${end ?? ''}`;
}

/** Listings and headers give ETags with quotes, some servers without. */
function quoted(etag: string): string {
	return /^(?:W\/)?".*"$|^\*$/.test(etag) ? etag : `"${etag}"`;
}
