import {encodeJpeg, withJpegText} from './jpeg.ts';
import {landscape} from './landscape.ts';
import {encodePng, withPngText} from './png.ts';
import {portrait} from './portrait.ts';
import {encodeWebp} from './webp.ts';

const landscapes = 60;
export const people = 12;
export const shots = 20;

const cache = new Map<string, Buffer>();

function once(name: string, make: () => Buffer): Buffer {
	let bytes = cache.get(name);
	if (bytes === undefined) {
		bytes = make();
		cache.set(name, bytes);
	}
	return bytes;
}

/**
 * A PNG portrait. There are 12 × 20 pictures; beyond that they come again, but the `title` inside
 * keeps every file's bytes its own.
 */
export function portraitFile(person: number, shot: number, title: string): Buffer {
	const picture = once(`portrait ${person % people} ${shot % shots}`, () =>
		encodePng(portrait(person % people, shot % shots)),
	);
	return withPngText(picture, title);
}

/** A landscape in the format that the key's extension names: PNG, JPEG or WebP. */
export function landscapeFile(index: number, key: string): Buffer {
	const extension = key.slice(key.lastIndexOf('.') + 1).toLowerCase();
	const picture = index % landscapes;
	if (extension === 'webp') return encodeWebp(landscape(index, 48, 36));
	if (extension === 'png') {
		return withPngText(
			once(`png ${picture}`, () => encodePng(landscape(picture))),
			key,
		);
	}
	return withJpegText(
		once(`jpeg ${picture}`, () => encodeJpeg(landscape(picture))),
		key,
	);
}

/** The `Content-Type` of a picture by its key. */
export function pictureType(key: string): string {
	const extension = key.slice(key.lastIndexOf('.') + 1).toLowerCase();
	return extension === 'png' || extension === 'webp' ? `image/${extension}` : 'image/jpeg';
}
