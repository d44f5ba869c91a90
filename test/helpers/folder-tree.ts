import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';

export const sha256 = (bytes: Uint8Array): string =>
	createHash('sha256').update(bytes).digest('hex');

/** Every file below a folder with its SHA-256, by path with `/`; muster's own folder is left out. */
export async function folderTree(folder: string): Promise<Record<string, string>> {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const tree: [string, string][] = [];
	for (const entry of entries) {
		const file = path.join(entry.parentPath, entry.name);
		const name = path.relative(folder, file).split(path.sep).join('/');
		if (!entry.isFile() || name.startsWith('.muster/')) continue;
		tree.push([name, sha256(await readFile(file))]);
	}
	return sorted(tree);
}

/** In one order, so that two trees compare and show their differences side by side. */
export const sorted = (tree: readonly (readonly [string, string])[]): Record<string, string> =>
	Object.fromEntries([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
