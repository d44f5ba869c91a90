/** A reflected CRC: `polynomial` without its highest term, lowest bit first; `width` in bits. */
export type CrcForm = {readonly polynomial: bigint; readonly width: 32 | 64};

/** A linear map on CRC values: what becomes of each single bit. */
type Map64 = readonly bigint[];

const bits = 64;

function apply(map: Map64, value: bigint): bigint {
	let result = 0n;
	for (let bit = 0, left = value; left !== 0n; bit++, left >>= 1n) {
		if ((left & 1n) !== 0n) result ^= map[bit] ?? 0n;
	}
	return result;
}

const compose = (outer: Map64, inner: Map64): Map64 => inner.map((value) => apply(outer, value));

/** What a CRC value becomes by one more zero byte. */
function zeroByte(form: CrcForm): Map64 {
	return Array.from({length: bits}, (_, bit) => {
		let value = 1n << BigInt(bit);
		for (let step = 0; step < 8; step++)
			value = (value & 1n) === 0n ? value >> 1n : (value >> 1n) ^ form.polynomial;
		return value;
	});
}

/** What a CRC value becomes by `count` more zero bytes. */
function zeroBytes(form: CrcForm, count: number): Map64 {
	let result: Map64 = Array.from({length: bits}, (_, bit) => 1n << BigInt(bit));
	let power = zeroByte(form);
	for (let left = count; left > 0; left = Math.floor(left / 2)) {
		if (left % 2 === 1) result = compose(power, result);
		power = compose(power, power);
	}
	return result;
}

/** The map's values for each byte at each of the eight places of a word: 8 × 256 numbers. */
function byBytes(map: Map64): bigint[] {
	const table: bigint[] = [];
	for (let place = 0; place < 8; place++) {
		const start = table.length;
		table.push(0n);
		for (let byte = 1; byte < 256; byte++) {
			// all its bits but the lowest are those of a smaller byte
			const rest = table[start + (byte & (byte - 1))] ?? 0n;
			const lowest = 31 - Math.clz32(byte & -byte);
			table.push(rest ^ (map[place * 8 + lowest] ?? 0n));
		}
	}
	return table;
}

/**
 * The tables of a CRC over words of eight bytes ("slicing by 8": M. Kounavis, F. Berry, A systematic
 * approach to building high performance software-based CRC generators, 2005): `word`, then one for each
 * count of `skips`, which carries a value over so many bytes of other stripes. 2,048 numbers each.
 */
export function crcTables(form: CrcForm, skips: readonly number[]): BigUint64Array {
	const tables = [8, ...skips].map((count) => byBytes(zeroBytes(form, count)));
	return BigUint64Array.from(tables.flat());
}
