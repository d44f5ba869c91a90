import assert from 'node:assert/strict';
import {once} from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {FaultProxy, passOn} from './fault-proxy.ts';
import type {Fault} from './fault-proxy.ts';
import {faults} from './faults.ts';

/** Runs `work` with a proxy before a small server that tells the request back. */
async function withProxy(work: (proxy: FaultProxy) => Promise<void>): Promise<void> {
	const server = http.createServer((request, response) => {
		response.setHeader('X-Kept', 'As It Is');
		response.end(`${request.url} of ${request.headers.host}`.repeat(100));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	try {
		await using proxy = await FaultProxy.start({upstream: `http://127.0.0.1:${port}`});
		await work(proxy);
	} finally {
		server.close();
		server.closeAllConnections();
	}
}

/** What comes for some requests on one connection, until the other side ends it. */
async function raw(proxy: FaultProxy, ...targets: readonly string[]): Promise<string> {
	const socket = net.connect(proxy.port, '127.0.0.1');
	const all = text(socket);
	const [first, ...rest] = targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
	socket.write(first ?? '');
	for (const request of rest) socket.write(request);
	return all;
}

test('what no fault meets passes unchanged, several requests on one connection', async () => {
	await withProxy(async (proxy) => {
		proxy.script = ({nth}) => (nth === 2 ? faults['closes after it'] : undefined);
		const got = await raw(proxy, '/a/b%20c?x=1', '/a/b%20c?x=2');
		assert.equal(got.split('HTTP/1.1 200 OK\r\nX-Kept: As It Is\r\n').length, 3);
		assert.ok(got.endsWith('/a/b%20c?x=2 of h'));
		assert.deepEqual(
			proxy.requests.map(({path, query, nth, turn}) => [path, query, nth, turn]),
			[
				['a/b c', 'x=1', 1, 1],
				['a/b c', 'x=2', 2, 2],
			],
		);
		assert.equal(proxy.connections, 1);
	});
});

test('faults are exact to the byte', async () => {
	await withProxy(async (proxy) => {
		const meets = async (fault: Fault): Promise<string> => {
			proxy.script = () => async (visit) => {
				await fault(visit);
				visit.wire.finish();
			};
			return raw(proxy, '/x');
		};
		const whole = await meets(passOn);
		assert.equal(await meets(faults['truncated before the last byte']), whole.slice(0, -1));
		const wrong = Buffer.from(await meets(faults['wrong bytes']));
		const right = Buffer.from(whole);
		assert.equal(wrong.filter((byte, index) => byte !== right[index]).length, 1);
		assert.match(await meets(faults['too short, and says so']), /Content-Length: 693\r/);
		await assert.rejects(meets(faults['reset before']), {code: 'ECONNRESET'});
	});
});
