import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {actorBucketName, actorKey, allActors, demoActors} from './actors.ts';
import type {Actor, ActorSet} from './actors.ts';

const region = 'eu-west-1';

type UrlForm = 's3' | 'virtual-host' | 'path' | 'presigned';
const forms: readonly UrlForm[] = ['s3', 'virtual-host', 'path', 'presigned'];

function objectUrl(bucket: string, key: string, form: UrlForm): string {
	if (form === 's3') return `s3://${bucket}/${key}`;
	if (form === 'path') return `https://s3.${region}.amazonaws.com/${bucket}/${key}`;
	const url = `https://${bucket}.s3.${region}.amazonaws.com/${key}`;
	return form === 'presigned' ? `${url}?${longExpired}` : url;
}

// What an API answered in May 2025: of no use any more but for the bucket and the key in front of it.
const longExpired = new URLSearchParams({
	'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
	'X-Amz-Credential': `ASIAEXAMPLEEXAMPLE00/20250502/${region}/s3/aws4_request`,
	'X-Amz-Date': '20250502T083000Z',
	'X-Amz-Expires': '3600',
	'X-Amz-SignedHeaders': 'host',
	'X-Amz-Signature': '5f8b1d0e'.repeat(8),
}).toString();

type Shape = (urls: readonly string[], actor: Actor) => unknown;

/** The shapes in which such answers are met: each service had its own idea. */
const shapes: readonly Shape[] = [
	(urls) => urls,
	(urls, actor) => ({
		status: 'completed',
		actor: actor.name,
		images: urls.map((url, index) => ({id: index, url, width: 80, height: 100})),
	}),
	(urls, actor) => ({
		request_id: `req-${actor.id}`,
		data: {results: urls.map((uri) => ({output: {image: {uri}}, score: 0.97}))},
	}),
	(urls) => ({
		poses: Object.fromEntries(urls.map((url, index) => [`pose_${index}`, {src: url}])),
	}),
	(urls, actor) => ({
		base_image: `https://cdn.example.com/previews/${actor.name}.jpg`,
		s3_urls: urls,
		note: 'previews are not part of the training set',
	}),
	(urls, actor) => [
		{type: 'meta', name: actor.name, age: actor.age},
		...urls.map((location) => ({type: 'image', file: {location, etag: null}})),
	],
];

/** An actor's `response.json`: the shape goes by the actor, the URL form by the image. */
export function actorResponse(actor: Actor, images: number, bucket = actorBucketName): unknown {
	const urls = Array.from({length: images}, (_, image) => {
		const form = forms[(actor.id + image) % forms.length] ?? 's3';
		return objectUrl(bucket, actorKey(actor, image), form);
	});
	const shape = shapes[(actor.id - 1) % shapes.length];
	return shape === undefined ? urls : shape(urls, actor);
}

/** Writes `actorsData.json` and `actors/NAME/training_data/response.json` for each below `folder`. */
export async function writeActorLists(
	folder: string,
	set: ActorSet = demoActors,
	bucket = actorBucketName,
): Promise<void> {
	const actors = allActors(set);
	await mkdir(folder, {recursive: true});
	await writeFile(join(folder, 'actorsData.json'), json(actors));
	for (const actor of actors) {
		const place = join(folder, 'actors', actor.name, 'training_data');
		await mkdir(place, {recursive: true});
		await writeFile(join(place, 'response.json'), json(actorResponse(actor, set.images, bucket)));
	}
}

const json = (value: unknown) => `${JSON.stringify(value, undefined, '\t')}\n`;
