import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {jobsFolder} from '../../source/config/paths.ts';
import type {JobEvent} from '../../source/model/event.ts';
import type {JobRecord} from '../../source/job/link/messages.ts';
import {listJobs} from '../../source/job/registry.ts';
import {startSandboxProcess} from '../../source/sandbox/index.ts';
import type {
	SandboxBucket,
	SandboxProcess,
	SandboxProcessOptions,
	SandboxStats,
} from '../../source/sandbox/index.ts';
import {sha256, sorted} from './folder-tree.ts';
import {Tty, type TtyOptions} from './tty.ts';

/** The built program, as people run it. */
export const builtEntry = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** An event of `--json` and when it came, in milliseconds of a clock that never goes back. */
export type TimedEvent = {readonly at: number; readonly event: JobEvent};

/** The row that has the cursor, up to its first gap. */
const selectedRow = (tty: Tty): string =>
	tty
		.screen()
		.find((line) => line.startsWith(' > '))
		?.replace(/\s{2,}.*$/, '') ?? '';

/**
 * A sandbox in a process of its own, and a person's machine beside it: a home, a working folder, jobs and
 * sockets of its own. Everything that was started here is ended with it.
 */
export class Walk {
	readonly sandbox: SandboxProcess;
	readonly home: string;
	/** where the program is started */
	readonly work: string;
	readonly env: Readonly<Record<string, string>>;
	readonly #ttys: Tty[] = [];

	static async make(options: SandboxProcessOptions): Promise<Walk> {
		const home = await mkdtemp(path.join(tmpdir(), 'muster-walk-'));
		const work = path.join(home, 'datasets');
		await mkdir(work);
		return new Walk(await startSandboxProcess(options), home, work);
	}

	private constructor(sandbox: SandboxProcess, home: string, work: string) {
		this.sandbox = sandbox;
		this.home = home;
		this.work = work;
		this.env = {
			HOME: home,
			XDG_CONFIG_HOME: path.join(home, '.config'),
			XDG_RUNTIME_DIR: home,
			AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
			AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
			AWS_REGION: sandbox.region,
			AWS_ENDPOINT_URL: sandbox.endpoint,
			AWS_EC2_METADATA_DISABLED: 'true',
		};
	}

	in(...names: readonly string[]): string {
		return path.join(this.work, ...names);
	}

	/** `muster …` in a terminal. */
	muster(words: readonly string[] = [], options: TtyOptions = {}): Tty {
		return this.terminal(process.execPath, [builtEntry, ...words], options);
	}

	/** Any program in a terminal, in the working folder. */
	terminal(file: string, words: readonly string[], {env, ...more}: TtyOptions = {}): Tty {
		const tty = Tty.start(file, words, {
			columns: 100,
			rows: 30,
			cwd: this.work,
			env: {...this.env, ...env},
			...more,
		});
		this.#ttys.push(tty);
		return tty;
	}

	/** `muster … --json` without a terminal, each event with the moment it came. */
	async events(
		words: readonly string[],
	): Promise<{status: number; events: readonly TimedEvent[]; seconds: number}> {
		const began = performance.now();
		const child = spawn(process.execPath, [builtEntry, ...words, '--json'], {
			cwd: this.work,
			env: {PATH: process.env['PATH'], LANG: 'C.UTF-8', ...this.env},
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		const events: TimedEvent[] = [];
		let rest = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			const at = performance.now();
			for (const line of lines) events.push({at, event: JSON.parse(line) as JobEvent});
		});
		const [status] = (await once(child, 'close')) as [number];
		return {status, events, seconds: (performance.now() - began) / 1000};
	}

	/** The jobs of this machine, newest first. */
	async jobs(): Promise<readonly JobRecord[]> {
		return listJobs(jobsFolder(this.env));
	}

	async stats(): Promise<SandboxStats> {
		return (await this.sandbox.control('GET stats')) as SandboxStats;
	}

