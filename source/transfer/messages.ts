import type {ErrorRecord} from '../model/error.ts';
import type {Credentials, StoreWire} from '../stores/types.ts';
import type {PieceResult, PieceTask} from './pieces.ts';
import type {TransferSettings} from './settings.ts';
import type {TransferResult, TransferTask} from './types.ts';

/** What a thread is born with (`workerData`): it loads the store's module and waits for its work. */
export type ThreadBirth = {readonly providerModule: string};

/** What a thread works with. Credentials stay in this process and are never logged. */
export type ThreadData = {
	readonly wire: StoreWire;
	readonly credentials: Credentials | undefined;
	readonly index: number;
	readonly lanes: number;
	readonly verify: 'checksum' | 'size';
	readonly retries: number;
	/** this thread's share of the files of one group that may be in flight; 0 is no limit */
	readonly perGroup: number;
	readonly counters: SharedArrayBuffer;
	readonly rate: SharedArrayBuffer;
	readonly settings: TransferSettings;
};

/** Engine to thread. The port keeps order, so new credentials arrive before tasks that were sent after them. */
export type ToThread =
	/** the first message of all */
	| {readonly kind: 'begin'; readonly data: ThreadData}
	| {readonly kind: 'tasks'; readonly tasks: ReadonlyArray<TransferTask | PieceTask>}
	| {readonly kind: 'credentials'; readonly credentials?: Credentials; readonly wire?: StoreWire}
	| {readonly kind: 'lanes'; readonly lanes: number}
	/** `limitRate` changed: lanes that wait for their turn ask again */
	| {readonly kind: 'rate'}
	/** give back up to `count` tasks that have not begun */
	| {readonly kind: 'recall'; readonly count: number}
	/** give back the pieces of a file that have not begun; answered as `recall` is */
	| {readonly kind: 'withdraw'; readonly file: number}
	| {readonly kind: 'halt'; readonly mode: 'finish' | 'park'}
	| {readonly kind: 'close'};

/** Thread to engine. */
export type FromThread =
	| {readonly kind: 'results'; readonly results: ReadonlyArray<TransferResult | PieceResult>}
	/** the answer to `recall` and `withdraw` */
	| {readonly kind: 'returned'; readonly ids: readonly number[]}
	/** the answer to `halt`: what had not begun; after `park` all results have gone out before it */
	| {readonly kind: 'halted'; readonly ids: readonly number[]}
	/** the thread can't work at all */
	/** credentials were refused: its lanes take no work until others come; `generation` counts the sets */
	| {readonly kind: 'gate'; readonly generation: number; readonly error: ErrorRecord}
	| {readonly kind: 'broken'; readonly error: ErrorRecord};
