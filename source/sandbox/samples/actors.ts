import {memoryBucket} from '../buckets.ts';
import {bytesObject} from '../objects.ts';
import type {SandboxBucket, SandboxObject} from '../types.ts';
import {portraitFile} from './pictures.ts';
import {seededRandom} from './random.ts';

export const actorBucketName = 'studio-actors';
const region = 'eu-west-1';

export type ActorSet = {
	readonly actors: number;
	/** images of each actor */
	readonly images: number;
	/** leaves out one object that a `response.json` names; see `missingActorImage` */
	readonly missing?: boolean;
};

/** What `muster demo` shows. */
export const demoActors: ActorSet = {actors: 12, images: 20, missing: true};

/** Position of the image that the demo's bucket lacks: actor and image, both from 0. */
export const missingActorImage = {actor: 6, image: 13};

export type Actor = {
	readonly id: number;
	readonly name: string;
	readonly ethnicity: string;
	readonly age: number;
	readonly gender: 'male' | 'female';
};

const ethnicities = ['european', 'african', 'asian', 'latin', 'arab', 'indian'] as const;
const fixed = [
	['european', 25, 'male'],
	['european', 35, 'female'],
	['european', 20, 'female'],
] as const;

/** The actor at a position from 0: `0001_european_25_male` and so on. */
export function actorAt(index: number): Actor {
	const random = seededRandom(index + 101);
	const [ethnicity, age, gender] = fixed[index] ?? [
		ethnicities[Math.floor(random() * ethnicities.length)] ?? 'european',
		20 + 5 * Math.floor(random() * 9),
		random() < 0.5 ? 'male' : 'female',
	];
	const id = index + 1;
	const name = `${String(id).padStart(4, '0')}_${ethnicity}_${age}_${gender}`;
	return {id, name, ethnicity, age, gender};
}

export const allActors = (set: ActorSet): readonly Actor[] =>
	Array.from({length: set.actors}, (_, index) => actorAt(index));

/** `actors/NAME/training_data/NAME_7.png` */
export const actorKey = (actor: Actor, image: number) =>
	`actors/${actor.name}/training_data/${actor.name}_${image}.png`;

/** The bucket `studio-actors`; pictures are drawn when they are first asked for. */
export function actorBucket(set: ActorSet = demoActors, name = actorBucketName): SandboxBucket {
	const entries: [string, () => SandboxObject][] = [];
	for (const [index, actor] of allActors(set).entries()) {
		for (let image = 0; image < set.images; image++) {
			if (set.missing === true && isMissing(index, image)) continue;
			const key = actorKey(actor, image);
			entries.push([key, () => pictureObject(index, image, key)]);
		}
	}
	return memoryBucket(name, entries, {region, created: Date.UTC(2024, 4, 2, 8, 30)});
}

const isMissing = (actor: number, image: number) =>
	actor === missingActorImage.actor && image === missingActorImage.image;

function pictureObject(actor: number, image: number, key: string): SandboxObject {
	return bytesObject(portraitFile(actor, image, key), {
		modified: Date.UTC(2025, 0, 6 + (actor % 20), 9, image),
		contentType: 'image/png',
		// some objects are older than S3's checksums and have only their ETag
		checksums: image % 5 === 4 ? [] : ['crc64nvme'],
	});
}
