import type {DigestAlgorithm} from '../model/object.ts';
import type {IdentityCenterOptions} from './identity-center.ts';

export type ChecksumAlgorithm = Exclude<DigestAlgorithm, 'md5'>;

/** One object as the sandbox serves it. Facts may be computed on first use. */
export type SandboxObject = {
	readonly size: number;
	/** without quotes: the MD5 in hex, or the multipart form `hex-N` */
	readonly etag: string;
	/** Unix milliseconds */
	readonly modified: number;
	readonly storageClass: string;
	/** of Intelligent-Tiering: the archive it has sunk into, `ARCHIVE_ACCESS` for instance */
	readonly archiveTier?: string;
	/** of an archived object: it is being restored, or can be read for now */
	readonly restore?: 'ongoing' | 'ready';
	readonly contentType: string;
	/** base64, as S3 stores them; `base64-N` for composite ones */
	readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
	readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
	/** it was uploaded in parts of so many bytes */
	readonly partSize?: number;
	/** bytes `start` up to but not including `end`; never more than asked for */
	read(start: number, end: number): Uint8Array;
};

/** A bucket as the server needs it; keys in UTF-8 byte order, so that a page costs a binary search. */
export type SandboxBucket = {
	readonly name: string;
	readonly region: string;
	/** Unix milliseconds */
	readonly created: number;
	/** anonymous requests may read it */
	readonly public: boolean;
	/** listing is allowed; without it a missing key answers AccessDenied, as on S3 */
	readonly listable: boolean;
	readonly requesterPays: boolean;
	readonly size: number;
	keyAt(index: number): string;
	object(key: string): SandboxObject | undefined;
};

/** A set of credentials that the sandbox accepts. */
export type SandboxIdentity = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	/** Unix milliseconds */
	readonly expires?: number;
	/** expired after this many signed requests */
	readonly expiresAfterRequests?: number;
};

export type Operation =
	| 'ListBuckets'
	| 'ListObjectsV2'
	| 'HeadBucket'
	| 'GetBucketLocation'
	| 'HeadObject'
	| 'GetObject'
	| 'Other';

/** Which requests a rule concerns; everything that is left out matches all. */
export type RuleMatch = {
	readonly method?: string;
	readonly operation?: Operation;
	readonly bucket?: string;
	/** `*` stands for any run of characters, `/` included */
	readonly key?: string;
	/** the first matching request that is affected, from 1 */
	readonly from?: number;
	/** how many matching requests are affected, from `from` on */
	readonly count?: number;
	/** only each n-th matching request, beginning with `from` */
	readonly every?: number;
	/** count requests by key rather than all together */
	readonly perKey?: boolean;
};

/** What happens to a request that a rule matches. */
export type RuleAction =
	/** 503 SlowDown */
	| {readonly type: 'throttle'; readonly retryAfterSeconds?: number}
	| {
			readonly type: 'error';
			readonly status: number;
			readonly code: string;
			readonly message?: string;
	  }
	/** 403 AccessDenied */
	| {readonly type: 'deny'}
	/** no byte of the answer for so long; left out: for ever. `afterBytes` of the body go out first */
	| {readonly type: 'stall'; readonly milliseconds?: number; readonly afterBytes?: number}
	/** the connection is cut after so many bytes of the body */
	| {readonly type: 'cut'; readonly afterBytes: number}
	/** one byte of the body is wrong, at this offset of what is sent */
	| {readonly type: 'flip'; readonly at: number}
	/** a complete answer whose body lacks its last bytes */
	| {readonly type: 'short'; readonly bytes: number}
	/** the object gets new bytes and a new ETag before this request is answered */
	| {readonly type: 'change'}
	/** so many bytes are appended to the object, or taken from its end, before this request is answered */
	| {readonly type: 'grow'; readonly bytes: number}
	/** the object is taken away before this request is answered */
	| {readonly type: 'remove'}
	/** waits before the answer */
	| {readonly type: 'delay'; readonly milliseconds: number}
	/** bytes per second on this answer alone */
	| {readonly type: 'slow'; readonly bytesPerSecond: number}
	/** the credentials that signed the request are expired from now on */
	| {readonly type: 'expire'};

/** Misbehaviour on request; plain data, so that it can cross to a sandbox in another process. */
export type SandboxRule = {
	readonly id?: string;
	readonly match?: RuleMatch;
	readonly action: RuleAction;
};

/** Milliseconds before each answer, spread deterministically between the two. */
export type Latency = {readonly min: number; readonly max: number};

export type Throttle = {
	/** bytes of objects (not of listings) per second for the whole server; 0 is no limit */
	readonly rate: number;
	/** bytes per second for each connection; 0 is no limit */
	readonly ratePerConnection: number;
	readonly latency: Latency;
};

export type SandboxOptions = {
	readonly buckets: readonly SandboxBucket[];
	/** 0, the default, takes a free one */
	readonly port?: number;
	readonly region?: string;
	/** the first is the one that `accessKeyId` and `secretAccessKey` name */
	readonly identities?: readonly SandboxIdentity[];
	/** false denies ListBuckets */
	readonly listBuckets?: boolean;
	readonly rules?: readonly SandboxRule[];
	readonly throttle?: Partial<Throttle>;
	/** how it plays IAM Identity Center */
	readonly identityCenter?: Partial<IdentityCenterOptions>;
	/** opens `/_sandbox/…` */
	readonly control?: boolean;
	/** the server's time, Unix milliseconds */
	readonly clock?: () => number;
};

/** One request as the log keeps it (the newest 10,000). */
export type RequestRecord = {
	readonly operation: Operation;
	readonly bucket: string;
	readonly key: string;
	readonly range: string;
	readonly status: number;
	/** bytes of the body that were handed to the connection */
	readonly bytes: number;
	/** the whole body was handed over */
	readonly complete: boolean;
};

/** GETs of one object. */
export type KeyCount = {
	readonly requests: number;
	/** those whose body (200 or 206) was handed over completely */
	readonly complete: number;
	readonly bytes: number;
};

/** Counts since the start or the last reset; keys of `gets` are `bucket/key`. */
export type SandboxStats = {
	readonly requests: number;
	readonly connections: number;
	readonly openConnections: number;
	readonly bytes: number;
	readonly methods: Readonly<Record<string, number>>;
	readonly operations: Readonly<Partial<Record<Operation, number>>>;
	readonly statuses: Readonly<Record<string, number>>;
	readonly gets: Readonly<Record<string, KeyCount>>;
};
