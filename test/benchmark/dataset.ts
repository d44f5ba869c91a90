/**
 * What one bucket of the benchmark's server holds. `distinct` objects have a file each, with content
 * of its own; `shared` ones are all answered with one file, for jobs of a million keys; a `sparse`
 * one is a single file of zeros that takes no room on the server.
 */
export type Dataset = {
	readonly bucket: string;
	readonly count: number;
	/** bytes of each object */
	readonly size: number;
	readonly body: 'distinct' | 'shared' | 'sparse';
};

/** All objects are of this time, in seconds since 1970. */
export const modified = 1_760_000_000;

const perFolder = 1000;

/** The key of an object; keys are in byte order of their index. */
export function keyOf(index: number): string {
	const folder = String(Math.floor(index / perFolder)).padStart(4, '0');
	return `scene-${folder}/frame-${String(index).padStart(8, '0')}.bin`;
}

/** The ETag that nginx gives a file: its time and size in hexadecimal, with the quotes. */
export function etagOf(dataset: Dataset): string {
	return `"${modified.toString(16)}-${dataset.size.toString(16)}"`;
}

export const bytesOf = (dataset: Dataset): number => dataset.count * dataset.size;
