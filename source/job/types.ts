import type {JobEvent} from '../model/event.ts';
import type {SpareThread} from '../transfer/thread-handle.ts';
import type {EngineClient} from './link/messages.ts';

/** Which events about files somebody listens to. */
export type Heard = 'everything' | 'problems' | 'nothing';

/** The engine in this process: what the link serves and headless commands hold. */
export type Engine = EngineClient & {
	/**
	 * Every public event, in order. Returns a function that stops listening. Whoever wants `problems`
	 * alone spares the engine telling of each file that was here already.
	 */
	onEvent(listener: (event: JobEvent) => void, heard?: Exclude<Heard, 'nothing'>): () => void;
	/** Where this engine can be attached to; stands in the job's record for `muster attach`. */
	setSocket(socket: string | null): void;
	/** Stops what runs (parked and saved), releases the folder, closes everything. */
	shutDown(): Promise<void>;
};

export type EngineOptions = {
	/** folder with one record a job, `~/.config/muster/jobs` */
	readonly jobsFolder: string;
	/** keep the ledger out of the output folder: `check` without `--to` */
	readonly ledgerFolder?: string;
	/** how long to wait for a person when the credentials are refused, milliseconds; none when left out */
	readonly signInPatience?: number;
	/** wait for up to a day when the connection is gone, rather than fail file by file: a person may be watching */
	readonly patient?: boolean;
	/** a thread for the first download that has been started ahead of the engine */
	readonly spare?: SpareThread;
	readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
};
