import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {keyBytes} from './tty-keys.ts';
import {ttyPng, ttySvg} from './tty-picture.ts';
import {Tty} from './tty.ts';

const node = (script: string, options: Parameters<typeof Tty.node>[1] = {}): Tty =>
	Tty.node(['-e', script], options);

/** Answers each key with its bytes and the window's size; q leaves. */
const echo = `
process.stdin.setRawMode(true);
const size = () => process.stdout.write('size ' + process.stdout.columns + 'x' + process.stdout.rows + '\\r\\n');
process.stdout.on('resize', size);
process.stdin.on('data', (data) => {
	process.stdout.write('key ' + JSON.stringify(data.toString()) + '\\r\\n');
	if (data.toString() === 'q') process.exit(7);
});
size();
`;

describe(
	'Tty',
	{skip: process.platform === 'win32' ? 'there is no such pseudo-terminal' : false},
	() => {
		test('runs a program with a size, keys, a resize and an exit status', async () => {
			await using tty = node(echo, {columns: 50, rows: 12});
			await tty.until(/size 50x12/);
			tty.key('up');
			await tty.until(/key "\\u001b\[A"/);
			tty.key('ctrl+c');
			await tty.until(/key "\\u0003"/);
			tty.paste('two words');
			await tty.until(/key "two words"/);
			tty.resize(61, 9);
			await tty.until(/size 61x9/);
			assert.deepEqual([tty.columns, tty.screen().length], [61, 9]);
			tty.key('q');
			assert.deepEqual(await tty.exit, {code: 7, signal: null});
		});

		test('is no CI machine: colours, a locale, nothing of the test runner', async () => {
			await using tty = node(
				`console.log(['CI', 'NO_COLOR', 'NODE_TEST_CONTEXT', 'AWS_PROFILE', 'TERM', 'LANG', 'MORE']
				.map((name) => name + '=' + process.env[name]).join(' '))`,
				{columns: 200, env: {MORE: 'yes'}},
			);
			await tty.exit;
			assert.equal(
				tty.screen()[0],
				'CI=undefined NO_COLOR=undefined NODE_TEST_CONTEXT=undefined AWS_PROFILE=undefined TERM=xterm-256color LANG=C.UTF-8 MORE=yes',
			);
		});

		test('knows colours, cursor, alternate screen, title, bell and clipboard', async () => {
			await using tty = node(`
			process.stdout.write('\\x1b[?1049h\\x1b[?25l\\x1b]2;a title\\x07\\x07\\x1b]52;c;aGVsbG8=\\x07\\x1b[31;1mred\\x1b[0;48;5;4m \\x1b[38;2;1;2;3mx');
			setTimeout(() => {}, 60000);
		`);
			await tty.until(/red x/);
			assert.equal(tty.alternateScreen, true);
			assert.equal(tty.cursor.visible, false);
			assert.equal(tty.title, 'a title');
			assert.equal(tty.bells, 1);
			assert.equal(tty.clipboard, 'hello');
			const [red, , , blue, exact] = tty.cells()[0] ?? [];
			assert.deepEqual(red?.foreground, {kind: 'palette', index: 1});
			assert.equal(red?.bold, true);
			assert.deepEqual(blue?.background, {kind: 'palette', index: 4});
			assert.deepEqual(exact?.foreground, {kind: 'rgb', value: 0x01_02_03});
			assert.ok(tty.raw().includes('\u001B[?1049h'));
			assert.equal(tty.bytes, Buffer.byteLength(tty.raw()));
		});

		test('tells a signal from an exit status', async () => {
			await using tty = node(`console.log('ready'); setTimeout(() => {}, 60000)`);
			await tty.until(/ready/);
			tty.kill('SIGTERM');
			assert.deepEqual(await tty.exit, {code: 143, signal: 'SIGTERM'});
		});

		test('holds the terminal open, so that what is left behind can be seen', async () => {
			await using tty = node(
				`process.stdin.setRawMode(true); process.stdin.resume(); console.log('raw');
			process.on('SIGTERM', () => process.exit(3));`,
				{held: true},
			);
			await tty.until(/raw/);
			assert.equal(tty.cooked, false);
			tty.kill('SIGTERM');
			assert.deepEqual(await tty.exit, {code: 3, signal: null});
			assert.equal(tty.cooked, true);
			assert.match(tty.termios(), /icanon/);
		});

		test('notices a terminal that was left raw', async () => {
			await using tty = node(
				`process.stdin.setRawMode(true); process.stdin.resume(); console.log('raw');`,
				{
					held: true,
				},
			);
			await tty.until(/raw/);
			tty.kill('SIGKILL');
			assert.deepEqual(await tty.exit, {code: 137, signal: 'SIGKILL'});
			assert.equal(tty.cooked, false);
		});

		test('says what the screen was when it gives up, or when the program ends first', async () => {
			await using waiting = node(`console.log('here I am'); setTimeout(() => {}, 60000)`);
			await waiting.until(/here/);
			await assert.rejects(waiting.until(/never/, 50), /gave up after 50 ms[^]*here I am/);
			await using ended = node(`console.log('short'); process.exit(4)`);
			await assert.rejects(ended.until(/never/), /ended with 4[^]*short/);
			await assert.rejects(ended.until(/never/), /ended with 4/);
			await ended.until(/short/);
		});

		test('stops reading, and the program finds its output blocked', async () => {
			await using tty = node(`
			const {writeSync} = require('node:fs');
			writeSync(1, 'start\\r\\n');
			process.stdin.once('data', () => {
				for (let i = 0; i < 4000; i++) writeSync(1, 'x'.repeat(70) + '\\r\\n');
				writeSync(1, 'all written\\r\\n');
			});
		`);
			await tty.until(/start/);
			tty.stopReading();
			const before = tty.bytes;
			tty.key('enter');
			await new Promise((resolve) => setTimeout(resolve, 300));
			// what the stream had asked for already may still come
			assert.ok(tty.bytes - before < 200_000, `${tty.bytes - before} bytes came through`);
			tty.readAgain();
			await tty.until(/all written/);
		});

		test('draws its screen as SVG and PNG', async () => {
			await using tty = node(
				`process.stdout.write('\\x1b[1;32mgood\\x1b[0m <&> │ ━━ 日本'); setTimeout(() => {}, 60000)`,
				{columns: 30, rows: 3},
			);
			await tty.until(/日本/);
			const svg = ttySvg(tty);
			assert.match(svg, /fill="#8fc379" font-weight="bold">good</);
			assert.match(svg, /&lt;&amp;&gt;/);
			const png = ttyPng(tty);
			assert.equal(png.subarray(1, 4).toString(), 'PNG');
			assert.ok(png.length > 1000);
		});
	},
);

test('keyBytes names keys, takes characters and refuses text', () => {
	assert.equal(keyBytes('ctrl+c'), '\u0003');
	assert.equal(keyBytes('é'), 'é');
	assert.throws(() => keyBytes('entre'), /no key "entre"/);
});
