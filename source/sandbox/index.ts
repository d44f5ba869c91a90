export {createSandbox, defaultIdentity} from './server.ts';
export type {Sandbox} from './server.ts';
export {defaultRegion, indexedBucket, memoryBucket} from './buckets.ts';
export type {BucketOptions} from './buckets.ts';
export {bytesObject, generatedObject, patternReader} from './objects.ts';
export type {ObjectOptions} from './objects.ts';
export type * from './types.ts';
