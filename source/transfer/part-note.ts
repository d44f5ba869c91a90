import type {DigestAlgorithm, ObjectDigest} from '../model/object.ts';
import {removeQuietly, replaceFile, type Disk} from './disk.ts';
import {errnoOf, isCrowd} from './disk-error.ts';

/**
 * What is written beside a large temporary file, so that another run can go on with it. The digest is
 * kept because stores don't repeat it in answers to range requests.
 */
export type PartNote = {
	readonly etag: string;
	readonly size: number;
	readonly digest?: ObjectDigest;
	/** how many bytes are surely good; only known after an orderly stop */
	readonly bytes?: number;
};

/** The note's place. Whoever cleans up the folder of parts removes it with its file. */
export const notePath = (temporary: string): string => `${temporary}.json`;

const algorithms: ReadonlySet<string> = new Set<DigestAlgorithm>([
	'crc64nvme',
	'crc32c',
	'crc32',
	'sha256',
	'sha1',
	'md5',
]);

/** Writes the note; trouble is no error, it only costs the chance to go on. False then. */
export function writeNote(disk: Disk, temporary: string, note: PartNote): boolean {
	const file = notePath(temporary);
	try {
		replaceFile(disk, file, JSON.stringify(note));
		return true;
	} catch {
		removeQuietly(disk, file);
		return false;
	}
}

/**
 * Reads a note back; undefined when there is none or it makes no sense. Throws where no descriptor is
 * free to tell.
 */
export function readNote(disk: Disk, temporary: string): PartNote | undefined {
	const file = notePath(temporary);
	try {
		const stat = disk.lstatSync(file);
		if (!stat.isFile() || stat.size > 4096) return undefined;
		const value: unknown = JSON.parse(disk.readFileSync(file, 'utf8'));
		return asNote(value);
	} catch (error) {
		if (isCrowd(errnoOf(error) ?? '')) throw error;
		return undefined;
	}
}

function asNote(value: unknown): PartNote | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {etag, size, digest, bytes} = value as Record<string, unknown>;
	// The ETag goes into a request header: nothing but printable ASCII.
	if (typeof etag !== 'string' || !/^[\x21-\x7E]{1,512}$/.test(etag)) return undefined;
	if (!isCount(size) || (bytes !== undefined && !isCount(bytes))) return undefined;
	const known = asDigest(digest);
	if (digest !== undefined && known === undefined) return undefined;
	return {etag, size, ...(known && {digest: known}), ...(bytes !== undefined && {bytes})};
}

export function asDigest(value: unknown): ObjectDigest | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {algorithm, value: text, encoding, kind} = value as Record<string, unknown>;
	if (typeof algorithm !== 'string' || !algorithms.has(algorithm)) return undefined;
	if (typeof text !== 'string' || (kind !== 'full' && kind !== 'composite')) return undefined;
	if (encoding !== 'base64' && encoding !== 'hex') return undefined;
	const {partSize} = value as Record<string, unknown>;
	if (partSize !== undefined && !isCount(partSize)) return undefined;
	return {
		algorithm: algorithm as DigestAlgorithm,
		value: text,
		encoding,
		kind,
		...(partSize !== undefined && {partSize}),
	};
}

export function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
