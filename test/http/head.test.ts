import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import * as fc from 'fast-check';
import {HttpError} from '../../source/http/http-error.ts';
import {parseHead} from '../../source/http/head.ts';

const head = (...lines: string[]) => parseHead(lines.join('\r\n'), 'GET');
const isBad = (error: unknown) => error instanceof HttpError && error.code === 'HTTP_BAD_ANSWER';

test('a plain answer: status, names in lower case, values without the space around them', () => {
	const {status, headers, framing, keepAlive} = head(
		'HTTP/1.1 200 OK',
		'Content-Length: 12',
		'ETag:"abc"',
		'x-amz-meta-note: \t a: b \t',
		'X-Empty:',
	);
	assert.equal(status, 200);
	assert.deepEqual(
		{...headers},
		{'content-length': '12', etag: '"abc"', 'x-amz-meta-note': 'a: b', 'x-empty': ''},
	);
	assert.deepEqual(framing, {kind: 'length', bytes: 12});
	assert.equal(keepAlive, true);
});

test('a header that comes twice is a list, and names like __proto__ are only names', () => {
	const {headers} = head('HTTP/1.1 200', 'Content-Length: 0', 'A: 1', 'a: 2', '__proto__: x');
	assert.deepEqual(headers['a'], ['1', '2']);
	assert.equal(headers['__proto__'], 'x');
	assert.equal(headers['toString'], undefined);
});

describe('where a body ends', () => {
	const framing = (...lines: string[]) => head('HTTP/1.1 200 OK', ...lines).framing;

	test('by its length, in chunks, or with the connection', () => {
		assert.deepEqual(framing('content-length: 7'), {kind: 'length', bytes: 7});
		assert.deepEqual(framing('content-length: 7', 'content-length: 7'), {kind: 'length', bytes: 7});
		assert.deepEqual(framing('Transfer-Encoding: Chunked'), {kind: 'chunked'});
		assert.deepEqual(framing(), {kind: 'close'});
	});

	test('HEAD, 1xx, 204 and 304 have none, whatever their headers say', () => {
		const none = {kind: 'length', bytes: 0};
		assert.deepEqual(parseHead('HTTP/1.1 200 OK\r\ncontent-length: 9', 'HEAD').framing, none);
		for (const status of [100, 103, 204, 304])
			assert.deepEqual(head(`HTTP/1.1 ${status} X`, 'content-length: 9').framing, none);
	});

	for (const lines of [
		['content-length: 7', 'content-length: 8'],
		['content-length: -1'],
		['content-length: 7, 7'],
		['content-length: 0x10'],
		['content-length: 9999999999999999999'],
		['content-length: 5', 'transfer-encoding: chunked'],
		['transfer-encoding: gzip'],
		['transfer-encoding: gzip, chunked'],
		['transfer-encoding: chunked', 'transfer-encoding: chunked'],
	])
		test(`is not guessed from ${lines.join(' and ')}`, () => {
			assert.throws(() => framing(...lines), isBad);
		});
});

test('who may keep a connection', () => {
	const keeps = (first: string, ...lines: string[]) =>
		head(first, 'content-length: 0', ...lines).keepAlive;
	assert.equal(keeps('HTTP/1.1 200 OK'), true);
	assert.equal(keeps('HTTP/1.1 200 OK', 'connection: Close'), false);
	assert.equal(keeps('HTTP/1.1 200 OK', 'connection: keep-alive, close'), false);
	assert.equal(keeps('HTTP/1.0 200 OK'), false);
	assert.equal(keeps('HTTP/1.0 200 OK', 'connection: Keep-Alive'), true);
});

for (const lines of [
	['HTTP/2 200 OK'],
	['HTTP/1.1 20 OK'],
	['HTTP/1.1 2000 OK'],
	['HTTP/1.1 600 X'],
	['SSH-2.0-OpenSSH_9.2'],
	[''],
	['HTTP/1.1 200 OK', 'no colon'],
	['HTTP/1.1 200 OK', 'content-length : 5'],
	['HTTP/1.1 200 OK', 'a: b', ' folded'],
	['HTTP/1.1 200 OK', ': no name'],
	['HTTP/1.1 200 OK', 'a b: c'],
])
	test(`${JSON.stringify(lines)} is no answer`, () => {
		assert.throws(() => head(...lines), isBad);
	});

test('whatever comes is an answer or an HttpError', () => {
	const line = fc.string({unit: 'binary-ascii', maxLength: 60});
	fc.assert(
		fc.property(fc.array(line, {maxLength: 6}), (lines) => {
			for (const first of ['HTTP/1.1 200 OK', ''])
				try {
					head(first, ...lines);
				} catch (error) {
					assert.ok(error instanceof HttpError, String(error));
				}
		}),
	);
});
