import {parseObjectUrl} from '../model/object-url.ts';

const knownEndings =
	/\.(?:png|jpe?g|jpe|webp|gif|bmp|tiff?|heic|avif|svg|exr|dng|cr2|nef|psd|raw|wav|mp3|flac|ogg|opus|m4a|aac|mp4|mov|mkv|avi|webm|json|jsonl|ndjson|xml|ya?ml|txt|csv|tsv|parquet|npy|npz|pt|pth|safetensors|pkl|h5|hdf5|tfrecord|bin|zip|tar|gz|tgz|bz2|xz|zst|7z|pdf|srt|vtt|lab|ply|obj|fbx|glb|gltf|las|laz|pcd|bvh|dcm|nii)$/i;
const someEnding = /[^/\\.\s]\.[a-z][a-z\d]{1,5}$/i;
const numeric = /^[-+]?(?:\d+(?:[.,]\d+)*|\.\d+)(?:e[-+]?\d+)?\s?%?$/i;
const dateLike = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?$|^\d{1,2}:\d{2}(?::\d{2})?$/;
const email = /^[^\s@/]+@[^\s@/]+\.[a-z]+$/i;

export type CellKind =
	'empty' | 'number' | 'date' | 'object' | 'url' | 'file' | 'path' | 'token' | 'text';

/** What a cell looks like; the more specific kind wins. */
export function cellKind(value: string): CellKind {
	const text = value.trim();
	if (text === '') return 'empty';
	if (numeric.test(text)) return 'number';
	if (dateLike.test(text)) return 'date';
	if (parseObjectUrl(text) !== undefined) return 'object';
	if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return 'url';
	if (text.length > 1024 || /[\n\r]/.test(text) || email.test(text)) return 'text';
	if (knownEndings.test(text)) return 'file';
	if (!/\s/.test(text) && someEnding.test(text)) return 'file';
	if (/\S[/\\]\S/.test(text) && text.split(/\s/).length <= 2) return 'path';
	return /^\S+$/.test(text) && /\d/.test(text) ? 'token' : 'text';
}

const weights: Readonly<Record<CellKind, number>> = {
	empty: 0,
	number: 0.12,
	date: 0,
	object: 1,
	url: 0.35,
	file: 1,
	path: 0.6,
	token: 0.3,
	text: 0.05,
};

/** 0..1: how much one value looks like a file name, key or URL. */
export const cellScore = (value: string): number => weights[cellKind(value)];

const plainName = (name: string): string =>
	name
		.trim()
		.replace(/([a-z\d])([A-Z])/g, '$1_$2')
		.toLowerCase()
		.replace(/[^a-z\d]+/g, '_')
		.replace(/^_|_$/g, '');

const strongNames = new Set(
	'file files filename file_name filepath file_path image images image_name image_file image_path image_key image_url img img_name img_path img_url path full_path key keys s3 s3_key s3_path s3_uri s3_url object object_key url uri src source_file audio audio_file audio_path video video_file video_path photo picture clip wav take_file asset media frame'.split(
		' ',
	),
);
const weakNames = new Set(
	'name id uid uuid sample item document doc link location stem basename src_name'.split(' '),
);
const groupNames = new Set(
	'actor actors actor_name actor_id group groups group_name group_id product products product_id product_name sku class class_name classname label labels category subject subject_id speaker speaker_id person person_id identity identity_id character performer model brand folder set split patient patient_id user user_id'.split(
		' ',
	),
);

/** 0..1: how much a header says "here are the files". */
export function nameHeaderScore(header: string): number {
	const name = plainName(header);
	if (strongNames.has(name)) return 1;
	if (weakNames.has(name)) return 0.3;
	return /(?:^|_)(?:file|filename|path|image|img|key|url|uri|s3)$/.test(name) ? 0.7 : 0;
}

export const isGroupHeader = (header: string): boolean => groupNames.has(plainName(header));

/** A cell that is known as a column's name. */
export const isKnownHeader = (text: string): boolean => {
	const name = plainName(text);
	return strongNames.has(name) || weakNames.has(name) || groupNames.has(name);
};
