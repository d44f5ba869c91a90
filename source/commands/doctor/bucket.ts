import http from 'node:http';
import https from 'node:https';
import {text} from 'node:stream/consumers';
import type {Source} from '../../config/source-url.ts';
import {errorRecord} from '../../model/error.ts';
import type {ErrorRecord} from '../../model/error.ts';
import {formatBytes, plural} from '../../model/format.ts';
import type {ObjectInfo, ObjectRef} from '../../model/object.ts';
import {providerFor} from '../../stores/index.ts';
import type {CredentialSource, SignedRequest, Store} from '../../stores/types.ts';
import {ok, problem, warning} from './finding.ts';
import type {Finding} from './finding.ts';
import type {Right} from './policy.ts';

/** What a refusal lacks that a policy of the user or role could grant; nothing where another policy denies. */
function lacking(error: ErrorRecord, action: Right['action']): {lacks?: readonly Right[]} {
	const words = `${error.hint ?? ''} ${error.detail ?? ''}`;
	const isGrantable = error.code === 'denied' && error.message.endsWith('is denied.');
	if (!isGrantable || /user: anonymous/i.test(words)) return {};
	if (!/kms:Decrypt/i.test(words)) return {lacks: [{action}]};
	const resource = /arn:[a-z-]+:kms:[^\s"]+/.exec(words)?.[0];
	return {lacks: [{action: 'kms:Decrypt', ...(resource === undefined ? {} : {resource})}]};
}

/** Buckets, where none is named: a list of them is a comfort, nothing more. */
export async function checkBuckets(store: Store): Promise<Finding[]> {
	try {
		const {length} = await store.listBuckets();
		return [ok('Buckets', `${plural(length, 'bucket')} can be listed`)];
	} catch (error) {
		const record = errorRecord(error);
		if (record.code !== 'denied') return [problem('Buckets', record)];
		return [
			{
				...warning(
					'Buckets',
					'may not be listed, which is normal',
					'Name one: muster doctor s3://bucket/prefix. s3:ListAllMyBuckets would let the wizard offer them.',
				),
				...lacking(record, 's3:ListAllMyBuckets'),
			},
		];
	}
}

/** The named bucket: a listing below the prefix, then the first byte of an object; each may be denied alone. */
export async function checkBucket(
	store: Store,
	credentials: CredentialSource,
	{bucket, prefix}: Source,
): Promise<Finding[]> {
	const place = `${bucket}${prefix === '' ? '' : `/${prefix}`}`;
	try {
		const {error, region} = await store.probeBucket(bucket, undefined, prefix);
		const where = region === undefined ? {} : {region};
		if (error !== undefined) {
			const found = {...problem('Bucket', error), ...where};
			if (error.code !== 'denied') return [found];
			return [
				{...found, ...lacking(error, 's3:ListBucket')},
				warning(
					'Objects',
					'could not be tried: without a listing no key is known',
					'With --csv or --keys of whole keys muster asks for each by itself, which needs s3:GetObject alone.',
				),
			];
		}
		const listed = {
			...ok('Bucket', `${place}${region === undefined ? '' : ` in ${region}`} can be listed`),
			...where,
		};
		const {objects} = await store.list({bucket, prefix, pageSize: 50});
		const first = objects.find(({size}) => size > 0);
		if (first !== undefined) return [listed, await checkObject(store, credentials, bucket, first)];
		return [
			listed,
			warning(
				'Source',
				`nothing under ${place}`,
				'Check the prefix: muster without arguments browses it.',
			),
		];
	} catch (error) {
		return [problem('Bucket', errorRecord(error))];
	}
}

/** Facts may be open where bytes are not: an encrypted or archived object tells it only to a GET. */
async function checkObject(
	store: Store,
	credentials: CredentialSource,
	bucket: string,
	{key, size}: ObjectInfo,
): Promise<Finding> {
	const ref = {bucket, key};
	const refused = await firstByte(store, credentials, ref);
	if (refused === undefined)
		return ok('Objects', `can be read, ${key} (${formatBytes(size)}) for instance`);
	if (refused.code === 'no-such-key')
		return warning('Objects', `${key} was listed but is not there`, 'Run the doctor again.');
	if (refused.code === 'archived')
		return warning('Objects', refused.message, refused.hint ?? 'Restore it first.');
	return {...problem('Objects', refused), ...lacking(refused, 's3:GetObject')};
}

const patience = 10_000;

/** Asks for one byte with a request like those of a download; undefined when it came. */
async function firstByte(
	store: Store,
	credentials: CredentialSource,
	ref: ObjectRef,
): Promise<ErrorRecord | undefined> {
	const wire = store.wire();
	const writer = providerFor(wire.spec.provider).writer(wire);
	const options = {range: {start: 0, end: 0}, checksum: false};
	const request = await writer.write(ref, options, await credentials());
	const answer = await send(request);
	if (answer.status === 200 || answer.status === 206) return undefined;
	return writer.classify(ref, answer.status, answer.headers, answer.body).error;
}

async function send({origin, path, headers}: SignedRequest) {
	const {request} = origin.startsWith('https:') ? https : http;
	const {hostname, port} = new URL(origin);
	const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
		// the path as it was signed: a URL would tidy it up
		const asked = request(
			{
				hostname: hostname.replace(/^\[|\]$/g, ''),
				...(port === '' ? {} : {port}),
				path,
				headers: [...headers],
				signal: AbortSignal.timeout(patience),
			},
			resolve,
		);
		asked.once('error', reject);
		asked.end();
	});
	return {
		status: answer.statusCode ?? 0,
		headers: answer.headers,
		body: (await text(answer)).slice(0, 65_536),
	};
}
