import {archiveClasses} from '../../model/archive.ts';
import {MusterError} from '../../model/error.ts';
import type {StoreSpec} from '../../model/job-spec.ts';
import type {ObjectInfo, ObjectRef} from '../../model/object.ts';
import {safeText} from '../../model/safe-text.ts';
import type {Asking, Attempt} from '../asking.ts';
import {askUntilAnswered} from '../asking.ts';
import type {
	Answer,
	BucketProbe,
	Credentials,
	CredentialSource,
	ListPage,
	ListQuery,
	ResponseHeaders,
	Store,
} from '../types.ts';
import {isRegion, serviceUrl} from './address.ts';
import {readAnswer} from './classify.ts';
import {createControl} from './control.ts';
import type {HttpAnswer} from './http.ts';
import {createHttp} from './http.ts';
import {restoreOf} from './list-rows.ts';
import {readListing} from './list-xml.ts';
import {header} from './refusal.ts';
import type {PlainRequest} from './signer.ts';
import {createSigner} from './signer.ts';

/**
 * The control plane of S3. Listing pages and facts of objects are asked for with our own signed
 * requests (the SDK's deserialiser would take most of the time), the rest through the SDK.
 */
export function openStore(
	spec: StoreSpec,
	credentials: CredentialSource,
	options: Pick<Asking, 'wait' | 'onRefused'> = {},
): Store {
	checkSpec(spec);
	const signer = createSigner({spec, regions: {}, clockOffset: 0});
	const http = createHttp();
	const control = createControl(spec, signer);
	/** buckets that have answered: a 404 there is about the key */
	const seen = new Set<string>();

	const ask = async <T>(
		bucket: string,
		attempt: (credentials: Credentials | undefined) => Promise<Attempt<T>>,
		signal: AbortSignal | undefined,
		onSlowDown?: () => void,
	): Promise<T> =>
		askUntilAnswered(
			{
				...options,
				credentials,
				origin: () => serviceUrl(spec, signer.region(bucket)),
				learn: (answer) => {
					signer.learn(bucket, answer);
					if (answer.slowDown === true) onSlowDown?.();
				},
			},
			attempt,
			signal,
		);

	const send = async (
		request: PlainRequest,
		credentials: Credentials | undefined,
		signal: AbortSignal | undefined,
	): Promise<HttpAnswer> => http.send(request.method, signer.sign(request, credentials), signal);

	const refused = (ref: ObjectRef | {bucket: string; key: ''}, answer: HttpAnswer) => ({
		refused: readAnswer(answer, {ref, clockOffset: signer.clockOffset()}),
	});

	/** by bucket: whether pages are asked for with the state of restorations; `no` where a store refuses that */
	const restoration = new Map<string, 'yes' | 'no'>();

	/**
	 * Which archived objects are restored is told only to who asks, and not every store knows the
	 * question: a bucket is first asked when a page shows that it has archived objects.
	 */
	const list = async (query: ListQuery): Promise<ListPage> => {
		const {bucket} = query;
		if (restoration.get(bucket) === 'yes') return listOnce(query, true);
		const page = await listOnce(query, false);
		if (restoration.has(bucket) || !page.objects.some(isArchived)) return page;
		try {
			const known = await listOnce(query, true);
			restoration.set(bucket, 'yes');
			return known;
		} catch (error) {
			query.signal?.throwIfAborted();
			if (!(error instanceof MusterError)) throw error;
			restoration.set(bucket, 'no');
			return page;
		}
	};

	const listOnce = async (query: ListQuery, withRestoration: boolean): Promise<ListPage> => {
		const {bucket, signal} = query;
		const request: PlainRequest = {
			method: 'GET',
			bucket,
			key: '',
			query: listParameters(query),
			...(withRestoration && {headers: {'x-amz-optional-object-attributes': 'RestoreStatus'}}),
		};
		return ask(
			bucket,
			async (credentials) => {
				const answer = await send(request, credentials, signal);
				if (answer.status !== 200) return refused({bucket, key: ''}, answer);
				seen.add(bucket);
				return listPage(answer, bucket);
			},
			signal,
			query.onSlowDown,
		);
	};

	/**
	 * The bucket's region, where the store names it; where it does not, the one that it has just
	 * answered under is right. Refused when there is no such bucket or it may not be seen.
	 */
	const headBucket = async (
		bucket: string,
		credentials: Credentials | undefined,
		signal: AbortSignal | undefined,
	): Promise<Attempt<{region?: string}>> => {
		const answer = await send({method: 'HEAD', bucket, key: ''}, credentials, signal);
		if (answer.status !== 200) return refused({bucket, key: ''}, answer);
		const region = header(answer.headers, 'x-amz-bucket-region');
		return {result: isRegion(region) ? {region} : {}};
	};

	/** Is the bucket itself there? Asked once, when its first answer was a 404 without words. */
	const assureBucket = async (bucket: string, signal: AbortSignal | undefined): Promise<void> => {
		if (seen.has(bucket)) return;
		await ask(
			bucket,
			async (credentials) => {
				const outcome = await headBucket(bucket, credentials, signal);
				return tellsNothing(outcome) ? {result: {}} : outcome;
			},
			signal,
		);
		seen.add(bucket);
	};

	const head = async (
		ref: ObjectRef,
		credentials: Credentials | undefined,
		signal: AbortSignal | undefined,
	): Promise<Attempt<ObjectInfo>> => {
		const answer = await send({method: 'HEAD', ...ref}, credentials, signal);
		if (answer.status === 200) return {result: objectInfo(ref, answer.headers)};
		if (answer.status !== 400 && answer.status !== 403) return refused(ref, answer);
		// HEAD is refused without words, so the first byte is asked for: that answer says why
		const headers = {range: 'bytes=0-0'};
		const words = await send({method: 'GET', ...ref, headers}, credentials, signal);
		if (words.status === 200 || words.status === 206)
			return {result: objectInfo(ref, words.headers)};
		return refused(ref, words.status === 416 ? answer : words);
	};

	const probeRegion = async (bucket: string, signal: AbortSignal | undefined): Promise<void> => {
		const region = await ask(
			bucket,
			async (credentials) => {
				const outcome = await headBucket(bucket, credentials, signal);
				if ('result' in outcome) return {result: outcome.result.region};
				if (!tellsNothing(outcome)) return outcome;
				const {region} = outcome.refused;
				return {result: region ?? (await control.bucketLocation(bucket, credentials, signal))};
			},
			signal,
		);
		if (region !== undefined) signer.learn(bucket, {region});
	};

	const probeBucket = async (
		bucket: string,
		signal?: AbortSignal,
		prefix = '',
	): Promise<BucketProbe> => {
		const known = () => {
			const region = signer.regions()[bucket];
			return region === undefined ? {} : {region};
		};
		try {
			await probeRegion(bucket, signal);
			await list({bucket, prefix, pageSize: 1, ...(signal && {signal})});
			return {bucket, ...known(), canList: true};
		} catch (error) {
			if (!(error instanceof MusterError) || !bucketErrors.has(error.code)) throw error;
			return {bucket, ...known(), canList: false, error: error.record()};
		}
	};

	return {
		listBuckets: (signal) =>
			ask('', (credentials) => control.listBuckets(credentials, signal), signal),
		probeBucket,
		list,
		async stat(ref, signal) {
			try {
				const info = await ask(ref.bucket, (credentials) => head(ref, credentials, signal), signal);
				seen.add(ref.bucket);
				return info;
			} catch (error) {
				if (!(error instanceof MusterError) || error.code !== 'no-such-key') throw error;
				await assureBucket(ref.bucket, signal);
				return undefined;
			}
		},
		wire: () => ({spec, regions: signer.regions(), clockOffset: signer.clockOffset()}),
		async close() {
			http.close();
		},
	};
}

