import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {safeText} from '../../source/model/safe-text.ts';

test('control sequences, line ends and text that turns around are shown as ?', () => {
	assert.equal(safeText('\u001B[31mred\u001B[0m'), '?[31mred?[0m');
	assert.equal(safeText('\u001B]52;c;aGk=\u0007'), '?]52;c;aGk=?');
	assert.equal(safeText('a\r\nb\tc\0d\u007F\u009B'), 'a??b?c?d??');
	assert.equal(safeText('\u202Egnp.exe\u2066\u200F\u2028\uFEFF'), '?gnp.exe????');
	assert.equal(safeText('a\uD800b\uDC00'), 'a?b?');
});

test('what people write stays', () => {
	for (const text of ['a b_c.png', 'Ünïcödé', 'e\u0301', '日本語', '😀', 'עברית', '×½', '']) {
		assert.equal(safeText(text), text);
	}
});

test('no text gets a control character through, and length in cells is never hidden', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary', maxLength: 40}), (text) => {
			const safe = safeText(text);
			assert.ok(!/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u.test(safe));
			assert.ok(safe.isWellFormed());
			assert.equal(safe.length, text.length);
			assert.equal(safeText(safe), safe);
		}),
		{numRuns: 5000},
	);
});
