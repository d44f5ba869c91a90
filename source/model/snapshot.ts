import type {JobId} from './brand.ts';
import type {ErrorRecord} from './error.ts';
import type {PauseReason, RollCallCounts, SummaryEvent} from './event.ts';
import type {JobSpec} from './job-spec.ts';
import type {GuessReason, MatchRule} from './match.ts';

/** Where a job stands; a screen is chosen by it. */
export type Phase =
	/** no job yet: the wizard is asking */
	| 'idle'
	/** reading the manifest */
	| 'reading'
	/** listing keys */
	| 'listing'
	/** matching wanted rows, looking at the folder, planning */
	| 'matching'
	/** the roll call stands; waiting for a yes */
	| 'ready'
	| 'downloading'
	| 'paused'
	/** told to stop: no new files, open ones finish or are parked */
	| 'stopping'
	/** ended before its time with everything saved; can be resumed */
	| 'stopped'
	| 'finished'
	/** ended by an error that concerns the whole job */
	| 'failed';

/** One file that is being fetched now. `name` is already safe to show. */
export type ActiveFile = {readonly name: string; readonly bytes: number; readonly size: number};

/** Worst state wins where one cell stands for several groups: `!` needs you, `a` active, `w` waiting, `d` done. */
export type GroupState = 'done' | 'active' | 'waiting' | 'problem';

/** A group with its counts; bytes are those to download (`bytes`) and fetched (`bytesDone`). */
export type GroupRow = {
	readonly id: number;
	/** safe to show; '' for files without a group */
	readonly name: string;
	readonly state: GroupState;
	readonly wanted: number;
	readonly found: number;
	readonly missing: number;
	readonly ambiguous: number;
	readonly local: number;
	readonly excluded: number;
	readonly duplicate: number;
	/** files to download, and of these done and failed */
	readonly files: number;
	readonly filesDone: number;
	readonly failed: number;
	readonly bytes: number;
	readonly bytesDone: number;
	readonly bytesPerSecond: number;
	readonly etaSeconds: number | null;
	/** seconds from its first to its last file, once done */
	readonly seconds: number | null;
	readonly openFiles: readonly ActiveFile[];
};

export type Problem = {
	readonly wantedId: number;
	readonly groupId: number;
	readonly group: string;
	/** local path below the folder, or the wanted text; safe to show */
	readonly name: string;
	readonly error: ErrorRecord;
};

export type DownloadTotals = {
	/** files to download in this job, and how far they are */
	readonly files: number;
	readonly filesDone: number;
	readonly filesFailed: number;
	readonly bytes: number;
	/** bytes of finished files plus bytes of open ones that are on disk */
	readonly bytesDone: number;
	readonly bytesPerSecond: number;
	readonly filesPerSecond: number;
	/** null while it can't be told honestly: the first 10 s, in pauses */
	readonly etaSeconds: number | null;
	/** active time, pauses left out */
	readonly seconds: number;
	readonly pausedSeconds: number;
	readonly openFiles: number;
	readonly connections: number;
	readonly retries: number;
	readonly slowDowns: number;
	/** seconds since the last byte came, while files are open */
	readonly quietSeconds: number;
};

export type IdentityInfo = {
	/** profile name, `anonymous`, `environment`, … */
	readonly label: string;
	readonly account?: string;
	/** of what is in use now, Unix milliseconds */
	readonly expires?: number;
	/** when a person has to sign in again or bring other keys, Unix milliseconds; left out where nobody has to */
	readonly personNeededAt?: number;
};

/** One attempt to sign in to IAM Identity Center, as far as it is. All texts safe to show. */
export type SignInFlow =
	| {readonly kind: 'starting'}
	| {
			readonly kind: 'waiting';
			/** the page's address without and with the code in it; https only (http on loopback) */
			readonly url: string;
			readonly completeUrl: string;
			readonly code: string;
			/** when the code ends, and when the service was last asked; Unix milliseconds */
			readonly codeExpires: number;
			readonly askedAt: number | null;
	  }
	/** `by`: with our code, with a token that was valid already, in another terminal, with a refresh token */
	| {
			readonly kind: 'done';
			readonly by: 'code' | 'kept' | 'elsewhere' | 'refreshed';
			readonly expires: number;
	  }
	| {readonly kind: 'failed'; readonly error: ErrorRecord};

