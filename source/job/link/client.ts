import {createConnection, type Socket} from 'node:net';
import {type ErrorRecord, MusterError} from '../../model/error.ts';
import type {OnHangup} from '../../model/job-spec.ts';
import type {Snapshot} from '../../model/snapshot.ts';
import {LineReader} from './lines.ts';
import {
	type EngineClient,
	linkVersion,
	type LinkMethod,
	type LinkParams,
	type LinkReply,
	type LinkResult,
} from './messages.ts';

type Waiting = {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: Error) => void;
};

/** how long an engine may take to greet; it may be busy with a large manifest */
const patience = 10_000;

/** Opens the door to an engine that listens on a local socket; ready once the first snapshot is here. */
export async function connectEngine(
	socketPath: string,
	onHangup: OnHangup = 'background',
): Promise<EngineClient> {
	const socket = createConnection(socketPath);
	await new Promise<void>((connected, failed) => {
		socket.once('connect', connected);
		socket.once('error', failed);
	});
	const client = new SocketClient(socket);
	const hello = await greet(client, socket, onHangup);
	if (hello.version !== linkVersion) {
		client.close();
		throw new MusterError(
			'usage',
			'The engine of this job was started by another version of muster.',
			{
				hint: 'Let it finish, or stop it with the muster that started it.',
			},
		);
	}
	return client;
}

async function greet(
	client: SocketClient,
	socket: Socket,
	onHangup: OnHangup,
): Promise<LinkResult<'hello'>> {
	const timer = setTimeout(() => socket.destroy(), patience);
	try {
		await client.first;
		return await client.call('hello', {version: linkVersion, onHangup});
	} finally {
		clearTimeout(timer);
	}
}

class SocketClient implements EngineClient {
	readonly first: Promise<void>;
	readonly #socket: Socket;
	readonly #listeners = new Set<() => void>();
	readonly #waiting = new Map<number, Waiting>();
	readonly #reader = new LineReader();
	#snapshot: Snapshot | undefined;
	#lost: ErrorRecord | undefined;
	#closed = false;
	#next = 1;

	constructor(socket: Socket) {
		this.#socket = socket;
		const {promise, resolve, reject} = Promise.withResolvers<void>();
		this.first = promise;
		socket.setEncoding('utf8');
		socket.on('data', (chunk: string) => {
			try {
				for (const line of this.#reader.push(chunk)) this.#take(JSON.parse(line) as LinkReply);
			} catch {
				// Whatever answers here is no engine.
				socket.destroy();
			}
			if (this.#snapshot !== undefined) resolve();
		});
		socket.on('error', () => socket.destroy());
		socket.on('close', () => {
			this.#end();
			reject(new MusterError('internal', 'The engine ended before it answered.'));
		});
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	getSnapshot(): Snapshot {
		if (this.#snapshot === undefined)
			throw new MusterError('internal', 'There is no snapshot yet.');
		return this.#snapshot;
	}

	async call<M extends LinkMethod>(
		method: M,
		params: LinkParams<M>,
		signal?: AbortSignal,
	): Promise<LinkResult<M>> {
		if (this.#lost !== undefined) throw MusterError.from(this.#lost);
		signal?.throwIfAborted();
		const id = this.#next++;
		const {promise, resolve, reject} = Promise.withResolvers<unknown>();
		this.#waiting.set(id, {resolve, reject});
		const abort = (): void => {
			this.#waiting.delete(id);
			reject(
				signal?.reason instanceof Error ? signal.reason : new MusterError('stopped', 'Stopped.'),
			);
		};
		signal?.addEventListener('abort', abort, {once: true});
		this.#socket.write(`${JSON.stringify({id, method, params})}\n`);
		try {
			return (await promise) as LinkResult<M>;
		} finally {
			signal?.removeEventListener('abort', abort);
		}
	}

	lost(): ErrorRecord | undefined {
		return this.#lost;
	}

	close(): void {
		this.#closed = true;
		this.#socket.end();
		this.#socket.destroySoon();
	}

	#take(reply: LinkReply): void {
		if ('snapshot' in reply) {
			this.#snapshot = reply.snapshot;
			for (const listener of this.#listeners) listener();
			return;
		}
		const waiting = this.#waiting.get(reply.id);
		this.#waiting.delete(reply.id);
		if ('error' in reply) waiting?.reject(MusterError.from(reply.error));
		else waiting?.resolve(reply.result);
	}

	#end(): void {
		if (!this.#closed) {
			this.#lost = {
				code: 'internal',
				message: 'The engine of this job has ended unexpectedly.',
				hint: '`muster resume` goes on from where it was; the log in .muster/logs may say why.',
			};
		}
		const error = new MusterError('stopped', 'The connection to the engine is closed.');
		for (const {reject} of this.#waiting.values()) {
			reject(this.#lost === undefined ? error : MusterError.from(this.#lost));
		}
		this.#waiting.clear();
		for (const listener of this.#listeners) listener();
	}
}
