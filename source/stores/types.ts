import type {ResponseHeaders} from '../http/head.ts';
import type {ErrorRecord, Remedy} from '../model/error.ts';
import type {StoreSpec} from '../model/job-spec.ts';
import type {ObjectDigest, ObjectInfo, ObjectRef} from '../model/object.ts';

/** Secrets in memory; never serialised anywhere but to a transfer worker of the same process. */
export type Credentials = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	/** Unix milliseconds */
	readonly expires?: number;
};

/** Fresh credentials when asked; undefined means anonymous. Throws MusterError `no-credentials` or `expired-credentials`. */
export type CredentialSource = () => Promise<Credentials | undefined>;

/**
 * What becomes of a question whose credentials were refused, or were not there: true when there are
 * others by now, which may take as long as a person takes to sign in.
 */
export type RefusedHandler = (
	error: ErrorRecord,
	used: Credentials | undefined,
	signal: AbortSignal | undefined,
) => Promise<boolean>;

export type BucketInfo = {
	readonly name: string;
	readonly region?: string;
	/** Unix milliseconds */
	readonly created?: number;
};

export type ListQuery = {
	readonly bucket: string;
	readonly prefix: string;
	/** `/` lists one level; left out lists everything below the prefix */
	readonly delimiter?: string;
	readonly startAfter?: string;
	readonly continuation?: string;
	/** at most 1,000 */
	readonly pageSize?: number;
	readonly signal?: AbortSignal;
	/** called each time the store asks for fewer requests; the question is asked again all the same */
	readonly onSlowDown?: () => void;
};

export type ListPage = {
	readonly objects: readonly ObjectInfo[];
	/** common prefixes, with their trailing delimiter */
	readonly folders: readonly string[];
	/** undefined on the last page */
	readonly continuation?: string;
};

export type ByteRange = {readonly start: number; /** inclusive */ readonly end?: number};

/** A request, ready to be sent as it is. Headers as a flat list: name, value, name, value. */
export type SignedRequest = {
	readonly origin: string;
	readonly path: string;
	readonly headers: readonly string[];
};

/** What a response that is not success means. */
export type Answer = {
	readonly remedy: Remedy;
	readonly error: ErrorRecord;
	/** milliseconds the server asked us to wait */
	readonly retryAfter?: number;
	/** the store wants fewer requests */
	readonly slowDown?: boolean;
	/** correct region or endpoint, where the answer names it */
	readonly region?: string;
	/** milliseconds to add to our clock, where the answer tells that it is off */
	readonly clockOffset?: number;
};

/** Lower-case header names. */
export type {ResponseHeaders};

/** Control plane of a store, used by the engine thread. All methods throw MusterError; throttling and network errors are retried inside. */
export type Store = {
	listBuckets(signal?: AbortSignal): Promise<readonly BucketInfo[]>;
	/**
	 * Finds a bucket's region and whether it exists and may be listed below `prefix` (permissions often
	 * end there); remembers the region for later requests.
	 */
	probeBucket(bucket: string, signal?: AbortSignal, prefix?: string): Promise<BucketProbe>;
	list(query: ListQuery): Promise<ListPage>;
	/** One object's facts, or undefined when it is not there. */
	stat(ref: ObjectRef, signal?: AbortSignal): Promise<ObjectInfo | undefined>;
	/** What a worker needs to write requests for this store: plain data without secrets. */
	wire(): StoreWire;
	close(): Promise<void>;
};

export type BucketProbe = {
	readonly bucket: string;
	readonly region?: string;
	readonly canList: boolean;
	/** why it can't be listed */
	readonly error?: ErrorRecord;
};

/** Plain configuration of the data plane, posted to workers. */
export type StoreWire = {
	readonly spec: StoreSpec;
	/** region by bucket, as far as known */
	readonly regions: Readonly<Record<string, string>>;
	/** milliseconds to add to the local clock when signing */
	readonly clockOffset: number;
};

/** Data plane of a store, used inside transfer workers: writes requests and reads answers, moves no bytes. */
export type RequestWriter = {
	/**
	 * The signed GET for an object or a byte range of it. `etag` becomes `If-Match`.
	 * `credentials` undefined: anonymous.
	 */
	write(
		ref: ObjectRef,
		options: {
			range?: ByteRange;
			etag?: string;
			/** asks for the object's checksums; yes unless false */
			checksum?: boolean;
			/** `HEAD` for facts and checksums alone, before the parts of a large object */
			method?: 'GET' | 'HEAD';
			/** the facts of one part as it was uploaded, from 1; stores that can't tell ignore it */
			partNumber?: number;
		},
		credentials: Credentials | undefined,
	): Promise<SignedRequest> | SignedRequest;
	/** What a status other than 200 or 206 means. `body` is at most 64 KiB of the answer. */
	classify(ref: ObjectRef, status: number, headers: ResponseHeaders, body: string): Answer;
	/** The best digest that these response headers offer, strongest and cheapest first. */
	digest(headers: ResponseHeaders, size: number): ObjectDigest | undefined;
	/** Number of uploaded parts, from the answer to a request with `partNumber`; undefined when it is not told. */
	uploadedParts(headers: ResponseHeaders): number | undefined;
	/** Takes what a redirect or an error taught (region, clock). */
	learn(bucket: string, answer: Answer): void;
};

/** A store as data: one folder and one line in the registry. */
export type StoreProvider = {
	readonly id: StoreSpec['provider'];
	/** URL schemes it answers to, without `:` */
	readonly schemes: readonly string[];
	open(spec: StoreSpec, credentials: CredentialSource, onRefused?: RefusedHandler): Store;
	writer(wire: StoreWire): RequestWriter;
};
