import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {folderTree} from '../helpers/folder-tree.ts';
import {press, until, Walk} from '../helpers/walk.ts';

const keys = 120;

/** A download that has some 12 seconds to go, with its dashboard. */
async function download() {
	const walk = await Walk.make({samples: 'flat', keys, size: 20_000, rate: 200_000});
	const tty = walk.muster(['get', 's3://flat', '--to', 'out', '--yes'], {columns: 80, rows: 24});
	await tty.until(/Downloading · job 1/);
	return {walk, tty};
}

const bytes = async (walk: Walk) => (await walk.stats()).bytes;

describe('UX 7.11 and 7.12: keys that never lose a download', {timeout: 90_000}, () => {
	test('UX 7.11: Escape six times from the download: the process lives, its bytes still grow', async () => {
		const {walk, tty} = await download();
		await using _walk = walk;
		tty.key('escape', 'escape', 'escape', 'escape', 'escape', 'escape');
		await tty.quiet(300, 1500);
		assert.equal(tty.ended, undefined);
		const before = await bytes(walk);
		await until(async () => (await bytes(walk)) > before + 40_000, 'bytes that grow');
		assert.equal(tty.ended, undefined);
	});

	test('UX 7.12: q shows three numbered choices; 3 stays, 1 gives the prompt back and the job finishes', async () => {
		const {walk, tty} = await download();
		await using _walk = walk;
		await press(tty, 'q', /> 1 [^]* 2 [^]* 3 /);
		await press(tty, '3', /Downloading · job 1[^]*of 120 files/);
		assert.equal(tty.ended, undefined);
		await press(tty, 'q', /> 1 [^]* 2 [^]* 3 /);
		const asked = performance.now();
		tty.key('1');
		assert.equal((await tty.exit).code, 0);
		assert.ok(performance.now() - asked < 2000, 'the prompt is back at once');
		assert.match(tty.scrollback().join('\n'), /Job 1 goes on; `muster attach 1` opens it/);
		assert.equal(tty.alternateScreen, false);
		const [running] = await walk.jobs();
		assert.equal(running?.state, 'running');
		await walk.rate(0);
		const state = async () => (await walk.jobs())[0]?.state;
		await until(async () => (await state()) === 'finished', 'the end of the job');
		assert.equal(Object.keys(await folderTree(walk.in('out'))).length, keys);
	});
});
