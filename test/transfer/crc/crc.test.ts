import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import * as fc from 'fast-check';
import {createCRC32, createCRC64} from 'hash-wasm';
import {crcOf, crcForms, type Crc} from '../../../source/transfer/crc/crc.ts';

const valueOf = (crc: Crc, pieces: readonly Uint8Array[]) =>
	crc.finish(pieces.reduce((value, piece) => crc.update(value, piece), crc.initial));

const made = {
	crc32: crcOf(crcForms.crc32),
	crc32c: crcOf(crcForms.crc32c),
	crc64nvme: crcOf(crcForms.crc64nvme),
};

test('the check values of the catalogue, for the nine digits', () => {
	const digits = [Buffer.from('123456789')];
	assert.equal(valueOf(made.crc32, digits), 0xcbf43926n);
	assert.equal(valueOf(made.crc32c, digits), 0xe3069283n);
	assert.equal(valueOf(made.crc64nvme, digits), 0xae8b14860a799888n);
	for (const crc of Object.values(made)) assert.equal(valueOf(crc, []), 0n);
});

test('the same as other implementations, for any bytes in any pieces', async () => {
	const crc32c = await createCRC32(0x82f63b78);
	const crc64nvme = await createCRC64('9a6c9329ac4bc9b5');
	const source = Buffer.alloc(900_000);
	for (let at = 0; at < source.length; at++) source[at] = (at * 7919 + (at >> 7)) & 255;
	const piece = fc.record({from: fc.nat(100), length: fc.oneof(fc.nat(40), fc.nat(800_000))});
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 4}), (cuts) => {
			const pieces = cuts.map(({from, length}) => source.subarray(from, from + length));
			const all = Buffer.concat(pieces);
			assert.equal(valueOf(made.crc32, pieces), BigInt(crc32(all)));
			const hex = (hasher: typeof crc32c) => BigInt(`0x${hasher.init().update(all).digest('hex')}`);
			assert.equal(valueOf(made.crc32c, pieces), hex(crc32c));
			assert.equal(valueOf(made.crc64nvme, pieces), hex(crc64nvme));
		}),
		{numRuns: 60},
	);
});

test('every length around words, stripes and blocks', () => {
	const source = Buffer.from(Array.from({length: 20_000}, (_, at) => (at * 31) & 255));
	const lengths = [0, 8, 16, 2048, 4096, 8192, 16_384].flatMap((length) =>
		[-9, -8, -7, -1, 0, 1, 7, 8, 9].map((more) => length + more),
	);
	for (const length of lengths.filter((one) => one >= 0)) {
		const bytes = source.subarray(0, length);
		assert.equal(valueOf(made.crc32, [bytes]), BigInt(crc32(bytes)), String(length));
	}
});

test('bytes that lie in its own memory are computed where they are, at any place', () => {
	for (const crc of Object.values(made)) {
		for (let at = 0; at < crc.room.length; at++) crc.room[at] = (at * 31 + (at >> 9)) & 255;
		for (const [from, to] of [
			[0, crc.room.length],
			[1, 20_000],
			[7, 8],
			[300, 300],
		] as const) {
			const here = crc.room.subarray(from, to);
			assert.equal(valueOf(crc, [here]), valueOf(crc, [Buffer.from(here)]));
		}
	}
});
