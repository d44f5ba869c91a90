import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {editDistance, NearMiss} from '../../source/planning/near-miss.ts';

function near(missing: string[], keys: string[], limit?: number) {
	const search = new NearMiss(
		missing.map((path, id) => ({id, path})),
		limit,
	);
	for (const [id, key] of keys.entries()) search.offer(id, key);
	return search.results();
}

const reasonOf = (missing: string, key: string) => near([missing], [key]).get(0)?.[0]?.reason;

test('one edit, and two in longer names', () => {
	const one = ['tke_0421.wav', 'taake_0421.wav', 'fake_0421.wav', 'tkae_0421.flac', 'Tke-0421'];
	for (const missing of one) assert.equal(reasonOf(missing, 'd/x/take_0421.wav'), 'one-letter-off');
	assert.equal(reasonOf('te_0421.wav', 'd/take_0421.wav'), 'two-letters-off');
	assert.equal(reasonOf('sgmentaton.png', 'd/segmentation.png'), 'two-letters-off');
	assert.equal(reasonOf('dpht.png', 'd/depth.png'), undefined);
	assert.equal(reasonOf('rgb.png', 'd/rgba.png'), undefined);
	assert.equal(reasonOf('smentaton.png', 'd/segmentation.png'), undefined);
});

test('another number is another file', () => {
	for (const key of ['d/take_0420.wav', 'd/take_421.wav', 'd/take_4021.wav', 'd/take_04210.wav'])
		assert.equal(reasonOf('take_0421.wav', key), undefined, key);
});

test('the same name is no near one, and the folder must agree', () => {
	assert.equal(reasonOf('Take_0421.wav', 'd/take-0421.png'), undefined);
	assert.equal(reasonOf('x/tke_0421.wav', 'd/X/take_0421.wav'), 'one-letter-off');
	assert.equal(reasonOf('x/tke_0421.wav', 'd/y/take_0421.wav'), undefined);
	assert.equal(reasonOf('d/x/y/tke_0421.wav', 'y/take_0421.wav'), undefined);
});

test('the three nearest, then by key', () => {
	const keys = ['d/abcdefgh', 'd/b/abcdefghi', 'd/a/abcdefghi', 'd/abcdefghijk', 'd/c/abcdefghijk'];
	assert.deepEqual(
		near(['abcdefghij'], keys).get(0),
		[
			{objectId: 3, key: 'd/abcdefghijk', reason: 'one-letter-off'},
			{objectId: 2, key: 'd/a/abcdefghi', reason: 'one-letter-off'},
			{objectId: 1, key: 'd/b/abcdefghi', reason: 'one-letter-off'},
		].sort((a, b) => (a.key < b.key ? -1 : 1)),
	);
});

test('rows past the limit are left alone', () => {
	const missing = ['tke_1.wav', 'tke_2.wav', 'tke_3.wav'];
	const found = near(missing, ['take_1.wav', 'take_2.wav', 'take_3.wav'], 2);
	assert.deepEqual([...found.keys()], [0, 1]);
});

/** The textbook table of the optimal string alignment distance. */
function textbook(a: string, b: string): number {
	const cost: number[][] = [];
	const at = (i: number, j: number) => cost[i]?.[j] ?? Number.POSITIVE_INFINITY;
	for (let i = 0; i <= a.length; i++) {
		const row: number[] = [];
		cost.push(row);
		for (let j = 0; j <= b.length; j++) {
			const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1;
			row[j] =
				i === 0 || j === 0
					? i + j
					: Math.min(
							at(i - 1, j) + 1,
							at(i, j - 1) + 1,
							at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
							swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
						);
		}
	}
	return at(a.length, b.length);
}

test('distances are those of the textbook', () => {
	const text = fc.string({unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7});
	fc.assert(
		fc.property(text, text, (a, b) => {
			for (const limit of [1, 2]) {
				assert.equal(editDistance(a, b, limit), Math.min(textbook(a, b), limit + 1));
			}
		}),
		{numRuns: 10_000},
	);
});

test('nothing that is near is overlooked', () => {
	const letters = fc.string({
		unit: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
		minLength: 4,
		maxLength: 10,
	});
	fc.assert(
		fc.property(letters, fc.array(letters, {maxLength: 20}), (missing, keys) => {
			const distances = keys.map((key) => textbook(missing, key));
			const limits = keys.map((key) => (Math.max(missing.length, key.length) >= 8 ? 2 : 1));
			const hits = distances.filter(
				(distance, at) => distance > 0 && distance <= (limits[at] ?? 0),
			);
			assert.equal(near([missing], keys).get(0)?.length ?? 0, Math.min(3, hits.length));
		}),
		{numRuns: 2000},
	);
});

test('100,000 keys against 2,000 missing names take a moment', () => {
	const missing = Array.from(
		{length: 2000},
		(_, at) => `tke_${String(at * 7).padStart(6, '0')}.wav`,
	);
	const keys = Array.from(
		{length: 100_000},
		(_, at) => `d/take_${String(at).padStart(6, '0')}.wav`,
	);
	const started = performance.now();
	assert.equal(near(missing, keys).size, 2000);
	assert.ok(performance.now() - started < 5000);
});
