import {crcModule, dataAt, dataSize, roomAt, roomSize, stripe} from './module.ts';
import {crcTables, type CrcForm} from './tables.ts';

/** A way to compute one kind of CRC piece by piece. */
export type Crc = {
	/** bytes that lie in here are computed where they are, without a copy */
	readonly room: Buffer<ArrayBuffer>;
	/** the value before the first byte */
	readonly initial: bigint;
	/** the value after `bytes` more */
	update(value: bigint, bytes: Uint8Array): bigint;
	/** the CRC itself, as it is published */
	finish(value: bigint): bigint;
};

/**
 * The polynomials, lowest bit first: CRC-32 (ISO 3309), CRC-32C (Castagnoli, RFC 9260), CRC-64/NVME (NVM
 * Express, 64b CRC). All begin with ones and end inverted.
 */
export const crcForms = {
	crc32: {polynomial: 0xedb88320n, width: 32},
	crc32c: {polynomial: 0x82f63b78n, width: 32},
	crc64nvme: {polynomial: 0x9a6c9329ac4bc9b5n, width: 64},
} as const satisfies Record<string, CrcForm>;

/** What is used of https://www.w3.org/TR/wasm-js-api-2/; Node's own types leave it to those of browsers. */
declare const WebAssembly: {
	readonly Module: new (bytes: Uint8Array) => {readonly compiled: true};
	readonly Instance: new (module: {readonly compiled: true}) => {
		readonly exports: {
			readonly memory: {readonly buffer: ArrayBuffer};
			readonly update: (crc: bigint, at: number, length: number) => bigint;
		};
	};
};

const compiled = new WebAssembly.Module(crcModule);

const made = new Map<CrcForm, Crc>();

/**
 * The one of this thread (some milliseconds to make, 320 KiB). Values are plain numbers, so any
 * number of computations share it. Two to three times as fast as hash-wasm's, since four stripes
 * of the bytes are computed side by side.
 */
export function crcOf(form: CrcForm): Crc {
	let crc = made.get(form);
	if (crc === undefined) made.set(form, (crc = createCrc(form)));
	return crc;
}

function createCrc(form: CrcForm): Crc {
	const {memory, update} = new WebAssembly.Instance(compiled).exports;
	const tables = crcTables(form, [stripe, 2 * stripe, 3 * stripe]);
	new BigUint64Array(memory.buffer, 0, tables.length).set(tables);
	const data = new Uint8Array(memory.buffer, dataAt, dataSize);
	const ones = (1n << BigInt(form.width)) - 1n;
	return {
		room: Buffer.from(memory.buffer, roomAt, roomSize),
		initial: ones,
		update(value, bytes) {
			if (bytes.buffer === memory.buffer)
				return BigInt.asUintN(form.width, update(value, bytes.byteOffset, bytes.length));
			let crc = value;
			for (let at = 0; at < bytes.length; at += dataSize) {
				const piece = bytes.length <= dataSize ? bytes : bytes.subarray(at, at + dataSize);
				data.set(piece);
				crc = update(crc, dataAt, piece.length);
			}
			return BigInt.asUintN(form.width, crc);
		},
		finish: (value) => value ^ ones,
	};
}
