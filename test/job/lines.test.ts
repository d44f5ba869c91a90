import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {LineReader} from '../../source/job/link/lines.ts';

test('whatever the pieces, the lines are the same', () => {
	const line = fc.string().map((text) => text.replaceAll('\n', ' '));
	fc.assert(
		fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
			const text = lines.map((each) => `${each}\n`).join('');
			const reader = new LineReader();
			const read: string[] = [];
			let at = 0;
			for (const cut of [...cuts, text.length]) {
				read.push(...reader.push(text.slice(at, at + cut)));
				at += cut;
			}
			assert.deepEqual(
				read,
				lines.filter((each) => each !== ''),
			);
		}),
	);
});

test('a line without an end is refused at the limit', () => {
	const reader = new LineReader(100);
	reader.push(`${'x'.repeat(60)}\n${'y'.repeat(60)}`);
	assert.throws(() => reader.push('y'.repeat(41)));
});
