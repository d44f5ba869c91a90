import assert from 'node:assert/strict';
import {once} from 'node:events';
import {test} from 'node:test';
import {FaultProxy} from '../helpers/fault-proxy.ts';
import type {Answer} from '../helpers/fault-proxy.ts';
import {closedWhenReused, faults, followedBy} from '../helpers/faults.ts';
import {Bed, bytes} from './bed.ts';
import {crc32Of} from './fake-server.ts';
import type {TransferPool, TransferTask} from '../../source/transfer/types.ts';

/* What comes on a kept-alive connection beside the answer that was asked for. */

const wire = (proxy: FaultProxy) =>
	({spec: {provider: 's3', endpoint: proxy.origin}, regions: {}, clockOffset: 0}) as const;

/** One connection, one attempt: nothing may be repeated unless it was never answered. */
const careful = (bed: Bed, proxy: FaultProxy): TransferPool =>
	bed.pool({connections: 1, retries: 1, wire: wire(proxy)});

const size = 40_000;

/** A right answer to a question that nobody asked: whole, with a digest and an ETag of its own. */
function unasked(): Answer {
	const body = bytes(size, 99);
	return {
		status: 200,
		reason: 'OK',
		headers: [
			['Content-Length', String(size)],
			['ETag', '"another"'],
			['x-digest', `crc32 ${crc32Of(body)}`],
		],
		body,
	};
}

function fill(bed: Bed, count: number): TransferTask[] {
	return Array.from({length: count}, (_, index) => {
		bed.server.put(`key-${index}`, bytes(size, index + 1));
		return bed.task(index, `key-${index}`);
	});
}

async function allRight(bed: Bed, tasks: readonly TransferTask[]): Promise<void> {
	for (const [index] of tasks.entries())
		assert.ok(bed.read(`key-${index}`).equals(bytes(size, index + 1)), `key-${index} is wrong`);
	assert.deepEqual(bed.parts(), []);
	assert.deepEqual(bed.errors, []);
}

void test('an answer behind the answer, in one piece with it, is nobody’s', async () => {
	await using bed = await Bed.make();
	await using proxy = await FaultProxy.start({upstream: bed.server.origin});
	const tasks = fill(bed, 12);
	proxy.script = () => followedBy(unasked);
	const results = await bed.run(careful(bed, proxy), tasks);
	assert.ok(
		results.every((result) => result.kind === 'done' && result.attempts === 1),
		JSON.stringify(results),
	);
	await allRight(bed, tasks);
});

void test('an answer on an idle connection is nobody’s', async () => {
	await using bed = await Bed.make();
	await using proxy = await FaultProxy.start({upstream: bed.server.origin});
	const tasks = fill(bed, 4);
	const pool = careful(bed, proxy);
	for (const task of tasks) {
		const settled = Promise.withResolvers<void>();
		const fault = followedBy(unasked, () => settled.promise);
		let sent: Promise<void> | undefined;
		// the connection is good for nothing more: it is closed before another request can go over it
		proxy.script = () => async (visit) => {
			sent = Promise.resolve(fault(visit)).then(async () => visit.wire.silence());
			await sent;
		};
		const [result] = await bed.run(pool, [task]);
		assert.ok(result?.kind === 'done' && result.attempts === 1, JSON.stringify(result));
		settled.resolve();
		await sent;
	}
	await allRight(bed, tasks);
});

void test('connections that close while they are idle, or as they are used again, cost no attempt', async () => {
	for (const script of [closedWhenReused, () => faults['closes after it']] as const) {
		await using bed = await Bed.make();
		await using proxy = await FaultProxy.start({upstream: bed.server.origin, script});
		const tasks = fill(bed, 12);
		const pool = careful(bed, proxy);
		const results = await bed.run(pool, tasks);
		assert.ok(
			results.every((result) => result.kind === 'done' && result.attempts === 1),
			JSON.stringify(results),
		);
		assert.equal(pool.counters().retries, 0);
		await allRight(bed, tasks);
	}
});

void test('a server that closes every connection before its answer is not asked for ever', async () => {
	await using bed = await Bed.make();
	await using proxy = await FaultProxy.start({upstream: bed.server.origin});
	const [task] = fill(bed, 1);
	assert.ok(task !== undefined);
	proxy.script = () => faults['closed before'];
	const pool = bed.pool({connections: 1, retries: 3, wire: wire(proxy)});
	const [result] = await bed.run(pool, [task]);
	assert.ok(result?.kind === 'failed' && result.error.code === 'network', JSON.stringify(result));
	assert.equal(result.attempts, 3);
	assert.ok(proxy.requests.length <= 4, `${proxy.requests.length} requests`);
});

void test('a connection that is reset while its request waits is given up with it', async () => {
	await using bed = await Bed.make();
	await using proxy = await FaultProxy.start({upstream: bed.server.origin});
	const tasks = fill(bed, 3);
	// accepted, then reset before a byte was read: the request never reached anybody
	let refusals = 2;
	proxy.onConnection = (socket) => {
		if (--refusals === 0) proxy.onConnection = undefined;
		void once(socket, 'data').then(() => socket.resetAndDestroy());
	};
	const pool = bed.pool({connections: 1, retries: 5, wire: wire(proxy)});
	const results = await bed.run(pool, tasks);
	assert.ok(
		results.every((result) => result.kind === 'done'),
		JSON.stringify(results),
	);
	await allRight(bed, tasks);
});
