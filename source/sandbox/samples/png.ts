import {crc32, deflateSync} from 'node:zlib';
import type {Raster} from './raster.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG file (w3.org/TR/png): 8-bit RGB, rows predicted from the row above, which suits gradients. */
export function encodePng({width, height, pixels}: Raster): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2, 0, 0, 0], 8);
	const stride = width * 3;
	const rows = Buffer.alloc((stride + 1) * height);
	for (let y = 0; y < height; y++) {
		const at = y * (stride + 1);
		rows[at] = 2;
		for (let x = 0; x < stride; x++) {
			const above = y === 0 ? 0 : (pixels[(y - 1) * stride + x] ?? 0);
			rows[at + 1 + x] = (pixels[y * stride + x] ?? 0) - above;
		}
	}
	return Buffer.concat([
		signature,
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(rows, {level: 6})),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

/** The same picture with a line of text in it, so that no two objects have the same bytes. */
export function withPngText(png: Buffer, text: string): Buffer {
	const end = png.length - 12;
	return Buffer.concat([
		png.subarray(0, end),
		chunk('tEXt', Buffer.from(`Title\0${text}`, 'latin1')),
		png.subarray(end),
	]);
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const framed = Buffer.alloc(body.length + 8);
	framed.writeUInt32BE(data.length, 0);
	body.copy(framed, 4);
	framed.writeUInt32BE(crc32(body), body.length + 4);
	return framed;
}
