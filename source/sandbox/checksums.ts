import {createHash, hash as hashAtOnce} from 'node:crypto';
import {createCRC32, createCRC64} from 'hash-wasm';
import type {ChecksumAlgorithm, SandboxObject} from './types.ts';

type Readable = Pick<SandboxObject, 'size' | 'read'>;
type Digester = {update(bytes: Uint8Array): void; digest(): Buffer};

const chunkSize = 1024 * 1024;

// Reversed polynomials: CRC-64/NVME, CRC-32C (Castagnoli), CRC-32 (ISO-HDLC).
const crc64nvme = await createCRC64('9a6c9329ac4bc9b5');
const crc32c = await createCRC32(0x82_f6_3b_78);
const crc32 = await createCRC32();
const crcs = {crc64nvme, crc32c, crc32};

function digester(algorithm: ChecksumAlgorithm | 'md5'): Digester {
	if (algorithm === 'md5' || algorithm === 'sha1' || algorithm === 'sha256') {
		const hash = createHash(algorithm);
		return {update: (bytes) => void hash.update(bytes), digest: () => hash.digest()};
	}
	const crc = crcs[algorithm];
	crc.init();
	return {
		update: (bytes) => void crc.update(bytes),
		digest: () => Buffer.from(crc.digest('binary')),
	};
}

/** The digest of a range of an object, read in pieces. The CRCs are shared: no two may run at once, hence no await. */
export function digestOf(
	algorithm: ChecksumAlgorithm | 'md5',
	object: Readable,
	start = 0,
	end = object.size,
): Buffer {
	const isHash = algorithm === 'md5' || algorithm === 'sha1' || algorithm === 'sha256';
	if (isHash && end - start <= chunkSize) {
		return hashAtOnce(algorithm, object.read(start, end), 'buffer');
	}
	const hash = digester(algorithm);
	for (let at = start; at < end; at += chunkSize) {
		hash.update(object.read(at, Math.min(end, at + chunkSize)));
	}
	return hash.digest();
}

/** A digest of the parts' digests, as S3 gives it to multipart uploads: base64 and the number of parts. */
export function partDigests(
	algorithm: ChecksumAlgorithm | 'md5',
	object: Readable,
	partSize: number,
): {digest: Buffer; parts: number} {
	const digests: Buffer[] = [];
	for (let at = 0; at < object.size || at === 0; at += partSize) {
		digests.push(digestOf(algorithm, object, at, Math.min(object.size, at + partSize)));
	}
	const all = Buffer.concat(digests);
	const whole = {size: all.length, read: (start: number, end: number) => all.subarray(start, end)};
	return {digest: digestOf(algorithm, whole), parts: digests.length};
}