/** Who waits for a sign-in, and how far that is. */
export type SignInState = {
	/** what was refused, and when (Unix milliseconds); null while nothing waits and a person renews early */
	readonly refused: {readonly error: ErrorRecord; readonly at: number} | null;
	/** the profile whose session a person can sign in to; null where other keys are the only way */
	readonly profile: string | null;
	readonly flow: SignInFlow | null;
};

/** What a screen draws: frozen, bounded (never grows with the number of files), published about 10 times a second. */
export type Snapshot = {
	/** counts up with every published snapshot */
	readonly serial: number;
	/** Unix milliseconds of the engine's clock */
	readonly at: number;
	readonly phase: Phase;
	readonly job: JobId | null;
	readonly spec: JobSpec | null;
	readonly identity: IdentityInfo | null;
	readonly pauseReason: PauseReason | null;
	/** null while credentials are good and nobody renews them */
	readonly signIn: SignInState | null;
	/** the roll call, live while it runs */
	readonly rollCall: RollCallCounts & {
		readonly rowsRead: number;
		readonly rowsChecked: number;
		readonly keysListed: number;
		/** bad rows of the manifest */
		readonly rowsSkipped: number;
		readonly listed: boolean;
		readonly seconds: number;
		readonly groups: number;
		readonly groupsMissing: number;
		readonly groupsAmbiguous: number;
		/** missing names for which exactly one guess fits */
		readonly sureGuesses: number;
		/** choices of a person in this roll call; the next one begins without them */
		readonly choices: number;
	};
	readonly totals: DownloadTotals;
	readonly groups: {
		readonly total: number;
		/** groups without anything left to fetch */
		readonly done: number;
		/** those of `done` that never had anything to fetch */
		readonly nothing: number;
		readonly active: number;
		readonly waiting: number;
		readonly problem: number;
	};
	/** one letter a group in manifest order, at most 4,096: `d`, `a`, `w` or `!` */
	readonly cells: string;
	/** the active groups, then those with problems, then waiting ones; at most 64 */
	readonly shown: readonly GroupRow[];
	/** the newest problems, at most 100 */
	readonly problems: readonly Problem[];
	readonly disk: {readonly free: number; readonly total: number} | null;
	/** newest message to the person, in words of UX.md section 5 */
	readonly notice: {readonly level: 'info' | 'warning' | 'error'; readonly text: string} | null;
	/** mean speed of each past minute (or second, while the job is younger than 2 minutes), at most 120 */
	readonly speeds: readonly number[];
	/** the best minute (or second) so far */
	readonly bestSpeed: number;
	readonly failure: ErrorRecord | null;
	readonly summary: SummaryEvent | null;
	readonly startedAt: number | null;
	readonly finishedAt: number | null;
	readonly reports: {readonly folder: string; readonly log: string} | null;
};

/** One row of a list that the ledger answers by window. All texts safe to show. */
export type WantedRow = {
	readonly id: number;
	readonly groupId: number;
	readonly group: string;
	readonly text: string;
	readonly row: number;
	readonly state:
		| 'found'
		| 'local'
		| 'missing'
		| 'ambiguous'
		| 'excluded'
		| 'duplicate'
		| 'downloaded'
		| 'failed'
		| 'waiting';
	readonly rule: MatchRule | null;
	readonly key: string | null;
	readonly path: string | null;
	readonly size: number;
	readonly candidates: readonly Candidate[];
	readonly error: ErrorRecord | null;
};

/** A key that might be meant: of an ambiguous row, or a suggestion for a missing one. */
export type Candidate = {
	readonly objectId: number;
	readonly key: string;
	readonly size: number;
	readonly modified: number | null;
	readonly reason: GuessReason | null;
	/** exactly one such guess exists for the row */
	readonly sure: boolean;
};
