import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {Scheduler} from '../../source/job/scheduler.ts';
import type {FoundRow, PlanTable} from '../../source/ledger/plan-table.ts';

/** A plan of so many waiting rows by group; ids rise through the groups. */
function plan(sizes: readonly number[]): {table: PlanTable; groups: readonly number[]} {
	const rows = new Map<number, FoundRow[]>();
	let id = 0;
	for (const [index, size] of sizes.entries()) {
		rows.set(
			index + 1,
			Array.from({length: size}, () => ({id: ++id, groupId: index + 1}) as FoundRow),
		);
	}
	const waitingOfGroup = (groupId: number, afterId: number, limit: number) =>
		(rows.get(groupId) ?? []).filter((row) => row.id > afterId).slice(0, limit);
	return {table: {waitingOfGroup} as unknown as PlanTable, groups: [...rows.keys()]};
}

test('whatever the groups and limits, each row is handed out once, and then it is empty', () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.nat(12), fc.constantFrom(200, 201, 400)), {maxLength: 12}),
			fc.integer({min: 1, max: 20}),
			fc.integer({min: 1, max: 6}),
			fc.integer({min: 1, max: 30}),
			fc.infiniteStream(fc.nat(9)),
			(sizes, perGroup, groups, count, chance) => {
				const {table, groups: ids} = plan(sizes);
				const scheduler = new Scheduler(table, ids);
				const limits = {perGroup, groups};
				const done = new Set<number>();
				const open: FoundRow[] = [];
				const total = sizes.reduce((sum, size) => sum + size, 0);
				for (let step = 0; step < total * 4 + 10; step++) {
					const rows = scheduler.take(Math.max(0, count - open.length), limits);
					for (const row of rows) assert.equal(done.has(row.id), false);
					open.push(...rows);
					const byGroup = Map.groupBy(open, (row) => row.groupId);
					assert.ok(byGroup.size <= groups, `${byGroup.size} groups at once`);
					for (const some of byGroup.values()) assert.ok(some.length <= perGroup);
					if (open.length === 0) break;
					// the oldest comes back: as a rule done, now and then to be handed out again
					const row = open.shift();
					if (row === undefined) break;
					const again = chance.next().value === 0;
					scheduler.settled(row, again);
					if (!again) done.add(row.id);
				}
				assert.equal(done.size, total);
				assert.equal(scheduler.empty, true);
			},
		),
		{numRuns: 200},
	);
});

test('groups take turns, and the first ones end first', () => {
	const {table, groups} = plan([40, 40, 40, 40]);
	const scheduler = new Scheduler(table, groups);
	const order: number[] = [];
	for (;;) {
		const rows = scheduler.take(4, {perGroup: 10, groups: 2});
		if (rows.length === 0) break;
		const share = rows.filter((row) => row.groupId === rows[0]?.groupId).length;
		if (order.length < 72) assert.equal(share, 2, 'two groups share four places');
		for (const row of rows) {
			order.push(row.groupId);
			scheduler.settled(row, false);
		}
	}
	assert.equal(order.length, 160);
	assert.deepEqual(new Set(order.slice(0, 80)), new Set([1, 2]));
	assert.equal(scheduler.empty, true);
});

test('a row handed back from outside is given out again', () => {
	const {table, groups} = plan([2]);
	const scheduler = new Scheduler(table, groups);
	const rows = scheduler.take(5, {perGroup: 5, groups: 1});
	for (const row of rows) scheduler.settled(row, false);
	assert.equal(scheduler.take(5, {perGroup: 5, groups: 1}).length, 0);
	assert.equal(scheduler.empty, true);
	const [first] = rows;
	assert.ok(first);
	scheduler.handBack(first);
	assert.equal(scheduler.empty, false);
	assert.deepEqual(scheduler.take(5, {perGroup: 5, groups: 1}), [first]);
	assert.equal(scheduler.empty, true);
});
