import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {createSandbox} from '../../source/sandbox/index.ts';
import {memoryBucket} from '../../source/sandbox/buckets.ts';
import {bytesObject} from '../../source/sandbox/objects.ts';
import {until} from '../e2e/bed.ts';
import {Stage} from './bed.ts';
import {browseTo} from './walk.ts';
import {framed, withoutTmux, type Tmux} from './tmux.ts';

const skip = withoutTmux();
const get = (stage: Stage, folder = 'out') =>
	`muster get s3://studio-actors/actors/ --to ${path.join(stage.home, folder)} --yes`;

test(
	'UX 7.18: b gives the prompt back, attach shows the same numbers, Esc leaves the job alone',
	{skip, timeout: 60_000},
	async () => {
		await using stage = await Stage.make({samples: 'demo', rate: 10 * 1024});
		const shell = await stage.shell();
		await shell.line(get(stage));
		const numbers = /([\d.]+) of ([\d.]+ [KM]iB) +(\d+) of (\d+) files/;
		const before = numbers.exec(
			(await shell.until(/Downloading[^]*[1-9]\d* of 239 files/)).join('\n'),
		);
		const pressed = performance.now();
		await shell.key('b');
		await shell.until(/^\$$/m);
		const took = performance.now() - pressed;
		assert.ok(took < 1000, `the prompt came back after ${Math.round(took)} ms`);
		assert.match((await shell.screen('-J')).join('\n'), /muster attach 1/);
		assert.doesNotMatch((await shell.screen('-J')).join('\n'), /muster resume/);
		await shell.line('clear; muster attach 1');
		const after = numbers.exec(
			(await shell.until(/Downloading · job 1[^]*of 239 files/)).join('\n'),
		);
		assert.equal(after?.[2], before?.[2]);
		assert.equal(after?.[4], before?.[4]);
		assert.ok(Number(after?.[3]) >= Number(before?.[3]));
		await shell.key('escape');
		await shell.until(/muster {2}Jobs/);
		const {filesDone} = await stage.job();
		await stage.job((job) => job.state === 'running' && job.filesDone > filesDone);
	},
);

test(
	'UX 7.23: y in tmux puts the whole address into its buffer and does not say "copied"',
	{skip, timeout: 60_000},
	async () => {
		await using stage = await Stage.make({samples: 'demo'});
		const shell = await stage.shell();
		await browseTo(shell, 'studio-actors/actors/0001_european_25_male/training_data/');
		await shell.until(/20 files · all listed/);
		await shell.key('y');
		const lines = await shell.until(/Sent to your terminal\. No luck\? o shows it/);
		const name = /> \[ \] (\S+)/.exec(lines.join('\n'))?.[1] ?? '';
		assert.equal(
			await shell.command('show-buffer'),
			`s3://studio-actors/actors/0001_european_25_male/training_data/${name}`,
		);
		assert.doesNotMatch(lines.join('\n'), /copied/i);
	},
);

test('UX 7.24: o shows a key of 300 characters unbroken', {skip, timeout: 60_000}, async () => {
	const key = `${'long_folder_name_'.repeat(16)}/${'take_'.repeat(5)}01.wav`;
	assert.ok(key.length >= 300);
	const bucket = memoryBucket('long-keys', [[key, () => bytesObject(Buffer.from('x'), {})]], {});
	const sandbox = await createSandbox({buckets: [bucket]});
	const home = await mkdtemp(path.join(tmpdir(), 'ux-'));
	try {
		const stage = Stage.on(home, sandbox);
		await using shell = await stage.shell();
		await browseTo(shell, `long-keys/${key.slice(0, key.indexOf('/') + 1)}`);
		await shell.until(/> \[ \] take_/);
		await shell.key('o');
		await shell.until((lines) => lines.join('').includes(key));
		assert.ok(
			(await shell.screen('-J')).some((line) => line.includes(key)),
			framed(await shell.screen('-J')),
		);
	} finally {
		await sandbox.close();
		await rm(home, {recursive: true, force: true});
	}
});

test('UX 7.25: the title tells the percent of the bar', {skip, timeout: 60_000}, async () => {
	await using stage = await Stage.make({samples: 'demo', rate: 40 * 1024});
	const shell = await stage.shell();
	await shell.line(get(stage));
	await shell.until(/ (?:3[5-9]|4\d) %$/m, 30_000);
	await shell.key('p');
	await shell.until(/Paused\./);
	const percent = / (\d+) %$/m.exec((await shell.atRest()).join('\n'))?.[1];
	// the title follows at most every 5 s
	await until(
		async () => (await shell.display('#{pane_title}')).startsWith(`muster ${percent}% job 1`),
		`a title with ${percent}%`,
	);
});

/** Colours in what a screen was drawn with; bold, dim and inverse are none. */
const colour = /\u001B\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9\d|10[0-7])(?:;[\d;]*)?m/;

test(
	'UX 7.19: NO_COLOR draws no colour, and > still marks the row',
	{skip, timeout: 60_000},
	async () => {
		await using stage = await Stage.make({samples: 'demo', rate: 20 * 1024});
		const shell = await stage.shell({env: {NO_COLOR: '1', ...stage.profiles('alpha', 'beta')}});
		await shell.line('muster');
		await shell.until(/^ > New download/m);
		assert.doesNotMatch((await shell.screen('-e')).join('\n'), colour);
		await shell.key('enter');
		await shell.until(/^ > alpha/m);
		await shell.key('enter');
		await shell.until(/^ > road-datalake[^]*You can list it/m);
		assert.doesNotMatch((await shell.screen('-e')).join('\n'), colour);
		await shell.key('q');
		await shell.until(/^\$$/m);
		await shell.line(`${get(stage)} --profile alpha`);
		await shell.until(/Downloading[^]*^ > 0001_/m);
		assert.doesNotMatch((await shell.screen('-e')).join('\n'), colour);
		assert.doesNotMatch(shell.raw(), colour);
	},
);

test(
	'UX 7.21: LC_ALL=C sends no byte above 0x7F, with the same information',
	{skip, timeout: 60_000},
	async () => {
		await using stage = await Stage.make({samples: 'demo', rate: 20 * 1024});
		const shell: Tmux = await stage.shell({env: {LC_ALL: 'C', ...stage.profiles('alpha', 'beta')}});
		await shell.line('muster');
		await shell.until(/> New download/);
		await shell.key('enter');
		await shell.until(/> alpha/);
		await shell.key('enter');
		await shell.until(/> road-datalake[^]*You can list it/);
		await shell.key('?');
		await shell.until(/Keys of this screen/);
		await shell.escape();
		await shell.key('q');
		await shell.until(/^\$$/m);
		await shell.line(`${get(stage)} --profile alpha`);
		const lines = await shell.until(/Downloading[^]*[1-9]\d* of 239 files/);
		const all = framed(lines);
		assert.match(lines[2] ?? '', /^ #*\.+ +\d+ %$/, all);
		assert.match(all, /[\d.]+ of [\d.]+ KiB +\d+ of 239 files/);
		assert.match(all, /> 0001_\S+ +\d+ of 20 +[#.]+ +\d+ %/);
		await stage.throttle({rate: 0});
		await shell.until(/^\$$/m, 30_000);
		assert.match((await shell.screen('-J')).join('\n'), /239 of 239 files[^]*0 failed/);
		assert.doesNotMatch(shell.raw(), /[^\u0000-\u007F]/);
	},
);
