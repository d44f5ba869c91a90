import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

// The built program as a person's script meets it: words in, lines, events and a status out.

/** `dist/cli.js`, or another build that `MUSTER_ENTRY` names. */
export const entry =
	process.env['MUSTER_ENTRY'] ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export type Store = {
	readonly endpoint: string;
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
};

/** An environment that knows one store and nothing of the person's own sign-ins. */
export function environment(store: Store | undefined, home: string): NodeJS.ProcessEnv {
	return {
		PATH: process.env['PATH'],
		HOME: home,
		XDG_CONFIG_HOME: path.join(home, 'config'),
		XDG_RUNTIME_DIR: home,
		AWS_EC2_METADATA_DISABLED: 'true',
		AWS_CONFIG_FILE: '/nowhere/config',
		AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
		...(store === undefined
			? {}
			: {
					AWS_ACCESS_KEY_ID: store.accessKeyId,
					AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
					AWS_REGION: store.region,
					AWS_ENDPOINT_URL: store.endpoint,
				}),
	};
}

export type Ran = {
	readonly status: number | null;
	readonly out: string;
	readonly err: string;
	readonly seconds: number;
};

export type RunOptions = {
	readonly env: NodeJS.ProcessEnv;
	readonly cwd: string;
	readonly input?: string | Uint8Array;
	/** the words before the program's file, Node's own path when left out */
	readonly through?: readonly string[];
	/** sees all of standard output as it comes; `kill` sends a signal */
	readonly onOut?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
	/** `kill -9` when it is aborted; the status is null then */
	readonly kill?: AbortSignal;
};

/** Runs the built program without a terminal. It is killed when it takes more than a minute. */
export async function muster(words: readonly string[], options: RunOptions): Promise<Ran> {
	const {env, cwd, through = [process.execPath]} = options;
	const [command = process.execPath, ...rest] = [...through, entry, ...words];
	const started = performance.now();
	const child = spawn(command, rest, {env, cwd, timeout: 60_000, killSignal: 'SIGKILL'});
	let out = '';
	let err = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		out += text;
		options.onOut?.(out, (signal) => void child.kill(signal));
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		err += text;
	});
	options.kill?.addEventListener('abort', () => void child.kill('SIGKILL'));
	child.stdin.on('error', () => undefined);
	child.stdin.end(options.input ?? '');
	const [status] = (await once(child, 'close')) as [number | null];
	return {status, out, err, seconds: (performance.now() - started) / 1000};
}

/** Every entry below a folder: kind, mode, and content or target; `skip` leaves names out, with all below them. */
export function treeOf(
	folder: string,
	skip: (name: string) => boolean = () => false,
): Record<string, string> {
	const found: Record<string, string> = {};
	const walk = (at: string): void => {
		for (const name of readdirSync(at).sort()) {
			const file = path.join(at, name);
			const shown = path.relative(folder, file);
			if (skip(shown)) continue;
			const facts = lstatSync(file);
			const mode = (facts.mode & 0o7777).toString(8);
			if (facts.isDirectory()) {
				found[shown] = `folder ${mode}`;
				walk(file);
			} else if (facts.isSymbolicLink()) found[shown] = `link ${readlinkSync(file)}`;
			else
				found[shown] =
					`file ${mode} ${facts.mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
		}
	};
	walk(folder);
	return found;
}

export type Event = Readonly<Record<string, unknown>> & {readonly type: string};

const count = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const amount = (value: unknown): boolean =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0;
const text = (value: unknown): boolean => typeof value === 'string';
const oneOf =
	(...words: readonly string[]) =>
	(value: unknown): boolean =>
		typeof value === 'string' && words.includes(value);
const orNull =
	(check: (value: unknown) => boolean) =>
	(value: unknown): boolean =>
		value === null || check(value);

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const rollCounts: Shape = {
	wanted: count,
	found: count,
	missing: count,
	ambiguous: count,
	local: count,
	excluded: count,
	duplicate: count,
	bytes: count,
};

/** The events of CLI.md, name by name; those with `?` may be absent. */
const shapes: Readonly<Record<string, Shape>> = {
	'roll-call': {...rollCounts, 'archived?': count},
	progress: {
		done: count,
		total: count,
		bytes: count,
		bytes_total: count,
		bytes_per_second: amount,
		files_per_second: amount,
		eta_seconds: orNull(amount),
		groups_active: count,
	},
	file: {
		status: oneOf('downloaded', 'local', 'failed', 'missing', 'ambiguous', 'excluded'),
		group: text,
		wanted: text,
		key: orNull(text),
		path: orNull(text),
		bytes: count,
		attempts: count,
		'verified?': oneOf('crc64nvme', 'crc32c', 'crc32', 'sha256', 'sha1', 'md5', 'size'),
		'error?': (value) => {
			const {code, message, ...rest} = value as Record<string, unknown>;
			return text(code) && text(message) && Object.keys(rest).length === 0;
		},
	},
	paused: {reason: oneOf('credentials', 'disk', 'user', 'throttled')},
	resumed: {},
	summary: {
		...rollCounts,
		job: orNull(count),
		downloaded: count,
		failed: count,
		seconds: amount,
		files_per_second: amount,
		bytes_per_second: amount,
		exit_code: count,
	},
};

function checkShape(event: Event, line: string): void {
	const {type, ...rest} = event;
	const shape = shapes[type];
	assert.ok(shape !== undefined, `an event of an unknown type: ${line}`);
	const left = new Set(Object.keys(rest));
	for (const [name, check] of Object.entries(shape)) {
		const plain = name.replace('?', '');
		left.delete(plain);
		if (!(plain in rest) && plain !== name) continue;
		assert.ok(check(rest[plain]), `${plain} of ${line}`);
	}
	assert.deepEqual([...left], [], `unknown fields in ${line}`);
	assert.equal(type === 'file' && rest['status'] === 'failed', 'error' in rest, line);
}

/** Reads standard output of `--json` strictly: every line is an event of CLI.md, the summary is last and once. */
export function eventsOf(out: string, status: number | null): readonly Event[] {
	if (out === '') return [];
	assert.ok(out.endsWith('\n'), 'the last line is whole');
	const events = out
		.slice(0, -1)
		.split('\n')
		.map((line) => {
			const event = JSON.parse(line) as Event;
			checkShape(event, line);
			return event;
		});
	const last = events.at(-1);
	assert.equal(last?.type, 'summary');
	assert.equal(last?.['exit_code'], status);
	assert.equal(events.filter(({type}) => type === 'summary').length, 1);
	assert.ok(events.filter(({type}) => type === 'roll-call').length <= 1);
	return events;
}

/** What every message of the program keeps to, whatever went wrong. */
export function checkWords({out, err}: Ran): void {
	// oxlint-disable-next-line no-control-regex
	const raw = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/.exec(out + err);
	const around = raw === null ? '' : (out + err).slice(Math.max(0, raw.index - 80), raw.index + 40);
	assert.equal(raw, null, `a control character reaches the terminal: ${JSON.stringify(around)}`);
	assert.doesNotMatch(err, /^\s+at .*(?:\.[jt]s|node:)/m, 'a stack trace');
	assert.doesNotMatch(
		err,
		/\b(?:undefined|NaN|\[object|TypeError|ReferenceError|ERR_[A-Z]|internal)/,
	);
}