/**
 * HEAD is refused without words: 400 and 403 show that the bucket is there, and often its region;
 * whether it is the sign-in, the region or the permission is told by the listing that follows.
 */
function tellsNothing(outcome: Attempt<unknown>): outcome is {readonly refused: Answer} {
	if (!('refused' in outcome)) return false;
	const {remedy, error} = outcome.refused;
	if (error.code === 'wrong-region') return true;
	return remedy !== 'retry' && error.code !== 'no-such-bucket';
}

/** Errors that concern this bucket alone; all others (network, sign-in, clock) end a probe. */
const bucketErrors: ReadonlySet<string> = new Set([
	'denied',
	'no-such-bucket',
	'wrong-region',
	'server',
]);

function checkSpec({endpoint}: StoreSpec): void {
	if (endpoint === undefined) return;
	const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
	if (url !== undefined && /^https?:$/.test(url.protocol)) return;
	throw new MusterError('usage', `The endpoint "${endpoint}" is no URL.`, {
		hint: 'Write it with its scheme, for example --endpoint-url https://s3.example.com',
	});
}

function listParameters(query: ListQuery): Record<string, string> {
	return {
		'list-type': '2',
		'encoding-type': 'url',
		'max-keys': String(query.pageSize ?? 1000),
		prefix: query.prefix,
		...(query.delimiter === undefined ? {} : {delimiter: query.delimiter}),
		...(query.startAfter === undefined ? {} : {'start-after': query.startAfter}),
		...(query.continuation === undefined ? {} : {'continuation-token': query.continuation}),
	};
}

