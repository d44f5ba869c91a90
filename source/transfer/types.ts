import type {SpareThread} from './thread-handle.ts';
import type {ErrorRecord} from '../model/error.ts';
import type {ObjectDigest, ObjectRef, Verified} from '../model/object.ts';
import type {Credentials, StoreWire} from '../stores/types.ts';

/** One file to fetch. Paths are absolute and already safe; `temporary` lies in FOLDER/.muster/parts. */
export type TransferTask = {
	/** the ledger's transfer number */
	readonly id: number;
	readonly group: number;
	readonly ref: ObjectRef;
	readonly size: number;
	readonly etag?: string;
	/** becomes the file's modification time; Unix milliseconds */
	readonly modified?: number;
	readonly temporary: string;
	readonly destination: string;
	/** replace what lies at `destination`; otherwise an existing file is an error */
	readonly replace: boolean;
	/** fetched in one stream, whatever its size: its store gives no ranges of it */
	readonly inOnePiece?: boolean;
};

export type TransferResult =
	| {
			readonly kind: 'done';
			readonly id: number;
			readonly bytes: number;
			readonly verified: Verified;
			/** the digest that was checked, for `muster verify`; `composite` digests are kept with their part size */
			readonly digest?: ObjectDigest;
			readonly etag?: string;
			/** modification time of the finished file, Unix milliseconds, as the disk keeps it */
			readonly localModified: number;
			readonly attempts: number;
			/** milliseconds from the request to its first body byte */
			readonly firstByte: number;
			/** the object changed while it was downloaded, which began anew with the one that is there now */
			readonly changed?: boolean;
	  }
	| {
			readonly kind: 'failed';
			readonly id: number;
			readonly attempts: number;
			readonly error: ErrorRecord;
	  }
	/** stopped before its end; what is on disk can be continued */
	| {readonly kind: 'parked'; readonly id: number; readonly bytes: number}
	/** refused for its credentials: goes back to the queue, no attempt counted */
	| {readonly kind: 'refused'; readonly id: number; readonly error: ErrorRecord}
	/** the disk is full or gone: goes back to the queue, the job pauses */
	| {readonly kind: 'no-room'; readonly id: number; readonly error: ErrorRecord};

export type TransferOptions = {
	/** module specifier (URL) whose export `provider` is the StoreProvider */
	readonly providerModule: string;
	readonly wire: StoreWire;
	readonly credentials: Credentials | undefined;
	readonly threads: number;
	readonly connections: number;
	readonly verify: 'checksum' | 'size';
	/** attempts for one request before its file counts as failed */
	readonly retries: number;
	/** bytes per second for all threads together; 0 is none */
	readonly limitRate: number;
	/** files of one group in flight at once; left out is no limit */
	readonly perGroup?: number;
	/** a thread that was started ahead of time */
	readonly spare?: SpareThread | undefined;
};

/** What a pool counts, summed over its threads; cheap to read at any rate. */
export type TransferCounters = {
	/** body bytes received since the pool was made, retried ones included */
	readonly bytesReceived: number;
	readonly retries: number;
	readonly slowDowns: number;
	/** Unix milliseconds of the newest body byte, 0 before the first */
	readonly lastByteAt: number;
	/** requests whose answer began */
	readonly answers: number;
	/** milliseconds from their requests to their first bytes, in all; making a connection left out */
	readonly waited: number;
	/** for each slow-down the part of the open requests that went to its host, 0 to 1, in all */
	readonly slowShares: number;
	/** requests that were silent or far too slow and were given up for another */
	readonly repeats: number;
	/** times that a file or a connection found no free descriptor */
	readonly crowded: number;
};

/** One file in flight: bytes of it that are on disk or being written. */
export type OpenTransfer = {readonly id: number; readonly group: number; readonly bytes: number};

/** Facade over the worker threads, used by the job alone. */
export type TransferPool = {
	/** Hands over tasks; the caller keeps at most about two per connection outstanding. */
	submit(tasks: readonly TransferTask[]): void;
	/** Called with batches of results, at least every 50 ms while there are any. */
	onResults(listener: (results: readonly TransferResult[]) => void): void;
	/** A thread died or a message was wrong: the job must end with this error. */
	onError(listener: (error: Error) => void): void;
	/**
	 * Called when the credentials in use were refused, once for each thread: its lanes then wait for
	 * others. What they had begun answers `refused`.
	 */
	onRefused(listener: (error: ErrorRecord) => void): void;
	/** Fresh credentials after a gate, or ahead of time. */
	setCredentials(credentials: Credentials | undefined, wire?: StoreWire): void;
	setConnections(connections: number): void;
	setLimitRate(bytesPerSecond: number): void;
	counters(): TransferCounters;
	/** lanes that have work now */
	busy(): number;
	open(): readonly OpenTransfer[];
	/**
	 * Takes back all tasks that have not begun and returns their ids. `finish`: open ones go on;
	 * `park`: open ones are cut off, keep their temporary file and answer `parked` (small ones may finish).
	 */
	halt(mode: 'finish' | 'park'): Promise<readonly number[]>;
	/** Ends the threads; parks what is open. */
	close(): Promise<void>;
};
