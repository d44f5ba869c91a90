import {memoryBucket} from '../buckets.ts';
import {bytesObject} from '../objects.ts';
import type {SandboxBucket, SandboxObject} from '../types.ts';
import {landscapeFile, pictureType} from './pictures.ts';
import {seededRandom} from './random.ts';
import type {Random} from './random.ts';

export const datalakeBucketName = 'road-datalake';
/** below it lies what `images.csv` names */
export const datalakePrefix = 'datalake_training/REAL/';

export const sites = [
	'berlin_a100',
	'bremen_nord',
	'hamburg_hafen',
	'koeln_ring',
	'leipzig_sued',
	'münchen_ost',
] as const;
export const subjects = [
	'barrier',
	'crosswalk',
	'lane_marking',
	'manhole',
	'pothole',
	'puddle',
	'stop_sign',
	'traffic_light',
] as const;

/** One picture of the data lake. */
export type RoadImage = {
	readonly key: string;
	readonly site: string;
	readonly label: string;
	/** without extension; unique below the prefix but for `overview` pictures */
	readonly stem: string;
};

const realCount = 1576;
const generatedCount = 400;
/** names that two folders share */
export const sharedNames = 12;

/** All pictures, about 2,000, in the order they were made. The same in every run. */
export function roadImages(): readonly RoadImage[] {
	const random = seededRandom(2024);
	const images: RoadImage[] = [];
	for (let index = 0; index < realCount; index++) {
		const label = at(subjects, index);
		const number = String(Math.floor(index / subjects.length) + 1).padStart(4, '0');
		const site = at(sites, Math.floor(random() * sites.length));
		const folder = `${datalakePrefix}${random() < 0.6 ? '2024' : '2025'}/${site}`;
		images.push(image(folder, `${label}_${number}`, site, label, extension(random)));
	}
	for (let index = 0; index < sharedNames; index++) {
		const stem = `overview_${String(index + 1).padStart(2, '0')}`;
		for (const [year, site] of [
			['2024', at(sites, index)],
			['2025', at(sites, index + 1)],
		] as const) {
			images.push(image(`${datalakePrefix}${year}/${site}`, stem, site, 'overview', '.png'));
		}
	}
	for (let index = 0; index < generatedCount; index++) {
		const label = at(subjects, index);
		const stem = `gen_${label}_${String(index).padStart(5, '0')}`;
		const folder = `datalake_training/GEN/2025/model_${'ab'[index % 2] ?? 'a'}`;
		images.push(image(folder, stem, 'synthetic', label, extension(random)));
	}
	return images;
}

const at = (list: readonly string[], index: number) => list[index % list.length] ?? '';

const image = (folder: string, stem: string, site: string, label: string, ending: string) => ({
	key: `${folder}/${stem}${ending}`,
	site,
	label,
	stem,
});

function extension(random: Random): string {
	const share = random();
	if (share < 0.45) return '.jpg';
	if (share < 0.7) return '.png';
	if (share < 0.8) return '.JPG';
	if (share < 0.9) return '.jpeg';
	return share < 0.96 ? '.PNG' : '.webp';
}

/** The bucket `road-datalake`; pictures are drawn when they are first asked for. */
export function datalakeBucket(): SandboxBucket {
	const entries = roadImages().map(
		({key}, index) => [key, () => pictureObject(key, index)] as const,
	);
	return memoryBucket(datalakeBucketName, entries, {created: Date.UTC(2023, 10, 21, 14)});
}

function pictureObject(key: string, index: number): SandboxObject {
	return bytesObject(landscapeFile(index, key), {
		modified: Date.UTC(2025, 1, 1 + (index % 27), 6, index % 60),
		contentType: pictureType(key),
		checksums: index % 3 === 2 ? [] : ['crc64nvme'],
	});
}
