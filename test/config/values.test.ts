import assert from 'node:assert/strict';
import {test} from 'node:test';
import {MusterError} from '../../source/model/error.ts';
import * as values from '../../source/config/values.ts';
import {nearest} from '../../source/config/nearest.ts';

const usage = (error: unknown): boolean =>
	error instanceof MusterError && error.code === 'usage' && error.hint !== undefined;

test('sizes are whole bytes, in thousands or powers of 1,024', () => {
	const table: readonly [string, number][] = [
		['1000', 1000],
		['500KB', 500_000],
		['1GiB', 2 ** 30],
		['1.5MB', 1_500_000],
		['1.5 mib', 1_572_864],
		['2k', 2000],
		['0', 0],
	];
	for (const [text, bytes] of table) assert.equal(values.parseSize(text), bytes, text);
	for (const text of ['', '-1', '1XB', 'KB', '1e3', '9999999999TB'])
		assert.throws(() => values.parseSize(text), usage, text);
});

test('a rate may carry its second', () => {
	assert.equal(values.parseRate('10MB/s'), 10_000_000);
	assert.equal(values.parseRate('10 MiB'), 10 * 2 ** 20);
});

test('numbers, connections and lists are checked', () => {
	assert.equal(values.wholeNumber(1, 10)('7'), 7);
	assert.throws(() => values.wholeNumber(1, 10)('11'), usage);
	assert.throws(() => values.wholeNumber(1, 10)('1.5'), usage);
	assert.equal(values.parseConnections('auto'), 'auto');
	assert.equal(values.parseConnections('32'), 32);
	assert.throws(() => values.parseConnections('0'), usage);
	assert.deepEqual(values.parseExtensions('png, .JPG'), ['.png', '.jpg']);
	assert.throws(() => values.parseExtensions('*.png'), usage);
	assert.equal(values.parseDelimiter('tab'), '\t');
	assert.equal(values.parseDelimiter(';'), ';');
	assert.throws(() => values.parseDelimiter('::'), usage);
});

test('an endpoint is http or https and holds no password', () => {
	assert.equal(values.parseEndpoint('http://127.0.0.1:9000/'), 'http://127.0.0.1:9000');
	assert.throws(() => values.parseEndpoint('127.0.0.1:9000'), usage);
	assert.throws(
		() => values.parseEndpoint('https://me:secret@host'),
		(error) => {
			assert.ok(usage(error));
			return !String(error).includes('secret');
		},
	);
});

test('a misspelt choice names the near one', () => {
	const parse = values.choice(['conservative', 'balanced']);
	assert.equal(parse('balanced'), 'balanced');
	assert.throws(
		() => parse('balaned'),
		(error) => error instanceof MusterError && error.hint === 'Did you mean balanced?',
	);
	assert.equal(nearest('clumn', ['column', 'csv']), 'column');
	assert.equal(nearest('zzz', ['column', 'csv']), undefined);
});
