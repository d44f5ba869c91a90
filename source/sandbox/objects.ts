import {digestOf, partDigests} from './checksums.ts';
import type {ChecksumAlgorithm, SandboxObject} from './types.ts';

export type ObjectOptions = {
	/** Unix milliseconds */
	readonly modified?: number;
	readonly storageClass?: string;
	readonly archiveTier?: string;
	readonly restore?: 'ongoing' | 'ready';
	readonly contentType?: string;
	/** as if uploaded in parts of this size: ETag `md5-N` */
	readonly partSize?: number;
	/** taken instead of computing it */
	readonly etag?: string;
	/** which checksums are stored; `crc64nvme` when left out, as S3 does since 2025 */
	readonly checksums?: readonly ChecksumAlgorithm[];
	/** needs `partSize` */
	readonly composite?: boolean;
};

const defaultModified = Date.UTC(2025, 2, 14, 9, 26, 53);

/** An object in memory. */
export function bytesObject(
	content: Uint8Array | string,
	options: ObjectOptions = {},
): SandboxObject {
	const bytes = typeof content === 'string' ? Buffer.from(content) : content;
	return generatedObject(bytes.length, (start, end) => bytes.subarray(start, end), options);
}

/**
 * An object whose bytes a function makes when they are asked for, so that its size costs no memory.
 * ETag and checksums are computed on first use by reading it whole: give an `etag` and
 * `checksums: []` for huge ones.
 */
export function generatedObject(
	size: number,
	read: (start: number, end: number) => Uint8Array,
	options: ObjectOptions = {},
): SandboxObject {
	return new LazyObject(size, read, options);
}

class LazyObject implements SandboxObject {
	readonly size: number;
	readonly read: (start: number, end: number) => Uint8Array;
	readonly modified: number;
	readonly storageClass: string;
	readonly contentType: string;
	readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
	declare readonly partSize?: number;
	declare readonly archiveTier?: string;
	declare readonly restore?: 'ongoing' | 'ready';
	readonly #options: ObjectOptions;
	#etag: string | undefined;
	#checksums: SandboxObject['checksums'] | undefined;

	constructor(size: number, read: SandboxObject['read'], options: ObjectOptions) {
		this.size = size;
		this.read = read;
		this.modified = options.modified ?? defaultModified;
		this.storageClass = options.storageClass ?? 'STANDARD';
		this.contentType = options.contentType ?? 'application/octet-stream';
		this.checksumType = options.composite === true ? 'COMPOSITE' : 'FULL_OBJECT';
		if (options.partSize !== undefined) this.partSize = options.partSize;
		if (options.archiveTier !== undefined) this.archiveTier = options.archiveTier;
		if (options.restore !== undefined) this.restore = options.restore;
		this.#options = options;
		this.#etag = options.etag;
	}

	get etag(): string {
		this.#etag ??= this.#computeEtag();
		return this.#etag;
	}

	get checksums(): SandboxObject['checksums'] {
		this.#checksums ??= Object.fromEntries(
			(this.#options.checksums ?? ['crc64nvme']).map((name) => [name, this.#checksum(name)]),
		);
		return this.#checksums;
	}

	#computeEtag(): string {
		const {partSize} = this.#options;
		if (partSize === undefined) return digestOf('md5', this).toString('hex');
		const {digest, parts} = partDigests('md5', this, partSize);
		return `${digest.toString('hex')}-${parts}`;
	}

	#checksum(algorithm: ChecksumAlgorithm): string {
		const {partSize, composite} = this.#options;
		if (composite !== true || partSize === undefined) {
			return digestOf(algorithm, this).toString('base64');
		}
		const {digest, parts} = partDigests(algorithm, this, partSize);
		return `${digest.toString('base64')}-${parts}`;
	}
}

// A prime, so that parts at round offsets begin at different places of the pattern and a part
// written to the wrong offset is noticed.
const period = 1_048_583;
let pattern: Buffer | undefined;

/**
 * Bytes that look random and cost nothing: a fixed pattern with a prime period, shifted by `seed`.
 * Slices share memory and must not be written to.
 */
export function patternReader(seed = 0): (start: number, end: number) => Uint8Array {
	return (start, end) => {
		pattern ??= makePattern();
		const phase = (start + seed * 7919) % period;
		if (end - start <= period) return pattern.subarray(phase, phase + end - start);
		const whole = Buffer.allocUnsafe(end - start);
		for (let at = 0; at < whole.length; at += period) {
			pattern.copy(whole, at, phase, phase + Math.min(period, whole.length - at));
		}
		return whole;
	};
}

function makePattern(): Buffer {
	const bytes = Buffer.allocUnsafe(period * 2);
	let state = 0x2545_f491;
	for (let index = 0; index < period; index++) {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		bytes[index] = state & 0xff;
	}
	bytes.copy(bytes, period, 0, period);
	return bytes;
}

/** An object of any size from patterned bytes, as if uploaded in parts; over 1 GiB without a checksum. */
export function largeObject(size: number, seed = 0): SandboxObject {
	const partSize = 8 * 1024 * 1024;
	const parts = Math.max(1, Math.ceil(size / partSize));
	return generatedObject(size, patternReader(seed), {
		etag: `${seed.toString(16).padStart(8, '0')}${size.toString(16).padStart(24, '0')}-${parts}`,
		...(size > 1024 ** 3 ? {checksums: []} : {}),
	});
}

/** The object with every byte inverted, a later date and so a new ETag: what an overwrite looks like. */
export function changedObject(object: SandboxObject, version: number): SandboxObject {
	const mask = version % 2 === 1 ? 0xff : 0xa5;
	const read = (start: number, end: number) => {
		const bytes = Buffer.from(object.read(start, end));
		for (let index = 0; index < bytes.length; index++) bytes[index] = (bytes[index] ?? 0) ^ mask;
		return bytes;
	};
	const large = object.size > 64 * 1024 * 1024;
	return generatedObject(object.size, read, {
		modified: object.modified + version * 1000,
		storageClass: object.storageClass,
		contentType: object.contentType,
		...(large ? {etag: `${version.toString(16).padStart(32, '0')}-2`, checksums: []} : {}),
	});
}

/** The object with bytes more at its end, or less when `bytes` is negative; a later date and a new ETag. */
export function grownObject(object: SandboxObject, bytes: number): SandboxObject {
	const size = Math.max(0, object.size + bytes);
	const more = patternReader(size);
	const read = (start: number, end: number) => {
		const old = object.read(Math.min(start, object.size), Math.min(end, object.size));
		if (end <= object.size) return old;
		return Buffer.concat([old, more(Math.max(start, object.size), end)]);
	};
	return generatedObject(size, read, {
		modified: object.modified + 1000,
		storageClass: object.storageClass,
		contentType: object.contentType,
	});
}
