import {chmodSync, rmSync} from 'node:fs';
import {createServer, type Socket} from 'node:net';
import {errorRecord} from '../../model/error.ts';
import type {OnHangup} from '../../model/job-spec.ts';
import type {Phase} from '../../model/snapshot.ts';
import type {Engine} from '../types.ts';
import {LineReader} from './lines.ts';
import {linkVersion, type LinkReply, type LinkRequest} from './messages.ts';

/** a front end that reads slower than this gets fewer snapshots, never a growing queue */
const mostUnsent = 256 * 1024;
/** how long an engine without a front end waits for one */
const lonely = 15_000;

/**
 * Serves an engine on a local socket that only its owner may open. `closed` settles when the engine
 * has ended: no front end is left and no job runs, or it was told to by `end`, which saves and parks.
 */
export async function serveEngine(
	engine: Engine,
	socketPath: string,
): Promise<{closed: Promise<void>; end: () => Promise<void>}> {
	const {promise: closed, resolve} = Promise.withResolvers<void>();
	const sockets = new Set<Socket>();
	let onHangup: OnHangup = 'background';
	let ending = false;
	let lonelyTimer: NodeJS.Timeout | undefined;
	let expectsFirst = true;

	const end = async (): Promise<void> => {
		if (ending) return;
		ending = true;
		await engine.shutDown();
		server.close();
		for (const socket of sockets) socket.destroy();
		if (process.platform !== 'win32') rmSync(socketPath, {force: true});
		resolve();
	};
	const endIfAlone = (): void => {
		if (sockets.size > 0) return;
		const {phase} = engine.getSnapshot();
		if (isRunning(phase)) return;
		// A roll call or a question to a person is worth nothing without the person.
		void end();
	};
	const leave = (detached: boolean): void => {
		if (sockets.size > 0) return;
		if (!detached && onHangup === 'stop' && isRunning(engine.getSnapshot().phase)) {
			void engine.call('stop', {mode: 'now'}).finally(endIfAlone);
			return;
		}
		endIfAlone();
	};

	const server = createServer((socket) => {
		clearTimeout(lonelyTimer);
		expectsFirst = false;
		sockets.add(socket);
		let detached = false;
		let unsentSnapshot = false;
		const reader = new LineReader();
		const send = (reply: LinkReply): void => {
			if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
		};
		const sendSnapshot = (): void => {
			unsentSnapshot = socket.writableLength > mostUnsent;
			if (!unsentSnapshot) send({snapshot: engine.getSnapshot()});
		};
		socket.setEncoding('utf8');
		socket.on('drain', () => {
			if (unsentSnapshot) sendSnapshot();
		});
		const unsubscribe = engine.subscribe(sendSnapshot);
		sendSnapshot();
		socket.on('data', (chunk: string) => {
			let requests: readonly LinkRequest[];
			try {
				requests = reader.push(chunk).map(readRequest);
			} catch {
				// Nobody of ours talks like this; the job goes on without the visitor.
				socket.destroy();
				return;
			}
			for (const request of requests) {
				if (request.method === 'hello') onHangup = request.params.onHangup;
				if (request.method === 'detach') detached = true;
				void answer(engine, request).then(send);
			}
		});
		socket.on('error', () => socket.destroy());
		socket.on('close', () => {
			unsubscribe();
			sockets.delete(socket);
			leave(detached);
		});
	});
	engine.subscribe(() => {
		if (!expectsFirst) endIfAlone();
	});
	await new Promise<void>((listening, failed) => {
		server.once('error', failed);
		server.listen(socketPath, () => {
			server.off('error', failed);
			listening();
		});
	});
	if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
	engine.setSocket(socketPath);
	lonelyTimer = setTimeout(() => {
		expectsFirst = false;
		endIfAlone();
	}, lonely);
	return {closed, end};
}

/** Throws for a line that is no request. */
function readRequest(line: string): LinkRequest {
	const request = JSON.parse(line) as Partial<LinkRequest> | null;
	const isRequest =
		typeof request === 'object' &&
		request !== null &&
		typeof request.id === 'number' &&
		typeof request.method === 'string' &&
		typeof request.params === 'object' &&
		request.params !== null;
	if (!isRequest) throw new TypeError('This is no request.');
	return request as LinkRequest;
}

const isRunning = (phase: Phase): boolean =>
	phase === 'downloading' || phase === 'paused' || phase === 'stopping';

async function answer(engine: Engine, request: LinkRequest): Promise<LinkReply> {
	try {
		if (request.method === 'hello') {
			const {job} = engine.getSnapshot();
			return {id: request.id, result: {version: linkVersion, pid: process.pid, job}};
		}
		const result = await engine.call(request.method, request.params);
		return {id: request.id, result};
	} catch (error) {
		return {id: request.id, error: errorRecord(error)};
	}
}
