import type {SafePath} from '../model/brand.ts';
import type {Layout} from '../model/job-spec.ts';
import {baseNameOf} from './name-forms.ts';
import {relativeKey} from './relative-key.ts';
import {safeSegment, shortHash, tagged} from './safe-segment.ts';
import type {NamePlatform} from './safe-segment.ts';

export {shortHash} from './safe-segment.ts';
export type {NamePlatform} from './safe-segment.ts';

export type LocalPath =
	/** `changed`: the name on disk is not the one of the store; the reports say so */
	| {readonly kind: 'path'; readonly path: SafePath; readonly changed: boolean}
	/** no file can stand for the key; `reason` ends a sentence and names no key */
	| {readonly kind: 'refused'; readonly reason: string};

export type LocalPathRequest = {
	readonly layout: Layout;
	/** '' for files without a group */
	readonly group: string;
	readonly key: string;
	readonly prefix: string;
	/** whose rules names must keep; Linux when left out, so that plans are the same everywhere */
	readonly platform?: NamePlatform;
	/** bytes of the output folder's own path, of which the system's limit leaves the rest */
	readonly folderBytes?: number;
};

/** Longest paths in bytes, the end mark taken off. */
const longestPath: Readonly<Record<NamePlatform, number>> = {
	linux: 4095,
	darwin: 1023,
	win32: 32_000,
};

/** Names that begin with a letter, digit or `_`, of nothing but these and `.`, `-`, `_`. */
const plain = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** no name or path of so many characters is too long anywhere */
const longestPlain = 200;

/** Whether a path is one that never has to be changed (but on Windows), nor comes of changing another. */
export const isPlain = (path: string): boolean => path.length <= longestPlain && plain.test(path);

/**
 * Where below the output folder a key's file lies. Whatever the key holds, the path stays below the
 * folder, outside of `.muster`, printable, and each name short enough; different keys of one layout `keys`
 * get different paths.
 */
export function localPath(request: LocalPathRequest): LocalPath {
	const {key, platform = 'linux', folderBytes = 255} = request;
	if (key === '') return {kind: 'refused', reason: 'the key is empty'};
	if (key.endsWith('/')) {
		return {kind: 'refused', reason: 'the key ends with "/": it marks a folder and is no file'};
	}
	const wanted = unsafePath(request);
	// Nearly every key: nothing in it could need a change on any system but Windows.
	if (platform !== 'win32' && isPlain(wanted))
		return {kind: 'path', path: wanted as SafePath, changed: false};
	const segments = wanted.split('/').map((segment) => safeSegment(segment, platform));
	const [top = ''] = segments;
	if (isOwnFolder(top, platform)) segments[0] = tagged('_muster', shortHash(top));
	const path = segments.join('/');
	// one more for the "/" after the folder
	if (Buffer.byteLength(path) + folderBytes + 1 > longestPath[platform]) {
		return {kind: 'refused', reason: 'its path is too long for this system'};
	}
	return {kind: 'path', path: path as SafePath, changed: path !== wanted};
}

function unsafePath({layout, group, key, prefix}: LocalPathRequest): string {
	if (layout === 'keys') return relativeKey(key, prefix);
	const base = baseNameOf(key);
	return layout === 'groups' && group !== '' ? `${group}/${base}` : base;
}

/** `.muster` in any form that some file system takes for it: letter case, joiners (HFS+), ends (FAT), short names (NTFS). */
function isOwnFolder(name: string, platform: NamePlatform): boolean {
	const folded = name
		.normalize('NFKC')
		.replace(/[\u200C\u200D]/g, '')
		.replace(/[. ]+$/, '')
		.toLowerCase();
	if (folded === '.muster') return true;
	return platform === 'win32' && /^muster~\d+$/.test(folded);
}

/**
 * Another name for the second of two files that would share one: `a/photo~2.png`. Given the key instead of
 * a number, a hash of it is put there: the same in every run, whatever else is wanted.
 */
export function withSuffix(path: SafePath, suffix: number | string): SafePath {
	const at = path.lastIndexOf('/') + 1;
	const tag = typeof suffix === 'number' ? String(suffix) : shortHash(suffix);
	return (path.slice(0, at) + tagged(path.slice(at), tag)) as SafePath;
}

/**
 * The folders that a file's path needs: `a` and `a/b` for `a/b/c`. Where one of them is itself the path of
 * a wanted file (the keys `a` and `a/b`), the folder wins and the file gets a suffix, which is reported:
 * one file changes its name instead of all those below it.
 */
export function foldersOf(path: string): string[] {
	const folders: string[] = [];
	for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
		folders.push(path.slice(0, at));
	}
	return folders;
}

/** What a disk takes for the same name: how it treats letter case and Unicode forms. */
export type DiskNames = {readonly caseInsensitive: boolean; readonly normalising: boolean};

/** Paths that a disk with these habits takes for one have equal folded forms. */
export function foldPath(path: string, {caseInsensitive, normalising}: DiskNames): string {
	let folded = normalising ? path.normalize('NFC') : path;
	if (caseInsensitive) folded = folded.toUpperCase().toLowerCase();
	return normalising ? folded.normalize('NFC') : folded;
}
