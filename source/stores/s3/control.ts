import type {S3Client} from '@aws-sdk/client-s3';
import type {StoreSpec} from '../../model/job-spec.ts';
import type {Attempt} from '../asking.ts';
import type {BucketInfo, Credentials, ResponseHeaders} from '../types.ts';
import {isRegion, serviceUrl, usesPathStyle} from './address.ts';
import {readAnswer} from './classify.ts';
import type {Signer} from './signer.ts';

/** The few questions that the official SDK asks for us. It is loaded with the first one: a tenth of a second that most jobs never need. */
export type Control = {
	listBuckets(
		credentials: Credentials | undefined,
		signal?: AbortSignal,
	): Promise<Attempt<readonly BucketInfo[]>>;
	/** The bucket's region where it may be told; undefined otherwise. */
	bucketLocation(
		bucket: string,
		credentials: Credentials | undefined,
		signal?: AbortSignal,
	): Promise<string | undefined>;
};

/** Milliseconds that a connection and an answer may take. */
const patience = {connectionTimeout: 10_000, requestTimeout: 30_000};

/** `times` is replaced in tests. */
export function createControl(spec: StoreSpec, signer: Signer, times = patience): Control {
	const sdk = () => import('@aws-sdk/client-s3');

	/** A client for each question: none remembers a region, a clock or credentials that were refused. */
	const ask = async <T>(
		bucket: string,
		credentials: Credentials | undefined,
		question: (client: S3Client) => Promise<T>,
	): Promise<Attempt<T>> => {
		const {S3Client} = await sdk();
		const region = signer.region(bucket);
		const client = new S3Client({
			region,
			endpoint: serviceUrl(spec, region),
			forcePathStyle: usesPathStyle(spec, bucket === '' ? 'bucket' : bucket),
			maxAttempts: 1,
			systemClockOffset: signer.clockOffset(),
			requestChecksumCalculation: 'WHEN_REQUIRED',
			responseChecksumValidation: 'WHEN_REQUIRED',
			// without the last the SDK writes a warning to the terminal and waits on, for ever
			requestHandler: {...times, throwOnRequestTimeout: true},
			...identity(credentials),
		});
		try {
			return {result: await question(client)};
		} catch (error) {
			return {refused: refusal(error, bucket, signer.clockOffset())};
		} finally {
			client.destroy();
		}
	};

	return {
		listBuckets: (credentials, signal) =>
			ask('', credentials, async (client) => {
				const {paginateListBuckets} = await sdk();
				const buckets: BucketInfo[] = [];
				for await (const page of paginateListBuckets({client}, {MaxBuckets: 1000}, sending(signal)))
					for (const {Name, BucketRegion, CreationDate} of page.Buckets ?? [])
						if (Name !== undefined)
							buckets.push({
								name: Name,
								...(isRegion(BucketRegion) && {region: BucketRegion}),
								...(CreationDate && {created: CreationDate.getTime()}),
							});
				return buckets;
			}),
		async bucketLocation(bucket, credentials, signal) {
			const outcome = await ask(bucket, credentials, async (client) => {
				const {GetBucketLocationCommand} = await sdk();
				const command = new GetBucketLocationCommand({Bucket: bucket});
				const answer = await client.send(command, sending(signal));
				return answer.LocationConstraint;
			}).catch(() => undefined);
			return outcome === undefined || 'refused' in outcome ? undefined : locate(outcome.result);
		},
	};
}

/** Two old names of regions, and nothing that is none. */
function locate(location: string | undefined): string | undefined {
	if (location === 'EU') return 'eu-west-1';
	return location !== undefined && /^[a-z]+(?:-[a-z]+)+-\d+$/.test(location) ? location : undefined;
}

const sending = (signal: AbortSignal | undefined) =>
	signal === undefined ? {} : {abortSignal: signal};

function identity(credentials: Credentials | undefined) {
	if (credentials !== undefined) {
		const {accessKeyId, secretAccessKey, sessionToken} = credentials;
		return {credentials: {accessKeyId, secretAccessKey, ...(sessionToken && {sessionToken})}};
	}
	return {
		credentials: {accessKeyId: 'anonymous', secretAccessKey: 'anonymous'},
		signer: {sign: async <T>(request: T) => request},
	};
}

type SdkError = Error & {
	readonly $metadata?: {readonly httpStatusCode?: number};
	readonly $response?: {readonly statusCode?: number; readonly headers?: ResponseHeaders};
};

/** An error of the SDK as a refusal; one that no server sent is thrown on. */
function refusal(error: unknown, bucket: string, clockOffset: number) {
	if (!(error instanceof Error)) throw error;
	const {$metadata, $response, name, message} = error as SdkError;
	const status = $metadata?.httpStatusCode ?? $response?.statusCode;
	if (status === undefined) throw error;
	// HEAD has no body; the SDK then makes up a name
	const code = /^(?:Unknown|UnknownError|NotFound|Forbidden|\d+|Error)$/.test(name) ? '' : name;
	return readAnswer(
		{
			status,
			headers: $response?.headers ?? {},
			body: '',
			code,
			...(code === '' ? {} : {message}),
		},
		{ref: {bucket, key: ''}, clockOffset},
	);
}
