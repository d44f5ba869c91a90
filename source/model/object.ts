import type {ObjectKey} from './brand.ts';

/** Where an object lies: the bucket (or container, or repository) and its key there. */
export type ObjectRef = {readonly bucket: string; readonly key: ObjectKey};

/** What a listing or a stat says of one object. Sizes in bytes, times in Unix milliseconds. */
export type ObjectInfo = {
	readonly key: ObjectKey;
	readonly size: number;
	readonly etag?: string;
	readonly modified?: number;
	readonly storageClass?: string;
	/** of an archived object that somebody has asked to restore; `ready`: it can be read for now */
	readonly restore?: 'ongoing' | 'ready';
	/** of Intelligent-Tiering: the archive that the object has sunk into */
	readonly archiveTier?: string;
};

/** A digest that the store publishes for an object. `value` is base64 for checksums, hex for an ETag's MD5. */
export type DigestAlgorithm = 'crc64nvme' | 'crc32c' | 'crc32' | 'sha256' | 'sha1' | 'md5';

/** What a finished file was held against; `size` when the store offered no digest. */
export type Verified = DigestAlgorithm | 'size';

export type ObjectDigest = {
	readonly algorithm: DigestAlgorithm;
	readonly value: string;
	readonly encoding: 'base64' | 'hex';
	/**
	 * `full`: of all bytes. `composite`: the digest of the digests of the parts it was uploaded in, with
	 * `-` and their number behind it.
	 */
	readonly kind: 'full' | 'composite';
	/** bytes of each uploaded part but the last, where a composite digest's are known */
	readonly partSize?: number;
};
