import assert from 'node:assert/strict';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {SandboxObject} from '../../source/sandbox/index.ts';
import {seeded, until} from '../e2e/bed.ts';
import {FaultBed, truth} from '../e2e/fault-bed.ts';
import type {Told} from '../e2e/fault-bed.ts';
import {dealObjects, dealOptions, dealScript, layoutFor} from './dealing.ts';
import {Watch} from './watch.ts';

/** What a round had to do, for its line. */
export type RoundReport = {
	readonly objects: number;
	readonly bytes: number;
	readonly kills: number;
	/** kills that found the beginning of a file on disk */
	readonly midFile: number;
	/** files that were finished before a kill, and so must not be fetched again */
	readonly finishedBefore: number;
	readonly runs: number;
	readonly gets: number;
	readonly faults: number;
	readonly seconds: number;
};

/** Runs until the job is done; the last ones meet no faults any more. */
const mostResumes = 5;

const resume = ['resume', '--json'];

/**
 * One round: some objects, faults and options by chance; kills at any moment, then resumes to the end.
 * Throws with what is wrong: a file, something fetched twice, an account that does not add up. The same seed and
 * number make the same round, but for the moments, which no seed decides.
 */
export async function soakRound(seed: number, number: number): Promise<RoundReport> {
	const began = performance.now();
	const random = seeded(seed * 1_000_003 + number);
	const objects = dealObjects(random);
	const sandbox = await createSandbox({buckets: [memoryBucket('data', objects)]});
	try {
		await using bed = await FaultBed.make(sandbox);
		const round = new Round(bed, objects, random);
		const report = await round.run();
		return {...report, seconds: (performance.now() - began) / 1000};
	} finally {
		await sandbox.close();
	}
}

class Round {
	readonly #bed: FaultBed;
	readonly #objects: ReadonlyMap<string, SandboxObject>;
	readonly #random: () => number;
	readonly #watch: Watch;
	readonly #layout: string;
	readonly #bytes: number;
	readonly #faults: {count: number; isOn: boolean};
	#runs = 0;
	#kills = 0;
	#midFile = 0;

	constructor(bed: FaultBed, objects: ReadonlyMap<string, SandboxObject>, random: () => number) {
		this.#bed = bed;
		this.#objects = objects;
		this.#random = random;
		this.#layout = layoutFor(random);
		this.#bytes = [...objects.values()].reduce((sum, {size}) => sum + size, 0);
		this.#watch = new Watch(bed.folder());
		this.#faults = dealScript(bed, random);
		bed.times = {stallAfter: 1500, backoffBase: 10, slowDownBase: 20, backoffCap: 200};
	}

