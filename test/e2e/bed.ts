import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {jobsFolder} from '../../source/config/paths.ts';
import type {JobRecord} from '../../source/job/link/messages.ts';
import {listJobs} from '../../source/job/registry.ts';
import {flatBucket, sizesInTurns, startSandboxProcess} from '../../source/sandbox/index.ts';
import type {
	KeyCount,
	SandboxProcess,
	SandboxProcessOptions,
	SandboxRule,
	SandboxStats,
	Throttle,
} from '../../source/sandbox/index.ts';
import {Tty, type TtyExit, type TtyOptions} from '../helpers/tty.ts';

/** The built program: these tests are about processes, so they run what people run. */
export const entry = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export type BedOptions = Pick<
	SandboxProcessOptions,
	'rate' | 'latency' | 'rules' | 'identityCenter'
> & {
	readonly keys: number;
	/** bytes, given out in turns */
	readonly sizes: readonly number[];
};

/** A program without a terminal. */
export type Running = {
	readonly pid: number;
	readonly out: () => string;
	readonly err: () => string;
	readonly ended: () => boolean;
	kill(signal: NodeJS.Signals): void;
	readonly exit: Promise<{code: number | null; signal: NodeJS.Signals | null}>;
};

/**
 * A sandbox in a process of its own with one flat bucket, and a home, jobs and sockets of its own.
 * Everything that was started in it is ended with it.
 */
export class Bed {
	readonly home: string;
	readonly sandbox: SandboxProcess;
	readonly env: Readonly<Record<string, string>>;
	readonly #bucket: ReturnType<typeof flatBucket>;
	readonly #keys: number;
	readonly #started: Running[] = [];
	readonly #ttys: Tty[] = [];

	static async make({keys, sizes, ...throttle}: BedOptions): Promise<Bed> {
		const home = await mkdtemp(path.join(tmpdir(), 'muster-e2e-'));
		const sandbox = await startSandboxProcess({samples: 'flat', keys, size: sizes, ...throttle});
		return new Bed(home, sandbox, keys, sizes);
	}

	private constructor(
		home: string,
		sandbox: SandboxProcess,
		keys: number,
		sizes: readonly number[],
	) {
		this.home = home;
		this.sandbox = sandbox;
		this.#keys = keys;
		this.#bucket = flatBucket({keys, size: sizesInTurns(sizes)});
		this.env = {
			HOME: home,
			XDG_CONFIG_HOME: path.join(home, 'config'),
			XDG_RUNTIME_DIR: home,
			TMPDIR: home,
			AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
			AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
			AWS_REGION: sandbox.region,
			AWS_ENDPOINT_URL: sandbox.endpoint,
		};
	}

	folder(name: string): string {
		return path.join(this.home, name);
	}

	/** The words of a `get` of the whole bucket. */
	get(to: string, ...more: readonly string[]): string[] {
		return ['get', 's3://flat', '--to', this.folder(to), '--yes', ...more];
	}

