import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxObject} from '../../source/sandbox/index.ts';
import type {Script} from '../helpers/fault-proxy.ts';
import {
	always,
	answerWith,
	beforehand,
	everyRange,
	faults,
	thenMeanwhile,
} from '../helpers/faults.ts';
import type {FaultName} from '../helpers/faults.ts';
import {FaultBed, errorOf, largeObject, smallObject, truth} from './fault-bed.ts';
import type {Told} from './fault-bed.ts';

/*
 * Faults that stay: the file fails with words that say what happened, nothing has its final name, and the
 * next run brings it once the fault is gone.
 */

type Case = {
	readonly name: string;
	readonly script: Script;
	readonly code: RegExp;
	readonly words: RegExp;
	/** what the words name, if not the file */
	readonly names?: RegExp;
};

const broken = /the connection was (?:reset|closed)|shorter or longer than announced/;

// what follows the last byte is asked for, and is out of range
const brokenOrChanged = new RegExp(`${broken.source}|changed while`);

const stays = (name: FaultName, code: RegExp, words: RegExp): Case => ({
	name,
	script: always(name),
	code,
	words,
});

const elsewhere = answerWith(307, {Location: 'https://elsewhere.example/data'});

const cases = (): readonly Case[] => [
	stays('reset before', /^network$/, broken),
	stays('reset in the head', /^network$/, broken),
	stays('reset during', /^network$/, broken),
	stays('truncated', /^network$/, broken),
	stays('truncated before the last byte', /^network$/, broken),
	stays('too short, and says so', /^(?:checksum|size-mismatch)$/, /bytes came|the store says/),
	stays(
		'too long, and says so',
		/^(?:checksum|size-mismatch|server)$/,
		/bytes came|the store says/,
	),
	stays('announces more than comes', /^(?:network|server|changed)$/, brokenOrChanged),
	stays('silent before', /^network$/, /the server sent nothing for \d s/),
	stays('silent during', /^network$/, /the server sent nothing for \d s/),
	stays('wrong bytes', /^checksum$/, /the crc64nvme of what came is .*, the store says/),
	stays('server error', /^server$/, /internal error \(500\)/),
	stays('server error, closed', /^server$/, /internal error \(502\)/),
	stays('slow down', /^throttled$/, /asks for fewer requests/),
	stays('chunks that break off', /^network$/, broken),
	stays('body up to an early end', /^(?:checksum|size-mismatch)$/, /bytes came|the store says/),
	stays('a huge header', /^(?:network|server)$/, /headers were too long/),
	stays('no HTTP', /^(?:network|server)$/, /could not be read|closed before the end/),
	stays('a sign-in page', /^(?:checksum|size-mismatch|server)$/, /bytes came|no part/),
	{
		name: 'another range',
		script: everyRange(faults['another range']),
		code: /^server$/,
		words: /another range came than was asked for/,
	},
	{
		name: '307 to nowhere we may go',
		script: () => elsewhere,
		code: /^wrong-region$/,
		words: /lies in another region/,
		names: /bucket "data"/,
	},
	{
		name: '404 while downloading',
		script: (seen) =>
			seen.nth === 1
				? faults['reset during']
				: answerWith(404, {}, '<Error><Code>NoSuchKey</Code></Error>'),
		code: /^no-such-key$/,
		words: /is not there \(any more\)/,
	},
	{
		name: '403 for one object',
		script: () => answerWith(403, {}, '<Error><Code>AccessDenied</Code></Error>'),
		code: /^denied$/,
		words: /is denied/,
	},
];

const literally = (text: string): RegExp => new RegExp(text.replace(/[()]/g, '.'));

const times = {stallAfter: 10_000, backoffBase: 10, slowDownBase: 10, backoffCap: 100};

