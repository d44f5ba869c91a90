import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {ChunkedBody} from '../../source/http/chunked.ts';
import {HttpError} from '../../source/http/http-error.ts';

/** Reads `pieces` one after another: the body, and how many bytes of the last piece belonged to it. */
function read(pieces: readonly Buffer[]): {body: Buffer; used: number | undefined} {
	const body: Buffer[] = [];
	const chunked = new ChunkedBody((data) => body.push(Buffer.from(data)));
	let used: number | undefined;
	for (const piece of pieces) used = chunked.read(piece);
	return {body: Buffer.concat(body), used};
}

/** Cuts bytes at any places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
	const ends = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
	return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('any body in any chunks, cut anywhere, comes out as it was', () => {
	const chunk = fc.record({
		data: fc.uint8Array({minLength: 1, maxLength: 300}),
		extension: fc.constantFrom('', ';a', '; name="v\\"x"', ' '),
		upper: fc.boolean(),
	});
	fc.assert(
		fc.property(
			fc.array(chunk, {maxLength: 8}),
			fc.constantFrom('', 'x-amz-checksum-crc32: abcd\r\n', 'a: b\r\nc: d\r\n'),
			fc.array(fc.nat(), {maxLength: 12}),
			(chunks, trailer, places) => {
				const sent = Buffer.concat([
					...chunks.flatMap(({data, extension, upper}) => {
						const size = data.length.toString(16);
						const line = `${upper ? size.toUpperCase() : size}${extension}\r\n`;
						return [Buffer.from(line), Buffer.from(data), Buffer.from('\r\n')];
					}),
					Buffer.from(`0\r\n${trailer}\r\n`),
				]);
				const pieces = cut(sent, places);
				const {body, used} = read(pieces);
				assert.deepEqual(body, Buffer.concat(chunks.map(({data}) => data)));
				assert.equal(used, pieces.at(-1)?.length);
			},
		),
	);
});

test('what follows the end is not the body’s', () => {
	assert.equal(read([Buffer.from('1\r\na\r\n0\r\n\r\nHTTP/1.1 200')]).used, 11);
});

for (const wrong of [
	'x\r\n',
	'-1\r\n',
	'1\n',
	'1\r\nab\r\n',
	'ffffffffffffff\r\n',
	`${'0'.repeat(9000)}\r\n`,
	`0\r\n${'a: b\r\n'.repeat(3000)}\r\n`,
])
	test(`${JSON.stringify(wrong.slice(0, 20))} is refused`, () => {
		assert.throws(() => read([Buffer.from(wrong)]), HttpError);
	});
