export {createSandbox, defaultIdentity} from './server.ts';
export type {Sandbox} from './server.ts';
export {defaultRegion, indexedBucket, memoryBucket} from './buckets.ts';
export type {BucketOptions} from './buckets.ts';
export {bytesObject, generatedObject, largeObject, patternReader} from './objects.ts';
export type {ObjectOptions} from './objects.ts';
export {identityCenterDefaults} from './identity-center.ts';
export type {
	IdentityCenter,
	IdentityCenterOptions,
	IdentityCenterStatus,
	PortalAccount,
} from './identity-center.ts';
export {sandboxProfile, writeSandboxProfile} from './sandbox-profile.ts';
export type {SandboxProfileOptions} from './sandbox-profile.ts';
export {sizesInTurns} from './process-options.ts';
export type {SandboxProcessOptions} from './process-options.ts';
export {startSandboxProcess} from './spawn.ts';
export type {SandboxProcess, SandboxProcessInfo} from './spawn.ts';
export * from './samples/index.ts';
export type * from './types.ts';
