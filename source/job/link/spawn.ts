import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {closeSync, openSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {MusterError} from '../../model/error.ts';
import type {OnHangup} from '../../model/job-spec.ts';
import type {EngineOptions} from '../types.ts';
import {connectEngine} from './client.ts';
import type {EngineClient} from './messages.ts';

export type SpawnOptions = EngineOptions & {
	/** owner-only folder for the socket */
	readonly runtimeFolder: string;
	/** the program's entry, `dist/cli.js` */
	readonly entry: string;
	readonly onHangup: OnHangup;
};

/** What the hidden command `muster engine JSON` is told. */
export type EngineArguments = EngineOptions & {readonly socket: string};

const patience = 15_000;

/**
 * Starts an engine as a process of its own session, so that a hang-up of the terminal does not reach
 * it, and connects. It inherits the environment (credentials, endpoints) and the working folder.
 */
export async function startEngine(
	options: SpawnOptions,
): Promise<{client: EngineClient; pid: number; socket: string}> {
	const {runtimeFolder, entry, onHangup, ...engineOptions} = options;
	const socket = socketPath(runtimeFolder);
	const engineArguments: EngineArguments = {
		patient: true,
		signInPatience: Number.MAX_SAFE_INTEGER,
		...engineOptions,
		socket,
	};
	// A file, not a pipe: what the engine says at its end must not depend on somebody who reads it.
	const complaints = path.join(runtimeFolder, `engine-${process.pid}.log`);
	const descriptor = openSync(complaints, 'w', 0o600);
	const child = spawn(
		process.execPath,
		[...process.execArgv, entry, 'engine', JSON.stringify(engineArguments)],
		{detached: true, stdio: ['ignore', 'ignore', descriptor]},
	);
	closeSync(descriptor);
	let ended = false;
	child.once('exit', () => (ended = true));
	child.once('error', () => (ended = true));
	const deadline = Date.now() + patience;
	while (Date.now() < deadline && !ended) {
		try {
			const client = await connectEngine(socket, onHangup);
			child.unref();
			rmSync(complaints, {force: true});
			return {client, pid: child.pid ?? 0, socket};
		} catch {
			await delay(20);
		}
	}
	throw new MusterError('internal', 'The engine did not start.', {
		hint: 'Run `muster doctor`; with --plain the job runs without a process of its own.',
		detail: readFileSync(complaints, 'utf8').slice(-2000),
	});
}

/** A socket's path may hold about 100 bytes: a short random name in the runtime folder. */
function socketPath(runtimeFolder: string): string {
	const name = randomBytes(6).toString('hex');
	return process.platform === 'win32'
		? `\\\\.\\pipe\\muster-${name}`
		: path.join(runtimeFolder, `${name}.sock`);
}
