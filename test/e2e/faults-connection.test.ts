import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {after, before, describe, test} from 'node:test';
import {createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxObject} from '../../source/sandbox/index.ts';
import {answerWith, closedWhenReused, faults} from '../helpers/faults.ts';
import type {Script} from '../helpers/fault-proxy.ts';
import {FaultBed, errorOf, largeObject, smallObject, truth} from './fault-bed.ts';

/* Faults of connections, names and certificates, and stores that want fewer requests. */

const certificate = (name: string) => {
	const file = (kind: string) =>
		fileURLToPath(new URL(`../fixtures/tls/${name}.${kind}.pem`, import.meta.url));
	return {
		file: file('cert'),
		cert: readFileSync(file('cert'), 'utf8'),
		key: readFileSync(file('key'), 'utf8'),
	};
};
const ours = certificate('localhost');
const theirs = certificate('elsewhere');

const objects = new Map<string, SandboxObject>(
	Array.from({length: 24}, (_, index) => [`dir/small ${index}`, smallObject(index)] as const),
);
for (const index of [0, 1]) objects.set(`large ${index}`, largeObject(index));
const small = [...objects].filter(([key]) => key.includes('small'));

let sandbox: Sandbox;
before(async () => {
	sandbox = await createSandbox({buckets: [memoryBucket('data', objects)]});
});
after(async () => sandbox.close());

const get = ['get', 's3://data', '--to', 'out', '--yes'];
const json = [...get, '--json'];

const allGets =
	(script: Script): Script =>
	(seen) =>
		seen.method === 'GET' && !seen.query.includes('list-type') ? script(seen) : undefined;

describe('kept-alive connections', {timeout: 120_000}, () => {
	for (const [name, script] of [
		['after each answer that says so', () => faults['says close, and closes']],
		['after each answer without a word', () => faults['closes after it']],
		['just as the next request comes', closedWhenReused],
	] as const)
		test(`closed ${name}: everything arrives, no attempt is counted, no error told`, async () => {
			await using bed = await FaultBed.make(sandbox);
			bed.proxy.script = allGets(script);
			const told = await bed.run([...json, '--connections', '4', '--retries', '1']);
			assert.equal(told.status, 0, told.err);
			for (const [key] of small) assert.equal(told.files.get(key)?.['attempts'], 1, key);
			assert.deepEqual(await bed.tree(), truth(objects));
		});

	test('every connection is closed at once, first ones too: files fail, no wrong one is here', async () => {
		await using bed = await FaultBed.make(sandbox);
		bed.times = {...bed.times, backoffBase: 1, backoffCap: 5};
		bed.proxy.script = allGets(() => faults['closed before']);
		const told = await bed.run([...json, '--retries', '3']);
		assert.equal(told.status, 1, told.err);
		assert.equal(told.summary['failed'], objects.size);
		const requests = bed.proxy.requests.filter(({path}) => path === 'data/dir/small 3').length;
		assert.ok(requests >= 3 && requests <= 6, `${requests} requests`);
		for (const event of told.files.values()) assert.equal(errorOf(event)?.code, 'network');
		assert.deepEqual(await bed.tree(), {});
	});
});

describe('a store that wants fewer requests', {timeout: 120_000}, () => {
	test('a storm of 503 SlowDown for objects and listings passes', async () => {
		await using bed = await FaultBed.make(sandbox);
		let answered = 0;
		bed.proxy.script = (seen) => {
			if (seen.method !== 'GET') return undefined;
			if (seen.query.includes('list-type')) return seen.nth <= 3 ? faults['slow down'] : undefined;
			return answered++ % 3 === 2 || seen.nth > 3 ? undefined : faults['slow down'];
		};
		const told = await bed.run([...json, '--connections', '8']);
		assert.equal(told.status, 0, told.err);
		assert.deepEqual(await bed.tree(), truth(objects));
		assert.equal(told.summary['failed'], 0);
	});

	test('that never ends: files fail as throttled, and the words say what helps', async () => {
		await using bed = await FaultBed.make(sandbox);
		bed.proxy.script = allGets(() => faults['slow down']);
		const told = await bed.run([...get, '--plain', '--retries', '2', '--include', 'dir/*']);
		assert.equal(told.status, 1, told.err);
		assert.match(
			told.out,
			/problem .*small \d+: The store asks for fewer requests .*code=throttled/,
		);
		assert.deepEqual(await bed.tree(), {});
	});

	test('Retry-After as a date, for small files and for pieces: waited for', async () => {
		await using bed = await FaultBed.make(sandbox);
		const refused = new Set<string>();
		bed.proxy.script = allGets((seen) => {
			if (refused.has(seen.path)) return undefined;
			refused.add(seen.path);
			const date = new Date(Date.now() + 3000).toUTCString();
			return answerWith(503, {'Retry-After': date}, '<Error><Code>SlowDown</Code></Error>');
		});
		const include = ['--include', 'dir/small 1', '--include', 'large 0'];
		const told = await bed.run([...json, '--connections', '1', ...include]);
		assert.equal(told.status, 0, told.err);
		for (const key of ['dir/small 1', 'large 0']) {
			const asked = bed.proxy.requests.filter(
				({path, method}) => method === 'GET' && path === `data/${key}`,
			);
			const [first, second] = asked;
			assert.ok(first !== undefined && second !== undefined);
			// A date has no milliseconds.
			assert.ok(second.at - first.at >= 1990, `${key}: ${second.at - first.at} ms`);
			assert.equal(told.files.get(key)?.['attempts'], 2);
		}
	});

	test('429 for the listing with Retry-After: waited for', async () => {
		await using bed = await FaultBed.make(sandbox);
		bed.proxy.script = ({query, nth}) =>
			query.includes('list-type') && nth === 1 ? faults['too many requests'] : undefined;
		const told = await bed.run([...json, '--include', 'dir/*']);
		assert.equal(told.status, 0, told.err);
		const [first, second] = bed.proxy.requests.filter(({query}) => query.includes('list-type'));
		assert.ok(first !== undefined && second !== undefined && second.at - first.at >= 995);
	});

	test('a listing that breaks off, or comes from another region, is asked for again', async () => {
		await using bed = await FaultBed.make(sandbox);
		const turns = [
			faults['truncated'],
			faults['server error, closed'],
			answerWith(301, {'x-amz-bucket-region': 'eu-west-1'}),
			faults['chunks'],
		];
		bed.proxy.script = ({query, nth}) => (query.includes('list-type') ? turns[nth - 1] : undefined);
		const told = await bed.run([...json, '--include', 'dir/*'], {env: {AWS_REGION: 'us-west-2'}});
		assert.equal(told.status, 0, told.err);
		assert.deepEqual(await bed.tree(), truth(small));
	});
});

