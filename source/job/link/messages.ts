import type {ProfileInfo} from '../../credentials/types.ts';
import type {ManifestFile} from '../../manifests/types.ts';
import type {JobId} from '../../model/brand.ts';
import type {ErrorRecord} from '../../model/error.ts';
import type {CredentialSpec, JobSpec, OnHangup, StoreSpec} from '../../model/job-spec.ts';
import type {SetupChoice, SetupPlace, SetupRole} from '../sign-in/setup.ts';
import type {AmbiguousRule} from '../../model/match.ts';
import type {GroupRow, IdentityInfo, Problem, Snapshot, WantedRow} from '../../model/snapshot.ts';

/**
 * The messages between interface and engine: one JSON object a line over a local socket that only
 * its owner may open. Commands and questions go down, snapshots and answers come up. The same
 * messages serve the wizard, the dashboard, `attach` and the public API.
 */
export const linkVersion = 1;

export type {ManifestFile, ProfileInfo, SetupChoice, SetupPlace, SetupRole};

export type StoreAccess = {readonly store: StoreSpec; readonly credentials: CredentialSpec};

export type BrowseEntry =
	| {readonly kind: 'folder'; readonly name: string; readonly prefix: string}
	| {
			readonly kind: 'file';
			readonly name: string;
			readonly key: string;
			readonly size: number;
			readonly modified: number | null;
			readonly storageClass: string | null;
	  };

export type BrowsePage = {
	readonly entries: readonly BrowseEntry[];
	readonly continuation: string | null;
};

export type BucketRow = {
	readonly name: string;
	readonly region: string | null;
	readonly created: number | null;
};

/** How well one column answers, tried against the listing. */
export type ColumnTrial = {
	readonly column: number;
	readonly tried: number;
	readonly found: number;
	readonly unclear: number;
	/** the listing was cut off: a miss may be a key that was not listed */
	readonly partial: boolean;
};

export type ColumnSummary = {
	readonly number: number;
	readonly name: string;
	readonly samples: readonly string[];
	readonly nameScore: number;
	readonly distinct: number;
	readonly distinctCapped: boolean;
};

export type ExampleRow = {
	readonly row: number;
	readonly text: string;
	readonly key: string;
	readonly state: 'found' | 'missing' | 'ambiguous';
};

export type ManifestPreview = {
	readonly file: string;
	readonly kind: 'csv' | 'actors' | 'keys';
	readonly description: string;
	readonly rows: number;
	readonly columns: readonly ColumnSummary[];
	readonly preview: readonly (readonly string[])[];
	readonly header: boolean;
	readonly delimiter: string;
	readonly nameColumn: number | null;
	readonly groupColumn: number | null;
	readonly badRows: readonly {
		readonly line: number;
		readonly message: string;
		readonly text: string;
	}[];
	readonly badRowCount: number;
	readonly fingerprint: string;
};

export type DiskInfo = {
	readonly folder: string;
	readonly exists: boolean;
	readonly writable: boolean;
	/** why it can't be used, in words */
	readonly problem: string | null;
	readonly free: number;
	readonly total: number;
	/** an unfinished job whose folder this is */
	readonly unfinishedJob: JobId | null;
	/** a writable folder to offer instead */
	readonly alternative: {readonly folder: string; readonly free: number} | null;
};

export type JobRecord = {
	readonly id: JobId;
	readonly folder: string;
	readonly title: string;
	/** Unix milliseconds */
	readonly started: number;
	readonly updated: number;
	readonly state: 'running' | 'paused' | 'stopped' | 'finished' | 'failed' | 'interrupted';
	readonly files: number;
	readonly filesDone: number;
	readonly bytes: number;
	readonly bytesDone: number;
	readonly failed: number;
	readonly missing: number;
	/** where its engine listens, while it runs */
	readonly socket: string | null;
	readonly pid: number | null;
	readonly spec: JobSpec;
	/** from the last finished run, bytes per second */
	readonly speed: number | null;
};

