import assert from 'node:assert/strict';
import {once} from 'node:events';
import {Agent, get} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {test} from 'node:test';
import {memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxRule} from '../../source/sandbox/index.ts';
import {withSandbox} from '../helpers/sandbox.ts';

const content = Buffer.from(Array.from({length: 5000}, (_, index) => index % 251));
const bucket = memoryBucket(
	'bucket',
	{one: content, two: content, 'dir/three': content},
	{public: true},
);

type Reply = {
	readonly status: number;
	readonly headers: IncomingMessage['headers'];
	readonly body: Buffer;
	/** the connection ended before the body did */
	readonly broken: boolean;
};

async function fetchKey(
	sandbox: Sandbox,
	key: string,
	options: {headers?: Record<string, string>; signal?: AbortSignal; agent?: Agent} = {},
): Promise<Reply> {
	const request = get({
		host: '127.0.0.1',
		port: sandbox.port,
		path: `/bucket/${key}`,
		agent: options.agent ?? false,
		headers: options.headers ?? {},
		...(options.signal === undefined ? {} : {signal: options.signal}),
	});
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	const parts: Buffer[] = [];
	let broken = false;
	try {
		for await (const part of response) parts.push(part as Buffer);
	} catch {
		broken = true;
	}
	const {statusCode = 0, headers} = response;
	return {status: statusCode, headers, body: Buffer.concat(parts), broken};
}

const codeOf = (reply: Reply) => /<Code>(.*?)<\/Code>/.exec(reply.body.toString())?.[1];

const withRules = (rules: readonly SandboxRule[], work: (sandbox: Sandbox) => Promise<void>) =>
	withSandbox({buckets: [bucket], rules}, work);

test('throttling answers SlowDown and says how long to wait', async () => {
	const rule = {match: {count: 2}, action: {type: 'throttle', retryAfterSeconds: 3}} as const;
	await withRules([rule], async (sandbox) => {
		for (let attempt = 0; attempt < 2; attempt++) {
			const reply = await fetchKey(sandbox, 'one');
			assert.deepEqual(
				[reply.status, codeOf(reply), reply.headers['retry-after']],
				[503, 'SlowDown', '3'],
			);
		}
		assert.equal((await fetchKey(sandbox, 'one')).status, 200);
	});
});

test('rules match by method, operation, bucket and key, and by the nth request', async () => {
	const match = {method: 'GET', operation: 'GetObject', bucket: 'bucket', key: 'dir/*'} as const;
	await withRules(
		[{match: {...match, from: 2, every: 2, count: 2}, action: {type: 'deny'}}],
		async (sandbox) => {
			const statuses: number[] = [];
			for (let attempt = 0; attempt < 7; attempt++) {
				statuses.push((await fetchKey(sandbox, 'dir/three')).status);
				assert.equal((await fetchKey(sandbox, 'one')).status, 200);
			}
			assert.deepEqual(statuses, [200, 403, 200, 403, 200, 200, 200]);
		},
	);
});

test('a rule can count by key', async () => {
	const action = {type: 'error', status: 500, code: 'InternalError'} as const;
	await withRules([{match: {count: 1, perKey: true}, action}], async (sandbox) => {
		for (const key of ['one', 'two']) {
			const first = await fetchKey(sandbox, key);
			assert.deepEqual([first.status, codeOf(first)], [500, 'InternalError']);
			assert.equal((await fetchKey(sandbox, key)).status, 200);
		}
	});
});

test('rules change while the server runs', async () => {
	await withRules([], async (sandbox) => {
		sandbox.rules.add({id: 'no', action: {type: 'deny'}});
		assert.equal((await fetchKey(sandbox, 'one')).status, 403);
		sandbox.rules.remove('no');
		assert.equal((await fetchKey(sandbox, 'one')).status, 200);
	});
});

test('the connection is cut after exactly so many bytes', async () => {
	for (const afterBytes of [0, 1, 4999]) {
		await withRules([{action: {type: 'cut', afterBytes}}], async (sandbox) => {
			const reply = await fetchKey(sandbox, 'one');
			assert.ok(reply.broken);
			assert.equal(reply.headers['content-length'], '5000');
			assert.deepEqual(reply.body, content.subarray(0, afterBytes));
			assert.equal(sandbox.stats().gets['bucket/one']?.complete, 0);
		});
	}
});

test('one byte is flipped', async () => {
	await withRules([{action: {type: 'flip', at: 1234}}], async (sandbox) => {
		const {body} = await fetchKey(sandbox, 'one');
		const wrong = [...body.keys()].filter((index) => body[index] !== content[index]);
		assert.deepEqual(wrong, [1234]);
	});
});

test('a short body is a complete answer that lacks its end', async () => {
	await withRules([{action: {type: 'short', bytes: 7}}], async (sandbox) => {
		const reply = await fetchKey(sandbox, 'one');
		assert.equal(reply.broken, false);
		assert.deepEqual(reply.body, content.subarray(0, -7));
	});
});

test('a stall for ever sends what it should and then nothing', async () => {
	await withRules([{action: {type: 'stall', afterBytes: 100}}], async (sandbox) => {
		const controller = new AbortController();
		const request = get({
			host: '127.0.0.1',
			port: sandbox.port,
			path: '/bucket/one',
			agent: false,
			signal: controller.signal,
		});
		const [response] = (await once(request, 'response')) as [IncomingMessage];
		const [part] = (await once(response, 'data')) as [Buffer];
		assert.equal(part.length, 100);
		const silence = AbortSignal.timeout(150);
		await assert.rejects(once(response, 'data', {signal: silence}), {name: 'AbortError'});
		response.on('error', () => {});
		request.on('error', () => {});
		controller.abort();
	});
});

