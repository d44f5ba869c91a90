import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FaultProxy} from '../helpers/fault-proxy.ts';
import type {Fault} from '../helpers/fault-proxy.ts';
import {Bed, bytes} from './bed.ts';

/* Answers that never end, and names that lead nowhere: what a file costs at the most. */

const MiB = 1024 * 1024;
const filler = Buffer.alloc(64 * 1024, 'x');

/** Sends a beginning and then pieces until the client has enough, or `most` bytes are out. */
const endless =
	(head: string, piece: Buffer, most: number): Fault =>
	async ({wire}) => {
		await wire.send(head);
		for (let sent = 0; sent < most && !wire.over; sent += piece.length) await wire.send(piece);
		wire.finish();
	};

const chunk = Buffer.concat([Buffer.from('10000\r\n'), filler, Buffer.from('\r\n')]);
const headerLine = Buffer.from(`X-More: ${'x'.repeat(1000)}\r\n`);

const endsHow = {
	'a body without end': ['Connection: close', filler],
	'chunks without end': ['Transfer-Encoding: chunked', chunk],
} as const;

async function givenUp(bed: Bed, fault: Fault): Promise<number> {
	await using proxy = await FaultProxy.start({upstream: bed.server.origin, script: () => fault});
	const pool = bed.pool({
		retries: 2,
		wire: {spec: {provider: 's3', endpoint: proxy.origin}, regions: {}, clockOffset: 0},
	});
	const [result] = await bed.run(pool, [bed.task(1, 'one')]);
	assert.equal(result?.kind, 'failed', JSON.stringify(result));
	assert.equal(bed.exists('one'), false);
	assert.deepEqual(bed.parts(), []);
	return pool.counters().bytesReceived;
}

void test('a head without end is given up soon', async () => {
	await using bed = await Bed.make();
	bed.server.put('one', bytes(40_000));
	await givenUp(bed, endless('HTTP/1.1 200 OK\r\n', headerLine, 64 * MiB));
});

for (const [name, [header, piece]] of Object.entries(endsHow)) {
	const start = async (most: number): Promise<number> => {
		await using bed = await Bed.make();
		const {etag} = bed.server.put('one', bytes(40_000));
		const head = `HTTP/1.1 200 OK\r\nETag: ${etag}\r\n${header}\r\n\r\n`;
		return await givenUp(bed, endless(head, piece, most));
	};
	void test(`${name}: nothing is saved`, async () => {
		await start(MiB);
	});
	void test(`${name}: given up when more comes than was listed`, async () => {
		const received = await start(64 * MiB);
		assert.ok(received < 8 * MiB, `${received} bytes for a file of 40,000`);
	});
}

void test('a body that only its end delimits, of an object that was replaced, is not known to be whole', async () => {
	await using bed = await Bed.make();
	bed.server.put('one', bytes(40_000));
	await givenUp(bed, async ({wire}) => {
		await wire.send('HTTP/1.1 200 OK\r\nETag: "another"\r\nConnection: close\r\n\r\n');
		await wire.send(bytes(20_000, 7));
		wire.finish();
	});
});

void test('a name that no name server knows, in words', async () => {
	await using bed = await Bed.make();
	bed.server.put('one', bytes(40_000));
	const spec = {provider: 's3', endpoint: 'http://nowhere.invalid'} as const;
	const pool = bed.pool({retries: 2, wire: {spec, regions: {}, clockOffset: 0}});
	const [result] = await bed.run(pool, [bed.task(1, 'one')]);
	assert.ok(result?.kind === 'failed' && result.error.code === 'network', JSON.stringify(result));
	assert.match(result.error.message, /one: the server’s name could not|the name server did not/);
	assert.equal(result.attempts, 2);
});
