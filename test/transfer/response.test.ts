import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readResponse, sameEtag, type Asked} from '../../source/transfer/response.ts';

const rest: Asked = {kind: 'rest', offset: 100, etag: '"e"', size: 500};
const good = {etag: '"e"', 'content-range': 'bytes 100-499/500'};

void test('a whole object, with and without a length', () => {
	assert.deepEqual(readResponse({kind: 'whole'}, 200, {'content-length': '12', etag: '"e"'}), {
		kind: 'whole',
		size: 12,
		etag: '"e"',
	});
	assert.deepEqual(readResponse({kind: 'whole'}, 200, {}), {kind: 'whole'});
	assert.equal(readResponse(rest, 200, {'content-length': '500'}).kind, 'whole');
});

void test('lengths that make no sense', () => {
	for (const length of ['-1', '1e3', '', '12, 12', '9'.repeat(20), ['1', '2']]) {
		const reading = readResponse({kind: 'whole'}, 200, {'content-length': length});
		assert.equal(reading.kind, 'nonsense', String(length));
	}
});

void test('only the rest that was asked for is taken', () => {
	assert.equal(readResponse(rest, 206, good).kind, 'rest');
	const table: Array<[string | undefined, string]> = [
		[undefined, 'nonsense'],
		['bytes 0-499/500', 'nonsense'],
		['bytes 101-499/500', 'nonsense'],
		['bytes 100-498/500', 'nonsense'],
		['bytes 100-499/*', 'nonsense'],
		['bytes 100-600/601', 'nonsense'],
		['bytes -1-499/500', 'nonsense'],
	];
	for (const [range, expected] of table) {
		const headers = {...good, 'content-range': range};
		assert.equal(readResponse(rest, 206, headers).kind, expected, range);
	}
	assert.equal(readResponse(rest, 206, {...good, etag: '"other"'}).kind, 'changed');
	const untold = {'content-range': 'bytes 100-600/601'};
	assert.equal(readResponse(rest, 206, untold).kind, 'changed');
	assert.equal(readResponse({kind: 'whole'}, 206, good).kind, 'nonsense');
});

void test('answers that mean a change while continuing, and those that the store explains', () => {
	assert.equal(readResponse(rest, 412, {}).kind, 'changed');
	assert.equal(readResponse(rest, 416, {}).kind, 'changed');
	for (const status of [204, 301, 403, 412, 500]) {
		assert.equal(readResponse({kind: 'whole'}, status, {}).kind, 'refusal');
	}
});

void test('ETags are compared without quotes and weak mark', () => {
	assert.ok(sameEtag('"a-1"', 'a-1'));
	assert.ok(sameEtag('W/"a"', '"a"'));
	assert.ok(!sameEtag('"a"', '"b"'));
});
