import type {Raster} from './raster.ts';

/**
 * A lossless WebP file (developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification)
 * in its simplest form: no transform, and prefix codes in which every byte has eight bits. As large
 * as the pixels, but any reader opens it.
 */
export function encodeWebp({width, height, pixels}: Raster): Buffer {
	const writer = new LowBitWriter();
	writer.put(width - 1, 14);
	writer.put(height - 1, 14);
	// no alpha, version 0, no transform, no colour cache, no meta prefix codes
	writer.put(0, 1 + 3 + 1 + 1 + 1);
	for (const _channel of ['green', 'red', 'blue']) writeFlatCode(writer);
	writeSingleCode(writer, 255);
	writeSingleCode(writer, 0);
	for (let at = 0; at < pixels.length; at += 3) {
		for (const channel of [1, 0, 2]) writer.put(reversed(pixels[at + channel] ?? 0), 8);
	}
	const data = Buffer.concat([Buffer.from([0x2f]), writer.finish()]);
	const padded = data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.alloc(1)]);
	const head = Buffer.alloc(20);
	head.write('RIFF', 0, 'latin1');
	head.writeUInt32LE(12 + padded.length, 4);
	head.write('WEBPVP8L', 8, 'latin1');
	head.writeUInt32LE(data.length, 16);
	return Buffer.concat([head, padded]);
}

/** A code in which the symbols 0 to 255 have eight bits each and the rest none. */
function writeFlatCode(writer: LowBitWriter): void {
	writer.put(0, 1);
	// The lengths are themselves coded: 12 code lengths in the order 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8.
	writer.put(12 - 4, 4);
	for (let place = 0; place < 12; place++) writer.put(place === 11 ? 1 : 0, 3);
	// 256 symbols follow: an 8-bit number plus 2. The one length in use, 8, takes no bits at all.
	writer.put(1, 1);
	writer.put(3, 3);
	writer.put(256 - 2, 8);
}

/** A code of one symbol, which takes no bits. */
function writeSingleCode(writer: LowBitWriter, symbol: number): void {
	writer.put(1, 1);
	writer.put(0, 1);
	writer.put(1, 1);
	writer.put(symbol, 8);
}

/** Prefix codes are read from their highest bit on, everything else from the lowest. */
function reversed(byte: number): number {
	let result = 0;
	for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit);
	return result;
}

class LowBitWriter {
	readonly #bytes: number[] = [];
	#held = 0;
	#count = 0;

	put(bits: number, length: number): void {
		this.#held |= bits << this.#count;
		this.#count += length;
		while (this.#count >= 8) {
			this.#bytes.push(this.#held & 255);
			this.#held >>>= 8;
			this.#count -= 8;
		}
	}

	finish(): Buffer {
		if (this.#count > 0) this.put(0, 8 - this.#count);
		return Buffer.from(this.#bytes);
	}
}
