import assert from 'node:assert/strict';
import {existsSync, rmSync, statSync} from 'node:fs';
import {createConnection, createServer, type Socket} from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {connectEngine} from '../../source/job/link/client.ts';
import {LineReader} from '../../source/job/link/lines.ts';
import type {LinkReply} from '../../source/job/link/messages.ts';
import {serveEngine} from '../../source/job/link/serve.ts';
import {emptySnapshot} from '../../source/model/empty-snapshot.ts';
import type {Engine} from '../../source/job/types.ts';
import {MusterError} from '../../source/model/error.ts';
import type {Snapshot} from '../../source/model/snapshot.ts';
import {flatBucket} from '../../source/sandbox/index.ts';
import {rollCall, scratch, until, untilPhase, withBed} from './bed.ts';

/** An engine that is nothing but a snapshot and a few answers. */
function puppet(): Engine & {publish(changes: Partial<Snapshot>): void; stopped: boolean} {
	let snapshot: Snapshot = emptySnapshot;
	const listeners = new Set<() => void>();
	const engine = {
		stopped: false,
		publish(changes: Partial<Snapshot>) {
			snapshot = {...snapshot, ...changes, serial: snapshot.serial + 1};
			for (const listener of listeners) listener();
		},
		subscribe(listener: () => void) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		getSnapshot: () => snapshot,
		async call(method: string) {
			if (method === 'jobs') return [];
			if (method === 'stop') return engine.publish({phase: 'stopped'});
			throw new MusterError('denied', 'You may not.', {hint: 'Ask somebody.', detail: '403'});
		},
		lost: () => undefined,
		close: () => undefined,
		onEvent: () => () => undefined,
		setSocket: () => undefined,
		async shutDown() {
			engine.stopped = true;
		},
	};
	return engine as unknown as Engine & {
		publish(changes: Partial<Snapshot>): void;
		stopped: boolean;
	};
}

type Served = {
	readonly engine: ReturnType<typeof puppet>;
	readonly socket: string;
	readonly closed: Promise<void>;
};

async function withServer(work: (served: Served) => Promise<void>): Promise<void> {
	const root = scratch('link');
	const engine = puppet();
	const socket = path.join(root, 's.sock');
	const {closed} = await serveEngine(engine, socket);
	try {
		await work({engine, socket, closed});
	} finally {
		// the last visitor ends the engine, when nothing runs
		engine.publish({phase: 'stopped'});
		const last = createConnection(socket);
		last.on('error', () => undefined);
		last.on('connect', () => last.end());
		await Promise.race([closed, delay(5000)]);
		rmSync(root, {recursive: true, force: true});
	}
}

async function visit(socket: string): Promise<Socket> {
	const visitor = createConnection(socket);
	await new Promise<void>((resolve, reject) => {
		visitor.once('connect', resolve);
		visitor.once('error', reject);
	});
	visitor.on('error', () => undefined);
	return visitor;
}

const isGone = async (socket: Socket): Promise<void> => {
	socket.resume();
	await new Promise<void>((resolve) => {
		if (socket.destroyed) resolve();
		else socket.once('close', () => resolve());
	});
};

test('questions are answered, and errors keep their code, hint and detail', async () => {
	await withServer(async ({engine, socket}) => {
		engine.publish({phase: 'downloading'});
		const client = await connectEngine(socket);
		assert.equal(client.getSnapshot().phase, 'downloading');
		assert.deepEqual(await client.call('jobs', {}), []);
		await assert.rejects(client.call('start', {}), (error: MusterError) => {
			assert.ok(error instanceof MusterError);
			assert.deepEqual(error.record(), {
				code: 'denied',
				message: 'You may not.',
				hint: 'Ask somebody.',
				detail: '403',
			});
			return true;
		});
		assert.equal(statSync(socket).mode & 0o077, 0, 'only its owner may open it');
		const many = await Promise.all(Array.from({length: 200}, () => client.call('jobs', {})));
		assert.equal(many.length, 200);
		client.close();
	});
});

test('two front ends see the same, and one may leave', async () => {
	await withServer(async ({engine, socket}) => {
		engine.publish({phase: 'downloading'});
		const [one, two] = await Promise.all([connectEngine(socket), connectEngine(socket)]);
		engine.publish({phase: 'paused'});
		await until(one, ({phase}) => phase === 'paused');
		await until(two, ({phase}) => phase === 'paused');
		one.close();
		engine.publish({phase: 'downloading'});
		await until(two, ({phase}) => phase === 'downloading');
		assert.equal(engine.stopped, false);
		assert.equal(one.lost(), undefined);
		two.close();
	});
});

test('a slow reader gets the newest snapshot, not a queue', async () => {
	await withServer(async ({engine, socket}) => {
		engine.publish({phase: 'downloading', cells: 'd'.repeat(4000)});
		const slow = await visit(socket);
		slow.pause();
		for (let serial = 0; serial < 3000; serial++) {
			engine.publish({cells: `${serial}`.padEnd(4000, 'd')});
			if (serial % 100 === 0) await delay(0);
		}
		const newest = engine.getSnapshot().serial;
		let received = 0;
		let last = 0;
		const reader = new LineReader();
		slow.setEncoding('utf8');
		slow.on('data', (chunk: string) => {
			for (const line of reader.push(chunk)) {
				const reply = JSON.parse(line) as LinkReply;
				if ('snapshot' in reply) {
					received++;
					last = reply.snapshot.serial;
				}
			}
		});
		slow.resume();
		const deadline = Date.now() + 5000;
		while (last < newest && Date.now() < deadline) await delay(10);
		assert.equal(last, newest);
		assert.ok(received < 1500, `${received} of 3,000 snapshots`);
		slow.destroy();
	});
});

