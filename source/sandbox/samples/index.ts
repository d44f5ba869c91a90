import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Throttle} from '../types.ts';
import {writeActorLists} from './actor-lists.ts';
import {roadCsv} from './datalake-csv.ts';

export {
	actorAt,
	actorBucket,
	actorBucketName,
	actorKey,
	demoActors,
	missingActorImage,
} from './actors.ts';
export type {Actor, ActorSet} from './actors.ts';
export {actorResponse, writeActorLists} from './actor-lists.ts';
export {datalakeBucket, datalakeBucketName, datalakePrefix, roadImages} from './datalake.ts';
export {roadCsv, roadRows} from './datalake-csv.ts';
export type {RoadRow, RowKind} from './datalake-csv.ts';
export {flatBucket, flatKey, writeFlatCsv} from './flat.ts';

/** Slow enough that a person can watch: the 240 portraits take about 12 seconds. */
export const demoThrottle: Throttle = {
	rate: 48 * 1024,
	ratePerConnection: 0,
	latency: {min: 50, max: 200},
};

/** Writes the demo's manifests below `folder`: `actorsData.json`, `actors/…/response.json`, `images.csv`. */
export async function writeSamples(folder: string): Promise<void> {
	await mkdir(folder, {recursive: true});
	await writeActorLists(folder);
	await writeFile(join(folder, 'images.csv'), roadCsv());
}
