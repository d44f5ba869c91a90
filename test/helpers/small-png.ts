import {crc32, deflateSync} from 'node:zlib';

/** Pixels of one picture: red, green, blue, alpha, row by row. */
export type Pixels = {readonly width: number; readonly height: number; readonly data: Uint8Array};

/**
 * A PNG with a palette (PNG 1.2, 11.2): pictures of a terminal have few colours and the steps between
 * them, so that a byte a pixel is enough. Steps of colours are made coarser until all fit in 256.
 */
export function smallPng(pixels: Pixels): Buffer {
	for (const bits of [8, 7, 6, 5, 4, 3, 2]) {
		const indexed = index(pixels, bits);
		if (indexed !== undefined) return file(pixels, indexed);
	}
	throw new RangeError('the picture has too many colours');
}

type Indexed = {readonly colors: readonly number[]; readonly pixels: Uint8Array};

/** The pixels as numbers of a palette; undefined with more than 256 colours of so many bits a channel. */
function index({width, height, data}: Pixels, bits: number): Indexed | undefined {
	const known = new Map<number, number>();
	const colors: number[] = [];
	const pixels = new Uint8Array(width * height);
	const mask = 0xff & (0xff << (8 - bits));
	const channel = (at: number) => (data[at] ?? 0) & mask;
	for (let pixel = 0; pixel < pixels.length; pixel++) {
		const at = pixel * 4;
		// of the alpha channel only the rounded corners have more than "all"
		const alpha = (data[at + 3] ?? 0) & 0xc0;
		const key =
			channel(at) * 2 ** 24 + channel(at + 1) * 2 ** 16 + channel(at + 2) * 2 ** 8 + alpha;
		let number = known.get(key);
		if (number === undefined) {
			number = colors.length;
			if (number > 255) return undefined;
			known.set(key, number);
			const exact = [0, 1, 2, 3].reduce((sum, part) => sum * 256 + (data[at + part] ?? 0), 0);
			colors.push(exact);
		}
		pixels[pixel] = number;
	}
	return {colors, pixels};
}

function file({width, height}: Pixels, {colors, pixels}: Indexed): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	// eight bits, palette
	header.set([8, 3], 8);
	const rows = Buffer.alloc((width + 1) * height);
	for (let row = 0; row < height; row++) {
		rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
	}
	const part = (shift: number) => colors.map((color) => Math.floor(color / 2 ** shift) & 0xff);
	const [red, green, blue] = [part(24), part(16), part(8)];
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk('IHDR', header),
		chunk(
			'PLTE',
			Buffer.from(colors.flatMap((_, at) => [red[at] ?? 0, green[at] ?? 0, blue[at] ?? 0])),
		),
		chunk('tRNS', Buffer.from(part(0))),
		chunk('IDAT', deflateSync(rows, {level: 9})),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function chunk(name: string, data: Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, sum]);
}
