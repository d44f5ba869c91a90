import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Ledger} from '../../source/ledger/ledger.ts';
import {compareKeys} from '../../source/model/key-order.ts';
import {flatBucket, flatKey} from '../../source/sandbox/index.ts';
import {fileNames, rollCall, untilPhase, withBed, type Bed} from './bed.ts';

const keys = 60_000;
const pages = keys / 1000;
const spec = (bed: Bed) => bed.spec({bucket: 'flat', prefix: 'images/'});

const listings = (bed: Bed): number => bed.sandbox.stats().operations.ListObjectsV2 ?? 0;

/** Listings from the `from`th on never end. */
function stallFrom(bed: Bed, from: number): void {
	bed.sandbox.rules.set([{match: {operation: 'ListObjectsV2', from}, action: {type: 'stall'}}]);
}

async function untilAsked(bed: Bed, count: number): Promise<void> {
	for (let turns = 0; listings(bed) < count; turns++) {
		assert.ok(turns < 1000, `${listings(bed)} listings`);
		await delay(20);
	}
	// what came before the stalled ones is being written
	await delay(500);
}

function logOf(bed: Bed): string {
	const folder = path.join(bed.out, '.muster/logs');
	return fileNames(folder)
		.map((name) => readFileSync(path.join(folder, name), 'utf8'))
		.join('');
}

/** Calls the roll once more: everything is there, once, in order. Answers how many requests it took. */
async function goOn(bed: Bed): Promise<number> {
	bed.sandbox.rules.set([]);
	const before = listings(bed);
	const engine = await bed.renew();
	const snapshot = await rollCall(engine, spec(bed));
	assert.equal(snapshot.rollCall.found, keys);
	assert.equal(snapshot.rollCall.keysListed, keys);
	const requests = listings(bed) - before;
	await bed.engine.shutDown();
	const ledger = Ledger.open(path.join(bed.out, '.muster'));
	try {
		const listed: (string | null)[] = [];
		for (let last = 0; ;) {
			const rows = ledger.windows.after({}, last, 5000);
			if (rows.length === 0) break;
			last = rows.at(-1)?.id ?? last;
			for (const {key} of rows) listed.push(key);
		}
		const all = Array.from({length: keys}, (_, index) => flatKey(index)).sort(compareKeys);
		assert.deepEqual(listed, all);
	} finally {
		ledger.close();
	}
	return requests;
}

test('a listing that was stopped goes on where it ended, and a stop is at once', async () => {
	await withBed([flatBucket({keys})], async (bed) => {
		stallFrom(bed, 80);
		await bed.engine.call('prepare', {spec: spec(bed)});
		await untilAsked(bed, 80);
		const started = Date.now();
		await bed.engine.call('stop', {mode: 'now'});
		await untilPhase(bed.engine, 'stopped');
		assert.ok(Date.now() - started < 2000, 'a stop waits for nobody');
		const requests = await goOn(bed);
		assert.ok(requests < pages - 10, `${requests} requests`);
		assert.match(logOf(bed), /takes up the listing of flat\/images\/: [\d,]+ keys are known/);
	});
});

test('an expired sign-in keeps what was listed, and says so', async () => {
	await withBed([flatBucket({keys})], async (bed) => {
		const action = {type: 'error', status: 400, code: 'ExpiredToken'} as const;
		bed.sandbox.rules.set([{match: {operation: 'ListObjectsV2', from: 80}, action}]);
		await bed.engine.call('prepare', {spec: spec(bed)});
		const {failure, job} = await untilPhase(bed.engine, 'failed');
		assert.equal(failure?.code, 'expired-credentials');
		assert.match(failure?.hint ?? '', /What was listed is kept for an hour/);
		assert.notEqual(job, null);
		const requests = await goOn(bed);
		assert.ok(requests < pages - 10, `${requests} requests`);
	});
});

test('kill -9 in a listing loses at most the pages on their way', async () => {
	await withBed([flatBucket({keys})], async (bed) => {
		stallFrom(bed, 80);
		const {endpoint, region, accessKeyId, secretAccessKey} = bed.sandbox;
		const order = {
			endpoint,
			region,
			accessKeyId,
			secretAccessKey,
			resume: null,
			jobs: bed.jobs,
			folder: bed.out,
			spec: {bucket: 'flat', prefix: 'images/'},
		};
		const program = fileURLToPath(new URL('kill-child.ts', import.meta.url));
		const child = spawn(process.execPath, [program, JSON.stringify(order)], {stdio: 'ignore'});
		const ended = once(child, 'close');
		await untilAsked(bed, 80);
		child.kill('SIGKILL');
		await ended;
		const requests = await goOn(bed);
		assert.ok(requests < pages - 10, `${requests} requests`);
	});
});

test('what is older than an hour is listed anew', async () => {
	await withBed([flatBucket({keys})], async (bed) => {
		stallFrom(bed, 80);
		await bed.engine.call('prepare', {spec: spec(bed)});
		await untilAsked(bed, 80);
		await bed.engine.call('stop', {mode: 'now'});
		await untilPhase(bed.engine, 'stopped');
		await bed.engine.shutDown();
		const database = new DatabaseSync(path.join(bed.out, '.muster/ledger.sqlite'));
		database.exec('UPDATE listings SET updated = updated - 3601000');
		database.close();
		const requests = await goOn(bed);
		assert.ok(requests >= pages, `${requests} requests`);
		assert.match(logOf(bed), /older than an hour: lists anew/);
	});
});
