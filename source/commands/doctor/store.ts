import {openCredentials} from '../../credentials/index.ts';
import {errorRecord} from '../../model/error.ts';
import type {CredentialSpec, StoreSpec} from '../../model/job-spec.ts';
import {providerFor} from '../../stores/index.ts';
import type {Source} from '../../config/source-url.ts';
import {checkBucket, checkBuckets} from './bucket.ts';
import {ok, problem, warning} from './finding.ts';
import type {Finding} from './finding.ts';

export type Access = {readonly store: StoreSpec; readonly credentials: CredentialSpec};

/** The credentials, tried; then endpoint and clock, from one unsigned request. */
export async function checkStore(access: Access, source: Source | undefined): Promise<Finding[]> {
	const named = access.store.region;
	const holder = openCredentials(access.credentials, named === undefined ? {} : {region: named});
	const findings: Finding[] = [];
	let signedIn = false;
	try {
		const {label, account, expires} = await holder.identity();
		const until = expires === undefined ? '' : `, until ${new Date(expires).toLocaleString()}`;
		findings.push(
			ok('Credentials', `${label}${account === undefined ? '' : `, account ${account}`}${until}`),
			...holder.warnings().map((text) => warning('Credentials', text, 'Run: chmod 600 on it.')),
		);
		signedIn = true;
	} catch (error) {
		findings.push(problem('Credentials', errorRecord(error)));
	}
	const region = await holder.region().catch(() => undefined);
	const endpoint = access.store.endpoint ?? (await holder.endpoint().catch(() => undefined));
	findings.push(
		...(await checkEndpoint(endpoint ?? `https://s3.${region ?? 'us-east-1'}.amazonaws.com`)),
	);
	if (signedIn && (source !== undefined || access.credentials.kind !== 'anonymous')) {
		const spec = {
			...access.store,
			...(endpoint === undefined ? {} : {endpoint}),
			...(region === undefined ? {} : {region}),
		};
		const store = providerFor(spec.provider).open(spec, holder.source);
		try {
			findings.push(
				...(await (source === undefined
					? checkBuckets(store)
					: checkBucket(store, holder.source, source))),
			);
		} finally {
			await store.close();
		}
	}
	return findings;
}

const largestSkew = 5 * 60_000;

function checkClock(date: string | null): Finding[] {
	const theirs = Date.parse(date ?? '');
	if (Number.isNaN(theirs)) return [];
	const off = Math.round((Date.now() - theirs) / 1000);
	if (Math.abs(off) * 1000 < largestSkew)
		return [ok('Clock', `within ${Math.max(2, Math.abs(off))} s of the store's`)];
	return [
		warning(
			'Clock',
			`${Math.abs(off)} s ${off > 0 ? 'ahead of' : 'behind'} the store's`,
			'S3 refuses signatures of a clock that is off: turn on time synchronisation (timedatectl set-ntp true).',
		),
	];
}

async function checkEndpoint(endpoint: string): Promise<Finding[]> {
	try {
		const started = performance.now();
		const response = await fetch(endpoint, {
			method: 'HEAD',
			redirect: 'manual',
			signal: AbortSignal.timeout(8000),
		});
		const time = `${Math.round(performance.now() - started)} ms`;
		return [
			ok('Endpoint', `${endpoint} answers in ${time}`),
			...checkClock(response.headers.get('date')),
		];
	} catch (error) {
		const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
		return [
			{
				level: 'problem',
				subject: 'Endpoint',
				text: `${endpoint} can't be reached: ${errorRecord(cause).detail ?? errorRecord(cause).message}`,
				mend: 'Check --endpoint-url, the network and proxies (HTTPS_PROXY is not used).',
				status: 1,
			},
		];
	}
}
