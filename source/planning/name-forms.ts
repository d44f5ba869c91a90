/**
 * The forms of a name under which wanted rows and keys meet.
 *
 * - `extensionOf`: the ending that mode `stem` ignores.
 * - `looseForm`: what mode `loose` compares: no letter case, Unicode form or separators. A separator
 *   between two digits stays, as `_`: `take_1_11` and `take_11_1` are two takes.
 * - `probeForm`: looser still (no separators at all, no leading zeros). Only a way to find candidates:
 *   names with equal loose forms have equal probes, so a join on probes misses no match.
 */

const longestExtension = 12;

/**
 * Endings that are surely endings. After any other, `scan.raw2`, the last part may as well belong to
 * the name (`scan.raw2.png`), and both readings are looked up.
 */
const knownExtensions: ReadonlySet<string> = new Set(
	`png jpg jpeg jpe jfif gif bmp webp tif tiff heic heif avif svg ico psd exr hdr dpx tga ppm pgm pbm pnm jp2 j2k jxl
	raw dng cr2 cr3 nef arw orf rw2 raf dcm nii mha mhd nrrd svs
	wav mp3 flac ogg oga opus m4a aac aif aiff wma mid midi
	mp4 m4v mov avi mkv webm mpg mpeg wmv flv mts m2ts 3gp ogv mxf
	txt csv tsv json jsonl ndjson geojson yaml yml xml html htm md toml ini log srt vtt rst tex
	parquet feather arrow avro orc npy npz h5 hdf5 hdf mat pkl pickle pt pth ckpt onnx pb safetensors gguf tflite
	tfrecord tfrecords lmdb db sqlite sqlite3 zarr nc grib msgpack bin dat
	zip tar tgz gz bz2 xz zst zstd lz4 7z rar br
	obj ply stl fbx glb gltf usd usda usdc usdz abc dae blend 3ds 3mf las laz pcd bvh c3d mtl
	pdf doc docx xls xlsx ppt pptx py ipynb js ts sh cfg conf part tmp`.split(/\s+/),
);

/** `.PNG` of `a/b.PNG`, or '': one to twelve ASCII letters and digits after the last point, not a number or version. */
export function extensionOf(path: string): string {
	const end = path.length;
	const lowest = Math.max(1, end - longestExtension - 1);
	for (let at = end - 1; at >= lowest; at--) {
		const code = path.charCodeAt(at);
		if (code === 46) {
			if (at === end - 1 || path.charCodeAt(at - 1) === 47) return '';
			return isEnding(path, at + 1) ? path.slice(at) : '';
		}
		if (!isAlphanumeric(code)) return '';
	}
	return '';
}

/** `2`, `5x` and `v2` after a point are more likely part of the name than its ending. */
function isEnding(path: string, start: number): boolean {
	if (isDigit(path.charCodeAt(start))) return isKnownExtension(path.slice(start - 1));
	if ((path.charCodeAt(start) | 32) !== 118) return true;
	for (let at = start + 1; at < path.length; at++) {
		if (!isDigit(path.charCodeAt(at))) return true;
	}
	return path.length === start + 1;
}

/** The extension, point included, is one that people use; `stem.extension` can't be a whole stem. */
export function isKnownExtension(extension: string): boolean {
	return knownExtensions.has(extension.slice(1).toLowerCase());
}

/** The path without its extension. */
export function stemOf(path: string): string {
	const extension = extensionOf(path);
	return extension === '' ? path : path.slice(0, path.length - extension.length);
}

/** What stands behind the last `/`; '' for a folder marker. */
export function baseNameOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * The loosest form of a path's base name without extension, under which keys are indexed.
 * All paths that end with `/` share the probe `/`.
 */
export function probeOf(path: string): string {
	const base = baseNameOf(path);
	return base === '' ? (path === '' ? '' : '/') : probeForm(stemOf(base));
}

/**
 * The probes under which a wanted path must be looked up: one as a rule, two when its ending may be
 * part of its name, more when the prefix ends within a name (`data/img_`) and may stand before it.
 */
export function wantedProbes(path: string, prefix = ''): string[] {
	const probes = readings(path);
	const begun = baseNameOf(prefix);
	if (begun === '') return probes;
	return [...new Set([...probes, ...readings(begun + path)])];
}

function readings(path: string): string[] {
	const base = baseNameOf(path);
	if (base === '') return [probeOf(path)];
	const extension = extensionOf(base);
	if (extension === '') return [probeForm(base)];
	const stripped = probeForm(base.slice(0, base.length - extension.length));
	if (isKnownExtension(extension)) return [stripped];
	const whole = probeForm(base);
	return whole === stripped ? [stripped] : [stripped, whole];
}

/** Letter case and Unicode form taken away. */
export function foldText(text: string): string {
	return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** `text` as mode `loose` sees it; a text of separators alone stays as it is. */
export function looseForm(text: string): string {
	return reduce(text, false);
}

/** `text` without separators and leading zeros besides; equal for texts with equal loose forms. */
export function probeForm(text: string): string {
	return reduce(text, true);
}

const scratch = Buffer.alloc(1024);

function reduce(text: string, toProbe: boolean): string {
	const length = text.length;
	if (length > scratch.length) return reduceUnicode(text, toProbe);
	let size = 0;
	let changed = false;
	// within a run of digits, behind its first one that counts
	let counts = false;
	for (let at = 0; at < length; at++) {
		const code = text.charCodeAt(at);
		if (code > 127) return reduceUnicode(text, toProbe);
		if (code >= 97 && code <= 122) {
			scratch[size++] = code;
		} else if (isDigit(code)) {
			const isLast = !isDigit(text.charCodeAt(at + 1));
			if (toProbe && code === 48 && !counts && !isLast) changed = true;
			else scratch[size++] = code;
			counts = !isLast && (counts || code !== 48);
		} else if (isSeparator(code)) {
			if (!toProbe && isBetweenDigits(text, at)) scratch[size++] = 95;
			changed = true;
		} else if (code >= 65 && code <= 90) {
			scratch[size++] = code | 32;
			changed = true;
		} else {
			scratch[size++] = code;
		}
	}
	if (!changed || size === 0) return text;
	return scratch.toString('latin1', 0, size);
}

/** The last separator of a run that has a digit on either side. */
function isBetweenDigits(text: string, at: number): boolean {
	if (!isDigit(text.charCodeAt(at + 1))) return false;
	let before = at - 1;
	while (before >= 0 && isSeparator(text.charCodeAt(before))) before--;
	return before >= 0 && isDigit(text.charCodeAt(before));
}

const separators = /[\s\p{Pd}\p{Pc}.+·]+/gu;
const leadingZeros = /(?<![0-9])0+(?=[0-9])/g;

function reduceUnicode(text: string, toProbe: boolean): string {
	const folded = foldText(text);
	const reduced = toProbe
		? folded.replace(leadingZeros, '').replace(separators, '')
		: folded.replace(separators, (run, at: number) =>
				isDigit(folded.charCodeAt(at - 1)) && isDigit(folded.charCodeAt(at + run.length))
					? '_'
					: '',
			);
	// a mark may now stand behind another letter
	return reduced === '' ? folded : reduced.normalize('NFC');
}

function isDigit(code: number): boolean {
	return code >= 48 && code <= 57;
}

function isAlphanumeric(code: number): boolean {
	return isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 122);
}

/** White space, `+` (a space in many URLs), `-`, `.` and `_`. */
function isSeparator(code: number): boolean {
	return (
		code === 32 ||
		code === 95 ||
		code === 45 ||
		code === 46 ||
		code === 43 ||
		(code >= 9 && code <= 13)
	);
}
