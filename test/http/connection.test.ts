import assert from 'node:assert/strict';
import net from 'node:net';
import {test, type TestContext} from 'node:test';
import type {Connection} from '../../source/http/connection.ts';
import {Connector} from '../../source/http/connector.ts';
import type {Method} from '../../source/http/head.ts';
import {errnoOf} from '../../source/transfer/disk-error.ts';

type Answered =
	| {kind: 'end'; status: number; body: string}
	| {kind: 'error'; code: string | undefined; isStale: boolean};

/** A server that answers with raw bytes: `serve` gets each request's text with the socket. */
async function listen(t: TestContext, serve: (socket: net.Socket, nth: number) => void) {
	let nth = 0;
	const sockets = new Set<net.Socket>();
	const server = net.createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('data', () => serve(socket, ++nth));
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const {port} = server.address() as net.AddressInfo;
	return {origin: `http://127.0.0.1:${port}`, count: () => sockets.size};
}

function ask(connection: Connection, method: Method = 'GET'): Promise<Answered> {
	return new Promise((resolve) => {
		let status = 0;
		let body = '';
		connection.send(method, `${method} / HTTP/1.1\r\nhost: x\r\n\r\n`, {
			onHead: (given) => (status = given),
			onBody: (chunk) => (body += chunk.toString('latin1')),
			onEnd: () => resolve({kind: 'end', status, body}),
			onError: (error, isStale) => resolve({kind: 'error', code: errnoOf(error), isStale}),
		});
	});
}

const connect = (origin: string) => new Connector(2000).connect(origin);

test('many answers over one connection, of every framing, also byte by byte', async (t) => {
	const answers = [
		'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
		'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
		'HTTP/1.1 204 No Content\r\n\r\n',
		'HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone',
	];
	for (const isDripping of [false, true]) {
		const {origin, count} = await listen(t, (socket, nth) => {
			const answer = answers[nth - 1] ?? '';
			if (!isDripping) socket.write(answer);
			else for (const byte of answer) socket.write(byte);
			socket.setNoDelay(true);
		});
		const connection = connect(origin);
		assert.deepEqual(await ask(connection), {kind: 'end', status: 200, body: 'hello'});
		assert.deepEqual(await ask(connection), {kind: 'end', status: 200, body: 'abc'});
		assert.deepEqual(await ask(connection), {kind: 'end', status: 204, body: ''});
		assert.deepEqual(await ask(connection), {kind: 'end', status: 404, body: 'none'});
		assert.equal(connection.isUsable, true);
		assert.equal(count(), 1);
		connection.destroy();
	}
});

test('HEAD has no body, although a length is told', async (t) => {
	const {origin} = await listen(t, (socket) =>
		socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2147483648\r\n\r\n'),
	);
	const connection = connect(origin);
	assert.deepEqual(await ask(connection, 'HEAD'), {kind: 'end', status: 200, body: ''});
	assert.equal(connection.isUsable, true);
	connection.destroy();
});

test('a body that the connection’s end ends; and one that ends too early', async (t) => {
	const {origin} = await listen(t, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
	assert.deepEqual(await ask(connect(origin)), {kind: 'end', status: 200, body: 'all of it'});
	const early = await listen(t, (socket) =>
		socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
	);
	const error = {kind: 'error', code: 'HTTP_CLOSED', isStale: false};
	assert.deepEqual(await ask(connect(early.origin)), error);
});

test('a connection that was closed behind our back is told apart from one that failed', async (t) => {
	const {origin} = await listen(t, (socket, nth) => {
		if (nth === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
		else socket.destroy();
	});
	const connection = connect(origin);
	assert.equal((await ask(connection)).kind, 'end');
	const stale = await ask(connection);
	assert.deepEqual(stale.kind === 'error' && stale.isStale, true);
	const first = await ask(connect(origin));
	assert.deepEqual(first.kind === 'error' && first.isStale, false);
	assert.equal(connection.isUsable, false);
});

for (const [what, answer] of [
	['bytes after the body', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK'],
	['the wish to close', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'],
	[
		'bytes after the last chunk',
		'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nx',
	],
] as const)
	test(`after ${what} a connection is not used again`, async (t) => {
		const {origin} = await listen(t, (socket) => socket.write(answer));
		const connection = connect(origin);
		assert.deepEqual(await ask(connection), {kind: 'end', status: 200, body: 'ok'});
		assert.equal(connection.isUsable, false);
	});

for (const [what, answer, code] of [
	['no HTTP', 'SSH-2.0-x\r\n\r\n', 'HTTP_BAD_ANSWER'],
	['a head without end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`, 'HTTP_HEAD_TOO_LONG'],
	['another protocol', 'HTTP/1.1 101 Switching\r\n\r\n', 'HTTP_BAD_ANSWER'],
	[
		'a broken chunk',
		'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
		'HTTP_BAD_ANSWER',
	],
] as const)
	test(`${what} is an error`, async (t) => {
		const {origin} = await listen(t, (socket) => socket.write(answer));
		assert.deepEqual(await ask(connect(origin)), {kind: 'error', code, isStale: false});
	});

test('bytes that come while nothing was asked end the connection', async (t) => {
	let poke = () => {};
	const {origin} = await listen(t, (socket) => {
		socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
		poke = () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
	});
	const connection = connect(origin);
	await ask(connection);
	poke();
	while (connection.isUsable) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('nobody listens there; nobody answers there', async () => {
	const server = net.createServer();
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const {port} = server.address() as net.AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	const refused = await ask(connect(`http://127.0.0.1:${port}`));
	assert.deepEqual(refused, {kind: 'error', code: 'ECONNREFUSED', isStale: false});
});

test('a server that says how long it keeps idle connections is believed', async (t) => {
	const {origin} = await listen(t, (socket) =>
		socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: timeout=1\r\n\r\n'),
	);
	const connection = connect(origin);
	await ask(connection);
	assert.equal(connection.isUsable, false);
	connection.destroy();
});
