import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {objectKey} from '../../source/model/brand.ts';
import type {DigestAlgorithm} from '../../source/model/object.ts';
import {LargeFile} from '../../source/transfer/large-file.ts';
import type {Extent, LargeFacts, PieceTask} from '../../source/transfer/pieces.ts';
import type {TransferTask} from '../../source/transfer/types.ts';

const MiB = 1024 * 1024;
const task: TransferTask = {
	id: 7,
	group: 1,
	ref: {bucket: 'b', key: objectKey('k')},
	size: 100 * MiB,
	temporary: '/t',
	destination: '/d',
	replace: true,
};
const facts = (size: number, partSize?: number, algorithm?: DigestAlgorithm): LargeFacts => ({
	etag: '"e"',
	size,
	algorithm: algorithm ?? 'crc32',
	...(partSize !== undefined && {partSize}),
});
const error = {code: 'changed', message: 'changed'} as const;
const extentOf = ({start, end}: PieceTask & {kind: 'range'}, length = end - start): Extent => ({
	start,
	length,
	value: 'aaaaaaaa',
});

/** Brings a file past its first question. */
function prepared(
	size: number,
	extents: readonly Extent[] = [],
	partSize?: number,
	algorithm?: DigestAlgorithm,
): LargeFile {
	const file = new LargeFile({...task, size}, 3);
	const first = file.next(-1);
	assert.equal(first?.kind, 'prepare');
	assert.equal(file.next(-2), undefined);
	const done = {id: -1, attempts: 1, firstByte: 5, extents} as const;
	file.take({kind: 'prepared', ...done, facts: facts(size, partSize, algorithm)});
	return file;
}

test('whatever comes back in whatever order, every byte is fetched once and the file ends', () => {
	const size = fc.integer({min: 1, max: 120 * MiB});
	const partSize = fc.option(fc.integer({min: 5 * MiB, max: 90 * MiB}), {nil: undefined});
	const steps = fc.array(
		fc.record({
			what: fc.constantFrom('hand out', 'fetched', 'give back', 'hand out', 'fetched'),
			which: fc.nat(),
		}),
		{maxLength: 60},
	);
	fc.assert(
		fc.property(size, partSize, steps, (bytes, part, plan) => {
			const file = prepared(bytes, [], part);
			const out = new Map<number, PieceTask & {kind: 'range'}>();
			let id = -1;
			let fetched = 0;
			const handOut = (): PieceTask | undefined => {
				const piece = file.next(--id);
				if (piece?.kind === 'range') {
					out.set(id, piece);
					// no piece lies across two uploaded parts
					if (part !== undefined)
						assert.equal(Math.floor(piece.start / part), Math.floor((piece.end - 1) / part));
					// none is long, so that a stop or a cut costs little
					assert.ok(piece.end - piece.start <= 17 * MiB);
				}
				return piece;
			};
			const bring = (which: number): void => {
				const piece = [...out.values()][which % Math.max(1, out.size)];
				if (piece === undefined) return;
				out.delete(piece.id);
				fetched += piece.end - piece.start;
				file.take({kind: 'fetched', id: piece.id, attempts: 1, extent: extentOf(piece)});
			};
			for (const {what, which} of plan) {
				if (fetched === bytes) break;
				if (what === 'hand out') handOut();
				else if (what === 'fetched') bring(which);
				else {
					const piece = [...out.values()][which % Math.max(1, out.size)];
					if (piece !== undefined && out.delete(piece.id)) file.giveBack(piece.id);
				}
				assert.equal(file.bytes, fetched);
				assert.equal(file.underWay, out.size);
			}
			let last: PieceTask | undefined;
			for (let turn = 0; turn < 10_000 && last?.kind !== 'finish'; turn++) {
				last = handOut();
				if (last === undefined) bring(0);
			}
			assert.ok(last?.kind === 'finish');
			const sorted = [...last.extents].sort((one, other) => one.start - other.start);
			let end = 0;
			for (const {start, length} of sorted) {
				assert.equal(start, end);
				end += length;
			}
			assert.equal(end, bytes);
		}),
	);
});

