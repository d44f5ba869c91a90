import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, afterEach, before, describe, test} from 'node:test';
import {createSandbox, flatBucket, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {checkWords, environment, eventsOf, muster} from './built.ts';
import type {Event, Ran, RunOptions} from './built.ts';

const keys = 80;
const size = 20_000;
let sandbox: Sandbox;
let home = '';
before(async () => {
	sandbox = await createSandbox({
		buckets: [
			flatBucket({keys, size}),
			memoryBucket('twins', {'a/one.png': 'a', 'b/one.png': 'bb', 'two.jpg': 'c'}),
		],
	});
	home = mkdtempSync(path.join(tmpdir(), 'muster-status-'));
});
afterEach(() => {
	sandbox.rules.set([]);
	sandbox.setThrottle({rate: 0, latency: {min: 0, max: 0}});
	sandbox.resetStats();
});
after(async () => {
	await sandbox.close();
	rmSync(home, {recursive: true, force: true});
});

type Told = Ran & {
	readonly events: readonly Event[];
	readonly last: Readonly<Record<string, unknown>>;
};

/** Runs the built program with --json and holds every line against CLI.md. */
async function json(words: readonly string[], more: Partial<RunOptions> = {}): Promise<Told> {
	const ran = await muster([...words, '--json'], {
		env: environment(sandbox, home),
		cwd: home,
		...more,
	});
	checkWords(ran);
	const events = eventsOf(ran.out, ran.status);
	return {...ran, events, last: events.at(-1) ?? {}};
}

function disk(folder: string): {files: number; bytes: number} {
	const entries = readdirSync(path.join(home, folder), {recursive: true, withFileTypes: true});
	const files = entries
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => !path.relative(path.join(home, folder), file).startsWith('.muster'));
	return {files: files.length, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0)};
}

const states = (events: readonly Event[], state: string): readonly Event[] =>
	events.filter((event) => event.type === 'file' && event['status'] === state);

/** What holds for every job: the parts of a sum make the whole, and events say what the summary says. */
function checkSums({events, last}: Told): void {
	const number = (name: string): number => Number(last[name]);
	const told = (state: string): number => states(events, state).length;
	assert.equal(
		number('wanted'),
		number('found') +
			number('missing') +
			number('ambiguous') +
			number('excluded') +
			number('duplicate'),
	);
	assert.equal(told('downloaded'), number('downloaded'));
	assert.equal(told('failed'), number('failed'));
	assert.equal(told('missing'), number('missing'));
	assert.equal(told('ambiguous'), number('ambiguous'));
	assert.equal(told('local'), number('local'));
	assert.equal(
		states(events, 'downloaded').reduce((sum, event) => sum + Number(event['bytes']), 0),
		number('bytes'),
	);
	const [roll] = events.filter(({type}) => type === 'roll-call');
	for (const name of ['wanted', 'found', 'missing', 'ambiguous', 'excluded', 'duplicate', 'local'])
		assert.equal(roll?.[name], last[name], name);
}

