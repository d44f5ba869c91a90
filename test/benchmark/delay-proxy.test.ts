import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {Agent, createServer, get} from 'node:http';
import type {IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {test} from 'node:test';
import {startHelper} from './helper-process.ts';

test('the proxy adds its round trips and passes every byte on', {timeout: 60_000}, async () => {
	const body = randomBytes(20 * 1024 * 1024);
	const server = createServer((request, response) => {
		response.end(request.url === '/large' ? body : 'small');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const roundTrip = 80;
	const proxy = await startHelper('delay-proxy.ts', [
		String((server.address() as AddressInfo).port),
		String(roundTrip),
	]);
	const agent = new Agent({keepAlive: true, maxSockets: 1});
	const ask = async (path: string): Promise<{bytes: Buffer; milliseconds: number}> => {
		const start = performance.now();
		const [response] = (await once(
			get({port: proxy.port, host: '127.0.0.1', path, agent}),
			'response',
		)) as [IncomingMessage];
		const bytes = await buffer(response);
		return {bytes, milliseconds: performance.now() - start};
	};
	try {
		const first = await ask('/');
		assert.equal(first.bytes.toString(), 'small');
		// a timer may ring a millisecond early
		assert.ok(first.milliseconds >= 2 * roundTrip - 4, `a new connection: ${first.milliseconds}`);
		const second = await ask('/');
		assert.ok(second.milliseconds >= roundTrip - 4, `a kept one: ${second.milliseconds}`);
		assert.ok((await ask('/large')).bytes.equals(body));
	} finally {
		agent.destroy();
		await proxy.close();
		server.close();
	}
});