test('a stall of some milliseconds ends', async () => {
	await withRules([{action: {type: 'stall', milliseconds: 120}}], async (sandbox) => {
		const started = performance.now();
		const reply = await fetchKey(sandbox, 'one');
		assert.ok(performance.now() - started >= 115);
		assert.deepEqual(reply.body, content);
	});
});

test('delay and latency hold an answer back', async () => {
	await withRules([{action: {type: 'delay', milliseconds: 100}}], async (sandbox) => {
		sandbox.setThrottle({latency: {min: 50, max: 60}});
		const started = performance.now();
		assert.equal((await fetchKey(sandbox, 'one')).status, 200);
		assert.ok(performance.now() - started >= 145);
	});
});

test('an object that changes mid-way has new bytes, a new ETag and fails If-Match', async () => {
	await withRules([], async (sandbox) => {
		const before = await fetchKey(sandbox, 'one', {headers: {range: 'bytes=0-99'}});
		const etag = String(before.headers.etag);
		sandbox.rules.set([{match: {key: 'one', count: 1}, action: {type: 'change'}}]);
		const next = {range: 'bytes=100-199', 'if-match': etag};
		const reply = await fetchKey(sandbox, 'one', {headers: next});
		assert.deepEqual([reply.status, codeOf(reply)], [412, 'PreconditionFailed']);
		const after = await fetchKey(sandbox, 'one');
		assert.notEqual(after.headers.etag, etag);
		assert.notDeepEqual(after.body, content);
		assert.equal(after.body.length, content.length);
		sandbox.restore();
		assert.deepEqual((await fetchKey(sandbox, 'one')).body, content);
		sandbox.remove('bucket', 'one');
		assert.equal(codeOf(await fetchKey(sandbox, 'one')), 'NoSuchKey');
	});
});

test('an object that grows, shrinks or goes away mid-way', async () => {
	await withRules([], async (sandbox) => {
		const etag = String((await fetchKey(sandbox, 'one')).headers.etag);
		sandbox.rules.set([{match: {key: 'one', count: 1}, action: {type: 'grow', bytes: 100}}]);
		const next = {range: 'bytes=100-199', 'if-match': etag};
		assert.equal((await fetchKey(sandbox, 'one', {headers: next})).status, 412);
		const grown = await fetchKey(sandbox, 'one');
		assert.equal(grown.body.length, 5100);
		assert.deepEqual(grown.body.subarray(0, 5000), content);
		assert.notEqual(grown.headers.etag, etag);
		assert.equal(sandbox.grow('bucket', 'one', -200), true);
		assert.deepEqual((await fetchKey(sandbox, 'one')).body, content.subarray(0, 4900));
		assert.equal(sandbox.object('bucket', 'one')?.size, 4900);
		sandbox.rules.set([{match: {key: 'one', count: 1}, action: {type: 'remove'}}]);
		assert.equal(codeOf(await fetchKey(sandbox, 'one')), 'NoSuchKey');
		assert.equal(sandbox.grow('bucket', 'one', 1), false);
	});
});

test('the rate holds for all connections together, and for each where asked', async () => {
	await withRules([], async (sandbox) => {
		const seconds = async (keys: readonly string[]) => {
			const started = performance.now();
			const agent = new Agent({keepAlive: true});
			await Promise.all(keys.map((key) => fetchKey(sandbox, key, {agent})));
			agent.destroy();
			return (performance.now() - started) / 1000;
		};
		sandbox.setThrottle({rate: 50_000});
		const together = await seconds(['one', 'two', 'dir/three']);
		assert.ok(together >= 0.28 && together < 2, `${together} s for 15,000 bytes at 50,000 B/s`);
		sandbox.setThrottle({rate: 0, ratePerConnection: 25_000});
		const apart = await seconds(['one', 'two', 'dir/three']);
		assert.ok(apart >= 0.19 && apart < 0.5, `${apart} s for 5,000 bytes each at 25,000 B/s`);
	});
});

test('requests are counted, whole and broken ones apart', async () => {
	const rule = {match: {key: 'one', count: 1}, action: {type: 'cut', afterBytes: 10}} as const;
	await withRules([rule], async (sandbox) => {
		await fetchKey(sandbox, 'one');
		await fetchKey(sandbox, 'one');
		await fetchKey(sandbox, 'two', {headers: {range: 'bytes=0-9'}});
		await fetchKey(sandbox, 'absent');
		const {gets, methods, requests, statuses} = sandbox.stats();
		assert.deepEqual(gets, {
			'bucket/one': {requests: 2, complete: 1, bytes: 5010},
			'bucket/two': {requests: 1, complete: 1, bytes: 10},
			'bucket/absent': {requests: 1, complete: 0, bytes: 0},
		});
		assert.deepEqual(methods, {GET: 4});
		assert.equal(requests, 4);
		assert.deepEqual(statuses, {'200': 2, '206': 1, '404': 1});
		assert.equal(sandbox.log()[2]?.range, 'bytes=0-9');
		sandbox.resetStats();
		assert.equal(sandbox.stats().requests, 0);
	});
});
