import assert from 'node:assert/strict';
import {createServer as createHttpServer} from 'node:http';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {once} from 'node:events';
import {describe, test} from 'node:test';
import {objectKey} from '../../../source/model/brand.ts';
import {MusterError} from '../../../source/model/error.ts';
import type {StoreSpec} from '../../../source/model/job-spec.ts';
import type {ObjectInfo} from '../../../source/model/object.ts';
import {
	bytesObject,
	createSandbox,
	defaultIdentity,
	memoryBucket,
} from '../../../source/sandbox/index.ts';
import type {Sandbox, SandboxOptions} from '../../../source/sandbox/index.ts';
import {openStore} from '../../../source/stores/s3/store.ts';
import type {CredentialSource, Store} from '../../../source/stores/types.ts';
import {hasCode} from '../../contracts/store.ts';

type World = {sandbox: Sandbox; store: Store; waits: number[]};

const contents = {a: 'first', b: 'second', c: 'third'};
const ref = {bucket: 'pictures', key: objectKey('a')};

/** A store on a sandbox of its own; waits are noted, not waited for. */
async function withStore(
	work: (world: World) => Promise<void>,
	options: Partial<SandboxOptions> = {},
	credentials: CredentialSource = async () => defaultIdentity,
	spec: Partial<StoreSpec> = {},
): Promise<void> {
	const buckets = [memoryBucket('pictures', contents)];
	const sandbox = await createSandbox({buckets, ...options});
	const waits: number[] = [];
	const store = openStore(
		{provider: 's3', endpoint: sandbox.endpoint, region: sandbox.region, ...spec},
		credentials,
		{wait: async (milliseconds) => void waits.push(milliseconds)},
	);
	try {
		await work({sandbox, store, waits});
	} finally {
		await store.close();
		await sandbox.close();
	}
}

