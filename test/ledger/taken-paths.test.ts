import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {TakenPaths} from '../../source/ledger/taken-paths.ts';

/** FNV-1a in 32 bits, and with it this class, takes these two for one. */
const alike = ['costarring', 'liquid'] as const;

test('whatever is taken and given back, each path has the row that took it', () => {
	const path = fc.oneof(
		fc.constantFrom(...alike, 'a/b', 'a', ''),
		fc.string({unit: 'grapheme', maxLength: 6}),
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.boolean(), path), {maxLength: 60}), (steps) => {
			const taken = new TakenPaths();
			const model = new Map<string, number>();
			const paths = new Map<number, string>();
			let id = 0;
			for (const [takes, one] of steps) {
				const has = (other: number): boolean => paths.get(other) === one;
				assert.equal(taken.find(one, has), model.get(one));
				const owner = model.get(one);
				if (takes && owner === undefined) {
					paths.set(++id, one);
					model.set(one, id);
					taken.add(one, id);
				} else if (!takes && owner !== undefined) {
					taken.remove(one, owner);
					model.delete(one);
					paths.delete(owner);
				}
			}
			for (const [one, owner] of model)
				assert.equal(
					taken.find(one, (other) => paths.get(other) === one),
					owner,
				);
		}),
	);
});

test('two paths of one hash are told apart', () => {
	const taken = new TakenPaths();
	const paths = new Map(alike.map((path, index) => [index + 1, path]));
	for (const [id, path] of paths) taken.add(path, id);
	const asked: number[] = [];
	const owner = taken.find(alike[1], (id) => {
		asked.push(id);
		return paths.get(id) === alike[1];
	});
	assert.equal(owner, 2);
	assert.deepEqual(asked, [1, 2], 'both have the hash, else this test shows nothing');
});

test('a hundred thousand paths grow the table and stay findable', () => {
	const taken = new TakenPaths();
	const path = (id: number): string => `scene-${id % 97}/frame-${id}.bin`;
	for (let id = 1; id <= 100_000; id++) taken.add(path(id), id);
	for (let id = 1; id <= 100_000; id += 7) {
		assert.equal(
			taken.find(path(id), (one) => path(one) === path(id)),
			id,
		);
	}
	assert.equal(
		taken.find('nowhere', (one) => path(one) === 'nowhere'),
		undefined,
	);
	taken.clear();
	assert.equal(
		taken.find(path(5), () => true),
		undefined,
	);
});