describe('0: every wanted file is here and verified', () => {
	test('sums are those of the disk, events keep their pace and their shape', async () => {
		sandbox.setThrottle({rate: 600_000});
		const arrivals: number[] = [];
		const told = await json(['get', 's3://flat', '--to', 'all', '--yes'], {
			onOut(out) {
				const count = out.split('"type":"progress"').length - 1;
				while (arrivals.length < count) arrivals.push(performance.now());
			},
		});
		assert.equal(told.status, 0, told.err);
		checkSums(told);
		assert.equal(told.events[0]?.type, 'roll-call');
		assert.deepEqual(disk('all'), {files: keys, bytes: keys * size});
		assert.deepEqual([told.last['downloaded'], told.last['bytes']], [keys, keys * size]);
		assert.ok(
			states(told.events, 'downloaded').every((event) => event['verified'] === 'crc64nvme'),
		);
		const progress = told.events.filter(({type}) => type === 'progress');
		assert.ok(progress.length >= 3, String(progress.length));
		for (const [index, event] of progress.entries()) {
			const before = progress[index - 1] ?? {done: 0, bytes: 0};
			assert.ok(Number(event['done']) >= Number(before['done']));
			assert.ok(Number(event['bytes']) >= Number(before['bytes']));
			assert.ok(Number(event['done']) <= keys && Number(event['bytes']) <= keys * size);
			assert.deepEqual([event['total'], event['bytes_total']], [keys, keys * size]);
		}
		assert.equal(progress.at(-1)?.['done'], keys);
		// with slack for the way through the pipe under load
		for (const [index, at] of arrivals.entries())
			assert.ok(
				at - (arrivals[index - 2] ?? -Infinity) > 600,
				`three progress events within a second`,
			);

		const again = await json(['get', 's3://flat', '--to', 'all', '--yes']);
		assert.equal(again.status, 0);
		checkSums(again);
		assert.deepEqual([again.last['downloaded'], again.last['local']], [0, keys]);
		assert.ok(again.seconds < 3, `${again.seconds} s`);
		assert.equal((await json(['check', 's3://flat', '--to', 'all'])).status, 0);
		assert.equal(
			(await muster(['verify', 'all'], {env: environment(sandbox, home), cwd: home})).status,
			0,
		);
	});

	test('--dry-run', async () => {
		const told = await json(['get', 's3://flat', '--to', 'dry', '--dry-run']);
		assert.equal(told.status, 0, told.err);
		assert.equal(told.last['found'], keys);
		assert.throws(() => disk('dry'));
	});

	test('filters: what is excluded is told and changes no status', async () => {
		const told = await json(['get', 's3://flat', '--to', 'some', '--yes', '--include', '*1.jpg']);
		assert.equal(told.status, 0, told.err);
		checkSums(told);
		assert.deepEqual([told.last['downloaded'], told.last['excluded']], [8, 72]);
		assert.equal(states(told.events, 'excluded').length, 72);
		assert.deepEqual(disk('some'), {files: 8, bytes: 8 * size});
	});
});

test('1: a file failed; the others are here, and the next run brings it', async () => {
	sandbox.rules.add({
		match: {operation: 'GetObject', key: '*img_0000007.jpg'},
		action: {type: 'error', status: 500, code: 'InternalError'},
	});
	const told = await json(['get', 's3://flat', '--to', 'failing', '--yes', '--retries', '2']);
	assert.equal(told.status, 1, told.err);
	checkSums(told);
	assert.deepEqual([told.last['downloaded'], told.last['failed']], [keys - 1, 1]);
	const [failed] = states(told.events, 'failed');
	assert.equal(failed?.['attempts'], 2);
	assert.deepEqual(disk('failing'), {files: keys - 1, bytes: (keys - 1) * size});
	sandbox.rules.set([]);
	const again = await json(['get', 's3://flat', '--to', 'failing', '--yes']);
	assert.equal(again.status, 0);
	assert.deepEqual([again.last['downloaded'], again.last['local']], [1, keys - 1]);
});

test('1: wrong bytes never get their final name', async () => {
	sandbox.rules.add({
		match: {operation: 'GetObject', key: '*img_0000003.jpg'},
		action: {type: 'flip', at: 5},
	});
	const told = await json([
		'get',
		's3://flat',
		'--to',
		'flipped',
		'--yes',
		'--retries',
		'2',
		'--include',
		'*3.jpg',
	]);
	assert.equal(told.status, 1, told.err);
	checkSums(told);
	assert.match(JSON.stringify(states(told.events, 'failed')[0]?.['error']), /"code":"checksum"/);
	assert.equal(disk('flipped').files, 7);
});

test('2: wrong usage', async () => {
	const told = await json(['get', 's3://flat', '--to', 'unasked']);
	assert.equal(told.status, 2);
	assert.match(told.err, /--yes/);
	assert.equal(told.events[0]?.type, 'roll-call');
	assert.throws(() => disk('unasked'));
});

