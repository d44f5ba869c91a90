import {createHash, hash as hashOnce, type Hash} from 'node:crypto';
import {crc32} from 'node:zlib';
import type {DigestAlgorithm, ObjectDigest} from '../model/object.ts';
import {createCrc, crcForms, type Crc} from './crc/crc.ts';

/** A digest that is computed as bytes pass. */
export type Hasher = {
	update(chunk: Uint8Array): void;
	/** ends the computation; only once after each `reset` */
	digest(encoding: ObjectDigest['encoding']): string;
};

/** zlib's CRC-32 is native: twice as fast as the one in WebAssembly. */
class Crc32Hasher implements Hasher {
	#value = 0;

	update(chunk: Uint8Array): void {
		this.#value = crc32(chunk, this.#value);
	}

	digest(encoding: ObjectDigest['encoding']): string {
		const bytes = Buffer.alloc(4);
		bytes.writeUInt32BE(this.#value);
		return bytes.toString(encoding);
	}
}

class NodeHasher implements Hasher {
	readonly #hash: Hash;

	constructor(algorithm: 'md5' | 'sha1' | 'sha256') {
		this.#hash = createHash(algorithm);
	}

	update(chunk: Uint8Array): void {
		this.#hash.update(chunk);
	}

	digest(encoding: ObjectDigest['encoding']): string {
		return this.#hash.digest(encoding);
	}
}

class CrcHasher implements Hasher {
	readonly #crc: Crc;
	readonly #bytes: 4 | 8;
	#value: bigint;

	constructor(crc: Crc, bytes: 4 | 8) {
		this.#crc = crc;
		this.#bytes = bytes;
		this.#value = crc.initial;
	}

	update(chunk: Uint8Array): void {
		this.#value = this.#crc.update(this.#value, chunk);
	}

	digest(encoding: ObjectDigest['encoding']): string {
		const bytes = Buffer.alloc(8);
		bytes.writeBigUInt64BE(this.#crc.finish(this.#value));
		return bytes.subarray(8 - this.#bytes).toString(encoding);
	}
}

/** The digests of one thread; any number of computations may run side by side. */
export class Hashers {
	#crc32c: Crc | undefined;
	#crc64nvme: Crc | undefined;

	/** A fresh computation. */
	start(algorithm: DigestAlgorithm): Hasher {
		switch (algorithm) {
			case 'crc32':
				return new Crc32Hasher();
			case 'crc32c':
				this.#crc32c ??= createCrc(crcForms.crc32c);
				return new CrcHasher(this.#crc32c, 4);
			case 'crc64nvme':
				this.#crc64nvme ??= createCrc(crcForms.crc64nvme);
				return new CrcHasher(this.#crc64nvme, 8);
			default:
				return new NodeHasher(algorithm);
		}
	}

	/** The digest of bytes that are all there. */
	once(
		algorithm: DigestAlgorithm,
		chunks: readonly Uint8Array[],
		encoding: 'base64' | 'hex',
	): string {
		const [only] = chunks;
		if (chunks.length === 1 && only !== undefined && isNative(algorithm)) {
			return hashOnce(algorithm, only, encoding);
		}
		const hasher = this.start(algorithm);
		for (const chunk of chunks) hasher.update(chunk);
		return hasher.digest(encoding);
	}
}

function isNative(algorithm: DigestAlgorithm): algorithm is 'md5' | 'sha1' | 'sha256' {
	return algorithm === 'md5' || algorithm === 'sha1' || algorithm === 'sha256';
}

/**
 * Whether a digest can be held against the bytes of one pass. A composite one is a digest of the
 * part digests and needs the part boundaries, which a plain GET does not tell: size is checked instead.
 */
export function canCheck(digest: ObjectDigest | undefined): digest is ObjectDigest {
	return digest?.kind === 'full';
}
