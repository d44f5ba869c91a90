import {actorBucket, datalakeBucket, demoActors, flatBucket} from './samples/index.ts';
import type {IdentityCenterOptions} from './identity-center.ts';
import type {Latency, SandboxBucket, SandboxIdentity, SandboxRule} from './types.ts';

/** What a sandbox process is told, as one JSON argument. */
export type SandboxProcessOptions = {
	/** `demo`: the actors and the data lake. `actors`, `flat`: one bucket of the size asked for. */
	readonly samples?: 'demo' | 'actors' | 'flat';
	readonly port?: number;
	/** of `actors`; 12 × 20 when left out */
	readonly actors?: number;
	readonly images?: number;
	/** of `flat`; 1,000 when left out */
	readonly keys?: number;
	/** of `flat`: bytes of each object; several sizes are given out in turns */
	readonly size?: number | readonly number[];
	/** bytes of objects per second; 0 or left out is no limit */
	readonly rate?: number;
	/** milliseconds */
	readonly latency?: number | Latency;
	readonly rules?: readonly SandboxRule[];
	readonly identities?: readonly SandboxIdentity[];
	readonly listBuckets?: boolean;
	/** how it plays IAM Identity Center */
	readonly identityCenter?: Partial<IdentityCenterOptions>;
	/** so long after the first byte of an object the sign-in is over, once: a rehearsal */
	readonly expireAfterSeconds?: number;
	/** opens `/_sandbox/…`; true when left out */
	readonly control?: boolean;
	/** the process ends once this one is gone and no request came for `idleSeconds` (60) */
	readonly keepAlivePid?: number;
	readonly idleSeconds?: number;
};

export const processOptions = (argument: string) => JSON.parse(argument) as SandboxProcessOptions;

export function sampleBuckets(options: SandboxProcessOptions): readonly SandboxBucket[] {
	const {samples = 'demo', actors = demoActors.actors, images = demoActors.images} = options;
	const {keys = 1000, size = 1024} = options;
	if (samples === 'actors') return [actorBucket({actors, images})];
	if (samples === 'flat') return [flatBucket({keys, size: sizesInTurns(size)})];
	return [actorBucket(), datalakeBucket()];
}

/** The sizes of a `flat` bucket by index; a test that holds files against objects needs the same ones. */
export function sizesInTurns(size: number | readonly number[]): (index: number) => number {
	const sizes = typeof size === 'number' ? [size] : size;
	return (index) => sizes[index % sizes.length] ?? 0;
}
