import type {ErrorRecord} from '../model/error.ts';
import type {DigestAlgorithm, ObjectDigest, Verified} from '../model/object.ts';
import type {TransferTask} from './types.ts';

/*
 * Work on a large object, which the pool cuts into pieces for all lanes of all threads. `id` is
 * unique among all work of a pool: files have the ledger's positive number, pieces a negative one.
 */

/** The object as it is now, and how its bytes are held against it. */
export type LargeFacts = {
	readonly etag: string;
	readonly size: number;
	/** what the whole object is held against; undefined when the store offers nothing */
	readonly digest?: ObjectDigest;
	/** what is computed of each extent as its bytes pass */
	readonly algorithm: DigestAlgorithm;
	/** extents may not cross multiples of it: the parts of a composite digest */
	readonly partSize?: number;
};

/** Bytes that lie in the temporary file, with their digest in hexadecimal. */
export type Extent = {readonly start: number; readonly length: number; readonly value: string};

type Piece = {readonly id: number; readonly file: TransferTask};

/** Asks for the facts, takes up what an earlier run left, or makes an empty temporary file. */
export type PrepareTask = Piece & {readonly kind: 'prepare'};

/** Fetches bytes `start` to `end` (exclusive). */
export type RangeTask = Piece & {
	readonly kind: 'range';
	readonly facts: LargeFacts;
	readonly start: number;
	readonly end: number;
};

/** Holds the extents against the object's digest and gives the file its name. */
export type FinishTask = Piece & {
	readonly kind: 'finish';
	readonly facts: LargeFacts;
	readonly extents: readonly Extent[];
};

export type PieceTask = PrepareTask | RangeTask | FinishTask;

/** What came of a piece. `attempts`: requests that failed or were repeated are counted beyond the first. */
export type PieceResult = {readonly id: number; readonly attempts: number} & (
	| {
			readonly kind: 'prepared';
			readonly facts: LargeFacts;
			readonly extents: readonly Extent[];
			readonly firstByte: number;
	  }
	| {readonly kind: 'fetched'; readonly extent: Extent}
	| {
			readonly kind: 'finished';
			readonly verified: Verified;
			readonly localModified: number;
	  }
	/** ranges can't be had of it: it is fetched in one stream */
	| {readonly kind: 'indivisible'}
	/** it is another object by now, or its bytes turned out wrong: everything from the start */
	| {readonly kind: 'restart'; readonly error: ErrorRecord}
	/** came to its end early, with what is there of it */
	| {
			readonly kind: 'parked' | 'refused' | 'no-room' | 'failed';
			readonly extent?: Extent;
			readonly error?: ErrorRecord;
	  }
);

/** From this size on an object is fetched in pieces. */
export const largeFrom = 16 * 1024 * 1024;

const leastPiece = 8 * 1024 * 1024;
/** pieces of an object at most, roughly: so many lines in its journal, numbers in memory */
const mostPieces = 2500;
const MiB = 1024 * 1024;

/** Whether the digest of bytes follows from those of their pieces. */
export const canCombine = (algorithm: DigestAlgorithm): boolean => algorithm.startsWith('crc');

/**
 * An uploaded part up to this size is fetched as one piece if that spares reading it back for its
 * digest (SHA, MD5). With a larger one too much would hang on one request.
 */
const longestWhole = 64 * MiB;

/**
 * What is computed of each extent for the sake of `digest`, and what no extent may cross for it. Where
 * that can't lead to the digest, all bytes are read back in the end, and a CRC guards the extents.
 */
export function ofExtents(
	digest: ObjectDigest | undefined,
): Pick<LargeFacts, 'algorithm' | 'partSize'> {
	if (digest === undefined) return {algorithm: 'crc32'};
	const {algorithm, partSize} = digest;
	const leadsThere = canCombine(algorithm) || (partSize !== undefined && partSize <= longestWhole);
	if (!leadsThere) return {algorithm: 'crc32'};
	return {algorithm, ...(partSize !== undefined && {partSize})};
}

/** Bytes of a piece, counted from the beginning of its uploaded part where that matters. */
export function pieceSizeOf({size, partSize, algorithm}: LargeFacts): number {
	const usual = Math.max(leastPiece, Math.ceil(size / mostPieces / MiB) * MiB);
	if (partSize === undefined) return usual;
	const count = canCombine(algorithm) ? Math.floor(partSize / usual) : 1;
	return count <= 1 ? partSize : Math.ceil(partSize / count / MiB) * MiB;
}

/**
 * Whether a file is fetched in pieces. Objects uploaded in several parts are, from 5 MiB on: the least
 * an uploaded part has, and their composite digests need the parts.
 */
export function isLarge({size, etag, inOnePiece}: TransferTask): boolean {
	if (inOnePiece === true) return false;
	return size >= largeFrom || (size > 5 * MiB && /-(?!1"?$)\d+"?$/.test(etag ?? ''));
}

export const isPiece = (work: TransferTask | PieceTask): work is PieceTask => 'kind' in work;

/** The number of the file that a piece of work belongs to. */
export const fileIdOf = (work: TransferTask | PieceTask): number =>
	isPiece(work) ? work.file.id : work.id;
