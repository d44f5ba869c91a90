import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import type {Tty} from '../helpers/tty.ts';
import {Bed, endOf, entry, isRunning, killNine, until, Witness} from './bed.ts';

const files = {keys: 120, sizes: [30_000, 5000, 120_000], rate: 400_000} as const;
const count = (text: string, part: string): number => text.split(part).length - 1;

/** The terminal as the shell needs it, and everything that was switched on is off again. */
function assertRestored(tty: Tty): void {
	const raw = tty.raw();
	assert.ok(raw.includes('\u001B[?1049h'), 'there was a full screen');
	assert.equal(tty.alternateScreen, false, 'alternate screen');
	assert.equal(tty.cursor.visible, true, 'cursor');
	assert.equal(tty.bracketedPaste, false, 'bracketed paste');
	assert.equal(tty.mouse, false, 'mouse');
	assert.ok(tty.cooked, tty.termios());
	assert.ok(count(raw, '\u001B[22;0t') > 0, 'the title was pushed');
	assert.equal(count(raw, '\u001B[22;0t'), count(raw, '\u001B[23;0t'), 'and popped');
	assert.doesNotMatch(raw, /\u001B\[[23]J/);
}

async function dashboard(bed: Bed, env: Record<string, string> = {}): Promise<Tty> {
	const tty = bed.tty(bed.get('out'), {held: true, env});
	await tty.until(/b background/);
	await until(async () => (await bed.files('out')).length >= 3, 'three files');
	assert.equal(tty.alternateScreen, true);
	assert.equal(tty.cooked, false);
	return tty;
}

/** Words that stay in the scrollback. */
const left = (tty: Tty): string => tty.scrollback().join('\n');

describe('the terminal is as it was after', {timeout: 180_000}, () => {
	test('the end of the job', async () => {
		await using bed = await Bed.make(files);
		const tty = await dashboard(bed);
		await bed.throttle({rate: 0});
		assert.equal((await endOf(tty)).code, 0);
		assertRestored(tty);
		assert.match(left(tty), /muster job 1: 120 of 120 files/);
		assert.ok(left(tty).trim().split('\n').length <= 14, left(tty));
	});

	test('q and a pause, which muster resume ends', async () => {
		await using bed = await Bed.make(files);
		const tty = await dashboard(bed);
		tty.key('q');
		await tty.until(/A download is running/);
		tty.key('3');
		await tty.until((one) => !one.screen().join('\n').includes('A download is running'));
		tty.key('q');
		await tty.until(/A download is running/);
		tty.key('2');
		assert.equal((await endOf(tty)).code, 130);
		assertRestored(tty);
		assert.match(left(tty), /muster resume 1/);
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
	});

	test('q in the wizard', async () => {
		await using bed = await Bed.make(files);
		const tty = bed.tty([], {held: true});
		await tty.until(/New download/);
		tty.key('q');
		assert.equal((await endOf(tty)).code, 0);
		assertRestored(tty);
	});

	for (const [name, leave, code] of [
		['b', (tty: Tty) => tty.key('b'), 0],
		['Ctrl+C twice', (tty: Tty) => tty.key('ctrl+c', 'ctrl+c'), 130],
		['Ctrl+C three times', (tty: Tty) => tty.key('ctrl+c', 'ctrl+c', 'ctrl+c'), 130],
		['SIGINT twice', undefined, 130],
		['SIGTERM', (tty: Tty) => tty.kill('SIGTERM'), 143],
	] as const)
		test(name, async () => {
			await using bed = await Bed.make(files);
			const tty = await dashboard(bed);
			if (leave === undefined) {
				tty.kill('SIGINT');
				await tty.until(/Stopping/);
				tty.kill('SIGINT');
			} else leave(tty);
			assert.equal((await endOf(tty)).code, code);
			assertRestored(tty);
			assert.match(left(tty), /muster (resume|attach) 1/);
		});

	test('a crash of the interface, which is told; the engine goes on', async () => {
		await using bed = await Bed.make(files);
		// loaded before the program: the door for an error that no part of it expects
		const trap = path.join(bed.home, 'trap.mjs');
		await writeFile(
			trap,
			`process.on('SIGUSR2', () => setImmediate(() => { throw new Error('an injected crash'); }));`,
		);
		const tty = await dashboard(bed, {NODE_OPTIONS: `--import=${pathToFileURL(trap).href}`});
		const engine = await bed.enginePid();
		tty.kill('SIGUSR2');
		assert.equal((await endOf(tty)).code, 1);
		assertRestored(tty);
		assert.match(left(tty), /an injected crash/);
		assert.ok(await isRunning(engine));
		await bed.throttle({rate: 0});
		await bed.job((record) => record.state === 'finished');
		assert.deepEqual(await bed.faults('out'), []);
	});

	test('kill -9 of the engine: the words, status 1 and how to go on', async () => {
		await using bed = await Bed.make(files);
		const tty = await dashboard(bed);
		await killNine(await bed.enginePid());
		assert.equal((await endOf(tty)).code, 1);
		assertRestored(tty);
		assert.match(left(tty), /The engine of this job has ended unexpectedly/);
		assert.match(left(tty), /muster resume/);
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
	});
});

test(
	'Ctrl+Z stops muster and the download; fg shows the full screen and goes on',
	{timeout: 60_000},
	async (t) => {
		await using bed = await Bed.make({...files, rate: 150_000});
		const shell = bed.terminal('bash', ['--norc', '--noprofile', '-i'], {
			env: {PS1: 'ready> ', HISTFILE: '/dev/null'},
		});
		await shell.until(/ready> /);
		const words = [process.execPath, entry, ...bed.get('out')];
		shell.type(`${words.join(' ')}\r`);
		await shell.until(/b background/);
		await until(async () => (await bed.files('out')).length >= 3, 'three files');
		shell.key('ctrl+z');
		await shell.until(/Stopped[^]*ready> /);
		assert.equal(shell.alternateScreen, false);
		assert.equal(shell.cursor.visible, true);
		assert.match(
			shell.screen().join(' '),
			/muster is stopped, downloads too; fg goes on, or use b to keep them running/,
		);
		shell.type('jobs\r');
		await shell.until(/jobs\n[^]*Stopped/);
		// what was asked for is done with; nothing new is
		const asked = await bed.gets();
		shell.type('sleep 1; echo slept\r');
		await shell.until(/^slept/m);
		assert.equal(await bed.gets(), asked, 'nothing is asked for while it is stopped');

		const begun = performance.now();
		shell.type('fg\r');
		await shell.until(/Downloading[^]*b background/, 3000);
		const seconds = (performance.now() - begun) / 1000;
		assert.equal(shell.alternateScreen, true);
		assert.ok(seconds < 1, `${seconds} s`);
		await until(async () => (await bed.gets()) > asked + 3, 'it goes on');
		await bed.throttle({rate: 0});
		await shell.until(/120 of 120 files[^]*ready> /, 20_000);
		assert.deepEqual(await bed.faults('out'), []);
		t.diagnostic(`full screen ${seconds.toFixed(2)} s after fg`);
	},
);
