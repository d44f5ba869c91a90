import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {after, before, test} from 'node:test';
import {
	createSandbox,
	generatedObject,
	memoryBucket,
	patternReader,
} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxObject} from '../../source/sandbox/index.ts';
import {entry, environment} from './built.ts';

const rows = 100_000;

/** What each row is, by its index: most name a file in one way or another, the others are spread among them. */
type Kind = 'name' | 'key' | 'url' | 'ending' | 'missing' | 'ambiguous' | 'twice';

function kindOf(index: number): Kind {
	if (index % 100 === 99) return 'missing';
	if (index % 100 === 50) return 'ambiguous';
	if (index % 1000 === 502) return 'twice';
	if (index % 10 === 3) return 'ending';
	if (index % 10 === 5) return 'key';
	return index % 10 === 7 ? 'url' : 'name';
}

const nameOf = (index: number): string => `img_${String(index).padStart(7, '0')}.jpg`;
const keyOf = (index: number): string => `lake/part_${index % 7}/${nameOf(index)}`;

function cellOf(index: number): string {
	switch (kindOf(index)) {
		case 'missing':
			return `nowhere_${index}.jpg`;
		case 'ending':
			return nameOf(index).replace('.jpg', '.png');
		case 'key':
			return keyOf(index);
		case 'url':
			return `s3://big/${keyOf(index)}`;
		case 'twice':
			return nameOf(index - 1);
		default:
			return nameOf(index);
	}
}

/** A key for each row but those that miss it, and a second one, under the same name, for ambiguous ones. */
function* bucketKeys(): Generator<string> {
	for (let index = 0; index < rows; index++) {
		const kind = kindOf(index);
		if (kind === 'ambiguous') yield `lake/copies/${nameOf(index)}`;
		if (kind !== 'missing') yield keyOf(index);
	}
}

const makeObject = (key: string): SandboxObject =>
	generatedObject(1000, patternReader(), {
		etag: `${Buffer.from(key.slice(-11, -4)).toString('hex').padStart(32, '0')}-1`,
		checksums: [],
	});

let sandbox: Sandbox;
let home = '';
before(async () => {
	const contents = Array.from(bucketKeys(), (key) => [key, () => makeObject(key)] as const);
	assert.equal(contents.length, rows);
	sandbox = await createSandbox({buckets: [memoryBucket('big', contents)]});
	home = mkdtempSync(path.join(tmpdir(), 'muster-big-'));
	await writeList();
});
after(async () => {
	await sandbox.close();
	rmSync(home, {recursive: true, force: true});
});

const wantedOf = (kind: Kind): readonly string[] =>
	Array.from({length: rows}, (_, index) => index)
		.filter((index) => kindOf(index) === kind)
		.map(cellOf);

async function writeList(): Promise<void> {
	const file = createWriteStream(path.join(home, 'list.csv'));
	file.write('id,file,folder\n');
	for (let index = 0; index < rows; index++)
		file.write(`${index + 1},${cellOf(index)},folder_${index % 10}\n`);
	file.end();
	await once(file, 'close');
}

type Account = {
	readonly status: number | null;
	readonly seconds: number;
	/** most resident memory, MiB; undefined where the system doesn't tell */
	readonly peak: number | undefined;
	/** CPU seconds of all its threads, as far as they were seen */
	readonly cpu: number;
	readonly err: string;
	readonly summary: Readonly<Record<string, unknown>>;
};

/** The peak that Linux keeps for a process, in MiB. */
function peakOf(pid: number): number | undefined {
	const file = `/proc/${pid}/status`;
	if (!existsSync(file)) return undefined;
	try {
		const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(file, 'utf8')) ?? [];
		return kib === undefined ? undefined : Number(kib) / 1024;
	} catch {
		return undefined;
	}
}

/** CPU seconds of a process so far; Linux counts in hundredths. */
function cpuOf(pid: number): number {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
		return (Number(fields[11]) + Number(fields[12])) / 100;
	} catch {
		return 0;
	}
}

/** Runs the built program and takes its events one by one, as a pipe would. */
async function measured(
	words: readonly string[],
	onEvent: (event: Readonly<Record<string, unknown>>) => void = () => undefined,
): Promise<Account> {
	const started = performance.now();
	const child = spawn(process.execPath, [entry, ...words], {
		env: environment(sandbox, home),
		cwd: home,
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: 120_000,
	});
	let peak: number | undefined;
	let cpu = 0;
	const watch = setInterval(() => {
		cpu = Math.max(cpu, cpuOf(child.pid ?? 0));
		const now = peakOf(child.pid ?? 0);
		if (now !== undefined) peak = Math.max(now, peak ?? 0);
	}, 20);
	let err = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		err += text;
	});
	let summary: Readonly<Record<string, unknown>> = {};
	createInterface({input: child.stdout}).on('line', (line) => {
		const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
		if (event['type'] === 'summary') summary = event;
		else onEvent(event);
	});
	const [status] = (await once(child, 'close')) as [number | null];
	clearInterval(watch);
	return {status, seconds: (performance.now() - started) / 1000, peak, cpu, err, summary};
}

const words = [
	's3://big/lake',
	'--csv',
	'list.csv',
	'--column',
	'file',
	'--group-by',
	'folder',
	'--to',
	'out',
];

for (const command of [
	['check', ...words, '--json'],
	['get', ...words, '--dry-run', '--json'],
])
	test(
		`${command[0]}: 100,000 rows against 100,000 keys, right to the row`,
		{timeout: 120_000},
		async (context) => {
			const told = new Map<unknown, string[]>();
			const account = await measured(command, (event) => {
				if (event['type'] !== 'file') return;
				const list = told.get(event['status']) ?? [];
				told.set(event['status'], list);
				list.push(String(event['wanted']));
			});
			const {seconds, cpu, peak} = account;
			context.diagnostic(
				`${seconds.toFixed(1)} s in all, ${cpu.toFixed(1)} s of CPU, peak ${peak?.toFixed(0) ?? 'unknown'} MiB`,
			);
			assert.equal(account.status, 3, account.err);
			const missing = wantedOf('missing');
			const ambiguous = wantedOf('ambiguous');
			const twice = wantedOf('twice').length;
			const {summary} = account;
			assert.equal(summary['wanted'], rows);
			assert.equal(summary['missing'], missing.length);
			assert.equal(summary['ambiguous'], ambiguous.length);
			assert.equal(summary['duplicate'], twice);
			assert.equal(summary['found'], rows - missing.length - ambiguous.length - twice);
			assert.deepEqual(told.get('missing'), missing);
			assert.deepEqual(told.get('ambiguous'), ambiguous);
			assert.ok(account.seconds < 25, `${account.seconds} s`);
			if (account.peak !== undefined) assert.ok(account.peak < 300, `${account.peak} MiB`);
		},
	);
