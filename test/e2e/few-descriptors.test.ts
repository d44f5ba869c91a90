import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {folderTree} from '../helpers/folder-tree.ts';
import {checkWords, environment, eventsOf, muster} from './built.ts';
import {largeObject, smallObject, truth} from './fault-bed.ts';

/* A process that may have fewer descriptors than its connections and files would take. */

const objects = new Map([
	...Array.from({length: 200}, (_, index) => [`small ${index}`, smallObject(index % 40)] as const),
	...[0, 1].map((index) => [`large ${index}`, largeObject(index)] as const),
]);

describe('few descriptors', {timeout: 120_000}, () => {
	let sandbox: Sandbox;
	let home: string;
	before(async () => {
		sandbox = await createSandbox({buckets: [memoryBucket('data', objects)]});
		home = await mkdtemp(path.join(tmpdir(), 'muster-few-'));
	});
	after(async () => {
		await sandbox.close();
		await rm(home, {recursive: true, force: true});
	});

	for (const host of ['127.0.0.1', 'localhost'])
		test(`sockets that find none wait, no attempt counted, and the job uses fewer (${host})`, async () => {
			const endpoint = sandbox.endpoint.replace('127.0.0.1', host);
			const words = ['get', 's3://data', '--to', host, '--yes', '--json'];
			const ran = await muster([...words, '--connections', '64', '--retries', '1'], {
				cwd: home,
				env: environment({...sandbox, endpoint}, home),
				through: ['sh', '-c', 'ulimit -n 80; exec "$@"', 'sh', process.execPath],
			});
			checkWords(ran);
			assert.equal(ran.status, 0, ran.out.slice(-2000) + ran.err);
			for (const {type, key, attempts} of eventsOf(ran.out, ran.status))
				if (type === 'file') assert.equal(attempts, 1, String(key));
			assert.deepEqual(await folderTree(path.join(home, host)), truth(objects));
			const logs = path.join(home, host, '.muster/logs');
			const log = readdirSync(logs).map((name) => readFileSync(path.join(logs, name), 'utf8'));
			assert.match(log.join(''), /too many open files: 48 connections from now on/);
		});
});
