import type {AmbiguousRule, MatchMode} from './match.ts';

export type ManifestSpec =
	/** everything under the prefix; the group is the first folder below it */
	| {readonly kind: 'prefix'}
	| {
			readonly kind: 'csv';
			readonly file: string;
			/** header name, or 1-based number as text; guessed when left out */
			readonly column?: string;
			readonly groupBy?: string;
			readonly header?: boolean;
			readonly delimiter?: string;
			/** text put behind each value, `.png` for instance */
			readonly ending?: string;
	  }
	| {
			readonly kind: 'actors';
			readonly file: string;
			/** JSON pointer (RFC 6901) to the URLs in a `response.json` */
			readonly pointer?: string;
	  }
	| {readonly kind: 'keys'; readonly file: string};

export type Layout = 'keys' | 'flat' | 'groups';
export type Overwrite = 'never' | 'changed' | 'always';
export type OnHangup = 'background' | 'stop';

export type Filters = {
	readonly include: readonly string[];
	readonly exclude: readonly string[];
	/** lower case, with their dot */
	readonly extensions: readonly string[];
	readonly minSize?: number;
	readonly maxSize?: number;
};

/** How to reach the store; no secret is ever part of it. */
export type StoreSpec = {
	readonly provider: 's3';
	readonly region?: string;
	readonly endpoint?: string;
	readonly forcePathStyle?: boolean;
	readonly requestPayer?: boolean;
};

/** Where credentials come from; names and files, never the secrets themselves. */
export type CredentialSpec =
	| {readonly kind: 'chain'}
	| {readonly kind: 'profile'; readonly profile: string}
	| {readonly kind: 'anonymous'}
	| {
			readonly kind: 'files';
			readonly accessKeyFile?: string;
			readonly secretKeyFile?: string;
			readonly sessionTokenFile?: string;
	  }
	| {readonly kind: 'env-file'; readonly file: string}
	/** `--access-key` and its like: in the environment of the process that was told, and nowhere else */
	| {readonly kind: 'options'};

/**
 * Variables that hold what `--access-key`, `--secret-key` and `--session-token` said. An engine of its
 * own inherits them; no job, message or command line ever holds their values.
 */
export const optionKeys = {
	accessKey: 'MUSTER_ACCESS_KEY',
	secretKey: 'MUSTER_SECRET_KEY',
	sessionToken: 'MUSTER_SESSION_TOKEN',
} as const;
export type OptionKey = keyof typeof optionKeys;

/** Everything that defines a job; plain data, kept in the ledger, enough to repeat or resume it. */
export type JobSpec = {
	readonly store: StoreSpec;
	readonly credentials: CredentialSpec;
	/** '' when the manifest's URLs name the buckets */
	readonly bucket: string;
	readonly prefix: string;
	readonly manifest: ManifestSpec;
	/** absolute path of the output folder */
	readonly folder: string;
	readonly layout: Layout;
	readonly match: MatchMode;
	readonly ambiguous: AmbiguousRule;
	readonly filters: Filters;
	readonly overwrite: Overwrite;
	readonly verify: 'checksum' | 'size';
	readonly perGroup: number;
	readonly groups: number;
	readonly connections: number | 'auto';
	/** bytes per second for the whole job; 0 is no limit */
	readonly limitRate: number;
	/** attempts for one request before its file counts as failed */
	readonly retries: number;
	readonly allowMissing: boolean;
};

/** `--preset`: downloads per group × groups at once. */
export const presets = {
	conservative: {perGroup: 5, groups: 3},
	balanced: {perGroup: 10, groups: 5},
	aggressive: {perGroup: 20, groups: 10},
	maximum: {perGroup: 30, groups: 15},
} as const;
export type Preset = keyof typeof presets;

export const jobSpecDefaults = {
	layout: 'keys',
	match: 'stem',
	ambiguous: 'skip',
	filters: {include: [], exclude: [], extensions: []},
	overwrite: 'changed',
	verify: 'checksum',
	...presets.balanced,
	connections: 'auto',
	limitRate: 0,
	retries: 5,
	allowMissing: false,
} as const satisfies Partial<JobSpec>;
