import {lstatSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {MusterError} from '../model/error.ts';

/** Refuses destinations that a symbolic link on the way would lead out of the output folder. */
export class SafeFolder {
	readonly #root: string;
	readonly #checked = new Set<string>();

	/** `root` may itself be a symbolic link. */
	constructor(root: string) {
		this.#root = targetOf(root) ?? path.resolve(root);
	}

	/** A destination lies in the folder. */
	holds(destination: string): boolean {
		try {
			this.resolve(destination);
			return true;
		} catch {
			return false;
		}
	}

	/** The absolute path of a destination. Throws `unsafe-name`. */
	resolve(destination: string): string {
		const segments = destination.split('/');
		let folder = this.#root;
		for (const segment of segments.slice(0, -1)) {
			folder = path.join(folder, segment);
			if (this.#checked.has(folder)) continue;
			this.#checkOne(folder, destination);
			this.#checked.add(folder);
		}
		return path.join(folder, segments.at(-1) ?? '');
	}

	#checkOne(folder: string, destination: string): void {
		if (!isLink(folder)) return;
		const target = targetOf(folder);
		const below = target === undefined ? '..' : path.relative(this.#root, target);
		const [top] = below.split(path.sep);
		if (top !== '..' && top !== '.muster' && !path.isAbsolute(below)) return;
		throw new MusterError('unsafe-name', `${destination} would leave the output folder.`, {
			hint: `${folder} is a symbolic link to a place outside of it. Remove the link, or choose that place with --to.`,
		});
	}
}

/** Where a link leads; undefined when there is nothing. */
function targetOf(link: string): string | undefined {
	try {
		return realpathSync(link);
	} catch {
		return undefined;
	}
}

function isLink(folder: string): boolean {
	try {
		return lstatSync(folder).isSymbolicLink();
	} catch {
		return false;
	}
}