describe('archived objects', () => {
	const icy = memoryBucket('icy', {
		a: bytesObject('plain'),
		b: bytesObject('frozen', {storageClass: 'GLACIER'}),
		c: bytesObject('thawing', {storageClass: 'DEEP_ARCHIVE', restore: 'ongoing'}),
		d: bytesObject('thawed', {storageClass: 'GLACIER', restore: 'ready'}),
		e: bytesObject('sunk', {storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS'}),
	});
	const facts = ({storageClass, restore, archiveTier}: ObjectInfo) =>
		[storageClass, restore, archiveTier].filter((part) => part !== undefined).join(' ');

	test('tell in a listing whether they are restored, asked only where there are some', async () => {
		await withStore(
			async ({sandbox, store}) => {
				await store.list({bucket: 'pictures', prefix: ''});
				assert.equal(sandbox.stats().operations.ListObjectsV2, 1);
				for (const pages of [3, 4]) {
					const {objects} = await store.list({bucket: 'icy', prefix: ''});
					assert.deepEqual(objects.map(facts), [
						'STANDARD',
						'GLACIER',
						'DEEP_ARCHIVE ongoing',
						'GLACIER ready',
						'INTELLIGENT_TIERING',
					]);
					assert.equal(sandbox.stats().operations.ListObjectsV2, pages);
				}
			},
			{buckets: [icy, memoryBucket('pictures', contents)]},
		);
	});

	test('are listed all the same where the store does not know that question', async () => {
		await withStore(
			async ({sandbox, store}) => {
				sandbox.rules.set([
					{
						match: {from: 2, count: 1},
						action: {type: 'error', status: 501, code: 'NotImplemented'},
					},
				]);
				for (let nth = 0; nth < 2; nth++)
					assert.equal((await store.list({bucket: 'icy', prefix: ''})).objects.length, 5);
			},
			{buckets: [icy]},
		);
	});

	test('tell all of it when asked for themselves', async () => {
		await withStore(
			async ({store}) => {
				const stat = async (key: string) =>
					store.stat({bucket: 'icy', key: objectKey(key)}).then((info) => info && facts(info));
				assert.equal(await stat('b'), 'GLACIER');
				assert.equal(await stat('c'), 'DEEP_ARCHIVE ongoing');
				assert.equal(await stat('d'), 'GLACIER ready');
				assert.equal(await stat('e'), 'INTELLIGENT_TIERING ARCHIVE_ACCESS');
			},
			{buckets: [icy]},
		);
	});
});

test('a bucket is tried below the prefix that is meant: permissions often end there', async () => {
	const asked: string[] = [];
	const server = createHttpServer(({url = ''}, response) => {
		asked.push(url);
		const isMine = new URL(url, 'http://x').searchParams.get('prefix') === 'mine/';
		response.writeHead(isMine ? 200 : 403);
		response.end(isMine ? '<ListBucketResult></ListBucketResult>' : '');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const spec = {provider: 's3', endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1'} as const;
	const store = openStore(spec, async () => defaultIdentity);
	try {
		assert.equal((await store.probeBucket('pictures', undefined, 'mine/')).canList, true);
		assert.equal((await store.probeBucket('pictures')).canList, false);
	} finally {
		await store.close();
		server.close();
	}
});

describe('a question without an answer', () => {
	test('is asked again while the store throttles, and never counts as missing', async () => {
		await withStore(async ({sandbox, store, waits}) => {
			sandbox.rules.set([{match: {count: 3}, action: {type: 'throttle', retryAfterSeconds: 2}}]);
			assert.equal((await store.stat(ref))?.size, 5);
			assert.equal(waits.length, 3);
			assert.ok(waits.every((wait) => wait >= 2000));
		});
	});

	test('ends as an error, not as undefined, when it never comes', async () => {
		await withStore(async ({sandbox, store, waits}) => {
			sandbox.rules.set([{action: {type: 'throttle'}}]);
			await assert.rejects(store.stat({...ref, key: objectKey('not-here')}), hasCode('throttled'));
			await assert.rejects(store.list({bucket: 'pictures', prefix: ''}), hasCode('throttled'));
			await assert.rejects(store.listBuckets(), hasCode('throttled'));
			assert.equal(waits.length, 3 * 7);
		});
	});

	test('is asked again after server errors and cut connections', async () => {
		await withStore(async ({sandbox, store}) => {
			sandbox.rules.set([
				{match: {count: 1}, action: {type: 'error', status: 500, code: 'InternalError'}},
				{match: {from: 2, count: 2}, action: {type: 'cut', afterBytes: 200}},
			]);
			const page = await store.list({bucket: 'pictures', prefix: ''});
			assert.deepEqual(
				page.objects.map(({key}) => String(key)),
				['a', 'b', 'c'],
			);
			assert.equal(sandbox.stats().operations.ListObjectsV2, 4);
		});
	});

	test('is given up as soon as the signal says so', async () => {
		await withStore(async ({sandbox, store}) => {
			sandbox.rules.set([{action: {type: 'stall'}}]);
			const abort = new AbortController();
			const asked = store.list({bucket: 'pictures', prefix: '', signal: abort.signal});
			abort.abort(new Error('enough'));
			await assert.rejects(asked, /enough/);
		});
	});
});

describe('credentials', () => {
	test('that have expired are refused once, then the error says so', async () => {
		await withStore(async ({sandbox, store}) => {
			sandbox.identities.expire();
			await assert.rejects(
				store.list({bucket: 'pictures', prefix: ''}),
				hasCode('expired-credentials'),
			);
			assert.equal(sandbox.stats().requests, 1);
			await assert.rejects(store.stat(ref), hasCode('expired-credentials'));
			await assert.rejects(store.listBuckets(), hasCode('expired-credentials'));
			await assert.rejects(store.probeBucket('pictures'), hasCode('expired-credentials'));
		});
	});

	test('that are fresh by the second question are used', async () => {
		const fresh = {accessKeyId: 'FRESH', secretAccessKey: 'fresh-secret', sessionToken: 'token'};
		let calls = 0;
		await withStore(
			async ({sandbox, store}) => {
				sandbox.identities.expire(defaultIdentity.accessKeyId);
				assert.equal((await store.stat(ref))?.size, 5);
			},
			{identities: [defaultIdentity, fresh]},
			async () => (calls++ === 0 ? defaultIdentity : fresh),
		);
	});

	test('that were revoked count as refused, not as denied', async () => {
		await withStore(async ({sandbox, store}) => {
			sandbox.identities.revoke(defaultIdentity.accessKeyId);
			await assert.rejects(store.stat(ref), hasCode('expired-credentials'));
		});
	});

	test("the source's own error comes through at once", async () => {
		await withStore(
			async ({sandbox, store}) => {
				await assert.rejects(store.listBuckets(), hasCode('no-credentials'));
				assert.equal(sandbox.stats().requests, 0);
			},
			{},
			async () => {
				throw new MusterError('no-credentials', 'none');
			},
		);
	});

	test('are not needed for a public bucket', async () => {
		const buckets = [
			memoryBucket('open', contents, {public: true}),
			memoryBucket('closed', contents),
		];
		await withStore(
			async ({store}) => {
				assert.equal((await store.list({bucket: 'open', prefix: ''})).objects.length, 3);
				assert.equal((await store.probeBucket('open')).canList, true);
				assert.equal((await store.probeBucket('closed')).error?.code, 'denied');
			},
			{buckets},
			async () => undefined,
		);
	});
});

describe('regions and clocks', () => {
	test("a bucket's region is found, remembered and handed to workers", async () => {
		const buckets = [memoryBucket('far', contents, {region: 'ap-south-1'})];
		await withStore(
			async ({sandbox, store, waits}) => {
				assert.equal((await store.list({bucket: 'far', prefix: ''})).objects.length, 3);
				assert.deepEqual(store.wire().regions, {far: 'ap-south-1'});
				const {requests} = sandbox.stats();
				await store.list({bucket: 'far', prefix: ''});
				assert.equal(sandbox.stats().requests, requests + 1);
				assert.deepEqual(waits, []);
			},
			{buckets},
			undefined,
			{region: 'us-west-2'},
		);
	});

	test('a probe finds it too', async () => {
		const buckets = [memoryBucket('far', contents, {region: 'ap-south-1'})];
		await withStore(
			async ({store}) => {
				const probe = await store.probeBucket('far');
				assert.deepEqual(probe, {bucket: 'far', region: 'ap-south-1', canList: true});
			},
			{buckets},
			undefined,
			{region: 'us-west-2'},
		);
	});

	test('a clock that is an hour off is corrected, in listings and in facts', async () => {
		for (const question of ['list', 'stat', 'listBuckets'] as const)
			await withStore(
				async ({store}) => {
					if (question === 'list') await store.list({bucket: 'pictures', prefix: ''});
					else if (question === 'stat') assert.equal((await store.stat(ref))?.size, 5);
					else await store.listBuckets();
					assert.ok(Math.abs(store.wire().clockOffset - 3_600_000) < 3000);
				},
				{clock: () => Date.now() + 3_600_000},
			);
	});
});

describe('permissions', () => {
	const buckets = [memoryBucket('blind', contents, {listable: false})];

	test('without ListBucket: facts of what is there, and honest words for what may not be', async () => {
		await withStore(
			async ({store}) => {
				const probe = await store.probeBucket('blind');
				assert.deepEqual([probe.canList, probe.error?.code], [false, 'denied']);
				assert.match(probe.error?.hint ?? '', /s3:ListBucket/);
				assert.equal((await store.stat({...ref, bucket: 'blind'}))?.size, 5);
				await assert.rejects(
					store.stat({bucket: 'blind', key: objectKey('none')}),
					(error: MusterError) => error.code === 'denied' && /missing key/.test(error.hint ?? ''),
				);
			},
			{buckets},
		);
	});

	test('without ListAllMyBuckets', async () => {
		await withStore(
			async ({store}) => {
				await assert.rejects(store.listBuckets(), hasCode('denied'));
			},
			{listBuckets: false},
		);
	});
});

describe('an endpoint', () => {
	const unreachable = async (endpoint: string) => {
		const store = openStore({provider: 's3', endpoint}, async () => defaultIdentity);
		const failed = (error: MusterError) =>
			error.code === 'network' && error.message.includes(endpoint);
		await assert.rejects(store.list({bucket: 'pictures', prefix: ''}), failed);
		await assert.rejects(store.listBuckets(), failed);
		await assert.rejects(store.probeBucket('pictures'), failed);
		await store.close();
	};

	test('where nothing listens is told within seconds, by name', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as AddressInfo;
		server.close();
		await once(server, 'close');
		const start = performance.now();
		await unreachable(`http://127.0.0.1:${port}`);
		assert.ok(performance.now() - start < 5000);
	});

	test('that speaks no TLS is told by name', async () => {
		await withStore(async ({sandbox}) => {
			await unreachable(sandbox.endpoint.replace('http:', 'https:'));
		});
	});

	test('that is no URL is a usage error', () => {
		for (const endpoint of ['localhost:9000', 's3.example.com', 'ftp://x'])
			assert.throws(
				() => openStore({provider: 's3', endpoint}, async () => undefined),
				hasCode('usage'),
			);
	});
});
