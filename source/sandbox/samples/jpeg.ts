import type {Raster} from './raster.ts';

// The typical tables of ITU-T T.81, annex K: luminance only is used, for all three components.
const zigzag = [
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
	13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
	45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];
const quantum = [
	16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
	14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
	92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
].map((step) => Math.max(1, Math.round(step * 0.5)));
const dcCounts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const dcSymbols = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const acCounts = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d];
const acSymbols = [
	...Buffer.from(
		'01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
		'hex',
	),
];

type Code = {readonly bits: number; readonly length: number};
type Codes = readonly (Code | undefined)[];

function huffman(counts: readonly number[], symbols: readonly number[]): Codes {
	const codes: (Code | undefined)[] = [];
	let bits = 0;
	let next = 0;
	for (const [index, count] of counts.entries()) {
		for (let n = 0; n < count; n++) codes[symbols[next++] ?? 0] = {bits: bits++, length: index + 1};
		bits <<= 1;
	}
	return codes;
}

const dcCodes = huffman(dcCounts, dcSymbols);
const acCodes = huffman(acCounts, acSymbols);

/** A baseline JPEG file (ITU-T T.81), no chroma subsampling. */
export function encodeJpeg(raster: Raster): Buffer {
	const {width, height} = raster;
	const frame = [8, height >> 8, height & 255, width >> 8, width & 255, 3];
	for (const id of [1, 2, 3]) frame.push(id, 0x11, 0);
	return Buffer.concat([
		Buffer.from([0xff, 0xd8]),
		segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
		segment(0xdb, [0, ...zigzag.map((place) => quantum[place] ?? 1)]),
		segment(0xc0, frame),
		segment(0xc4, [0x00, ...dcCounts, ...dcSymbols]),
		segment(0xc4, [0x10, ...acCounts, ...acSymbols]),
		segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
		scan(raster),
		Buffer.from([0xff, 0xd9]),
	]);
}

/** The same picture with a comment in it, so that no two objects have the same bytes. */
export function withJpegText(jpeg: Buffer, text: string): Buffer {
	const start = jpeg.subarray(0, 20);
	return Buffer.concat([start, segment(0xfe, [...Buffer.from(text)]), jpeg.subarray(20)]);
}

function segment(marker: number, data: readonly number[]): Buffer {
	const length = data.length + 2;
	return Buffer.from([0xff, marker, length >> 8, length & 255, ...data]);
}

function scan(raster: Raster): Buffer {
	const writer = new BitWriter();
	const previous = [0, 0, 0];
	for (let y = 0; y < raster.height; y += 8) {
		for (let x = 0; x < raster.width; x += 8) {
			for (const component of [0, 1, 2]) {
				const block = transform(samples(raster, x, y, component));
				previous[component] = writeBlock(writer, block, previous[component] ?? 0);
			}
		}
	}
	return writer.finish();
}

const weights = [
	[0.299, 0.587, 0.114, -128],
	[-0.168_736, -0.331_264, 0.5, 0],
	[0.5, -0.418_688, -0.081_312, 0],
] as const;

/** 8×8 values of one component around zero; the last row and column are repeated past the edge. */
function samples(raster: Raster, left: number, top: number, component: number): Float64Array {
	const values = new Float64Array(64);
	const [red, green, blue, offset] = weights[component] ?? weights[0];
	for (let index = 0; index < 64; index++) {
		const x = Math.min(raster.width - 1, left + (index & 7));
		const y = Math.min(raster.height - 1, top + (index >> 3));
		const at = (y * raster.width + x) * 3;
		const [r = 0, g = 0, b = 0] = raster.pixels.subarray(at, at + 3);
		values[index] = red * r + green * g + blue * b + offset;
	}
	return values;
}

const cosines = Array.from({length: 64}, (_, index) => {
	const scale = index < 8 ? Math.SQRT1_2 / 2 : 0.5;
	return scale * Math.cos((((index & 7) * 2 + 1) * (index >> 3) * Math.PI) / 16);
});

/** The discrete cosine transform of a block, rows then columns, quantised. */
function transform(values: Float64Array): Int32Array {
	const half = new Float64Array(64);
	const result = new Int32Array(64);
	for (let index = 0; index < 64; index++) half[index] = dot(values, index & ~7, 1, index & 7);
	for (let index = 0; index < 64; index++) {
		result[index] = Math.round(dot(half, index & 7, 8, index >> 3) / (quantum[index] ?? 1));
	}
	return result;
}

function dot(values: Float64Array, start: number, step: number, frequency: number): number {
	let sum = 0;
	for (let n = 0; n < 8; n++) {
		sum += (values[start + n * step] ?? 0) * (cosines[frequency * 8 + n] ?? 0);
	}
	return sum;
}

/** Writes one block and returns its mean, from which the next one of the component is told. */
function writeBlock(writer: BitWriter, block: Int32Array, previous: number): number {
	const mean = block[0] ?? 0;
	writeValue(writer, dcCodes, 0, mean - previous);
	let zeros = 0;
	for (let place = 1; place < 64; place++) {
		const value = block[zigzag[place] ?? 0] ?? 0;
		if (value === 0) {
			zeros++;
			continue;
		}
		for (; zeros > 15; zeros -= 16) writer.code(acCodes[0xf0]);
		writeValue(writer, acCodes, zeros, value);
		zeros = 0;
	}
	if (zeros > 0) writer.code(acCodes[0]);
	return mean;
}

function writeValue(writer: BitWriter, codes: Codes, zeros: number, value: number): void {
	const size = 32 - Math.clz32(Math.abs(value));
	writer.code(codes[(zeros << 4) | size]);
	writer.put(value < 0 ? value + (1 << size) - 1 : value, size);
}

class BitWriter {
	readonly #bytes: number[] = [];
	#held = 0;
	#count = 0;

	code(code: Code | undefined): void {
		if (code === undefined) throw new RangeError('A value does not fit a baseline JPEG.');
		this.put(code.bits, code.length);
	}

	put(bits: number, length: number): void {
		this.#held = (this.#held << length) | bits;
		this.#count += length;
		while (this.#count >= 8) {
			this.#count -= 8;
			const byte = (this.#held >> this.#count) & 255;
			this.#bytes.push(byte);
			if (byte === 255) this.#bytes.push(0);
		}
		this.#held &= (1 << this.#count) - 1;
	}

	finish(): Buffer {
		this.put(0x7f, 7);
		return Buffer.from(this.#bytes);
	}
}