export type GroupSort = 'problems' | 'name' | 'size' | 'state' | 'left' | 'speed';

export type GroupQuery = {
	readonly offset: number;
	readonly limit: number;
	readonly sort: GroupSort;
	readonly find?: string;
	readonly problemsOnly?: boolean;
};

export type RowQuery = {
	readonly offset: number;
	readonly limit: number;
	readonly groupId?: number;
	/** leave out for every state */
	readonly states?: readonly WantedRow['state'][];
	readonly find?: string;
};

/** Every question and command, by method: its parameters and its answer. */
export type LinkMethods = {
	hello: {
		params: {version: number; onHangup: OnHangup};
		result: {version: number; pid: number; job: JobId | null};
	};

	// wizard
	/**
	 * begins to sign in to IAM Identity Center, for the job or, with `access`, for the wizard; snapshots
	 * tell the rest. `force`: although the present sign-in lives. null: there is no session to sign in to
	 */
	signIn: {params: {access?: StoreAccess; force?: boolean}; result: {profile: string | null}};
	/** IAM Identity Center from its start URL: signs in; snapshots tell the rest. `force`: as for `signIn` */
	setupSignIn: {
		params: SetupPlace & {force?: boolean};
		result: {startUrl: string; session: string};
	};
	/** the roles that this sign-in opens */
	setupRoles: {params: SetupPlace; result: readonly SetupRole[]};
	/** what would be written into which file for a role; throws `usage` for what can't be */
	setupDraft: {params: SetupChoice; result: {file: string; text: string}};
	setupWrite: {params: SetupChoice; result: {file: string}};
	/** another device code */
	newCode: {params: Record<string, never>; result: null};
	endSignIn: {params: Record<string, never>; result: null};
	/** takes pasted keys, which stay in this process's memory; answers how they may be called */
	pasteKeys: {params: {access?: StoreAccess; text: string}; result: {label: string}};
	/** the job goes on as another profile */
	useProfile: {params: {profile: string}; result: null};
	/** tries the job's credentials again */
	tryCredentials: {params: Record<string, never>; result: null};
	profiles: {params: Record<string, never>; result: readonly ProfileInfo[]};
	/** tries the credentials; throws with code no-credentials, expired-credentials, network */
	identify: {params: StoreAccess; result: IdentityInfo & {readonly region: string | null}};
	buckets: {params: StoreAccess; result: readonly BucketRow[]};
	probeBucket: {
		params: StoreAccess & {bucket: string};
		result: {region: string | null; canList: boolean; error: ErrorRecord | null};
	};
	browse: {
		params: StoreAccess & {bucket: string; prefix: string; continuation?: string};
		result: BrowsePage;
	};
	/** counts below a prefix; stops at `limit` keys and then says so */
	countPrefix: {
		params: StoreAccess & {bucket: string; prefix: string; limit: number};
		result: {files: number; bytes: number; partial: boolean};
	};
	/** manifests in a folder, found with fast-glob */
	manifests: {params: {folder: string}; result: readonly ManifestFile[]};
	inspectManifest: {
		params: {file: string; header?: boolean; delimiter?: string};
		result: ManifestPreview;
	};
	/** tries sample rows of each likely column against the (partly) listed prefix */
	tryColumns: {
		params: StoreAccess & {
			bucket: string;
			prefix: string;
			file: string;
			ending: string;
			match: JobSpec['match'];
			header?: boolean;
			delimiter?: string;
		};
		result: {
			trials: readonly ColumnTrial[];
			examples: readonly (ExampleRow & {column: number})[];
			keysListed: number;
		};
	};
	disk: {params: {folder: string}; result: DiskInfo};
	jobs: {params: Record<string, never>; result: readonly JobRecord[]};

	// job
	/** makes (or takes up) the job of the spec's folder and calls the roll; snapshots tell the rest until `ready` */
	prepare: {
		params: {
			spec: JobSpec;
			/** with nobody signed in the roll call waits for that; otherwise it is refused */
			waits?: boolean;
		};
		result: {job: JobId};
	};
	/** takes up a job that exists, without a new roll call, and goes on downloading */
	resumeJob: {params: {job: JobId}; result: {job: JobId}};
	/** drops a roll call that was not started and returns to `idle`; what was found is kept in the ledger */
	abandon: {params: Record<string, never>; result: null};
	/** the yes: from `ready` to `downloading` */
	start: {params: Record<string, never>; result: null};
	/** fetches the smallest ready file and answers when it is verified */
	tryOne: {
		params: Record<string, never>;
		result: {path: string; bytes: number; verified: string; seconds: number};
	};
	pause: {params: Record<string, never>; result: null};
	/** also goes on after the first Ctrl+C (`stopping`), after a full disk, after new credentials */
	proceed: {params: Record<string, never>; result: null};
	/**
	 * `finish`: no new files, open ones finish. `now`: parked within two seconds. The engine then reports
	 * `stopped`. `code`: the exit status that summary and reports carry; 130 when left out.
	 */
	stop: {params: {mode: 'finish' | 'now'; code?: number}; result: null};
	retryFailed: {params: {wantedId?: number; groupId?: number}; result: {files: number}};
	setConnections: {params: {connections: number | 'auto'}; result: {connections: number}};
	/** reads finished files back and compares with the ledger */
	verifyLocal: {params: Record<string, never>; result: {files: number; bad: number}};

	// lists, answered from the ledger by window
	groups: {params: GroupQuery; result: {total: number; rows: readonly GroupRow[]}};
	rows: {params: RowQuery; result: {total: number; rows: readonly WantedRow[]}};
	problems: {
		params: {offset: number; limit: number};
		result: {total: number; rows: readonly Problem[]};
	};

	// decisions in the roll call; each recomputes plan and counts
	/** a key for one row: an ambiguous row's candidate or a missing row's guess; null skips it again */
	choose: {params: {wantedId: number; objectId: number | null}; result: null};
	/** one rule for all ambiguous rows, or those of one group */
	resolveAmbiguous: {
		params: {rule: Exclude<AmbiguousRule, 'ask'>; groupId?: number};
		result: {rows: number};
	};
	/** takes every guess that is the only one for its row */
	useSureGuesses: {params: {groupId?: number}; result: {rows: number}};
	/** writes missing.csv, failed.csv, resolved.csv, summary.json now; answers their folder */
	exportReports: {
		params: Record<string, never>;
		result: {folder: string; files: readonly string[]};
	};

	/** the interface leaves; the engine goes on without it (`b`) or, without a job, ends */
	detach: {params: Record<string, never>; result: null};
};

export type LinkMethod = keyof LinkMethods;
export type LinkParams<M extends LinkMethod> = LinkMethods[M]['params'];
export type LinkResult<M extends LinkMethod> = LinkMethods[M]['result'];

export type LinkRequest = {
	[M in LinkMethod]: {readonly id: number; readonly method: M; readonly params: LinkParams<M>};
}[LinkMethod];

export type LinkReply =
	| {readonly id: number; readonly result: unknown}
	| {readonly id: number; readonly error: ErrorRecord}
	| {readonly snapshot: Snapshot};

/**
 * What a front end holds: the external store of React and the door to the engine.
 * Implemented over the socket (`link/client.ts`), in process, and by fakes in tests.
 */
export type EngineClient = {
	subscribe(listener: () => void): () => void;
	getSnapshot(): Snapshot;
	/** Throws MusterError with the engine's code and words. */
	call<M extends LinkMethod>(
		method: M,
		params: LinkParams<M>,
		signal?: AbortSignal,
	): Promise<LinkResult<M>>;
	/** the connection to the engine was lost, or it died; undefined while all is well */
	lost(): ErrorRecord | undefined;
	close(): void;
};
