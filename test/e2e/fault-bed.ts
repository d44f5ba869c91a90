import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {generatedObject, patternReader} from '../../source/sandbox/index.ts';
import type {SandboxObject} from '../../source/sandbox/index.ts';
import type {TransferSettings} from '../../source/transfer/settings.ts';
import {FaultProxy} from '../helpers/fault-proxy.ts';
import type {Script} from '../helpers/fault-proxy.ts';
import {folderTree, sha256, sorted} from '../helpers/folder-tree.ts';
import {checkWords, entry, environment, eventsOf, muster} from './built.ts';
import type {Event, Ran, Store} from './built.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;

export type Told = Ran & {
	readonly events: readonly Event[];
	readonly summary: Readonly<Record<string, unknown>>;
	/** the event of each file, by its key */
	readonly files: ReadonlyMap<string, Event>;
};

/** What a file event says went wrong. */
export const errorOf = (event: Event | undefined): {code: string; message: string} | undefined =>
	event?.['error'] as {code: string; message: string} | undefined;

/** The built program with a fault proxy between it and a store, in a folder of its own. */
export class FaultBed implements AsyncDisposable {
	readonly home: string;
	readonly proxy: FaultProxy;
	readonly #store: Store;
	/** what a script does to the GETs of a key; listings and other keys pass */
	readonly scripts = new Map<string, Script>();
	/** shortened inner times of the engine, milliseconds */
	times: Partial<TransferSettings> = {
		stallAfter: 8000,
		backoffBase: 20,
		slowDownBase: 40,
		backoffCap: 300,
	};

	static async make(store: Store, secure?: {key: string; cert: string}): Promise<FaultBed> {
		const home = await mkdtemp(path.join(tmpdir(), 'muster-faults-'));
		const proxy = await FaultProxy.start({
			upstream: store.endpoint,
			...(secure && {secure}),
		});
		return new FaultBed(home, proxy, store);
	}

	private constructor(home: string, proxy: FaultProxy, store: Store) {
		this.home = home;
		this.proxy = proxy;
		this.#store = store;
		proxy.script = (seen) =>
			seen.method === 'GET' && !seen.query.includes('list-type')
				? this.scripts.get(seen.path.slice(seen.path.indexOf('/') + 1))?.(seen)
				: undefined;
	}

	folder(name = 'out'): string {
		return path.join(this.home, name);
	}

	/** `muster …` through the proxy; words and events are held against CLI.md, unless it was killed. */
	async run(
		words: readonly string[],
		{env = {}, ...more}: {env?: NodeJS.ProcessEnv; endpoint?: string; kill?: AbortSignal} = {},
	): Promise<Told> {
		const ran = await muster(words, {
			cwd: this.home,
			env: {
				...environment({...this.#store, endpoint: more.endpoint ?? this.proxy.origin}, this.home),
				MUSTER_TEST_SETTINGS: new URL('settings.js', pathToFileURL(entry)).href,
				MUSTER_TEST_TIMES: JSON.stringify(this.times),
				...env,
			},
			...(more.kill && {kill: more.kill}),
			through: [
				process.execPath,
				'--import',
				new URL('../helpers/short-times.ts', import.meta.url).href,
			],
		});
		checkWords(ran);
		const isTold = words.includes('--json') && ran.status !== null;
		const events = isTold ? eventsOf(ran.out, ran.status) : [];
		const files = events.filter(({type}) => type === 'file');
		return {
			...ran,
			events,
			summary: events.at(-1) ?? {},
			files: new Map(files.map((event) => [String(event['key']), event])),
		};
	}

	/** Final names with the SHA-256 of their bytes. */
	async tree(name = 'out'): Promise<Record<string, string>> {
		return folderTree(this.folder(name));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.proxy[Symbol.asyncDispose]();
		await rm(this.home, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
	}
}

const digests = new WeakMap<SandboxObject, string>();

/** SHA-256 of objects by their keys, to be held against a tree. */
export function truth(objects: Iterable<readonly [string, SandboxObject]>): Record<string, string> {
	return sorted(
		[...objects].map(([key, object]) => {
			const known = digests.get(object) ?? sha256(object.read(0, object.size));
			digests.set(object, known);
			return [key, known];
		}),
	);
}

/** An object whose bytes are no other object's; its digests are there before a first request needs them. */
export function patterned(size: number, seed: number): SandboxObject {
	const object = generatedObject(size, patternReader(seed));
	assert.ok(object.etag !== '' && object.checksums.crc64nvme !== undefined);
	return object;
}

/** Objects from 10 to 300 KiB, each its own; the larger ones do not stay in memory. */
export const smallObject = (index: number): SandboxObject =>
	patterned((10 + ((index * 73) % 290)) * KiB + index, 1000 + index);

const large = [20, 21, 23, 28].map((size, index) => patterned(size * MiB + index * 1001, index));

/** Objects beyond 20 MiB, which a few keys share so that the truth about them is cheap. */
export const largeObject = (index: number): SandboxObject => large[index % 4] ?? patterned(0, 0);
