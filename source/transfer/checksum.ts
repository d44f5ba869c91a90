import {createHash, hash as hashOnce, type Hash} from 'node:crypto';
import {crc32} from 'node:zlib';
import type {DigestAlgorithm, ObjectDigest} from '../model/object.ts';
import {crcForms, crcOf, type Crc} from './crc/crc.ts';

/** A digest that is computed as bytes pass. */
export type Hasher = {
	update(chunk: Uint8Array): void;
	/** ends the computation; only once */
	end(): Buffer;
};

/** zlib's CRC-32 is native: twice as fast as the one in WebAssembly. */
class Crc32Hasher implements Hasher {
	#value = 0;

	update(chunk: Uint8Array): void {
		this.#value = crc32(chunk, this.#value);
	}

	end(): Buffer {
		const bytes = Buffer.alloc(4);
		bytes.writeUInt32BE(this.#value);
		return bytes;
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

	end(): Buffer {
		return this.#hash.digest();
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

	end(): Buffer {
		const bytes = Buffer.alloc(8);
		bytes.writeBigUInt64BE(this.#crc.finish(this.#value));
		return bytes.subarray(8 - this.#bytes);
	}
}

/** The digest of the digests of the uploaded parts, of bytes that come in order. */
class CompositeHasher implements Hasher {
	readonly #start: () => Hasher;
	readonly #partSize: number;
	readonly #all: Hasher;
	#part: Hasher;
	#left: number;

	constructor(start: () => Hasher, partSize: number) {
		this.#start = start;
		this.#partSize = partSize;
		this.#all = start();
		this.#part = start();
		this.#left = partSize;
	}

	update(chunk: Uint8Array): void {
		for (let at = 0; at < chunk.length;) {
			if (this.#left === 0) {
				this.#all.update(this.#part.end());
				this.#part = this.#start();
				this.#left = this.#partSize;
			}
			const take = Math.min(this.#left, chunk.length - at);
			this.#part.update(chunk.subarray(at, at + take));
			this.#left -= take;
			at += take;
		}
	}

	end(): Buffer {
		this.#all.update(this.#part.end());
		return this.#all.end();
	}
}

/** The digests of one thread; any number of computations may run side by side. */
export class Hashers {
	/** A fresh computation. */
	start(algorithm: DigestAlgorithm): Hasher {
		switch (algorithm) {
			case 'crc32':
				return new Crc32Hasher();
			case 'crc32c':
				return new CrcHasher(crcOf(crcForms.crc32c), 4);
			case 'crc64nvme':
				return new CrcHasher(crcOf(crcForms.crc64nvme), 8);
			default:
				return new NodeHasher(algorithm);
		}
	}

	/** A fresh computation of what a digest was computed of; only for one that `canCheck`. */
	startFor(digest: ObjectDigest): Hasher {
		const {algorithm, kind, partSize = Infinity} = digest;
		const start = (): Hasher => this.start(algorithm);
		return kind === 'full' ? start() : new CompositeHasher(start, partSize);
	}

	/** The digest of bytes that are all there, in the form of the expected one. */
	once(expected: ObjectDigest, chunks: readonly Uint8Array[]): string {
		const {algorithm, kind, encoding} = expected;
		const [only] = chunks;
		if (kind === 'full' && chunks.length === 1 && only !== undefined && isNative(algorithm)) {
			return hashOnce(algorithm, only, encoding);
		}
		const hasher = this.startFor(expected);
		for (const chunk of chunks) hasher.update(chunk);
		return inFormOf(expected, hasher.end());
	}
}

/** A computed digest written as the expected one is. */
export function inFormOf({value, kind, encoding}: ObjectDigest, bytes: Buffer): string {
	const text = bytes.toString(encoding);
	return kind === 'full' ? text : `${text}-${partsOf(value) ?? 1}`;
}

/** The number of parts at the end of a composite digest; undefined when it does not tell. */
export function partsOf(value: string): number | undefined {
	const count = /-(\d{1,5})$/.exec(value)?.[1];
	return count === undefined ? undefined : Number(count);
}

function isNative(algorithm: DigestAlgorithm): algorithm is 'md5' | 'sha1' | 'sha256' {
	return algorithm === 'md5' || algorithm === 'sha1' || algorithm === 'sha256';
}

/**
 * Whether a digest can be held against the bytes: a composite one needs the part boundaries, which
 * are known when there is one part alone, or when the store told the parts' size.
 */
export function canCheck(digest: ObjectDigest | undefined): digest is ObjectDigest {
	if (digest === undefined) return false;
	return digest.kind === 'full' || digest.partSize !== undefined || partsOf(digest.value) === 1;
}
