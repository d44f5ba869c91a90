import type {ErrorRecord} from '../model/error.ts';
import type {JobEvent} from '../model/event.ts';
import type {GroupRow, Snapshot} from '../model/snapshot.ts';

/** Where a reporter writes: one call a line, without its newline. */
export type Lines = {
	/** standard output */
	out(line: string): void;
	/** standard error */
	err(line: string): void;
};

/** Unix milliseconds; a test brings its own. */
export type Clock = () => number;

/** Tells a job without a screen: fed with events, snapshots and groups, writes lines. */
export type Reporter = {
	/** which events about files it makes something of; everything when left out */
	readonly hears?: 'everything' | 'problems';
	/** a public event of the engine, in order */
	event(event: JobEvent): void;
	/** the newest state, about ten times a second */
	snapshot(snapshot: Snapshot): void;
	/** groups with files to download, told before the download starts */
	expect(groups: readonly GroupRow[]): void;
	/** a line for people from the command itself */
	say(text: string): void;
	/** an error that ends the command */
	fail(error: ErrorRecord): void;
	/** the last word: the summary with the exit status that the process will have */
	finish(snapshot: Snapshot, exitCode: number): void;
};
