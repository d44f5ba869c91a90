import {stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {detectManifest, manifestFormats} from './read.ts';
import type {ManifestFile} from './types.ts';

const mostFiles = 200;
/** prose that happens to be .txt, and lists that name no data */
const ignored = [
	'**/node_modules/**',
	'**/.git/**',
	'**/.muster/**',
	'**/{README,LICENSE,LICENCE,NOTICE,CHANGELOG,robots}*.txt',
	'**/*requirements*.txt',
	'**/CMakeLists.txt',
];

/** Manifests in a folder and two levels below it, the newest first, at most 200. Unreadable ones are left out. */
export async function findManifests(folder: string): Promise<readonly ManifestFile[]> {
	// only the wizard looks for lists; a job that names its own need not load seventy modules
	const {default: glob} = await import('fast-glob');
	const names = await glob(
		manifestFormats.flatMap(({patterns}) => patterns.map((pattern) => `**/${pattern}`)),
		{
			cwd: folder,
			deep: 3,
			ignore: ignored,
			caseSensitiveMatch: false,
			followSymbolicLinks: false,
			suppressErrors: true,
			unique: true,
		},
	);
	const found: ManifestFile[] = [];
	for (const name of names.sort(nearFirst)) {
		if (found.length === mostFiles) break;
		const manifest = await manifestAt(folder, name);
		if (manifest !== undefined) found.push(manifest);
	}

	return found.sort((a, b) => b.modified - a.modified || (a.name < b.name ? -1 : 1));
}

async function manifestAt(folder: string, name: string): Promise<ManifestFile | undefined> {
	const file = resolve(folder, name);
	try {
		const {size, mtimeMs} = await stat(file);
		const detected = size === 0 ? undefined : await detectManifest(file);
		return detected && {file, name, kind: detected.kind, size, modified: Math.round(mtimeMs)};
	} catch {
		// It went away or may not be read: nothing to offer.
		return undefined;
	}
}

/** When there are too many, those in the folder itself come before those below it. */
function nearFirst(a: string, b: string): number {
	return a.split('/').length - b.split('/').length || (a < b ? -1 : 1);
}
