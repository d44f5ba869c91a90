import assert from 'node:assert/strict';
import test from 'node:test';
import {setImmediate as turn, setTimeout as delay} from 'node:timers/promises';
import {TerminalOutput, type Sink} from '../../source/ui/terminal/output.ts';

/** A terminal that takes `room` bytes and then no more, until it is given room again. */
class SlowTerminal implements Sink {
	taken = '';
	room = Infinity;
	broken = false;

	write(bytes: Uint8Array): number {
		if (this.broken) throw new Error('EIO');
		const count = Math.min(this.room, bytes.length);
		this.room -= count;
		this.taken += Buffer.from(bytes.subarray(0, count)).toString('latin1');
		return count;
	}

	close(): void {}
}

const size = {columns: 80, rows: 24};

await test('the writes of one tick are one frame', async () => {
	const terminal = new SlowTerminal();
	let writes = 0;
	const output = new TerminalOutput(
		{
			write(bytes) {
				writes++;
				return terminal.write(bytes);
			},
			close() {},
		},
		size,
	);
	output.write('\u001B[?2026h');
	output.write('frame');
	let told = false;
	output.write('\u001B[?2026l', () => {
		told = true;
	});
	await turn();
	assert.equal(writes, 1);
	assert.equal(terminal.taken, '\u001B[?2026hframe\u001B[?2026l');
	assert.ok(told);
});

await test('while the terminal is stuck frames are dropped, nothing blocks, and the end is a full repaint', async () => {
	const terminal = new SlowTerminal();
	terminal.room = 10;
	let stale = 0;
	const output = new TerminalOutput(terminal, size, {
		onStale() {
			stale++;
			output.write('WHOLE');
		},
	});
	const began = performance.now();
	for (let frame = 0; frame < 50; frame++) {
		output.write(`frame ${frame} of fifty;`);
		await turn();
	}

	assert.ok(performance.now() - began < 200);
	assert.equal(output.framesDropped, 49);
	assert.equal(terminal.taken, 'frame 0 of');
	assert.equal(stale, 0);
	terminal.room = Infinity;
	assert.ok(await output.drained(2000));
	await turn();
	assert.equal(stale, 1);
	assert.equal(terminal.taken, 'frame 0 of fifty;WHOLE');
});

await test('sequences outside of the frames are never cut and never dropped', async () => {
	const terminal = new SlowTerminal();
	terminal.room = 3;
	const output = new TerminalOutput(terminal, size);
	output.write('first frame');
	await turn();
	output.control('\u001B]2;muster 35%\u0007');
	output.write('dropped');
	await turn();
	terminal.room = Infinity;
	await output.drained(2000);
	assert.equal(terminal.taken, 'first frame\u001B]2;muster 35%\u0007');
});

await test('CSI 2J and 3J never get through', async () => {
	const terminal = new SlowTerminal();
	const output = new TerminalOutput(terminal, size);
	output.write('a\u001B[2J\u001B[3Jb\u001B[J');
	await turn();
	assert.equal(terminal.taken, 'ab\u001B[J');
});

await test('every mode that is on is undone once, also after a frame that was cut off', async () => {
	const terminal = new SlowTerminal();
	const output = new TerminalOutput(terminal, size);
	output.write('\u001B[?1049h\u001B[?25l\u001B[?2004h');
	await turn();
	terminal.room = 2;
	output.write('cut off here');
	await turn();
	terminal.room = Infinity;
	terminal.taken = '';
	output.restore();
	assert.equal(terminal.taken, '\u001B\\\u001B[?2026l\u001B[?2004l\u001B[?1049l\u001B[?25h');
	terminal.taken = '';
	output.restore();
	assert.equal(terminal.taken, '');
});

await test('a mode is undone even when its frame was dropped', async () => {
	const terminal = new SlowTerminal();
	const output = new TerminalOutput(terminal, size);
	output.write('\u001B[?1049h\u001B[?25l');
	await turn();
	output.hold();
	output.write('\u001B[?1049l\u001B[?25h');
	await turn();
	output.release();
	await output.drained(500);
	assert.match(terminal.taken, /\u001B\[\?1049l\u001B\[\?25h$/);
	assert.deepEqual(
		{alternate: output.modes.alternate, cursorHidden: output.modes.cursorHidden},
		{alternate: false, cursorHidden: false},
	);
});

await test('a terminal that is gone is told once and written to no more', async () => {
	const terminal = new SlowTerminal();
	let gone = 0;
	const output = new TerminalOutput(terminal, size, {
		onGone() {
			gone++;
		},
	});
	terminal.broken = true;
	output.write('x');
	await turn();
	output.write('y');
	output.control('z');
	output.restore();
	await delay(10);
	assert.equal(gone, 1);
});
