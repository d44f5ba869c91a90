import {understandManifest} from '../manifests/index.ts';
import {errorRecord, MusterError} from '../model/error.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {IdentityInfo} from '../model/snapshot.ts';
import type {AccessCache, OpenAccess} from './access.ts';
import {isRefusal} from './sign-in/gate.ts';

export type Admission = {
	readonly access: OpenAccess;
	/** the spec with its manifest as it was understood */
	readonly settled: JobSpec;
	/** for the person: the bucket is elsewhere than was said, and is read all the same */
	readonly note?: string | undefined;
};

export type AdmissionContext = {
	readonly access: AccessCache;
	readonly onIdentity: (identity: IdentityInfo | null) => void;
	/** the job itself waits for a sign-in: none now is no reason to turn it away */
	readonly mayWait: boolean;
};

/** Looks at everything that can be wrong with a new job before its folder is touched. Throws what is. */
export async function admit(
	spec: JobSpec,
	context: AdmissionContext,
	signal: AbortSignal,
): Promise<Admission> {
	const {manifest} = spec;
	const isStdin = (manifest.kind === 'csv' || manifest.kind === 'keys') && manifest.file === '-';
	const settled = isStdin
		? spec
		: {
				...spec,
				manifest: (await understandManifest(manifest, {endpoint: spec.store.endpoint})).spec,
			};
	const access = await context.access.get(spec);
	const isKnown = await identify(access, context);
	if (!isKnown || spec.bucket === '') return {access, settled};
	return {access, settled, note: await checkBucket(access, spec, context, signal)};
}

/** False where nobody is signed in, but the job may wait for that. */
export async function identify(
	{credentials}: OpenAccess,
	{onIdentity, mayWait}: Pick<AdmissionContext, 'onIdentity' | 'mayWait'>,
): Promise<boolean> {
	try {
		onIdentity(await credentials.identity());
		return true;
	} catch (error) {
		if (!mayWait || !isRefusal(errorRecord(error))) throw error;
		onIdentity(null);
		return false;
	}
}

async function checkBucket(
	{store}: OpenAccess,
	spec: JobSpec,
	{mayWait}: AdmissionContext,
	signal: AbortSignal,
): Promise<string | undefined> {
	const {error, region} = await store.probeBucket(spec.bucket, signal, spec.prefix);
	const isListed = spec.manifest.kind === 'prefix';
	if (error !== undefined && !(mayWait && isRefusal(error)))
		if (error.code !== 'denied' || isListed) throw MusterError.from(error);
	const said = spec.store.region;
	if (region === undefined || said === undefined || region === said) return undefined;
	return `The bucket ${spec.bucket} lies in ${region}, not in ${said}: it is read there.`;
}
