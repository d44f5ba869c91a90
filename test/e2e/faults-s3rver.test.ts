import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {memoryBucket} from '../../source/sandbox/index.ts';
import type {SandboxObject} from '../../source/sandbox/index.ts';
import {s3rverServer} from '../contracts/s3-servers.ts';
import type {ContractServer} from '../contracts/store.ts';
import type {Script} from '../helpers/fault-proxy.ts';
import {always, everyRange, faults, once, thenRanges} from '../helpers/faults.ts';
import type {FaultName} from '../helpers/faults.ts';
import {uploadBucket} from '../helpers/sample-upload.ts';
import {FaultBed, errorOf, largeObject, smallObject, truth} from './fault-bed.ts';
import type {Told} from './fault-bed.ts';

/* The same before a server of somebody else, which knows no checksum but the MD5 in its ETags. */

const passing: readonly FaultName[] = [
	'reset before',
	'reset during',
	'truncated before the last byte',
	'too short, and says so',
	'silent during',
	'wrong bytes',
	'server error',
	'slow down',
	'chunks that break off',
	'body up to an early end',
];
const harmless: readonly FaultName[] = ['closes after it', 'chunks', 'body up to the end'];
const lasting: readonly (readonly [name: string, script: Script, code: RegExp])[] = [
	['wrong bytes', always('wrong bytes'), /^checksum$/],
	['too short', always('too short, and says so'), /^(?:checksum|size-mismatch)$/],
	['another range', everyRange(faults['another range']), /^server$/],
	['body up to an early end', always('body up to an early end'), /^(?:checksum|size-mismatch)$/],
];

describe('faults before s3rver', {timeout: 180_000}, () => {
	const objects = new Map<string, SandboxObject>();
	const scripts = new Map<string, Script>();
	let server: ContractServer;
	let bed: FaultBed;
	let told: Told;

	before(async () => {
		for (const [size, objectAt] of [
			['small', smallObject],
			['large', largeObject],
		] as const) {
			const add = (name: string, script: Script): void => {
				const key = `${size}/${name}`;
				objects.set(key, objectAt(objects.size));
				scripts.set(key, script);
			};
			for (const name of passing) add(`once/${name}`, once(name));
			for (const name of harmless) add(`always/${name}`, always(name));
			add('once/another range', thenRanges(faults['another range']));
			add('once/another range, denied', thenRanges(faults['another range, denied']));
			for (const [name, script] of lasting) add(`lasting/${name}`, script);
		}
		const made = await s3rverServer({data: {}});
		assert.ok(!('skip' in made));
		server = made;
		await uploadBucket(server, memoryBucket('data', objects));
		const {endpoint = '', region = ''} = made.spec;
		bed = await FaultBed.make({endpoint, region, ...made.credentials});
		for (const [key, script] of scripts) bed.scripts.set(key, script);
		told = await bed.run(['get', 's3://data', '--to', 'out', '--yes', '--json']);
	});
	after(async () => {
		await bed[Symbol.asyncDispose]();
		await server.close();
	});

	test('what passes is right in the end; what lasts fails and leaves no file', async () => {
		assert.equal(told.status, 1, told.err);
		const right = [...objects].filter(([key]) => !key.includes('/lasting/'));
		assert.deepEqual(await bed.tree(), truth(right));
		for (const [key] of right) {
			const event = told.files.get(key);
			assert.equal(event?.['status'], 'downloaded', JSON.stringify(event));
			if (key.startsWith('small/always/')) assert.equal(event['attempts'], 1, key);
		}
		for (const [name, , code] of lasting)
			for (const size of ['small', 'large']) {
				const event = told.files.get(`${size}/lasting/${name}`);
				assert.equal(event?.['status'], 'failed', JSON.stringify(event));
				assert.match(errorOf(event)?.code ?? '', code, errorOf(event)?.message);
			}
	});

	test('without the faults the next run brings the rest and only that', async () => {
		bed.scripts.clear();
		bed.proxy.forget();
		const last = await bed.run(['get', 's3://data', '--to', 'out', '--yes', '--json']);
		assert.equal(last.status, 0, last.err);
		assert.deepEqual(await bed.tree(), truth(objects));
		const asked = bed.proxy.requests
			.filter(({method, path}) => method === 'GET' && path.length > 'data/'.length)
			.map(({path}) => path);
		assert.ok(asked.length >= lasting.length * 2);
		assert.deepEqual(
			asked.filter((path) => !path.includes('/lasting/')),
			[],
		);
	});
});
