import {readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {sha256} from '../helpers/folder-tree.ts';

/** Looks at what has its final name, again and again, and remembers all that it saw. */
export class Watch {
	/** by file: GETs by key when it was first seen finished, with no engine at work */
	readonly finished = new Map<string, ReadonlyMap<string, number>>();
	readonly #folder: string;
	/** SHA-256 of everything that was ever seen under a name */
	readonly #seen = new Map<string, Set<string>>();
	/** inode, size and time of what was read last under a name */
	readonly #read = new Map<string, string>();

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Looks until the signal; a look may take a while. */
	async until(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			await this.#sweep();
			await delay(80, undefined, {signal}).catch(() => undefined);
		}
	}

	/** With no engine at work: notes what is finished by now. */
	async look(gets: ReadonlyMap<string, number>): Promise<void> {
		for (const name of await this.#sweep())
			if (!this.finished.has(name)) this.finished.set(name, gets);
	}

	/** What was seen and is not what belongs there; `right` holds SHA-256 by name. */
	strangers(right: Readonly<Record<string, string>>): string[] {
		return [...this.#seen].flatMap(([name, digests]) =>
			[...digests]
				.filter((digest) => digest !== right[name])
				.map((digest) => `${name}: ${digest}, not ${right[name] ?? 'there'}`),
		);
	}

	/** Reads what is new, and answers the names that are there. */
	async #sweep(): Promise<string[]> {
		const names: string[] = [];
		// a folder may go away between two steps: it is not there then
		const entries = await readdir(this.#folder, {recursive: true, withFileTypes: true}).catch(
			() => [],
		);
		for (const entry of entries) {
			const file = path.join(entry.parentPath, entry.name);
			const name = path.relative(this.#folder, file);
			if (!entry.isFile() || name.startsWith('.muster')) continue;
			names.push(name);
			const {ino, size, mtimeMs} = await stat(file);
			const facts = `${ino} ${size} ${mtimeMs}`;
			if (this.#read.get(name) === facts) continue;
			const digests = this.#seen.get(name) ?? new Set();
			this.#seen.set(name, digests.add(sha256(await readFile(file))));
			this.#read.set(name, facts);
		}
		return names;
	}
}