for (const [what, size, partSize, expected, algorithm] of [
	['small parts are a piece each', 25, 8, [8, 8, 8, 1]],
	['parts below two pieces too', 40, 15, [15, 15, 10]],
	['large parts are cut', 90, 50, [9, 9, 9, 9, 9, 5, 9, 9, 9, 9, 4]],
	['a large part alone', 40, 40, [8, 8, 8, 8, 8]],
	['not where digests can’t be combined', 90, 50, [50, 40], 'md5'],
] as const)
	test(`pieces of an object of uploaded parts: ${what}`, () => {
		const file = prepared(size * MiB, [], partSize * MiB, algorithm);
		const lengths: number[] = [];
		for (let id = -2; ; id--) {
			const piece = file.next(id);
			if (piece?.kind !== 'range') break;
			lengths.push((piece.end - piece.start) / MiB);
		}
		assert.deepEqual(lengths, expected);
	});

test('what an earlier run left is not fetched again', () => {
	const there = [
		{start: 0, length: 3 * MiB, value: 'aaaaaaaa'},
		{start: 16 * MiB, length: 8 * MiB, value: 'aaaaaaaa'},
	];
	const file = prepared(30 * MiB, there);
	assert.equal(file.bytes, 11 * MiB);
	const ranges: Array<[number, number]> = [];
	for (let id = -2; ; id--) {
		const piece = file.next(id);
		if (piece?.kind !== 'range') break;
		ranges.push([piece.start / MiB, piece.end / MiB]);
	}
	assert.deepEqual(ranges, [
		[3, 8],
		[8, 16],
		[24, 30],
	]);
});

test('parked: nothing new, the beginnings of pieces count, and it ends when all are back', () => {
	const file = prepared(30 * MiB);
	const first = file.next(-2);
	const second = file.next(-3);
	assert.ok(first?.kind === 'range' && second?.kind === 'range');
	file.park();
	assert.equal(file.next(-4), undefined);
	assert.equal(file.outcome(), undefined);
	file.take({kind: 'fetched', id: -2, attempts: 1, extent: extentOf(first)});
	assert.equal(file.outcome(), undefined);
	file.take({kind: 'parked', id: -3, attempts: 1, extent: extentOf(second, MiB)});
	assert.deepEqual(file.outcome(), {
		kind: 'result',
		result: {kind: 'parked', id: 7, bytes: 9 * MiB},
	});
});

test('a pause stands, although the object turns out to have changed meanwhile', () => {
	const file = prepared(30 * MiB);
	file.next(-2);
	file.park();
	file.take({kind: 'restart', id: -2, attempts: 1, error});
	assert.deepEqual(file.outcome(), {kind: 'result', result: {kind: 'parked', id: 7, bytes: 0}});
});

test('a refusal waits for the other pieces, and one result tells of it', () => {
	const file = prepared(30 * MiB);
	file.next(-2);
	file.next(-3);
	file.take({kind: 'refused', id: -2, attempts: 1, error});
	assert.equal(file.next(-4), undefined);
	assert.equal(file.outcome(), undefined);
	file.take({kind: 'refused', id: -3, attempts: 1, error});
	assert.deepEqual(file.outcome(), {kind: 'result', result: {kind: 'refused', id: 7, error}});
});

test('an object that changes begins anew, a few times', () => {
	const file = prepared(30 * MiB);
	file.next(-2);
	file.take({kind: 'restart', id: -2, attempts: 1, error});
	assert.equal(file.outcome(), undefined);
	assert.equal(file.next(-3)?.kind, 'prepare');
	for (const id of [-3, -4]) {
		file.take({kind: 'restart', id, attempts: 1, error});
		const outcome = file.outcome();
		if (id === -4)
			assert.deepEqual(outcome, {
				kind: 'result',
				result: {kind: 'failed', id: 7, attempts: 4, error},
			});
		else file.next(-4);
	}
});

test('what can’t be had in pieces is fetched in one', () => {
	const file = prepared(30 * MiB);
	file.next(-2);
	file.take({kind: 'indivisible', id: -2, attempts: 1});
	const outcome = file.outcome();
	assert.ok(outcome?.kind === 'indivisible' && outcome.task.inOnePiece === true);
});
