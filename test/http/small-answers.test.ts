import assert from 'node:assert/strict';
import net from 'node:net';
import {once} from 'node:events';
import {after, describe, test} from 'node:test';
import {SmallAnswers} from '../../source/http/small-answers.ts';

type Reaction = (socket: net.Socket, request: string, count: number) => void;

const closing: (() => void)[] = [];
after(() => {
	for (const close of closing) close();
});

/** A server that reacts to each request; tells how many connections it has got. */
async function serve(react: Reaction): Promise<{origin: string; connections: () => number}> {
	let connections = 0;
	const sockets = new Set<net.Socket>();
	const server = net.createServer((socket) => {
		connections++;
		sockets.add(socket);
		let count = 0;
		socket.on('data', (data) => react(socket, data.toString('latin1'), ++count));
		socket.on('error', () => undefined);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	closing.push(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const {port} = server.address() as net.AddressInfo;
	return {origin: `http://127.0.0.1:${port}`, connections: () => connections};
}

const answer = (body: string): string =>
	`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

function client(silence = 5000): SmallAnswers {
	const answers = new SmallAnswers({connect: 5000, silence});
	closing.push(() => answers.close());
	return answers;
}

describe('small answers', () => {
	test('one connection carries one request after another, several many at once', async () => {
		const {origin, connections} = await serve((socket, request) =>
			socket.write(answer(request.split(' ')[1] ?? '')),
		);
		const answers = client();
		for (const path of ['/a', '/b', '/c'])
			assert.equal((await answers.send('GET', {origin, path, headers: []})).body.toString(), path);
		assert.equal(connections(), 1);
		const paths = Array.from({length: 200}, (_, index) => `/${index}`);
		const all = await Promise.all(
			paths.map((path) => answers.send('GET', {origin, path, headers: []})),
		);
		assert.deepEqual(
			all.map(({body}) => body.toString()),
			paths,
		);
		assert.ok(connections() <= 64, `${connections()} connections`);
	});

	test('a body in many pieces comes whole, and a HEAD has none', async () => {
		const {origin} = await serve((socket, request) => {
			if (request.startsWith('HEAD')) {
				socket.write('HTTP/1.1 200 OK\r\nContent-Length: 12\r\nETag: "x"\r\n\r\n');
				return;
			}
			socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
			setImmediate(() => socket.write('2\r\nde\r\n0\r\n\r\n'));
		});
		const answers = client();
		assert.equal(
			(await answers.send('GET', {origin, path: '/', headers: []})).body.toString(),
			'abcde',
		);
		const head = await answers.send('HEAD', {origin, path: '/', headers: []});
		assert.deepEqual([head.body.length, head.headers['etag']], [0, '"x"']);
	});

	test('a connection that was closed meanwhile: the request goes again on another one', async () => {
		const {origin, connections} = await serve((socket, _request, count) => {
			// the second request meets the closing
			if (count === 1) socket.write(answer('first'));
			else socket.destroy();
		});
		const answers = client();
		for (let round = 1; round <= 3; round++) {
			const {body} = await answers.send('GET', {origin, path: '/', headers: []});
			assert.equal(body.toString(), 'first');
			assert.equal(connections(), round);
		}
	});

	test('a server that says nothing, or stops in the middle, is given up; one that goes on is not', async () => {
		const {origin, connections} = await serve((socket, request) => {
			if (request.includes('/middle'))
				socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
			if (request.includes('/slow')) {
				let sent = 0;
				const timer = setInterval(() => {
					socket.write(sent === 0 ? 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n' : 'x');
					if (++sent === 5) clearInterval(timer);
				}, 60);
			}
		});
		const answers = client(150);
		for (const path of ['/silent', '/middle'])
			await assert.rejects(answers.send('GET', {origin, path, headers: []}), {
				code: 'HTTP_TIMEOUT',
			});
		const slow = await answers.send('GET', {origin, path: '/slow', headers: []});
		assert.equal(slow.body.toString(), 'xxxx');
		assert.equal(connections(), 3, 'none that was given up is used again');
	});

	test('a signal ends a request with its reason, before it and amid it', async () => {
		const {origin} = await serve(() => undefined);
		const answers = client();
		const abort = new AbortController();
		const open = answers.send('GET', {origin, path: '/', headers: []}, abort.signal);
		const reason = new Error('enough');
		abort.abort(reason);
		await assert.rejects(open, reason);
		await assert.rejects(
			answers.send('GET', {origin, path: '/', headers: []}, abort.signal),
			reason,
		);
	});

	test('an answer without end is not taken into memory', async () => {
		const {origin} = await serve((socket) => {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			const piece = Buffer.alloc(1024 * 1024);
			const pour = (): void => {
				while (!socket.destroyed && socket.write(piece));
			};
			socket.on('drain', pour);
			pour();
		});
		await assert.rejects(client().send('GET', {origin, path: '/', headers: []}), {
			code: 'HTTP_BAD_ANSWER',
		});
	});

	test('closing ends what is open, and what comes after', async () => {
		const {origin} = await serve(() => undefined);
		const answers = client();
		const open = answers.send('GET', {origin, path: '/', headers: []});
		answers.close();
		await assert.rejects(open, {code: 'HTTP_CLOSED'});
		await assert.rejects(answers.send('GET', {origin, path: '/', headers: []}), {
			code: 'HTTP_CLOSED',
		});
	});
});
