import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {writeActorLists, writeFlatCsv} from '../../source/sandbox/index.ts';
import type {Tty} from '../helpers/tty.ts';
import {until, Walk} from '../helpers/walk.ts';

/** At most so many presses of one download, and at least so many of all together. */
const presses = 40;
const enough = 30;
/** milliseconds for all downloads together: how fast one is over depends on the machine */
const patience = 90_000;

/** Milliseconds from a key's byte to the change that it makes on the screen, while the download runs. */
async function answerTimes(tty: Tty): Promise<number[]> {
	const times: number[] = [];
	for (let press = 0; press < presses; press++) {
		if (!/Downloading/.test(tty.screen()[0] ?? '')) break;
		// the help overlay is drawn nowhere else: no moving number can be taken for it
		const there = press % 2 === 0;
		const began = performance.now();
		tty.key('?');
		const seen = (now: Tty) =>
			now.screen().some((line) => line.includes('Keys of this screen')) === there;
		try {
			await tty.until(seen, 5000);
		} catch (error) {
			// the download came to its end under the key
			if (tty.ended !== undefined) break;
			throw error;
		}
		times.push(performance.now() - began);
		// at any moment of a frame: frames are 67 ms apart
		await delay(80 + ((press * 37) % 97));
	}
	return times.sort((a, b) => a - b);
}

const at = (times: readonly number[], share: number): number =>
	times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;

const words = (times: readonly number[]): string =>
	`${times.length} presses: median ${at(times, 0.5).toFixed(0)} ms, p95 ${at(times, 0.95).toFixed(0)} ms, max ${at(times, 1).toFixed(0)} ms`;

async function measure(walk: Walk, options: readonly string[]): Promise<number[]> {
	const times: number[] = [];
	const began = performance.now();
	// a whole download is over in a few seconds: as many of them as it takes
	for (let turn = 0; times.length < enough && performance.now() - began < patience; turn++) {
		const tty = walk.muster(['get', ...options, '--to', `out-${turn}`, '--yes']);
		await tty.until(/Downloading/, 30_000);
		times.push(...(await answerTimes(tty)));
		await tty.close();
		await until(
			async () => (await walk.jobs()).every(({state}) => state !== 'running'),
			'the end of the job',
			60_000,
		);
	}
	return times.sort((a, b) => a - b);
}

describe(
	'a key is answered within 100 ms while a download runs at full speed',
	{timeout: 300_000},
	() => {
		test('5,740 files of 287 actors, unthrottled', async (t) => {
			await using walk = await Walk.make({samples: 'actors', actors: 287, images: 20});
			await writeActorLists(walk.work, {actors: 287, images: 20});
			const times = await measure(walk, ['--actors', 'actorsData.json']);
			t.diagnostic(words(times));
			assert.ok(times.length >= enough, words(times));
			assert.ok(at(times, 0.5) < 100, words(times));
		});

		test('1,200 groups, unthrottled', async (t) => {
			await using walk = await Walk.make({samples: 'flat', keys: 12_000, size: 2000});
			await writeFlatCsv(walk.in('rows.csv'), {rows: 12_000, groups: 1200});
			const times = await measure(walk, [
				's3://flat/images',
				'--csv',
				'rows.csv',
				'--column',
				'file',
				'--group-by',
				'folder',
			]);
			t.diagnostic(words(times));
			assert.ok(times.length >= enough, words(times));
			assert.ok(at(times, 0.5) < 100, words(times));
		});
	},
);
