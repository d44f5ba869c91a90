import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {isoTime} from '../../../source/stores/s3/iso-time.ts';

const same = (text: string): void => assert.equal(isoTime(text), Date.parse(text), text);

test('reads what Date.parse reads, usual dates and others', () => {
	fc.assert(
		fc.property(fc.date({noInvalidDate: true}), (date) => {
			same(date.toISOString());
			same(date.toISOString().replace(/\.\d+Z$/, 'Z'));
			same(date.toUTCString());
		}),
	);
	const digit = fc.integer({min: 0, max: 9}).map(String);
	const form = fc
		.array(digit, {minLength: 17, maxLength: 17})
		.map((digits) =>
			digits.reduce((text, each) => text.replace('#', each), '####-##-##T##:##:##.###Z'),
		);
	fc.assert(fc.property(form, same), {numRuns: 2000});
	for (const text of [
		'2025-02-29T00:00:00Z',
		'2024-02-30T10:00:00.000Z',
		'2025-13-01T00:00:00Z',
		'0000-01-01T00:00:00Z',
	])
		same(text);
});

test('is NaN for what is no date', () => {
	for (const text of ['', 'yesterday', '2025-11-19T24:61:00.000Z', 'xxxx-xx-xxTxx:xx:xx.xxxZ'])
		assert.ok(Number.isNaN(isoTime(text)), text);
});
