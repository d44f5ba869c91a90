import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatRate,
	plural,
} from '../../source/model/format.ts';

test('bytes with three digits', () => {
	const cases: [number, string][] = [
		[0, '0 B'],
		[999, '999 B'],
		[1000, '0.98 KiB'],
		[1024, '1.00 KiB'],
		[10_240, '10.0 KiB'],
		[748 * 1024 ** 2, '748 MiB'],
		[1023 * 1024, '1.00 MiB'],
		[1.02 * 1024 ** 3, '1.02 GiB'],
		[5000 * 1024 ** 5, '5000 PiB'],
		[-1, '0 B'],
	];
	for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
	assert.equal(formatRate(14.9 * 1024 ** 2), '14.9 MiB/s');
});

test('bytes are never wider than eight characters, and near the truth', () => {
	const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
	fc.assert(
		fc.property(fc.integer({min: 0, max: 900 * 1024 ** 4}), (bytes) => {
			const text = formatBytes(bytes);
			assert.match(text, /^\d{1,3}(\.\d{1,2})? ([KMGTP]i)?B$/);
			assert.ok(text.length <= 8);
			const [number = '', unit = ''] = text.split(' ');
			const shown = Number(number) * 1024 ** units.indexOf(unit);
			assert.ok(Math.abs(shown - bytes) <= bytes * 0.006, `${bytes} ${text}`);
		}),
	);
});

test('counts and plurals', () => {
	assert.equal(formatCount(12_310), '12,310');
	assert.equal(plural(1, 'file'), '1 file');
	assert.equal(plural(0, 'file'), '0 files');
	assert.equal(plural(12_310, 'entry', 'entries'), '12,310 entries');
});

test('durations in words', () => {
	const cases: [number, string][] = [
		[0, '0 s'],
		[-3, '0 s'],
		[20, '20 s'],
		[59.6, '1 m'],
		[350, '5 m 50 s'],
		[65, '1 m 05 s'],
		[36 * 60, '36 m'],
		[3600, '1 h 00 m'],
		[5 * 3600 + 2 * 60, '5 h 02 m'],
		[3599.7, '1 h 00 m'],
	];
	for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
});
