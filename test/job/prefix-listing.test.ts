import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {describe, test} from 'node:test';
import * as fc from 'fast-check';
import type {RollCallContext} from '../../source/job/roll-call/context.ts';
import {PrefixListing} from '../../source/job/roll-call/prefix-listing.ts';
import {RequestRoom} from '../../source/job/roll-call/request-room.ts';
import {Ledger} from '../../source/ledger/ledger.ts';
import {compareKeys} from '../../source/model/key-order.ts';
import type {ListQuery, Store} from '../../source/stores/types.ts';
import {scratch} from './bed.ts';
import {modelStore, type ModelStore} from './model-lister.ts';

const segments = [
	'a',
	'a/',
	'B',
	'b/',
	'0',
	'1',
	'7',
	'/',
	'img_',
	'~',
	' ',
	'+',
	'%41',
	'\u0001',
	'é',
	'e\u0301',
	'\uD7FF',
	'\uE000',
	'\uFFFD',
	'\uFFFF',
	'😀',
	'\u{10000}',
	'\u{10FFFF}',
];
const wild = fc
	.array(
		fc.oneof(
			{weight: 4, arbitrary: fc.constantFrom(...segments)},
			fc.string({unit: 'binary', maxLength: 3}),
		),
		{
			minLength: 1,
			maxLength: 9,
		},
	)
	.map((parts) => parts.join('').toWellFormed())
	.filter((key) => key !== '');
const counted = fc
	.tuple(fc.constantFrom('', 'set/', 'a/b/c/frame_', '😀/'), fc.nat(400), fc.nat(3))
	.map(([head, number, digits]) => `${head}${String(number).padStart(digits, '0')}.png`);
/** spread evenly, crowded in one place, and some of each */
const keySets = fc
	.oneof(
		fc.uniqueArray(wild, {minLength: 1, maxLength: 200}),
		fc.uniqueArray(counted, {minLength: 1, maxLength: 300}),
		fc
			.tuple(fc.uniqueArray(wild, {maxLength: 60}), fc.uniqueArray(counted, {maxLength: 250}))
			.map(([some, others]) => [...new Set([...some, ...others])]),
	)
	.filter((keys) => keys.length > 0);
const habits = fc.record({
	keys: keySets,
	sizes: fc.array(fc.integer({min: 1, max: 9}), {minLength: 1, maxLength: 5}),
	seed: fc.nat(),
	slowEvery: fc.option(fc.integer({min: 2, max: 9}), {nil: undefined}),
	prefix: fc.constantFrom('', '', '', 'a', 'set/', '😀'),
});

