import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode} from 'uqr';
import {qrLines} from '../../../source/ui/text/qr.ts';

const address = 'https://device.sso.eu-west-1.amazonaws.com/?user_code=HJRZ-HIWR';

/** Half blocks back to modules: two rows for each line. */
const modules = (lines: readonly string[]) =>
	lines.flatMap((line) => {
		const cells = line.split('');
		return [cells.map((cell) => '▀█'.includes(cell)), cells.map((cell) => '▄█'.includes(cell))];
	});

test('the code of a sign-in page fits 80x24, with a quiet zone of two', () => {
	const lines = qrLines(address);
	assert.equal(lines.length, 19);
	for (const line of lines) assert.equal(line.length, 37);
	for (const line of lines) assert.match(line, /^ {2}[ ▀▄█]+ {2}$/);
	assert.equal(lines[0], ' '.repeat(37));
	assert.match(lines[1] ?? '', /^ {2}█▀▀▀▀▀█ .* █▀▀▀▀▀█ {2}$/);
});

test('every module is where the encoder put it', () => {
	for (const text of [address, 'x', 'y'.repeat(300)]) {
		const {data, size} = encode(text, {ecc: 'L', border: 2});
		const drawn = modules(qrLines(text));
		assert.deepEqual(drawn.slice(0, size), data);
		assert.ok(drawn.slice(size).every((row) => row.every((dark) => !dark)));
	}
});
