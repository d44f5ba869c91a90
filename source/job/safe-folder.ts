import {lstatSync, realpathSync, type Stats} from 'node:fs';
import path from 'node:path';
import {MusterError} from '../model/error.ts';

/** A folder on the way to a destination, looked at once. */
type Way = {readonly absolute: string; readonly isThere: boolean};

/** folders that are remembered; beyond them a folder is looked at again */
const mostWays = 50_000;

/** Refuses destinations that a symbolic link on the way would lead out of the output folder. */
export class SafeFolder {
	readonly #root: string;
	/** by folder below the root, without a slash at its end; '' is the root */
	readonly #ways = new Map<string, Way>();

	/** `root` may itself be a symbolic link. */
	constructor(root: string) {
		this.#root = targetOf(root) ?? path.resolve(root);
	}

	/** The absolute path of a destination. Throws `unsafe-name`. */
	resolve(destination: string): string {
		const slash = destination.lastIndexOf('/');
		const way = this.#way(slash < 0 ? '' : destination.slice(0, slash), destination);
		return way.absolute + destination.slice(slash + 1);
	}

	/**
	 * What lies at a destination; undefined where there is nothing, or nothing that can be looked at:
	 * the download will say why, for this file alone. A folder that was not there at the first look
	 * is not looked into again.
	 */
	look(destination: string): Stats | undefined {
		try {
			const slash = destination.lastIndexOf('/');
			const way = this.#way(slash < 0 ? '' : destination.slice(0, slash), destination);
			if (!way.isThere) return undefined;
			return lstatSync(way.absolute + destination.slice(slash + 1), {throwIfNoEntry: false});
		} catch {
			return undefined;
		}
	}

	#way(folder: string, destination: string): Way {
		const known = this.#ways.get(folder);
		if (known !== undefined) return known;
		const way =
			folder === ''
				? {absolute: path.join(this.#root, '/'), isThere: statOf(this.#root) !== undefined}
				: this.#step(folder, destination);
		if (this.#ways.size >= mostWays) this.#ways.clear();
		this.#ways.set(folder, way);
		return way;
	}

	#step(folder: string, destination: string): Way {
		const slash = folder.lastIndexOf('/');
		const above = this.#way(slash < 0 ? '' : folder.slice(0, slash), destination);
		const absolute = path.join(above.absolute, folder.slice(slash + 1), '/');
		const stats = above.isThere ? statOf(absolute.slice(0, -1)) : undefined;
		if (stats?.isSymbolicLink() === true) this.#checkLink(absolute.slice(0, -1), destination);
		return {absolute, isThere: stats !== undefined};
	}

	#checkLink(link: string, destination: string): void {
		const target = targetOf(link);
		const below = target === undefined ? '..' : path.relative(this.#root, target);
		const [top] = below.split(path.sep);
		if (top !== '..' && top !== '.muster' && !path.isAbsolute(below)) return;
		throw new MusterError('unsafe-name', `${destination} would leave the output folder.`, {
			hint: `${link} is a symbolic link to a place outside of it. Remove the link, or choose that place with --to.`,
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

function statOf(file: string): Stats | undefined {
	try {
		return lstatSync(file, {throwIfNoEntry: false});
	} catch {
		return undefined;
	}
}
