import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {createCombine} from '../../../source/transfer/crc/combine.ts';
import {crcOf, crcForms} from '../../../source/transfer/crc/crc.ts';

test('the CRCs of two pieces make that of both, for any pieces and all three kinds', () => {
	const source = Buffer.alloc(400_000);
	for (let at = 0; at < source.length; at++) source[at] = (at * 7919 + (at >> 9)) & 255;
	for (const form of Object.values(crcForms)) {
		const crc = crcOf(form);
		const combine = createCombine(form);
		const of = (bytes: Uint8Array) => crc.finish(crc.update(crc.initial, bytes));
		fc.assert(
			fc.property(fc.nat(200_000), fc.nat(200_000), (first, second) => {
				const [one, other] = [source.subarray(0, first), source.subarray(first, first + second)];
				assert.equal(combine(of(one), of(other), second), of(source.subarray(0, first + second)));
			}),
			{numRuns: 100},
		);
	}
});

test('lengths beyond 32 bits: 5 GiB of zeros made of pieces, in any grouping', () => {
	const form = crcForms.crc64nvme;
	const crc = crcOf(form);
	const combine = createCombine(form);
	const MiB = 1024 * 1024;
	const one = crc.finish(crc.update(crc.initial, Buffer.alloc(MiB)));
	let doubled = one;
	let bytes = MiB;
	for (; bytes < 4096 * MiB; bytes *= 2) doubled = combine(doubled, doubled, bytes);
	let stepped = doubled;
	for (let step = 0; step < 1024; step++) stepped = combine(stepped, one, MiB);
	const gib = Array.from({length: 10}).reduce<{value: bigint; size: number}>(
		({value, size}) => ({value: combine(value, value, size), size: 2 * size}),
		{value: one, size: MiB},
	);
	assert.equal(combine(doubled, gib.value, gib.size), stepped);
});