/** A page that is cut off, or is no listing, is asked for again: half a page would lose keys silently. */
function listPage(answer: HttpAnswer, bucket: string): Attempt<ListPage> {
	const page = readListing(answer.body);
	if (!page.complete) return {refused: noListing(answer, bucket)};
	if (page.truncated && page.continuation === undefined)
		throw new MusterError(
			'server',
			`The listing of "${safeText(bucket)}" breaks off without a next page.`,
			{
				hint: 'This store may not support ListObjectsV2. List the wanted keys in a manifest instead.',
			},
		);
	const {objects, folders, continuation} = page;
	return {result: {objects, folders, ...(page.truncated && continuation ? {continuation} : {})}};
}

function noListing(answer: HttpAnswer, bucket: string): Answer {
	if (answer.body.includes('<Error>'))
		return readAnswer({...answer, status: 500}, {ref: {bucket, key: ''}, clockOffset: 0});
	const message = `The listing of "${safeText(bucket)}" came broken, or is none.`;
	const hint = 'Check --endpoint-url: does an S3 service answer there?';
	return {remedy: 'retry', error: {code: 'server', message, hint}};
}

const isArchived = ({storageClass = ''}: ObjectInfo): boolean => archiveClasses.has(storageClass);

function objectInfo({key}: ObjectRef, headers: ResponseHeaders): ObjectInfo {
	const total = /\/(\d+)$/.exec(header(headers, 'content-range') ?? '')?.[1];
	const modified = Date.parse(header(headers, 'last-modified') ?? '');
	const etag = header(headers, 'etag');
	const storageClass = header(headers, 'x-amz-storage-class');
	const archiveTier = header(headers, 'x-amz-archive-status');
	const restore = restoreOf(header(headers, 'x-amz-restore') ?? '');
	return {
		key,
		size: Number(total ?? header(headers, 'content-length') ?? 0),
		...(etag === undefined ? {} : {etag}),
		...(Number.isNaN(modified) ? {} : {modified}),
		...(storageClass === undefined ? {} : {storageClass}),
		...(archiveTier === undefined ? {} : {archiveTier}),
		...(restore === undefined ? {} : {restore}),
	};
}