for (const [size, objectAt] of [
	['small', smallObject],
	['large', largeObject],
] as const)
	describe(`faults that stay, ${size} objects`, {timeout: 180_000}, () => {
		// of a range only what was asked for is taken: what follows it does no harm
		const all = cases().filter(({name}) => size === 'small' || !name.startsWith('too long'));
		const objects = new Map<string, SandboxObject>();
		const good = new Map<string, SandboxObject>([
			['good one', smallObject(90)],
			['good two', smallObject(91)],
		]);
		let sandbox: Sandbox;
		let bed: FaultBed;
		let told: Told;
		let silent: Told;
		let tree: Record<string, string>;

		before(async () => {
			for (const [index, {name}] of all.entries()) objects.set(name, objectAt(index));
			const bucket = memoryBucket('data', [...objects, ...good]);
			sandbox = await createSandbox({buckets: [bucket]});
			bed = await FaultBed.make(sandbox);
			bed.times = times;
			for (const {name, script} of all) bed.scripts.set(name, script);
			const words = ['get', 's3://data', '--yes', '--json', '--connections', '6'];
			told = await bed.run([...words, '--to', 'out', '--retries', '4', '--exclude', 'silent*']);
			tree = await bed.tree();
			// a short patience would catch the others too on a busy machine
			bed.times = {...times, stallAfter: 1500};
			silent = await bed.run([
				...words,
				'--to',
				'silent',
				'--retries',
				'2',
				'--include',
				'silent*',
			]);
			bed.times = times;
		});
		after(async () => {
			await bed[Symbol.asyncDispose]();
			await sandbox.close();
		});

		for (const {name, code, words, names = literally(name)} of all)
			test(name, () => {
				const event = (name.startsWith('silent') ? silent : told).files.get(name);
				assert.equal(event?.['status'], 'failed', JSON.stringify(event));
				const error = errorOf(event);
				assert.match(error?.code ?? '', code, error?.message);
				assert.match(error?.message ?? '', words);
				assert.match(error?.message ?? '', names);
				assert.ok(Number(event['attempts']) >= 1);
			});

		test('only what is right has a final name; the others count as failed', async () => {
			assert.deepEqual(tree, truth(good));
			assert.deepEqual(await bed.tree('silent'), {});
			assert.deepEqual([told.status, silent.status], [1, 1], told.err + silent.err);
			const counts = [told, silent].map(({summary}) => [summary['downloaded'], summary['failed']]);
			assert.deepEqual(counts, [
				[good.size, objects.size - 2],
				[0, 2],
			]);
		});

		test('in plain words; and without the fault the next run brings them', async () => {
			const kept = [...objects].filter(([name]) => name.startsWith('reset'));
			const get = ['get', 's3://data', '--to', 'out', '--include', 'reset*'];
			const words = [...get, '--yes', '--plain', '--retries', '2'];
			const plain = await bed.run(words);
			assert.equal(plain.status, 1, plain.err);
			for (const [name] of kept) {
				const line = plain.out.split('\n').find((one) => one.includes(`problem ${name}: `)) ?? '';
				assert.match(line, /: the connection was (?:reset|closed).*\. code=network$/, plain.out);
			}
			assert.match(plain.out, /3 failed.*Exit code 1\./);
			bed.scripts.clear();
			const last = await bed.run(words);
			assert.equal(last.status, 0, last.out + last.err);
			assert.deepEqual(await bed.tree(), truth([...kept, ...good]));
		});
	});

test('an object that is taken away, replaced or grown meanwhile', async (context) => {
	for (const [size, objectAt] of [
		['small', smallObject],
		['large', largeObject],
	] as const)
		await context.test(size, async () => {
			const objects = new Map(
				['gone', 'replaced', 'grown', 'shrunk', 'same']
					.flatMap((key) => [key, `${key} before`])
					.map((key, index) => [key, objectAt(index)]),
			);
			const sandbox = await createSandbox({buckets: [memoryBucket('data', objects)]});
			await using bed = await FaultBed.make(sandbox);
			try {
				bed.times = times;
				for (const [when, key] of [
					[thenMeanwhile, (name: string) => name],
					[beforehand, (name: string) => `${name} before`],
				] as const) {
					const does = (name: string, work: (name: string) => void): void => {
						bed.scripts.set(
							key(name),
							when(() => work(key(name))),
						);
					};
					does('gone', (name) => sandbox.remove('data', name));
					does('replaced', (name) => sandbox.change('data', name));
					does('grown', (name) => sandbox.grow('data', name, 5000));
					does('shrunk', (name) => sandbox.grow('data', name, -5000));
				}
				const told = await bed.run(['get', 's3://data', '--to', 'out', '--yes', '--json']);
				assert.equal(told.status, 1, told.err);
				for (const key of ['gone', 'gone before']) {
					const gone = errorOf(told.files.get(key));
					assert.equal(gone?.code, 'no-such-key');
					assert.match(gone.message, /gone.* is not there \(any more\)/);
				}
				const now = [...objects.keys()]
					.filter((key) => !key.startsWith('gone'))
					.map((key) => {
						assert.equal(told.files.get(key)?.['status'], 'downloaded', key);
						const object = sandbox.object('data', key);
						assert.ok(object !== undefined);
						assert.equal(told.files.get(key)?.['bytes'], object.size, key);
						return [key, object] as const;
					});
				assert.deepEqual(await bed.tree(), truth(now));
				// several in one tenth of a second share the line of the newest
				assert.match(told.err, /(?:replaced|grown|shrunk).* has changed since it was listed/);
				const verified = await bed.run(['verify', 'out']);
				assert.equal(verified.status, 0, verified.out + verified.err);
			} finally {
				await sandbox.close();
			}
		});
});