	/** `muster …` without a terminal. */
	start(words: readonly string[], more: Readonly<Record<string, string>> = {}): Running {
		const child = spawn(process.execPath, [entry, ...words], {
			cwd: this.home,
			env: {PATH: process.env['PATH'], LANG: 'C.UTF-8', ...this.env, ...more},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let out = '';
		let err = '';
		let over = false;
		child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
		child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
		const exit = new Promise<Awaited<Running['exit']>>((resolve) => {
			child.once('close', (code, signal) => {
				over = true;
				resolve({code, signal});
			});
		});
		const running: Running = {
			pid: child.pid ?? 0,
			out: () => out,
			err: () => err,
			ended: () => over,
			kill: (signal) => void child.kill(signal),
			exit,
		};
		this.#started.push(running);
		return running;
	}

	/** `muster …` to its end. */
	async run(
		words: readonly string[],
		more: Readonly<Record<string, string>> = {},
	): Promise<{code: number | null; out: string; err: string}> {
		const running = this.start(words, more);
		const {code} = await running.exit;
		return {code, out: running.out(), err: running.err()};
	}

	/** `muster …` in a terminal. */
	tty(words: readonly string[], options: TtyOptions = {}): Tty {
		return this.terminal(process.execPath, [entry, ...words], options);
	}

	/** Any program in a terminal, with this bed's environment. */
	terminal(file: string, words: readonly string[], options: TtyOptions = {}): Tty {
		const {env, ...more} = options;
		const tty = Tty.start(file, words, {
			columns: 100,
			rows: 30,
			cwd: this.home,
			env: {...this.env, ...env},
			...more,
		});
		this.#ttys.push(tty);
		return tty;
	}

	/** The jobs as this machine's registry has them, newest first. */
	async jobs(): Promise<readonly JobRecord[]> {
		return listJobs(jobsFolder(this.env));
	}

	/** The record of the newest job once it fits. */
	async job(fits: (record: JobRecord) => boolean = () => true, limit?: number): Promise<JobRecord> {
		let found: JobRecord | undefined;
		await until(
			async () => {
				const [newest] = await this.jobs();
				found = newest !== undefined && fits(newest) ? newest : undefined;
				return found !== undefined;
			},
			`a job for which ${String(fits)}`,
			limit,
		);
		if (found === undefined) throw new Error('there is no job');
		return found;
	}

	/** The process of a running job's engine. */
	async enginePid(): Promise<number> {
		// the record of an engine that was killed stays until the next one writes its own
		const {pid} = await this.job((record) => record.pid !== null && isAlive(record.pid));
		if (pid === null) throw new Error('the job has no process');
		return pid;
	}

	async stats(): Promise<SandboxStats> {
		return (await this.sandbox.control('GET stats')) as SandboxStats;
	}

	/** How many objects were asked for so far. */
	async gets(): Promise<number> {
		return (await this.stats()).operations.GetObject ?? 0;
	}

	/** GETs by key. */
	async getsByKey(): Promise<ReadonlyMap<string, KeyCount>> {
		const {gets} = await this.stats();
		return new Map(
			Object.entries(gets).map(([name, count]) => [name.slice('flat/'.length), count]),
		);
	}

	async rules(...rules: readonly SandboxRule[]): Promise<void> {
		await this.sandbox.control('PUT rules', rules);
	}

	async throttle(throttle: Partial<Throttle>): Promise<void> {
		await this.sandbox.control('PUT throttle', throttle);
	}

	/** Waits until the sandbox was asked for at least so many objects. */
	async untilGets(count: number): Promise<void> {
		await until(async () => (await this.gets()) >= count, `${count} objects asked for`, 30_000);
	}

	/** All keys, as paths below the output folder. */
	keys(): string[] {
		return Array.from({length: this.#keys}, (_, index) => this.#bucket.keyAt(index));
	}

	/** Files under their final names. */
	async files(to: string): Promise<string[]> {
		const folder = this.folder(to);
		if (!existsSync(folder)) return [];
		const entries = await readdir(folder, {recursive: true, withFileTypes: true});
		return entries
			.filter((one) => one.isFile())
			.map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
			.filter((name) => !name.startsWith('.muster'))
			.sort();
	}

	/** Bytes of unfinished downloads. */
	async partBytes(to: string): Promise<number> {
		const folder = path.join(this.folder(to), '.muster', 'parts');
		const names = await readdir(folder).catch(() => []);
		const sizes = await Promise.all(
			names
				.filter((name) => name.endsWith('.part'))
				.map((name) => readFile(path.join(folder, name)).catch(() => Buffer.alloc(0))),
		);
		return sizes.reduce((sum, {length}) => sum + length, 0);
	}

	/** Files that differ from the sandbox's objects, or that no object stands for. */
	async wrong(to: string, names: readonly string[]): Promise<string[]> {
		const wrong: string[] = [];
		for (const name of names) {
			const object = this.#bucket.object(name);
			const bytes = await readFile(path.join(this.folder(to), name));
			if (object === undefined || !bytes.equals(object.read(0, object.size))) wrong.push(name);
		}
		return wrong;
	}

	/** What keeps the folder from being complete and right: nothing, it is hoped. */
	async faults(to: string): Promise<string[]> {
		const files = await this.files(to);
		const here = new Set(files);
		return [
			...this.keys()
				.filter((key) => !here.has(key))
				.map((key) => `absent: ${key}`),
			...(await this.wrong(to, files)).map((name) => `wrong: ${name}`),
			...((await this.partBytes(to)) > 0 ? ['parts are left'] : []),
		];
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const one of this.#started) if (!one.ended()) one.kill('SIGKILL');
		await Promise.all(this.#ttys.map((tty) => tty.close()));
		for (const {pid} of await this.jobs()) if (pid !== null) killPid(pid);
		await this.sandbox.stop();
		await rm(this.home, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
	}
}

/**
 * What was finished when a job was stopped or killed, and what became of it: the proof that nothing is
 * done twice.
 */
export class Witness {
	readonly #bed: Bed;
	readonly #to: string;
	/** by finished file: how often it had been asked for when it was first seen finished */
	readonly #finished = new Map<string, number>();
	looks = 0;
	/** looks that found the beginning of a file on disk */
	midFile = 0;

	constructor(bed: Bed, to: string) {
		this.#bed = bed;
		this.#to = to;
	}

	get finished(): number {
		return this.#finished.size;
	}

	/** When no engine works: what lies under a final name is whole, and must not be asked for again. */
	async look(): Promise<void> {
		this.looks++;
		if ((await this.#bed.partBytes(this.#to)) > 0) this.midFile++;
		const gets = await this.#bed.getsByKey();
		const fresh = (await this.#bed.files(this.#to)).filter((name) => !this.#finished.has(name));
		assert.deepEqual(await this.#bed.wrong(this.#to, fresh), [], 'every final name is whole');
		for (const name of fresh) this.#finished.set(name, gets.get(name)?.requests ?? 0);
	}

	/** Finished files that were asked for once more. */
	async again(): Promise<string[]> {
		const gets = await this.#bed.getsByKey();
		return [...this.#finished]
			.filter(([name, before]) => (gets.get(name)?.requests ?? 0) > before)
			.map(([name]) => name);
	}

	/** A resume to the end, as fast as it goes: everything is right, and nothing was done twice. */
	async resume(): Promise<void> {
		await this.#bed.rules();
		await this.#bed.throttle({rate: 0});
		const last = await this.#bed.run(['resume', '--plain']);
		assert.equal(last.code, 0, last.out + last.err);
		assert.deepEqual(await this.#bed.faults(this.#to), []);
		assert.deepEqual(await this.again(), [], 'finished files that were fetched again');
	}

	async account(): Promise<string> {
		const gets = [...(await this.#bed.getsByKey()).values()];
		const complete = gets.reduce((sum, one) => sum + one.complete, 0);
		const requests = gets.reduce((sum, one) => sum + one.requests, 0);
		return `${this.looks} kills or stops (${this.midFile} with a file half here); ${this.finished} files finished before one; ${(await this.again()).length} of these fetched again; ${requests} GETs, ${complete} complete, for ${this.#bed.keys().length} files`;
	}
}

/** Waits for a condition; throws with its words. */
export async function until(
	holds: () => boolean | Promise<boolean>,
	words: string,
	limit = 15_000,
): Promise<void> {
	const end = performance.now() + limit;
	while (!(await holds())) {
		if (performance.now() > end) throw new Error(`never within ${limit} ms: ${words}`);
		await delay(15);
	}
}

/** How a program ended; throws with its screen when it does not. */
export async function endOf(tty: Tty, limit = 10_000): Promise<TtyExit> {
	await until(() => tty.ended !== undefined, `the end of the program`, limit).catch(() => {
		throw new Error(`the program did not end within ${limit} ms:\n${tty.framed()}`);
	});
	return tty.exit;
}

/** Whether a process runs; one that has ended and waits for its parent does not. */
export async function isRunning(pid: number): Promise<boolean> {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
	return !/\) [ZX] /.test(stat);
}

/** The same at once; what is dead and not yet buried is gone. */
function isAlive(pid: number): boolean {
	try {
		return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
	} catch {
		return false;
	}
}

/** `kill -9`, also for one that is gone already. */
export function killPid(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// it ended in this moment
	}
}

/** Kills a process and waits until it is gone. */
export async function killNine(pid: number): Promise<void> {
	killPid(pid);
	await until(async () => !(await isRunning(pid)), `the end of process ${pid}`);
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
