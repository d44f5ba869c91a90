import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {Download} from '../../source/job/download.ts';
import {GroupTable} from '../../source/job/group-table.ts';
import {JobLog} from '../../source/job/log.ts';
import type {Ledger, Outcomes} from '../../source/ledger/ledger.ts';
import type {FoundRow} from '../../source/ledger/plan-table.ts';
import {noCounters} from '../../source/transfer/counters.ts';
import type {TransferPool, TransferResult, TransferTask} from '../../source/transfer/types.ts';
import {baseSpec, scratch} from './bed.ts';

const row = (id: number): FoundRow => ({
	id,
	groupId: 1,
	group: '',
	text: `f${id}`,
	objectId: id,
	bucket: 'b',
	key: `f${id}`,
	size: 1,
	etag: null,
	modified: null,
	destination: `f${id}`,
});

test('what a full disk keeps out of the ledger is written when there is room', () => {
	const root = scratch('full');
	const log = new JobLog(path.join(root, 'logs'), 'info');
	let isFull = true;
	const written: Outcomes[] = [];
	const blocked: string[] = [];
	let idle = 0;
	const tasks: TransferTask[] = [];
	let answer: (results: readonly TransferResult[]) => void = () => undefined;
	const ledger = {
		plan: {
			waitingOfGroup: (_: number, after: number) => (after === 0 ? [row(1), row(2)] : []),
		},
		record(outcomes: Outcomes) {
			if (isFull) throw new Error('database or disk is full');
			written.push(outcomes);
		},
	} as unknown as Ledger;
	const pool = {
		submit: (some: readonly TransferTask[]) => tasks.push(...some),
		onResults: (listener: typeof answer) => {
			answer = listener;
		},
		open: () => [],
		busy: () => 0,
		counters: () => noCounters,
	} as unknown as TransferPool;
	const groups = new GroupTable();
	groups.add(1, '');
	const spec = {...baseSpec({endpoint: 'http://x', region: 'x'}, root), connections: 4};
	const download = new Download(
		{
			spec,
			job: 1,
			ledger,
			groups,
			pool,
			log,
			onFile: () => undefined,
			onFirstByte: () => undefined,
			onBlocked: (reason) => blocked.push(reason),
			onIdle: () => idle++,
		},
		[1],
		4,
	);
	try {
		download.feed();
		assert.equal(tasks.length, 2);
		const done = (id: number): TransferResult => ({
			kind: 'done',
			id,
			bytes: 1,
			verified: 'size',
			localModified: 1,
			attempts: 1,
			firstByte: 1,
		});
		answer([done(1)]);
		assert.deepEqual(blocked, ['disk']);
		answer([done(2)]);
		assert.equal(written.length, 0);
		isFull = false;
		download.feed();
		assert.deepEqual(
			written.flatMap((outcomes) => outcomes.done.map(({id}) => id)),
			[1, 2],
		);
		assert.ok(idle > 0);
	} finally {
		log.close();
		rmSync(root, {recursive: true, force: true});
	}
});
