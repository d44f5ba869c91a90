import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {programFile} from '../model/program-file.ts';
import type {SandboxProcessOptions} from './process-options.ts';

/** The line that a sandbox process prints when it listens. */
export type SandboxProcessInfo = {
	readonly endpoint: string;
	readonly port: number;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	readonly region: string;
	readonly pid: number;
	/** their names */
	readonly buckets: readonly string[];
};

export type SandboxProcess = SandboxProcessInfo & {
	/** `METHOD /_sandbox/NAME`; resolves with its answer */
	control(call: string, body?: unknown): Promise<unknown>;
	/** resolves when the process is gone */
	stop(): Promise<void>;
};

/**
 * Starts the sandbox as a process of its own, which outlives this one only as long as it is used.
 * Works from the sources (Node strips their types) and from `dist`. Throws when it doesn't start.
 */
export async function startSandboxProcess(
	options: SandboxProcessOptions = {},
): Promise<SandboxProcess> {
	const entry = fileURLToPath(programFile('sandbox/process.ts', 'sandbox.js'));
	const argument = JSON.stringify({keepAlivePid: process.pid, ...options});
	const child = spawn(process.execPath, [entry, argument], {
		stdio: ['ignore', 'pipe', 'pipe'],
		// a Ctrl+C in the terminal is for the job, which may go on in the background
		detached: true,
		windowsHide: true,
	});
	const info = await firstLine(child);
	child.unref();
	return {...info, control: (call, body) => control(info, call, body), stop: () => stop(child)};
}

async function firstLine(child: ChildProcess): Promise<SandboxProcessInfo> {
	const {stdout, stderr} = child;
	if (stdout === null || stderr === null) throw new Error('The sandbox has no output.');
	let complaint = '';
	stderr.setEncoding('utf8').on('data', (text: string) => {
		complaint += text;
	});
	const lines = createInterface({input: stdout});
	const ended = once(child, 'close').then(([status]) => {
		throw new Error(`The sandbox ended with status ${String(status)}: ${complaint.trim()}`);
	});
	// it rejects when the process ends long after it was started, too
	ended.catch(() => {});
	const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
	lines.close();
	// an open pipe would keep this process alive
	stdout.destroy();
	stderr.destroy();
	return JSON.parse(line) as SandboxProcessInfo;
}

async function control(info: SandboxProcessInfo, call: string, body?: unknown): Promise<unknown> {
	const [method = 'GET', name = ''] = call.split(' ');
	const response = await fetch(`${info.endpoint}/_sandbox/${name}`, {
		method,
		...(body === undefined ? {} : {body: JSON.stringify(body)}),
	});
	const answer: unknown = await response.json();
	if (response.ok) return answer;
	throw new Error(`The sandbox refused ${call}: ${JSON.stringify(answer)}`);
}

async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.ref();
	const gone = once(child, 'exit');
	child.kill('SIGTERM');
	await gone;
}
