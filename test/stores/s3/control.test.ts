import assert from 'node:assert/strict';
import {once} from 'node:events';
import net from 'node:net';
import type {AddressInfo, Socket} from 'node:net';
import {test} from 'node:test';
import {networkAnswer} from '../../../source/stores/network.ts';
import {createControl} from '../../../source/stores/s3/control.ts';
import {createSigner} from '../../../source/stores/s3/signer.ts';

test('a server that takes a question and never answers it is not waited for', async () => {
	const sockets = new Set<Socket>();
	const server = net.createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const spec = {provider: 's3', endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1'} as const;
	const signer = createSigner({spec, regions: {}, clockOffset: 0});
	try {
		const control = createControl(spec, signer, {connectionTimeout: 1000, requestTimeout: 200});
		const question = control.listBuckets({accessKeyId: 'key', secretAccessKey: 'secret'});
		await assert.rejects(question, (error) => {
			const {remedy, error: record} = networkAnswer(error, spec.endpoint);
			assert.equal(remedy, 'retry');
			assert.match(record.message, /^No answer in time from http:/);
			return true;
		});
	} finally {
		for (const socket of sockets) socket.destroy();
		server.close();
	}
});