test('garbage ends the visitor, never the engine', async () => {
	await withServer(async ({engine, socket}) => {
		engine.publish({phase: 'downloading'});
		const garbage: readonly (string | Buffer)[] = [
			'GET / HTTP/1.1\r\n\r\n',
			'{"id":1\n',
			'null\n',
			'[]\n',
			'{"id":"x","method":"hello","params":{}}\n',
			'{"id":1,"method":"hello"}\n',
			'{"id":1,"method":7,"params":{}}\n',
			Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x80, 0x0a]),
			'x'.repeat(17 * 1024 * 1024),
		];
		for (const bytes of garbage) {
			const visitor = await visit(socket);
			visitor.write(bytes);
			await isGone(visitor);
		}
		const client = await connectEngine(socket);
		assert.deepEqual(await client.call('jobs', {}), []);
		await assert.rejects(client.call('constructor' as never, {} as never), MusterError);
		client.close();
		assert.equal(engine.stopped, false);
	});
});

test('a running job goes on without a front end; when it ends, so does the engine', async () => {
	await withServer(async ({engine, socket, closed}) => {
		engine.publish({phase: 'downloading'});
		const client = await connectEngine(socket);
		client.close();
		await delay(50);
		assert.equal(engine.stopped, false);
		const again = await connectEngine(socket);
		await again.call('detach', {}).catch(() => undefined);
		again.close();
		await delay(50);
		assert.equal(engine.stopped, false);
		engine.publish({phase: 'finished'});
		await closed;
		assert.equal(engine.stopped, true);
		assert.equal(existsSync(socket), false);
	});
});

test('without a job the engine ends with its front end', async () => {
	await withServer(async ({engine, socket, closed}) => {
		const client = await connectEngine(socket);
		client.close();
		await closed;
		assert.equal(engine.stopped, true);
	});
});

test('--on-hangup=stop: a lost front end stops the job', async () => {
	await withServer(async ({engine, socket, closed}) => {
		engine.publish({phase: 'downloading'});
		const client = await connectEngine(socket, 'stop');
		client.close();
		await closed;
		assert.equal(engine.getSnapshot().phase, 'stopped');
		assert.equal(engine.stopped, true);
	});
});

test('an engine that dies is told, and open questions fail', async () => {
	const root = scratch('link');
	const socket = path.join(root, 's.sock');
	const server = createServer((peer) => {
		peer.on('error', () => undefined);
		peer.write(`${JSON.stringify({snapshot: emptySnapshot})}\n`);
		peer.once('data', (bytes: Buffer) => {
			const {id} = JSON.parse(bytes.toString()) as {id: number};
			peer.write(`${JSON.stringify({id, result: {version: 1, pid: 1, job: null}})}\n`);
			peer.once('data', () => peer.destroy());
		});
	});
	await new Promise<void>((resolve) => server.listen(socket, resolve));
	const client = await connectEngine(socket);
	let told = 0;
	client.subscribe(() => told++);
	await assert.rejects(client.call('jobs', {}), {code: 'internal', message: /ended unexpectedly/});
	assert.match(client.lost()?.hint ?? '', /muster resume/);
	assert.ok(told > 0);
	await assert.rejects(client.call('jobs', {}), {code: 'internal'});
	server.close();
	rmSync(root, {recursive: true, force: true});
});

for (const [name, answer, expected] of [
	[
		'another version',
		(id: number) => ({id, result: {version: 99, pid: 1, job: null}}),
		{code: 'usage'},
	],
	['no engine', () => 'hello there', {code: 'internal'}],
] as const) {
	test(`${name} at the other end is refused`, async () => {
		const root = scratch('link');
		const socket = path.join(root, 's.sock');
		const server = createServer((peer) => {
			peer.on('error', () => undefined);
			peer.write(`${JSON.stringify({snapshot: emptySnapshot})}\n`);
			peer.once('data', (bytes: Buffer) => {
				const {id} = JSON.parse(bytes.toString()) as {id: number};
				const text = answer(id);
				peer.write(`${typeof text === 'string' ? text : JSON.stringify(text)}\n`);
			});
		});
		await new Promise<void>((resolve) => server.listen(socket, resolve));
		await assert.rejects(connectEngine(socket), expected);
		server.close();
		rmSync(root, {recursive: true, force: true});
	});
}

test('a question that is given up is rejected at once', async () => {
	await withServer(async ({engine, socket}) => {
		engine.publish({phase: 'downloading'});
		const client = await connectEngine(socket);
		const abort = new AbortController();
		const answer = client.call('jobs', {}, abort.signal);
		abort.abort(new Error('enough'));
		await assert.rejects(answer, /enough/);
		client.close();
	});
});

test('a real job over a real socket', async () => {
	await withBed([flatBucket({keys: 300})], async (bed) => {
		const socket = bed.file('engine.sock');
		const {closed} = await serveEngine(bed.engine, socket);
		const client = await connectEngine(socket);
		const spec = bed.spec({bucket: 'flat', prefix: 'images/'});
		await rollCall(client as Engine, spec);
		await assert.rejects(client.call('choose', {wantedId: 999_999, objectId: 1}), {code: 'usage'});
		await client.call('start', {});
		client.close();
		const watcher = await connectEngine(socket);
		const finished = await untilPhase(watcher, 'finished');
		assert.equal(finished.totals.filesDone, 300);
		const {rows, total} = await watcher.call('rows', {offset: 10, limit: 5});
		assert.equal(total, 300);
		assert.equal(rows.length, 5);
		await until(watcher, ({summary}) => summary !== null);
		watcher.close();
		await closed;
		assert.equal((await bed.engine.call('jobs', {}))[0]?.state, 'finished');
	});
});
