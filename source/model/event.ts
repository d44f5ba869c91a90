import type {JobId} from './brand.ts';
import type {ErrorCode} from './error.ts';
import type {Verified} from './object.ts';

export type FileStatus = 'downloaded' | 'local' | 'failed' | 'missing' | 'ambiguous' | 'excluded';

/** `network` only where a job may wait for long: with a dashboard, or in the background after one. */
export type PauseReason = 'credentials' | 'disk' | 'user' | 'throttled' | 'network';

/** The counts of a roll call; `found` includes `local`, `bytes` is what is left to download. */
export type RollCallCounts = {
	readonly wanted: number;
	readonly found: number;
	readonly missing: number;
	readonly ambiguous: number;
	readonly local: number;
	readonly excluded: number;
	readonly duplicate: number;
	readonly bytes: number;
	/** found, but archived and not restored: not fetched; left out while there are none */
	readonly archived?: number;
};

export type RollCallEvent = {readonly type: 'roll-call'} & RollCallCounts;

export type ProgressEvent = {
	readonly type: 'progress';
	readonly done: number;
	readonly total: number;
	readonly bytes: number;
	readonly bytes_total: number;
	readonly bytes_per_second: number;
	readonly files_per_second: number;
	readonly eta_seconds: number | null;
	readonly groups_active: number;
};

export type FileEvent = {
	readonly type: 'file';
	readonly status: FileStatus;
	readonly group: string;
	readonly wanted: string;
	readonly key: string | null;
	readonly path: string | null;
	readonly bytes: number;
	readonly attempts: number;
	readonly verified?: Verified;
	readonly error?: {readonly code: ErrorCode; readonly message: string};
};

export type SummaryEvent = {
	readonly type: 'summary';
	readonly job: JobId | null;
	readonly wanted: number;
	readonly found: number;
	readonly missing: number;
	readonly ambiguous: number;
	readonly excluded: number;
	readonly duplicate: number;
	readonly downloaded: number;
	readonly local: number;
	readonly failed: number;
	readonly bytes: number;
	readonly seconds: number;
	readonly files_per_second: number;
	readonly bytes_per_second: number;
	readonly exit_code: number;
};

/** The public event stream (`--json`, CLI.md): facts in the past tense, plain data. */
export type JobEvent =
	| RollCallEvent
	| ProgressEvent
	| FileEvent
	| {readonly type: 'paused'; readonly reason: PauseReason}
	| {readonly type: 'resumed'}
	| SummaryEvent;
