import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {suite} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {spawn, type IPty} from '@lydell/node-pty';

const kitchenSink = new URL('../helpers/kitchen-sink.tsx', import.meta.url).pathname;

/** The interface in a process of its own on a real pseudo-terminal. */
class Pty {
	raw = '';
	exitCode: number | undefined;
	readonly process: IPty;

	constructor(words: readonly string[], environment: Record<string, string> = {}) {
		const {PATH = '', HOME = ''} = process.env;
		this.process = spawn(process.execPath, ['--import=tsx', kitchenSink, ...words], {
			cols: 80,
			rows: 24,
			env: {PATH, HOME, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...environment},
		});
		this.process.onData((data) => {
			this.raw += data;
		});
		this.process.onExit(({exitCode}) => {
			this.exitCode = exitCode;
		});
	}

	async until(condition: () => boolean, words: string): Promise<void> {
		const end = performance.now() + 15_000;
		while (!condition()) {
			if (performance.now() > end)
				throw new Error(`Never: ${words}\n${JSON.stringify(this.raw.slice(-800))}`);
			await delay(10);
		}
	}

	async shows(text: string): Promise<void> {
		await this.until(() => this.raw.includes(text), text);
	}

	async ended(): Promise<number> {
		await this.until(() => this.exitCode !== undefined, 'the end');
		return this.exitCode ?? -1;
	}

	[Symbol.dispose](): void {
		if (this.exitCode === undefined) this.process.kill('SIGKILL');
	}
}

const count = (text: string, part: string) => text.split(part).length - 1;

/** What a terminal must have been told by the end: everything that was switched on is off again. */
function assertRestored(raw: string): void {
	assert.equal(count(raw, '\u001B[?1049h'), count(raw, '\u001B[?1049l'), 'alternate screen');
	assert.ok(raw.lastIndexOf('\u001B[?25h') > raw.lastIndexOf('\u001B[?25l'), 'cursor');
	assert.ok(raw.lastIndexOf('\u001B[?2004l') > raw.lastIndexOf('\u001B[?2004h'), 'paste');
	assert.equal(count(raw, '\u001B[22;0t'), count(raw, '\u001B[23;0t'), 'title');
	assert.doesNotMatch(raw, /\u001B\[[23]J/);
}

await suite('the terminal is as it was after every way out', async () => {
	await test('q', async () => {
		using pty = new Pty(['options']);
		await pty.shows('How should it be fetched');
		pty.process.write('q');
		assert.equal(await pty.ended(), 0);
		assertRestored(pty.raw);
	});

	await test('Ctrl+C twice', async () => {
		using pty = new Pty(['options']);
		await pty.shows('How should it be fetched');
		pty.process.write('\u0003');
		await pty.shows('again quits');
		pty.process.write('\u0003');
		assert.equal(await pty.ended(), 130);
		assertRestored(pty.raw);
	});

	await test('SIGTERM', async () => {
		using pty = new Pty(['options']);
		await pty.shows('How should it be fetched');
		process.kill(pty.process.pid, 'SIGTERM');
		assert.equal(await pty.ended(), 143);
		assertRestored(pty.raw);
	});

	await test('a crash, which is then told on the ordinary screen', async () => {
		using pty = new Pty(['options', 'crash']);
		await pty.shows('How should it be fetched');
		assert.equal(await pty.ended(), 1);
		assertRestored(pty.raw);
		assert.ok(pty.raw.indexOf('an injected crash') > pty.raw.indexOf('\u001B[?1049l'));
	});

	await test('the third Ctrl+C, all at once', async () => {
		using pty = new Pty(['options']);
		await pty.shows('How should it be fetched');
		pty.process.write('\u0003\u0003\u0003');
		assert.equal(await pty.ended(), 130);
		assertRestored(pty.raw);
	});
});

await test('a terminal that is closed ends the interface, without a busy orphan', async () => {
	using pty = new Pty(['options']);
	await pty.shows('How should it be fetched');
	process.kill(pty.process.pid, 'SIGHUP');
	assert.equal(await pty.ended(), 129);
});

await test('nothing changes, nothing is written; over SSH no question is ever asked of the terminal', async () => {
	using pty = new Pty(['bucket'], {SSH_CONNECTION: '10.0.0.1 22 10.0.0.2 22'});
	await pty.shows('You can list it');
	await delay(300);
	const {length} = pty.raw;
	await delay(3000);
	assert.equal(pty.raw.length, length);
	pty.process.write('q');
	await pty.ended();
	assert.doesNotMatch(pty.raw, /\u001B\[c|\u001B\]11;\?|\u001B\[\?u|\u001B\[>q/);
	assertRestored(pty.raw);
});

await test('LC_ALL=C: no byte above 0x7F; NO_COLOR: no colour', async () => {
	using pty = new Pty(['columns'], {LC_ALL: 'C', NO_COLOR: '1'});
	await pty.shows('> 3 take_file');
	pty.process.write('?');
	await pty.shows('Keys of this screen');
	pty.process.write('qq');
	await pty.ended();
	assert.doesNotMatch(pty.raw, /[^\u0000-\u007F]/);
	assert.doesNotMatch(pty.raw, /\u001B\[[\d;]*m/);
	assertRestored(pty.raw);
});

await test('a terminal that is not read stops nothing, and shows the current state when it is read again', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'muster-pty-'));
	try {
		const file = join(folder, 'beats');
		using pty = new Pty(['browse', `heartbeat=${file}`]);
		const beats = async (): Promise<number> => {
			// the file may be read in the moment in which it is written anew
			const count = Number(await readFile(file, 'utf8').catch(() => '0'));
			if (count > 0) return count;
			await delay(5);
			return beats();
		};
		await pty.shows('amara_o');
		pty.process.pause();
		// Full repaints fill the terminal's buffer well beyond the 17 KB that froze a TTY stream.
		for (let turn = 0; turn < 60; turn++) {
			pty.process.write('\u000C');
			await delay(20);
		}

		const before = await beats();
		await delay(3000);
		const after = await beats();
		assert.ok(after - before > 40, `${after - before} beats in 3 s`);
		pty.raw = '';
		pty.process.resume();
		const now = await beats();
		await pty.until(
			() => [...pty.raw.matchAll(/beat (\d+)/g)].some(([, beat]) => Number(beat) >= now),
			'the newest beat',
		);
		pty.process.write('q');
		assert.equal(await pty.ended(), 0);
		assertRestored(`\u001B[?1049h\u001B[?25l\u001B[?2004h\u001B[22;0t${pty.raw}`);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
});

await test('an end while the terminal is stuck still ends', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'muster-pty-'));
	try {
		using pty = new Pty(['browse', `heartbeat=${join(folder, 'beats')}`]);
		await pty.shows('amara_o');
		pty.process.pause();
		for (let turn = 0; turn < 60; turn++) {
			pty.process.write('\u000C');
			await delay(20);
		}

		process.kill(pty.process.pid, 'SIGTERM');
		const gone = () => {
			try {
				process.kill(pty.process.pid, 0);
				return false;
			} catch {
				return true;
			}
		};
		await pty.until(gone, 'the process is gone');
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
});
