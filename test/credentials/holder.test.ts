import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {keep} from '../../source/credentials/holder.ts';
import type {Loaded} from '../../source/credentials/types.ts';

const minute = 60_000;

/** A loader whose answers are counted, live as long as told, and can be held back or made to fail. */
function counted(now: () => number, life: number) {
	const state = {loads: 0, fail: false, gate: Promise.resolve()};
	const load = async (): Promise<Loaded> => {
		const number = ++state.loads;
		await state.gate;
		if (state.fail) throw new Error('no');
		const keys = {accessKeyId: `key${number}`, secretAccessKey: 'secret', expires: now() + life};
		return {label: 'test', credentials: keys};
	};
	return {state, load};
}

describe('a keeper', () => {
	test('asks once for all who wait, and gives the same record', async () => {
		const {state, load} = counted(() => 0, 60 * minute);
		const {source} = keep(load, () => 0);
		const [first, second] = await Promise.all([source(), source()]);
		assert.equal(first, second);
		assert.equal(await source(), first);
		assert.equal(state.loads, 1);
	});

	test('renews five minutes before the end, not sooner', async () => {
		let now = 0;
		const {state, load} = counted(() => now, 60 * minute);
		const {source} = keep(load, () => now);
		await source();
		now = 54 * minute;
		assert.equal((await source())?.accessKeyId, 'key1');
		now = 55 * minute + 1;
		assert.equal((await source())?.accessKeyId, 'key2');
		assert.equal(state.loads, 2);
	});

	test('lives with the old ones while a renewal fails, then tells', async () => {
		let now = 0;
		const {state, load} = counted(() => now, 60 * minute);
		const {source} = keep(load, () => now);
		await source();
		state.fail = true;
		now = 56 * minute;
		assert.equal((await source())?.accessKeyId, 'key1');
		assert.equal((await source())?.accessKeyId, 'key1');
		assert.equal(state.loads, 2);
		now = 57 * minute;
		await source();
		assert.equal(state.loads, 3);
		now = 61 * minute;
		await assert.rejects(source(), /no/);
		state.fail = false;
		assert.equal((await source())?.accessKeyId, 'key5');
	});

	test('does not ask at every request for ones that live less than five minutes', async () => {
		let now = 0;
		const {state, load} = counted(() => now, 2 * minute);
		const {source} = keep(load, () => now);
		await source();
		for (now = 1000; now < 20_000; now += 1000) await source();
		assert.equal(state.loads, 1);
	});

	test('looks again after a reset, and forgets an answer that was under way', async () => {
		const {state, load} = counted(() => 0, 60 * minute);
		let release = () => {};
		state.gate = new Promise((resolve) => {
			release = resolve;
		});
		const keeper = keep(load, () => 0);
		const {source} = keeper;
		const stale = source();
		keeper.reset();
		const fresh = source();
		release();
		assert.equal((await stale)?.accessKeyId, 'key1');
		assert.equal((await fresh)?.accessKeyId, 'key2');
		assert.equal((await source())?.accessKeyId, 'key2');
	});

	test('does not remember a failure', async () => {
		const {state, load} = counted(() => 0, 60 * minute);
		const {source} = keep(load, () => 0);
		state.fail = true;
		await assert.rejects(source());
		state.fail = false;
		assert.ok(await source());
	});
});