function randomOf(seed: number): () => number {
	let state = (seed % 2_147_483_646) + 1;
	return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

type Habits = typeof habits extends fc.Arbitrary<infer Value> ? Value : never;

const modelOf = ({keys, sizes, seed, slowEvery}: Habits): ModelStore => ({
	keys,
	pageSize: (request) => sizes[request % sizes.length] ?? 1,
	random: randomOf(seed),
	...(slowEvery === undefined ? {} : {slowEvery}),
});

function withLedger<Result>(work: (ledger: Ledger) => Promise<Result>): Promise<Result> {
	const folder = scratch('listing');
	const ledger = Ledger.open(folder);
	return work(ledger).finally(() => {
		ledger.close();
		rmSync(folder, {recursive: true, force: true});
	});
}

function contextOf(ledger: Ledger, store: Store, words: string[] = []): RollCallContext {
	const progress = {keysListed: 0};
	const log = {write: (_level: string, text: string) => void words.push(text)};
	const {signal} = new AbortController();
	return {ledger, store, progress, log, signal} as unknown as RollCallContext;
}

/** A listing that asks for as much at once as it may, however quick the answers are. */
function listingOf(ledger: Ledger, store: Store, prefix: string, words?: string[]): PrefixListing {
	const room = new RequestRoom(() => true);
	return new PrefixListing(contextOf(ledger, store, words), {bucket: 'b', prefix}, undefined, room);
}

/** Keys in the order in which a whole-prefix job would want them. */
function keysOf(ledger: Ledger, listing: PrefixListing): string[] {
	const all = new Map(ledger.objects.keysAfter(0, 100_000).map(({id, key}) => [id, key]));
	return listing.rows().flatMap(({first, last}) => {
		const keys: string[] = [];
		for (let id = first; id <= last; id++) {
			const key = all.get(id);
			if (key !== undefined) keys.push(key);
		}
		return keys;
	});
}

async function listOnce(ledger: Ledger, store: Store, prefix: string): Promise<PrefixListing> {
	const listing = listingOf(ledger, store, prefix);
	assert.equal(await listing.run(Infinity), 'whole');
	if (listing.isOdd) ledger.objects.index();
	return listing;
}

const expected = (keys: readonly string[], prefix: string): string[] =>
	keys.filter((key) => key.startsWith(prefix)).sort(compareKeys);

describe('every key exactly once', () => {
	test('from a store like S3, in its order', {timeout: 120_000}, async () => {
		await fc.assert(
			fc.asyncProperty(habits, async (habit) =>
				withLedger(async (ledger) => {
					const listing = await listOnce(ledger, modelStore(modelOf(habit)), habit.prefix);
					assert.equal(listing.isOdd, false);
					assert.deepEqual(keysOf(ledger, listing), expected(habit.keys, habit.prefix));
				}),
			),
			{numRuns: 150},
		);
	});

	test('from stores with an order or a start-after of their own', {timeout: 120_000}, async () => {
		const order = fc.constantFrom('UTF-16', 'no-case', 'none', 'S3' as const);
		const startAfter = fc.constantFrom('right', 'ignored', 'refused' as const);
		await fc.assert(
			fc.asyncProperty(habits, order, startAfter, async (habit, order, startAfter) =>
				withLedger(async (ledger) => {
					const store = modelStore({...modelOf(habit), order, startAfter});
					const listing = await listOnce(ledger, store, habit.prefix);
					const keys = keysOf(ledger, listing).sort(compareKeys);
					assert.deepEqual(keys, expected(habit.keys, habit.prefix));
				}),
			),
			{numRuns: 200},
		);
	});

	test('when it is cut off again and again and taken up', {timeout: 120_000}, async () => {
		const order = fc.constantFrom('S3', 'S3', 'UTF-16', 'none' as const);
		const ends = fc.array(fc.integer({min: 1, max: 60}), {minLength: 1, maxLength: 4});
		await fc.assert(
			fc.asyncProperty(habits, order, ends, async (habit, order, ends) =>
				withLedger(async (ledger) => {
					const {prefix} = habit;
					for (const failAt of ends) {
						const store = modelStore({...modelOf(habit), order, failAt});
						const listing = listingOf(ledger, store, prefix);
						await listing.run(Infinity).catch(() => undefined);
					}
					const listing = await listOnce(ledger, modelStore({...modelOf(habit), order}), prefix);
					const keys = keysOf(ledger, listing).sort(compareKeys);
					assert.deepEqual(keys, expected(habit.keys, prefix));
				}),
			),
			{numRuns: 120},
		);
	});
});

const numbered = (count: number, head = 'set/img_'): string[] =>
	Array.from({length: count}, (_, index) => `${head}${String(index).padStart(6, '0')}.png`);

describe('requests', () => {
	test('a short listing costs one for each page, one after another', async () => {
		await withLedger(async (ledger) => {
			const queries: ListQuery[] = [];
			const store = modelStore({
				keys: numbered(30),
				pageSize: () => 10,
				hear: (query) => void queries.push(query),
			});
			await listOnce(ledger, store, '');
			assert.equal(queries.length, 3);
			assert.ok(queries.every(({startAfter}) => startAfter === undefined));
		});
	});

	test('a long one is read in several ranges, with few requests more than it has pages', async () => {
		for (const keys of [
			numbered(30_000),
			numbered(30_000).map((key, index) => `photos/2024/${index % 12}/${key}`),
			numbered(30_000).map((key, index) =>
				index < 28_000 ? `a/${key}` : `z/${index % 50}/${key}`,
			),
		]) {
			await withLedger(async (ledger) => {
				let pages = 0;
				let open = 0;
				let most = 0;
				const store = modelStore({
					keys,
					pageSize: () => 100,
					hear: ({pageSize}) => void (pageSize === undefined && pages++),
				});
				const counting: Store = {
					...store,
					list: (query) => {
						most = Math.max(most, ++open);
						return store.list(query).finally(() => void open--);
					},
				};
				const listing = await listOnce(ledger, counting, '');
				assert.deepEqual(keysOf(ledger, listing), expected(keys, ''));
				assert.ok(most >= 8, `${most} at once`);
				assert.ok(pages <= 300 * 1.3, `${pages} requests for 300 pages`);
			});
		}
	});

	test('what was listed before a cut is not listed again', async () => {
		await withLedger(async (ledger) => {
			const keys = numbered(20_000);
			const options = {keys, pageSize: () => 100};
			const cut = modelStore({...options, failAt: 150});
			const first = listingOf(ledger, cut, '');
			await assert.rejects(first.run(Infinity), /sign-in has expired/);
			const known = ledger.objects.count();
			assert.ok(known > 8000, `${known} keys before the cut`);
			let pages = 0;
			const rest = modelStore({...options, hear: () => void pages++});
			const words: string[] = [];
			const listing = listingOf(ledger, rest, '', words);
			await listing.run(Infinity);
			assert.deepEqual(keysOf(ledger, listing), keys);
			assert.ok(pages < 200 - known / 100 + 50, `${pages} requests for ${20_000 - known} keys`);
			assert.match(words[0] ?? '', /^takes up the listing of b\/: [\d,]+ keys are known/);
		});
	});

	test('a limit of pages holds, and the listing goes on from there', async () => {
		await withLedger(async (ledger) => {
			const keys = numbered(20_000);
			let pages = 0;
			const store = modelStore({
				keys,
				pageSize: () => 100,
				hear: ({pageSize}) => void (pageSize === undefined && pages++),
			});
			const listing = listingOf(ledger, store, '');
			assert.equal(await listing.run(60), 'more');
			assert.equal(pages, 60);
			assert.equal(await listing.run(Infinity), 'whole');
			assert.deepEqual(keysOf(ledger, listing), keys);
		});
	});
});