describe('no server, or not the right one', {timeout: 120_000}, () => {
	/** A roll call that can't be: status, words, and no folder with files. */
	async function refused(
		bed: FaultBed,
		words: RegExp,
		more: Parameters<FaultBed['run']>[1] = {},
	): Promise<void> {
		const told = await bed.run(json, more);
		assert.equal(told.status, 1, told.err);
		assert.match(told.err, words);
		assert.match(told.err, /code=network/);
		assert.deepEqual(await bed.tree().catch(() => ({})), {});
	}

	test('a name that no name server knows', async () => {
		await using bed = await FaultBed.make(sandbox);
		await refused(bed, /No name server knows the host of http:\/\/nowhere\.invalid/, {
			endpoint: 'http://nowhere.invalid:9000',
		});
	});

	test('nothing listens', async () => {
		await using bed = await FaultBed.make(sandbox);
		await refused(bed, /Nothing answers at http:\/\/127\.0\.0\.1:1\b/, {
			endpoint: 'http://127.0.0.1:1',
		});
	});

	test('TLS that is in order', async () => {
		await using bed = await FaultBed.make(sandbox, ours);
		const told = await bed.run(json, {env: {NODE_EXTRA_CA_CERTS: ours.file}});
		assert.equal(told.status, 0, told.err);
		assert.deepEqual(await bed.tree(), truth(objects));
	});

	test('a certificate that nobody trusts', async () => {
		await using bed = await FaultBed.make(sandbox, ours);
		await refused(bed, /No trusted connection to https:\/\/localhost.*\n.*NODE_EXTRA_CA_CERTS/);
		assert.deepEqual(bed.proxy.requests, []);
	});

	test('a certificate for another host', async () => {
		await using bed = await FaultBed.make(sandbox, theirs);
		await refused(bed, /No trusted connection to https:\/\/localhost/, {
			env: {NODE_EXTRA_CA_CERTS: theirs.file},
		});
		assert.deepEqual(bed.proxy.requests, []);
	});

	test('handshakes that are cut off, a few times', async () => {
		await using bed = await FaultBed.make(sandbox, ours);
		bed.proxy.onConnection = (socket) => {
			socket.once('data', () => socket.resetAndDestroy());
			if (bed.proxy.connections >= 3) bed.proxy.onConnection = undefined;
		};
		const told = await bed.run([...json, '--include', 'dir/*'], {
			env: {NODE_EXTRA_CA_CERTS: ours.file},
		});
		assert.equal(told.status, 0, told.err);
		assert.ok(bed.proxy.connections > 3);
		assert.deepEqual(await bed.tree(), truth(small));
	});

	test('https to a server that speaks http', async () => {
		await using bed = await FaultBed.make(sandbox);
		await refused(bed, /No trusted connection to https:\/\/127.*\n.*speaks http or https/, {
			endpoint: sandbox.endpoint.replace('http', 'https'),
		});
	});

	for (const [name, trouble, words] of [
		['another certificate', 'certificate', /certificate is not trusted \(ERR_TLS_CERT_ALTNAME/],
		['handshakes cut off', 'handshake', /the connection was (?:reset|closed)/],
		['no connection at all', 'refused', /the connection was (?:reset|closed)/],
	] as const)
		test(`after the roll call: ${name}`, async () => {
			await using bed = await FaultBed.make(sandbox, ours);
			bed.times = {...bed.times, backoffBase: 1, backoffCap: 5};
			const both = `${bed.home}/both.pem`;
			writeFileSync(both, ours.cert + theirs.cert);
			bed.proxy.script = ({query}) => {
				if (!query.includes('list-type')) return undefined;
				return async ({pass}) => {
					await pass();
					if (trouble === 'certificate') bed.proxy.present(theirs);
					if (trouble === 'handshake')
						bed.proxy.onConnection = (socket) => socket.once('data', () => socket.destroy());
					if (trouble === 'refused') bed.proxy.onConnection = (socket) => socket.resetAndDestroy();
				};
			};
			const told = await bed.run([...json, '--retries', '2'], {env: {NODE_EXTRA_CA_CERTS: both}});
			assert.equal(told.status, 1, told.err);
			assert.equal(told.summary['failed'], objects.size);
			for (const event of told.files.values()) {
				assert.equal(errorOf(event)?.code, 'network');
				assert.match(errorOf(event)?.message ?? '', words);
			}
			assert.deepEqual(await bed.tree(), {});
		});
});
