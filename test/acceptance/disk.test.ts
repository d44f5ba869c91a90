import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {Stage} from './bed.ts';
import {withoutTmux, type Tmux} from './tmux.ts';
import {browseTo} from './walk.ts';

// The situations of UX.md section 5 that need a disk of their own size: a small tmpfs, which only root may mount.

const limits = {skip: withoutTmux(), timeout: 90_000};
const flat = (lines: readonly string[]) => lines.map((line) => line.trim()).join(' ');
const shows = async (shell: Tmux, words: RegExp, limit?: number): Promise<string> =>
	flat(await shell.until((lines) => words.test(flat(lines)), limit));

/** A disk of so many bytes below the working folder, gone with the test; undefined where none may be mounted. */
function mountDisk(
	stage: Stage,
	name: string,
	bytes: number,
): (Disposable & {folder: string}) | undefined {
	const folder = path.join(stage.work, name);
	mkdirSync(folder);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], {
			stdio: 'ignore',
		});
	} catch {
		return undefined;
	}
	return {
		folder,
		[Symbol.dispose]: () => execFileSync('umount', ['-l', folder], {stdio: 'ignore'}),
	};
}

const pictures = (folder: string): number =>
	readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.jpg'))
		.length;

const noDisk = 'no disk may be mounted here: only root may';

/** From the shell to the analysis of the whole folder, to be stored in `folder`. */
async function analyse(shell: Tmux, folder: string): Promise<void> {
	await browseTo(shell, 'flat/images/');
	await shell.until(/img_0000000\.jpg/);
	await shell.key('f');
	await shell.until(/> .*(?:hole|verything)/);
	await shell.key('enter');
	await shell.until(/Where do the files go/);
	await typeFolder(shell, folder);
	await shell.until(/How should it be/);
	await shell.key('enter');
}

async function typeFolder(shell: Tmux, folder: string): Promise<void> {
	await shell.key('f');
	await shell.until(/Folder [^]*▏/);
	await shell.command('send-keys', 'C-u');
	await shell.key(folder);
	// text and Enter in one read would be a paste
	await shell.until(new RegExp(`Folder ${folder}▏`));
	await shell.key('enter');
	await shell.until(/[\d.]+ MiB free of 38\.\d* MiB/);
	await shell.key('enter');
}

test('UX 7.30 (11): the disk is nearly full', limits, async (t) => {
	await using stage = await Stage.make({samples: 'flat', keys: 60, size: 100_000});
	using disk = mountDisk(stage, 'small', 40_000_000);
	if (disk === undefined) return t.skip(noDisk);
	// room for the ledger, the 6 MB and next to nothing more
	const {bavail, bsize} = statfsSync(disk.folder);
	writeFileSync(path.join(disk.folder, 'ballast'), Buffer.alloc(bavail * bsize - 6_900_000));
	const shell = await stage.shell();
	await analyse(shell, path.join(disk.folder, 'out'));
	const words = /5\.\d+ MiB to get, 6\.\d+ MiB free: \d+(?:\.\d+)? (?:KiB|MiB|B) would be left\./;
	await shows(shell, words, 20_000);
	await shows(shell, /f other folder; d, then Enter start anyway/);
	await shell.key('d');
	await shows(shell, /Enter start anyway; Esc not now/);
	await shell.escape();
	await shows(shell, /f other folder; d, then Enter start anyway/);
	await shell.key('d');
	await shows(shell, /Enter start anyway; Esc not now/);
	await shell.key('enter');
	await shell.until(/Job \d+ finished/, 30_000);
	assert.equal(pictures(disk.folder), 60);
});

test('UX 7.30 (12): the disk fills up in the middle of a job', limits, async (t) => {
	await using stage = await Stage.make({
		samples: 'flat',
		keys: 120,
		size: 100_000,
		rate: 1_500_000,
	});
	using disk = mountDisk(stage, 'small', 24_000_000);
	if (disk === undefined) return t.skip(noDisk);
	const shell = await stage.shell();
	await shell.line('muster get s3://flat/images/ --to small/out --yes');
	await shell.until(/[1-9]\d* of 120 files/, 20_000);
	const ballast = path.join(disk.folder, 'ballast');
	const {bavail, bsize} = statfsSync(disk.folder);
	writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_000_000));
	await shows(shell, /The disk with \S+ is full\. Paused; open files are kept\./, 30_000);
	const screen = flat(await shell.screen());
	assert.match(screen, /The disk with \S+small\/out is full/);
	assert.match(screen, /p go on .*f other folder/);
	assert.doesNotMatch(screen, /[1-9]\d* failed/);
	await t.test('UX 7.30 (12): f tells how the rest goes elsewhere', async () => {
		await shell.key('f');
		await shows(shell, /--to \/other\/disk/);
		await shell.escape();
		await shows(shell, /Paused; open files are kept\./);
	});
	await t.test('UX 7.30 (12): with room p goes on to the end', async () => {
		rmSync(ballast);
		await stage.throttle({rate: 0});
		await shell.key('p');
		await shows(shell, /120 downloaded, 0 skipped \(already here\), 0 failed/, 30_000);
		assert.equal(pictures(disk.folder), 120);
	});
});
