import type {EngineClient, StoreAccess} from '../job/link/messages.ts';
import type {JobId} from '../model/brand.ts';
import type {JobSpec, OnHangup} from '../model/job-spec.ts';
import type {Remembered} from '../model/remembered.ts';

/** What the full-screen app is told when it opens. */
export type AppOptions = {
	readonly client: EngineClient;
	/** `wizard` asks everything; `analysis` and `download` open on a job that the engine has already */
	readonly start: 'wizard' | 'analysis' | 'download';
	/** leave by itself when the job has ended (`muster get` in a terminal) */
	readonly exitWhenDone: boolean;
	readonly workingFolder: string;
	readonly home: string;
	readonly remembered: Remembered;
	/** store and credentials named on the command line; the wizard then skips those questions */
	readonly access?: StoreAccess;
	readonly bucket?: string;
	readonly prefix?: string;
	/** values that the command line fixed */
	readonly preset?: Partial<JobSpec>;
	/** rehearsal in the sandbox: says so on the welcome screen, offers its samples */
	readonly demo?: {readonly folder: string};
	readonly onHangup: OnHangup;
	/** no alternate screen */
	readonly inline: boolean;
	readonly bell: boolean;
	readonly color: boolean;
	readonly version: string;
	/** awaited before the terminal is taken; never resolves when a signal ends the program meanwhile */
	readonly mayShow?: () => Promise<void>;
};

export type AppResult = {
	readonly reason:
		'done' | 'quit' | 'background' | 'stopped' | 'interrupted' | 'terminated' | 'hangup' | 'lost';
	readonly exitCode: number;
	/** what stays in the scrollback, at most 12 lines, safe to print */
	readonly lines: readonly string[];
	readonly job: JobId | null;
	/** the person chose to watch a job that another engine runs: open the app on that one next */
	readonly attach?: JobId;
};
