import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {describe, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {until} from '../e2e/bed.ts';
import {Stage} from './bed.ts';
import {withoutTmux} from './tmux.ts';

const skip = withoutTmux();
const ssh = {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22', SSH_TTY: '/dev/pts/0'};
const portraits = 's3://studio-actors/actors/';
/** All portraits of the sandbox, in bytes a second, so that they take some 75 s. */
const slow = {samples: 'demo', rate: 7900, latency: {min: 20, max: 100}} as const;

/** Bells: what OSC sequences end with is none. */
// oxlint-disable-next-line no-control-regex
const bells = (raw: string) =>
	raw.replaceAll(/\u001B\][^\u0007]*\u0007/g, '').split('\u0007').length - 1;

describe('a minute of watching', {skip, concurrency: true, timeout: 150_000}, () => {
	test('UX 7.7, 7.25 and 7.26: over SSH a download is cheap, asks the terminal nothing, and rings once', async () => {
		await using stage = await Stage.make(slow);
		const shell = await stage.shell({env: ssh});
		await shell.line(`muster get ${portraits} --to ${path.join(stage.home, 'out')} --yes`);
		await shell.until(/Downloading/);
		const from = shell.rawBytes();
		await delay(60_000);
		const bytes = shell.rawBytes() - from;
		assert.match((await shell.screen()).join('\n'), /Downloading/);
		assert.ok(bytes > 1000 && bytes < 120_000, `${bytes} bytes in 60 s`);
		console.log(`UX 7.7: ${bytes} bytes in 60 s of download at 80x24`);
		await delay(2000);
		await stage.throttle({rate: 0, latency: {min: 0, max: 0}});
		await shell.until(/^\$$/m, 30_000);
		const raw = shell.raw();
		assert.doesNotMatch(raw, /\u001B\[[23]J/);
		assert.doesNotMatch(raw, /\u001B\[c|\u001B\]11;\?|\u001B\[\?u|\u001B\[>q/);
		assert.equal(bells(raw), 1, 'one bell for a job of more than a minute');
		assert.equal(await shell.display('#{window_bell_flag}'), '1');
		// answers of a slow terminal would land at the prompt by now
		await delay(300);
		const lines = await shell.screen();
		assert.equal(
			lines.findLast((line) => line !== ''),
			'$',
		);
	});

	test('UX 7.8: nobody touches the bucket picker for 30 s, and nothing is sent', async () => {
		await using stage = await Stage.make({samples: 'demo'});
		const shell = await stage.shell({env: stage.profiles('alpha', 'beta')});
		await shell.line('muster');
		await shell.until(/> New download/);
		await shell.key('enter');
		await shell.until(/> alpha/);
		await shell.key('enter');
		await shell.until(/> road-datalake[^]*You can list it/);
		await shell.atRest(1000);
		const before = shell.rawBytes();
		await delay(30_000);
		assert.equal(shell.rawBytes() - before, 0);
	});

	test('UX 7.20: TERM=dumb and a pipe get plain lines, one at least each 10 s', async () => {
		await using stage = await Stage.make({...slow, rate: 20_000});
		const shell = await stage.shell({env: {TERM: 'dumb'}});
		await shell.line(
			`TERM=dumb muster get ${portraits} --to ${path.join(stage.home, 'dumb')} --yes`,
		);
		const times: number[] = [];
		let out = '';
		const words = [
			'-c',
			`muster get ${portraits} --to ${path.join(stage.home, 'piped')} --yes | cat`,
		];
		const child = spawn('sh', words, {env: stage.env, cwd: stage.work});
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			times.push(performance.now());
			out += text;
		});
		await once(child, 'close');
		assert.match(out, /239 of 239 files/);
		assert.doesNotMatch(out, /[\u001B\r]/);
		const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
		assert.ok(Math.max(...gaps) < 10_500, `${Math.round(Math.max(...gaps))} ms without a line`);
		assert.ok(performance.now() - (times[0] ?? 0) > 11_000, 'long enough to tell');
		await until(
			() => /239 of 239 files/.test(shell.raw()),
			'the end of the one in a terminal',
			40_000,
		);
		await shell.until(/^\$$/m);
		const dumb = shell.raw();
		// the terminal itself makes \r\n of every line end; the program must add none
		assert.doesNotMatch(dumb.replaceAll('\r\n', '\n').split('muster get')[1] ?? '', /[\u001B\r]/);
	});
});