test('3: some are missing or ambiguous, --allow-missing makes it 0, a failure outranks it', async () => {
	writeFileSync(path.join(home, 'list.txt'), 'one.png\ntwo.png\nthree.png\n');
	const words = ['get', 's3://twins', '--keys', 'list.txt', '--to', 'part', '--yes'];
	const told = await json(words);
	assert.equal(told.status, 3, told.err);
	checkSums(told);
	const {found, missing, ambiguous, downloaded} = told.last;
	assert.deepEqual(
		{found, missing, ambiguous, downloaded},
		{found: 1, missing: 1, ambiguous: 1, downloaded: 1},
	);
	assert.equal((await json([...words, '--allow-missing'])).status, 0);
	const check = ['check', 's3://twins', '--keys', 'list.txt', '--to', 'part'];
	assert.equal((await json(check)).status, 3);
	assert.equal((await json([...check, '--allow-missing'])).status, 0);
	const chosen = await json([...words, '--ambiguous', 'largest']);
	assert.equal(chosen.status, 3);
	assert.deepEqual([chosen.last['downloaded'], chosen.last['ambiguous']], [1, 0]);
	sandbox.rules.add({match: {operation: 'GetObject'}, action: {type: 'deny'}});
	const failing = await json([...words.with(5, 'part2'), '--retries', '1', '--allow-missing']);
	assert.notEqual(failing.status, 0);
	assert.notEqual(failing.status, 3);
});

test('4: credentials expire on the way: saved, and fresh ones go on', async () => {
	sandbox.identities.add({
		accessKeyId: 'SHORT',
		secretAccessKey: 'short',
		sessionToken: 'token',
		expiresAfterRequests: 30,
	});
	const env = environment(
		{
			...sandbox,
			accessKeyId: 'SHORT',
			secretAccessKey: 'short',
			endpoint: sandbox.endpoint,
			region: sandbox.region,
		},
		home,
	);
	const told = await json(['get', 's3://flat', '--to', 'expiring', '--yes', '--connections', '4'], {
		env: {...env, AWS_SESSION_TOKEN: 'token'},
	});
	assert.equal(told.status, 4, told.err);
	assert.match(told.err, /expired/);
	assert.deepEqual(
		told.events.filter(({type}) => type === 'paused').map((event) => event['reason']),
		['credentials'],
	);
	assert.equal(told.last['failed'], 0);
	const done = Number(told.last['downloaded']);
	assert.ok(done > 0 && done < keys, String(done));
	assert.equal(disk('expiring').files, done);
	sandbox.resetStats();
	const resumed = await json(['resume', String(told.last['job'])]);
	assert.equal(resumed.status, 0, resumed.err);
	assert.equal(states(resumed.events, 'downloaded').length, keys - done);
	assert.equal(sandbox.stats().operations.GetObject, keys - done);
	assert.deepEqual(disk('expiring'), {files: keys, bytes: keys * size});
});

test('5: the output folder is no folder', async () => {
	writeFileSync(path.join(home, 'a-file'), '');
	assert.equal((await json(['get', 's3://flat', '--to', 'a-file', '--yes'])).status, 5);
});

for (const [signal, status] of [
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const)
	test(`${status}: ${signal}, saved within seconds; the resume fetches the rest and only that`, async () => {
		sandbox.setThrottle({rate: 300_000});
		let at = 0;
		const told = await json(['get', 's3://flat', '--to', signal, '--yes'], {
			onOut(out, kill) {
				if (at > 0 || !out.includes('"downloaded"')) return;
				at = performance.now();
				kill(signal);
			},
		});
		assert.equal(told.status, status, told.err);
		assert.ok(performance.now() - at < 4000, `${performance.now() - at} ms`);
		const done = Number(told.last['downloaded']);
		assert.ok(done > 0 && done < keys, String(done));
		assert.equal(disk(signal).files, done);
		sandbox.setThrottle({rate: 0});
		sandbox.resetStats();
		const resumed = await json(['resume', String(told.last['job'])]);
		assert.equal(resumed.status, 0, resumed.err);
		assert.equal(states(resumed.events, 'downloaded').length, keys - done);
		assert.deepEqual(disk(signal), {files: keys, bytes: keys * size});
	});
