import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {contest} from './contest.ts';
import type {Entrant, Row} from './contest.ts';
import {readOptions} from './options.ts';
import {pageWith} from './page.ts';
import {median, medianOfKnown, spread} from './statistics.ts';
import {resultTable, verdictTable} from './tables.ts';
import {verdictOf} from './targets.ts';
import {scaled, workloads} from './workloads.ts';

const row = (name: string, kind: string, seconds: number, more: Partial<Row> = {}): Row => ({
	name,
	kind,
	rounds: 3,
	seconds,
	cpuSeconds: undefined,
	peakBytes: undefined,
	spread: 0.1,
	failure: undefined,
	...more,
});

test('medians and spreads', () => {
	assert.equal(median([3, 1, 2]), 2);
	assert.equal(median([4, 1, 3, 2]), 2.5);
	assert.equal(median([]), undefined);
	assert.equal(medianOfKnown([undefined, 5, undefined]), 5);
	assert.equal(spread([9, 10, 12]), 0.3);
});

describe('targets', () => {
	const rows = [
		row('muster', 'muster', 2, {cpuSeconds: 3, peakBytes: 401e6}),
		row('s5cmd', 's5cmd', 5, {cpuSeconds: 4}),
		row('s5cmd 16 × 16', 's5cmd', 3, {cpuSeconds: 6}),
	];

	test('hold muster against the best of a peer’s rows', () => {
		const target = {label: 'x', subject: 'muster', against: 's5cmd'};
		const speed = {...target, measure: 'speed'} as const;
		assert.deepEqual(verdictOf({...speed, atLeast: 1.5}, rows), {
			label: 'x',
			needed: 'at least 1.50 ×',
			got: '1.50 ×',
			met: true,
		});
		assert.equal(verdictOf({...speed, atLeast: 1.6}, rows).met, false);
		const cpu = verdictOf({...target, measure: 'cpu', atMost: 1}, rows);
		assert.deepEqual([cpu.got, cpu.met], ['0.75 ×', true]);
		const memory = {label: 'x', subject: 'muster', measure: 'memory', atMost: 400e6} as const;
		assert.equal(verdictOf(memory, rows).met, false);
	});

	test('that could not be measured are neither met nor missed', () => {
		const target = workloads[0]?.targets[0];
		assert.ok(target !== undefined);
		const verdict = verdictOf(target, [row('muster', 'muster', 2)]);
		assert.equal(verdict.met, undefined);
		assert.match(verdictTable([verdict]), /not measured \| +– \|/);
	});
});

test('the table tells how many times as fast the subject is', () => {
	const failed = {...row('aws', 'aws', 0), seconds: undefined, failure: 'broken'};
	const rows = [row('muster', 'muster', 2), row('s5cmd', 's5cmd', 5), failed];
	const lines = resultTable(rows, {files: 20_000, bytes: 1024 ** 3}, 'muster').split('\n');
	assert.match(lines[2] ?? '', /^\| muster .* 10,000 \| +512 \| .* \| +\|$/);
	assert.match(lines[3] ?? '', /2\.50 × \|$/);
	assert.match(lines[4] ?? '', /^\| aws .* failed \|/);
	assert.equal(new Set(lines.map((line) => line.length)).size, 1);
});

test('entrants take turns, begin by turns, and who fails or is far behind sits out', async () => {
	const order: string[] = [];
	const entrant = (name: string, seconds: number): Entrant => ({
		name,
		kind: name,
		async run() {
			order.push(name);
			if (name === 'broken') throw new Error('no server');
			return {seconds};
		},
	});
	const entrants = [entrant('a', 1), entrant('b', 1.5), entrant('slow', 9), entrant('broken', 1)];
	const options = {rounds: 2, dropSlower: 5, say: () => undefined};
	const rows = await contest(entrants, options);
	assert.deepEqual(order, ['a', 'b', 'slow', 'broken', 'b', 'a']);
	assert.deepEqual(
		rows.map(({rounds}) => rounds),
		[2, 2, 1, 0],
	);
	assert.equal(rows[3]?.failure, 'no server');
	const kept = await contest(entrants, {...options, keep: ['slow']});
	assert.equal(kept[2]?.rounds, 2);
});

describe('options', () => {
	test('pick workloads and refuse what is not known', () => {
		const {picked, rounds} = readOptions(['small', 'large', '--rounds', '5']);
		assert.deepEqual([picked.map(({name}) => name), rounds], [['small', 'large'], 5]);
		assert.ok(readOptions([]).picked.every(({byDefault}) => byDefault === true));
		assert.throws(() => readOptions(['tiny']), /no workload "tiny"/);
		assert.throws(() => readOptions(['--rounds', '0']), /--rounds takes whole numbers/);
	});

	test('scale the number of objects, or the size of a single one, and say so', () => {
		for (const workload of workloads) {
			const {dataset, title, targets} = scaled(workload, 0.1);
			const {count, size} = workload.dataset;
			assert.deepEqual(
				[dataset.count, dataset.size],
				count === 1 ? [1, Math.round(size * 0.1)] : [Math.round(count * 0.1), size],
			);
			const words = [title, ...targets.map(({label}) => label)];
			assert.ok(words.every((text) => text.endsWith('scaled to 0.1')));
			assert.equal(scaled(workload, 1), workload);
		}
	});
});

test('the page keeps its method and gets other results', () => {
	const text = '# Benchmarks\n\nHow.\n\n## Results\n\nold\n';
	assert.equal(pageWith(text, 'new'), '# Benchmarks\n\nHow.\n\n## Results\n\nnew\n');
	assert.throws(() => pageWith('# Benchmarks\n', 'new'), /has no "## Results"/);
});