	async run(): Promise<Omit<RoundReport, 'seconds'>> {
		const planned = 1 + Math.floor(this.#random() ** 2 * 3.99);
		for (let kill = 0; kill < planned; kill++) {
			const isOver = await this.#killed();
			if (isOver) break;
			await this.#look();
		}
		const finishedBefore = this.#watch.finished.size;
		await this.#finish();
		const gets = await this.#account();
		return {
			objects: this.#objects.size,
			bytes: this.#bytes,
			kills: this.#kills,
			midFile: this.#midFile,
			finishedBefore,
			runs: this.#runs,
			gets,
			faults: this.#faults.count,
		};
	}

	/** Starts a run and kills it; true when it came to a good end before that. */
	async #killed(): Promise<boolean> {
		const killer = new AbortController();
		const gets = this.#gets() + 1 + Math.floor(this.#random() * this.#objects.size * 0.9);
		const byTime = this.#random() < 0.25;
		const wait = byTime ? 100 + this.#random() * 1200 : this.#random() ** 2 * 500;
		let isOver = false;
		const running = this.#muster(this.#words(), killer.signal).finally(() => (isOver = true));
		// it may fail before it is waited for
		running.catch(() => undefined);
		if (!byTime) await until(() => isOver || this.#gets() >= gets, 'GETs', 60_000);
		await delay(wait);
		killer.abort();
		const {status} = await running;
		if (status === null) this.#kills++;
		return status === 0;
	}

	/** The same command again, or a resume. */
	#words(): string[] {
		if (this.#runs > 0 && this.#random() < 0.6) return resume;
		return [...this.#get(), ...dealOptions(this.#random, this.#bytes)];
	}

	#get(): string[] {
		return ['get', 's3://data', '--to', 'out', '--yes', '--json', '--layout', this.#layout];
	}

	async #muster(words: readonly string[], kill?: AbortSignal): Promise<Told> {
		this.#runs++;
		const over = new AbortController();
		const watching = this.#watch.until(over.signal);
		try {
			const told = await this.#bed.run(words, {...(kill && {kill})});
			// finished, with failed files or without; or killed before there was a job
			const isNoJob = told.status === 2 && /no unfinished job/.test(told.err);
			return isNoJob ? await this.#bed.run(this.#get(), {...(kill && {kill})}) : told;
		} finally {
			over.abort();
			await watching;
		}
	}

	/** When no engine works: what has its final name is finished. */
	async #look(): Promise<void> {
		await until(() => this.#bed.proxy.idle, 'the end of all connections');
		if ((await this.#parts()).some((name) => name.endsWith('.part'))) this.#midFile++;
		await this.#watch.look(this.#getsByKey());
	}

	async #finish(): Promise<void> {
		for (let turn = 1; ; turn++) {
			if (turn >= mostResumes - 1) this.#faults.isOn = false;
			const told = await this.#muster(resume);
			if (told.status === 0) return;
			assert.equal(told.status, 1, `status ${told.status}\n${told.err}`);
			assert.ok(turn < mostResumes, `not done after ${turn} resumes\n${told.err}`);
			await this.#look();
		}
	}

	/** Everything is here, right, once, and under a name that says which it is. */
	async #account(): Promise<number> {
		await until(() => this.#bed.proxy.idle, 'the end of all connections');
		const gets = this.#getsByKey();
		await this.#watch.look(gets);
		this.#faults.isOn = false;
		const again = await this.#bed.run(this.#get());
		assert.equal(again.status, 0, again.err);
		const count = this.#objects.size;
		const {wanted, found, downloaded, local, failed} = again.summary;
		assert.deepEqual([wanted, found, downloaded, local, failed], [count, count, 0, count, 0]);
		assert.equal(again.files.size, count, 'an event for each file');
		const pathOf = new Map([...again.files].map(([key, event]) => [key, String(event['path'])]));
		const right = truth([...this.#objects].map(([key, object]) => [pathOf.get(key) ?? '', object]));
		assert.deepEqual(await this.#bed.tree(), right);
		assert.deepEqual(
			this.#watch.strangers(right),
			[],
			'wrong bytes under a final name, at some moment',
		);
		const twice = [...pathOf].filter(([key, file]) => {
			const before = this.#watch.finished.get(file);
			return before !== undefined && (before.get(key) ?? 0) < (gets.get(key) ?? 0);
		});
		assert.deepEqual(twice, [], 'finished, and fetched again');
		assert.deepEqual(this.#getsByKey(), gets, 'a finished job fetches nothing');
		assert.deepEqual(await this.#parts(), [], 'parts are left over');
		return this.#gets();
	}

	async #parts(): Promise<string[]> {
		return readdir(path.join(this.#bed.folder(), '.muster', 'parts')).catch(() => []);
	}

	#gets(): number {
		return [...this.#getsByKey().values()].reduce((sum, count) => sum + count, 0);
	}

	#getsByKey(): Map<string, number> {
		const counts = new Map<string, number>();
		for (const {method, path: name} of this.#bed.proxy.requests) {
			if (method !== 'GET' || name.length <= 'data/'.length) continue;
			const key = name.slice('data/'.length);
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
		return counts;
	}
}
