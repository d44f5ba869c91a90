import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {JobLog} from '../../source/job/log.ts';
import {placeAhead} from '../../source/job/place-ahead.ts';
import {makePlan, startPlan, type PlanContext} from '../../source/job/plan.ts';
import {Ledger} from '../../source/ledger/ledger.ts';
import {objectKey} from '../../source/model/brand.ts';
import {compareKeys} from '../../source/model/key-order.ts';
import type {JobSpec} from '../../source/model/job-spec.ts';

type Way = 'ahead, sorted' | 'ahead, looked up' | 'afterwards';
type Case = {
	keys: readonly string[];
	prefix: string;
	layout: 'keys' | 'flat';
	exclude: readonly string[];
};

/** The plan of a whole prefix: what each key's file is called, or why it has none. */
async function planOf(way: Way, {keys, prefix, layout, exclude}: Case): Promise<string[]> {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-ahead-'));
	const ledger = Ledger.open(folder, {isScratch: true});
	const log = new JobLog(path.join(folder, 'logs'), 'error');
	try {
		const spec = {
			layout,
			prefix,
			folder: path.join(folder, 'out'),
			filters: {include: [], exclude, extensions: []},
			overwrite: 'changed',
		} as unknown as JobSpec;
		const context: PlanContext = {
			spec,
			ledger,
			log,
			job: 1,
			signal: new AbortController().signal,
			disk: {caseInsensitive: false, normalising: false},
		};
		const objects = keys.map((key) => ({key: objectKey(key), size: key.endsWith('/') ? 0 : 1}));
		ledger.objects.add('b', objects, undefined);
		const group = ledger.rollCall.addGroup('');
		startPlan(context);
		const placeOf = way === 'afterwards' ? undefined : placeAhead(context, way === 'ahead, sorted');
		let rows = 0;
		// in pages of two, as listings come in pages
		for (let first = 1; first <= keys.length; first += 2) {
			const last = Math.min(first + 1, keys.length);
			rows = ledger.rollCall.wantObjects({first, last}, prefix, rows, () => group, true, placeOf);
		}
		await makePlan(context);
		return ledger.windows
			.after({}, 0, 1000)
			.map((row) => `${row.row} ${row.key}: ${row.state} ${row.path}`);
	} finally {
		log.close();
		ledger.close();
		rmSync(folder, {recursive: true, force: true});
	}
}

test('files beside folders of their name, in any order that S3 has for what stands between', async () => {
	const keys = [
		'a',
		'a-b',
		'a.b',
		'a/',
		'a/b',
		'a/b.c',
		'a/b/c',
		'a0',
		'p~0123456789ab',
		'é',
		'é/x',
	];
	const plan = await planOf('ahead, sorted', {keys, prefix: '', layout: 'keys', exclude: []});
	const pathOf = (key: string): string | undefined =>
		plan
			.find((row) => row.includes(` ${key}: `))
			?.split(' ')
			.at(-1);
	for (const key of ['a', 'a/b', 'é']) assert.match(pathOf(key) ?? '', /~[0-9a-f]{12}$/, key);
	for (const key of ['a-b', 'a.b', 'a/b.c', 'a/b/c', 'a0', 'é/x']) assert.equal(pathOf(key), key);
});

test('a plan that is made ahead is the plan that is made afterwards, for any keys', async () => {
	const part = fc.stringMatching(/^[ab.~é_/\u0001-]{0,6}$/);
	const key = fc.oneof(
		{weight: 6, arbitrary: part},
		{weight: 1, arbitrary: fc.constantFrom('.muster/x', 'a~0123456789ab', 'b/a~0123456789ab')},
		{weight: 1, arbitrary: fc.constant('a'.repeat(230))},
	);
	const cases = fc.record({
		prefix: fc.constantFrom('', 'p/', 'p'),
		layout: fc.constantFrom('keys' as const, 'flat' as const),
		exclude: fc.constantFrom([], ['a*']),
		keys: fc.uniqueArray(key, {maxLength: 24}),
	});
	await fc.assert(
		fc.asyncProperty(cases, async (one) => {
			const keys = one.keys
				.map((each) => one.prefix + each)
				.filter((each) => each !== '')
				.sort(compareKeys);
			const expected = await planOf('afterwards', {...one, keys});
			assert.deepEqual(await planOf('ahead, sorted', {...one, keys}), expected);
			assert.deepEqual(await planOf('ahead, looked up', {...one, keys}), expected);
		}),
		{numRuns: 300},
	);
});
