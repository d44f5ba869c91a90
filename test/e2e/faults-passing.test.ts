import assert from 'node:assert/strict';
import {gzipSync} from 'node:zlib';
import {after, before, describe, test} from 'node:test';
import {bytesObject, createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxObject} from '../../source/sandbox/index.ts';
import {withHeaders, wireForm} from '../helpers/fault-proxy.ts';
import type {Answer, Script} from '../helpers/fault-proxy.ts';
import {
	always,
	answerWith,
	faults,
	followedBy,
	once,
	thenRanges,
	withoutRanges,
} from '../helpers/faults.ts';
import type {FaultName} from '../helpers/faults.ts';
import {FaultBed, largeObject, smallObject, truth} from './fault-bed.ts';
import type {Told} from './fault-bed.ts';

/* Faults that pass: everything arrives, right to the last byte, and the exit status is 0. */

type Case = {
	readonly name: string;
	readonly script: (object: SandboxObject, stranger: SandboxObject) => Script;
	/** the answer is odd, but right: one request is enough */
	readonly isHarmless?: boolean;
	/** whether it was met is the network's affair */
	readonly isChance?: boolean;
};

const firstFails: readonly FaultName[] = [
	'reset before',
	'reset in the head',
	'reset during',
	'reset before the last byte',
	'closed before',
	'truncated',
	'truncated before the last byte',
	'too short, and says so',
	'too long, and says so',
	'announces more than comes',
	'silent before',
	'silent during',
	'wrong bytes',
	'server error',
	'server error, closed',
	'too many requests',
	'chunks that break off',
	'body up to an early end',
	'a huge header',
	'no HTTP',
	'a sign-in page',
];

const harmless: readonly FaultName[] = [
	'closes after it',
	'says close, and closes',
	'head byte by byte',
	'body in crumbs',
	'other answers first',
	'chunks',
	'body up to the end',
	'lower-case names',
	'upper-case names',
	'a large header',
	'bytes left over',
];

const toRegion = (status: number): Script => {
	const fault = answerWith(status, {'x-amz-bucket-region': 'eu-west-1'});
	return ({nth}) => (nth === 1 ? fault : undefined);
};

/** The whole object in one answer, as the store gives it without a Range. */
const wholeAnswer = (object: SandboxObject): Answer => ({
	status: 200,
	reason: 'OK',
	headers: [
		['ETag', `"${object.etag}"`],
		['Content-Length', String(object.size)],
		['x-amz-checksum-crc64nvme', object.checksums.crc64nvme ?? ''],
		['x-amz-checksum-type', 'FULL_OBJECT'],
	],
	body: Buffer.from(object.read(0, object.size)),
});

const cases: readonly Case[] = [
	...firstFails.map((name) => ({name: `${name}, once`, script: () => once(name)})),
	...harmless.map((name) => ({
		name: `${name}, always`,
		script: () => always(name),
		isHarmless: true,
	})),
	{
		name: 'reset after the last byte, three times',
		script: () => once('reset after the last byte', 3),
		isChance: true,
	},
	{name: 'slow down, three times', script: () => once('slow down', 3)},
	{name: 'a folded header, once', script: () => once('a folded header')},
	{name: '301 to another region, once', script: () => toRegion(301)},
	{name: '307 to another region, once', script: () => toRegion(307)},
	{name: 'another range, once', script: () => thenRanges(faults['another range'])},
	{name: 'another range, denied, once', script: () => thenRanges(faults['another range, denied'])},
	{name: 'no ranges at all', script: (object) => withoutRanges(() => wholeAnswer(object))},
	{
		// an answer in itself right: only its place is wrong
		name: 'the answer of another object follows',
		script: (_, stranger) => () => followedBy(() => wholeAnswer(stranger)),
		isHarmless: true,
	},
	{
		name: 'another object answers the continuation',
		script: (_, stranger) =>
			thenRanges(async ({wire, answer}) => {
				const got = await answer();
				await wire.send(
					wireForm({...wholeAnswer(stranger), status: got.status, headers: got.headers}),
				);
				wire.finish();
			}),
	},
];

/** Bytes that are gzip, as somebody stored them: they stay as they are. */
const gzip = (seed: number, size: number): SandboxObject =>
	bytesObject(gzipSync(Buffer.from(smallObject(seed).read(0, size)), {level: 0}));
const saysGzip: Script =
	() =>
	async ({wire, answer}) =>
		wire.send(wireForm(withHeaders(await answer(), {'Content-Encoding': 'gzip'})));

for (const [size, objectAt] of [
	['small', smallObject],
	['large', largeObject],
] as const)
	describe(`faults that pass, ${size} objects`, {timeout: 120_000}, () => {
		const objects = new Map<string, SandboxObject>();
		let sandbox: Sandbox;
		let bed: FaultBed;
		let told: Told;
		let tree: Record<string, string>;

		before(async () => {
			for (const [index, {name}] of cases.entries()) objects.set(name, objectAt(index));
			if (size === 'small') objects.set('gzip', gzip(7, 20_000));
			sandbox = await createSandbox({buckets: [memoryBucket('data', objects)]});
			bed = await FaultBed.make(sandbox);
			bed.times = {...bed.times, stallAfter: size === 'small' ? 4000 : 8000};
			for (const [index, {name, script}] of cases.entries())
				bed.scripts.set(name, script(objectAt(index), objectAt(index + 1)));
			bed.scripts.set('gzip', saysGzip);
			told = await bed.run([
				'get',
				's3://data',
				'--to',
				'out',
				'--yes',
				'--json',
				'--connections',
				'6',
			]);
			tree = await bed.tree();
		});
		after(async () => {
			await bed[Symbol.asyncDispose]();
			await sandbox.close();
		});

		for (const {name, isHarmless, isChance} of cases)
			test(name, () => {
				const event = told.files.get(name);
				assert.equal(event?.['status'], 'downloaded', JSON.stringify(event));
				assert.equal(event['verified'], 'crc64nvme');
				if (isChance === true) return;
				const asked = bed.proxy.requests.filter(({path}) => path === `data/${name}`).length;
				if (isHarmless !== true) assert.ok(asked > 1, `${asked} requests: the fault was not met`);
				else if (size === 'small') assert.deepEqual([event['attempts'], asked], [1, 1]);
			});

		test('every file is right, and nothing is left over', async () => {
			assert.deepEqual(tree, truth(objects));
			assert.equal(told.status, 0, told.err);
			assert.deepEqual([told.summary['downloaded'], told.summary['failed']], [objects.size, 0]);
			const again = await bed.run(['verify', 'out']);
			assert.equal(again.status, 0, again.out + again.err);
		});

		test('Retry-After is waited for', () => {
			const times = bed.proxy.requests
				.filter(({path}) => path === 'data/too many requests, once')
				.map(({at}) => at);
			assert.ok(times.length >= 2);
			const [first = 0, second = 0] = times;
			// with ranges in parallel another request may be on its way already
			if (size === 'small') assert.ok(second - first >= 995, `${second - first} ms`);
		});
	});