	/** Bytes of objects a second for the whole server; 0 is no limit. */
	async rate(bytesPerSecond: number): Promise<void> {
		await this.sandbox.control('PUT throttle', {rate: bytesPerSecond});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#ttys.map((tty) => tty.close()));
		for (const {pid} of await this.jobs()) {
			if (pid === null) continue;
			try {
				process.kill(pid, 'SIGKILL');
			} catch {
				// it ended by itself
			}
		}
		await this.sandbox.stop();
		await rm(this.home, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
	}
}

/** Sends a key when the screen is there, and waits for the next one. */
export async function press(tty: Tty, key: string, there: RegExp, timeout = 20_000): Promise<void> {
	tty.key(key);
	await tty.until(there, timeout);
}

/** Waits for the row and moves the cursor down until it stands on it; the cursor starts above it. */
export async function moveTo(tty: Tty, row: RegExp): Promise<void> {
	await tty.until(row);
	for (let step = 0; step < 40; step++) {
		if (row.test(selectedRow(tty))) return;
		const before = selectedRow(tty);
		tty.key('down');
		await tty.until((now) => selectedRow(now) !== before);
	}
	throw new Error(`there is no row ${String(row)}\n${tty.framed()}`);
}

/** Waits for a condition; throws with its words. */
export async function until(
	holds: () => Promise<boolean>,
	words: string,
	limit = 20_000,
): Promise<void> {
	const end = performance.now() + limit;
	while (!(await holds())) {
		if (performance.now() > end) throw new Error(`never within ${limit} ms: ${words}`);
		await delay(40);
	}
}

/** What has to hold of a screen at any size; a sentence for each thing that doesn't. */
export function frameFaults(tty: Tty): string[] {
	const screen = tty.screen();
	const last = screen.at(-1) ?? '';
	return [
		...(/^ muster\b/.test(screen[0] ?? '') ? [] : ['the title is not in the first row']),
		...(/\? help/.test(last) ? [] : ['? help is not in the last row']),
		...(tty.alternateScreen ? [] : ['not on the alternate screen']),
		...(tty.mouse ? ['the mouse is captured'] : []),
	];
}

/** In mid-screen to 60×16, to 200×50 and back: each is a whole frame, and the same row is selected after it. */
export async function resizeThrough(tty: Tty): Promise<void> {
	const {columns, rows} = tty;
	const before = selectedRow(tty);
	for (const [width, height] of [
		[60, 16],
		[200, 50],
		[columns, rows],
	] as const) {
		tty.resize(width, height);
		await tty.until((now) => frameFaults(now).length === 0 && fullRule(now, width));
	}
	await tty.until((now) => selectedRow(now) === before);
}

/** The rule under the title is as wide as the window: the frame was drawn for this size. */
const fullRule = (tty: Tty, width: number): boolean =>
	(tty.screen()[1] ?? '').trim().length === width;

/** Keys that mean nothing anywhere. */
const foreign = ['Z', '%', '~', 'f1', 'insert', 'ctrl+t'];

/** Presses keys without a meaning: the screen stays as it is, or what `seen` takes of it. */
export async function wrongKeys(
	tty: Tty,
	seen = (screen: readonly string[]): string => screen.join('\n'),
): Promise<void> {
	const loading = /Asking S3|reading|looking in|counting/;
	await tty.until((now) => !loading.test(now.screen().join('\n')));
	await tty.quiet(120, 2000);
	const before = seen(tty.screen());
	tty.key(...foreign);
	await tty.quiet(120, 2000);
	if (seen(tty.screen()) === before) return;
	throw new Error(`a key without a meaning changed the screen\n${before}\n${tty.framed()}`);
}

/** SHA-256 of the sandbox's objects by the local path they belong at. */
export function objectTree(
	bucket: SandboxBucket,
	places: Iterable<readonly [local: string, key: string]>,
): Record<string, string> {
	const tree: [string, string][] = [];
	for (const [local, key] of places) {
		const object = bucket.object(key);
		if (object === undefined) throw new Error(`the sandbox has no ${key}`);
		tree.push([local, sha256(object.read(0, object.size))]);
	}
	return sorted(tree);
}
