/*
 * A WebAssembly module of one function, put together by hand: `update(crc: i64, at: i32, length:
 * i32): i64` over bytes in the module's memory. Encoding: https://webassembly.github.io/spec/core/binary/
 */

/** Bytes of each of the four stripes that are computed side by side. */
export const stripe = 2048;
/** Where the bytes lie: behind the table of words and those of one, two and three stripes. */
export const dataAt = 4 * 2048 * 8;
/** Bytes that are copied there at once, for they lie elsewhere. */
export const dataSize = 4 * 64 * 1024;
/** Behind them lies room for bytes that come straight into the memory. */
export const roomAt = dataAt + dataSize;
export const roomSize = 4 * 64 * 1024;

const page = 64 * 1024;
const tableSize = 2048 * 8;
const slice = 256 * 8;

const i32 = 0x7f;
const i64 = 0x7e;
const empty = 0x40;

/** Unsigned LEB128. */
function u(value: number): number[] {
	const bytes: number[] = [];
	for (let left = value; ; left = Math.floor(left / 128)) {
		if (left < 128) return [...bytes, left];
		bytes.push((left % 128) | 0x80);
	}
}

/** Signed LEB128 of a number that is not negative. */
function s(value: number): number[] {
	const bytes = u(value);
	const last = bytes.at(-1) ?? 0;
	if (last < 0x40) return bytes;
	return [...bytes.slice(0, -1), last | 0x80, 0];
}

const get = (local: number) => [0x20, ...u(local)];
const set = (local: number) => [0x21, ...u(local)];
const const32 = (value: number) => [0x41, ...s(value)];
const const64 = (value: number) => [0x42, ...s(value)];
const load64 = (offset: number) => [0x29, 0, ...u(offset)];
const load8 = (offset: number) => [0x31, 0, ...u(offset)];
const add32 = [0x6a];
const shl32 = [0x74];
const le32 = [0x4d];
const lt32 = [0x49];
const eqz32 = [0x45];
const and64 = [0x83];
const xor64 = [0x85];
const shr64 = [0x88];
const wrap = [0xa7];
const branch = (depth: number) => [0x0c, ...u(depth)];
const branchIf = (depth: number) => [0x0d, ...u(depth)];
const loop = (...body: number[][]) => [0x03, empty, ...body.flat(), 0x0b];
const block = (...body: number[][]) => [0x02, empty, ...body.flat(), 0x0b];

/** Repeats `body` while `condition` holds. */
const repeat = (condition: number[], ...body: number[][]) =>
	block(loop(condition, eqz32, branchIf(1), ...body, branch(0)));

const crc = 0;
const at = 1;
const length = 2;
const end = 3;
const stop = 4;
/** values of the second, third and fourth stripe */
const others = [5, 6, 7] as const;

const advance = (count: number) => [...get(at), ...const32(count), ...add32, ...set(at)];
const fits = (count: number) => [...get(at), ...const32(count), ...add32, ...get(end), ...le32];

/** The value in `local`, carried on by the table at `table`: eight looks, one for each of its bytes. */
function carried(local: number, table: number): number[] {
	const looks = Array.from({length: 8}, (_, place) => [
		...get(local),
		...(place === 0 ? [] : [...const64(8 * place), ...shr64]),
		...(place === 7 ? [] : [...const64(255), ...and64]),
		...wrap,
		...const32(3),
		...shl32,
		...load64(table + place * slice),
		...(place === 0 ? [] : xor64),
	]);
	return looks.flat();
}

/** Takes eight bytes, `offset` behind `at`, into the value in `local`. */
function takeWord(local: number, offset: number): number[] {
	return [
		...get(local),
		...get(at),
		...load64(offset),
		...xor64,
		...set(local),
		...carried(local, 0),
		...set(local),
	];
}

/** Four stripes side by side: the looks of one do not wait for those of another. */
const stripes = repeat(
	fits(4 * stripe),
	...others.map((local) => [...const64(0), ...set(local)]),
	[...get(at), ...const32(stripe), ...add32, ...set(stop)],
	loop(
		takeWord(crc, 0),
		...others.map((local, index) => takeWord(local, (index + 1) * stripe)),
		advance(8),
		[...get(at), ...get(stop), ...lt32, ...branchIf(0)],
	),
	carried(crc, 3 * tableSize),
	[...carried(others[0], 2 * tableSize), ...xor64],
	[...carried(others[1], tableSize), ...xor64],
	[...get(others[2]), ...xor64, ...set(crc)],
	advance(3 * stripe),
);

const words = repeat(fits(8), takeWord(crc, 0), advance(8));

/** One byte: its look is that of the last place in the table of words. */
const bytes = repeat(
	[...get(at), ...get(end), ...lt32],
	[...get(crc), ...const64(8), ...shr64],
	[...get(crc), ...get(at), ...load8(0), ...xor64, ...const64(255), ...and64, ...wrap],
	[...const32(3), ...shl32, ...load64(7 * slice), ...xor64, ...set(crc)],
	advance(1),
);

const body = [
	2,
	2,
	i32,
	3,
	i64,
	...get(at),
	...get(length),
	...add32,
	...set(end),
	...stripes,
	...words,
	...bytes,
	...get(crc),
	0x0b,
];

const name = (text: string) => [...u(text.length), ...Buffer.from(text)];
const section = (id: number, content: readonly number[]) => [id, ...u(content.length), ...content];

/** The module, ready to be compiled. Exports `memory` and `update`. */
export const crcModule = Uint8Array.from([
	...Buffer.from('\0asm\u0001\0\0\0'),
	...section(1, [1, 0x60, 3, i64, i32, i32, 1, i64]),
	...section(3, [1, 0]),
	...section(5, [1, 0, ...u((roomAt + roomSize) / page)]),
	...section(7, [2, ...name('memory'), 2, 0, ...name('update'), 0, 0]),
	...section(10, [1, ...u(body.length), ...body]),
]);
