import assert from 'node:assert/strict';
import {readFileSync, rmSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import type {FileEvent, JobEvent} from '../../source/model/event.ts';
import {memoryBucket} from '../../source/sandbox/index.ts';
import {fileEvents, run, tree, withBed} from './bed.ts';

const count = 2500;
const name = (index: number): string => `scene-${index % 7}/${String(index).padStart(5, '0')}.txt`;
const objects = Array.from({length: count}, (_, index) => [name(index), `text ${index}`] as const);

test('a finished job is recognised without a question for any object, its reports as before', async () => {
	await withBed([memoryBucket('lake', objects)], async (bed) => {
		const spec = bed.spec({bucket: 'lake'});
		await run(bed.engine, spec);
		const report = (): string =>
			readFileSync(path.join(bed.out, '.muster', 'reports', 'resolved.csv'), 'utf8');
		const first = report();
		const before = bed.sandbox.stats().operations;
		bed.events.length = 0;
		const problems: JobEvent[] = [];
		const engine = await bed.renew();
		const {summary, totals} = await run(engine, spec);
		assert.deepEqual([summary.local, summary.downloaded], [count, 0]);
		assert.equal(totals.bytes, 0);
		const after = bed.sandbox.stats().operations;
		assert.equal(after.GetObject, before.GetObject);
		assert.equal(after.HeadObject, before.HeadObject);
		assert.equal(report().replaceAll(',local,', ',downloaded,'), first);
		const told = fileEvents(bed.events);
		assert.equal(told.filter(({status}) => status === 'local').length, count);

		// Whoever wants problems alone is told of no file that is here.
		await bed.renew();
		bed.engine.onEvent((event) => problems.push(event), 'problems');
		await run(bed.engine, spec);
		assert.equal(
			problems.filter((event): event is FileEvent => event.type === 'file').length,
			count,
			'another listener wants everything',
		);
	});
});

test('a rerun fetches what was deleted, cut or changed here, and nothing else', async () => {
	const bucket = memoryBucket('lake', objects);
	await withBed([bucket], async (bed) => {
		const spec = bed.spec({bucket: 'lake'});
		await run(bed.engine, spec);
		const whole = tree(bed.out);
		rmSync(path.join(bed.out, name(3)));
		rmSync(path.join(bed.out, 'scene-5'), {recursive: true});
		truncateSync(path.join(bed.out, name(11)), 2);
		// the same length with other bytes, and another date: its MD5 tells
		writeFileSync(path.join(bed.out, name(1207)), 'TEXT 1207');
		// the right bytes with another date: read, and recognised
		utimesSync(path.join(bed.out, name(2001)), 1, 1);
		const engine = await bed.renew();
		const {summary} = await run(engine, spec);
		const gone = objects.filter(([key]) => key.startsWith('scene-5/')).length;
		assert.equal(summary.downloaded, gone + 3);
		assert.equal(summary.local, count - gone - 3);
		assert.deepEqual(tree(bed.out), whole);
	});
});
