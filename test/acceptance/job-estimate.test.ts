import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {JobEvent} from '../../source/model/event.ts';
import {press, Walk, type TimedEvent} from '../helpers/walk.ts';

const KiB = 1024;
const MB = 1_000_000;

type Progress = Extract<JobEvent, {type: 'progress'}>;
type Reading = {readonly at: number; readonly progress: Progress};

/** What the job said on its way, and when it was done. */
function readings(events: readonly TimedEvent[]): {all: Reading[]; end: number} {
	const all = events.flatMap(({at, event}) =>
		event.type === 'progress' ? [{at, progress: event}] : [],
	);
	const last = events.findLast(({event}) => event.type === 'file');
	return {all, end: last?.at ?? 0};
}

/** Left against what was left in truth, at the first reading from a share of the time on. */
function leftAt({all, end}: ReturnType<typeof readings>, share: number) {
	const [begin] = all;
	assert.ok(begin !== undefined);
	const moment = begin.at + (end - begin.at) * share;
	const reading = all.find(({at}) => at >= moment);
	assert.ok(reading !== undefined, `no reading at ${share}`);
	const truth = (end - reading.at) / 1000;
	const said = reading.progress.eta_seconds;
	assert.ok(
		said !== null,
		`no time left is told after ${((reading.at - begin.at) / 1000).toFixed(1)} s`,
	);
	return {share, truth, said, error: Math.abs(said - truth) / truth};
}

function neverNegative({all}: ReturnType<typeof readings>): void {
	for (const {progress} of all) {
		const {eta_seconds: left} = progress;
		assert.ok(left === null || left >= 0, String(left));
		assert.ok(progress.bytes_per_second >= 0 && progress.files_per_second >= 0);
		assert.ok(progress.bytes <= progress.bytes_total && progress.done <= progress.total);
	}
}

const words = (found: ReturnType<typeof leftAt>) =>
	`at ${found.share * 100} %: ${found.said} s said, ${found.truth.toFixed(1)} s in truth, ${(found.error * 100).toFixed(0)} % off`;

/** A job of its own sandbox, every file with a size of its own. */
async function measured(rate: number, latency: number, sizes: readonly number[]) {
	await using walk = await Walk.make({
		samples: 'flat',
		keys: sizes.length,
		size: sizes,
		rate,
		latency,
	});
	const {status, events} = await walk.events(['get', 's3://flat', '--to', 'out', '--yes']);
	assert.equal(status, 0);
	return readings(events);
}

const times = (count: number, size: number) => Array.from({length: count}, () => size);

// Each takes most of a minute of waiting and next to no work, so they run beside each other.
describe('UX 7.28: time left', {timeout: 150_000, concurrency: true}, () => {
	test('UX 7.28: constant 10 MB/s: Left at 20, 50 and 80 % is within 10 % of the truth', async (t) => {
		const found = await measured(10 * MB, 20, times(208, 2.5 * MB));
		neverNegative(found);
		for (const share of [0.2, 0.5, 0.8]) {
			const left = leftAt(found, share);
			t.diagnostic(words(left));
			assert.ok(left.error <= 0.1, words(left));
		}
	});

	// The link is full from the first second, so even the shortest first byte of a file holds a queue: what a
	// round trip costs is known from the questions of the roll call.
	const todo =
		'large files first, small ones last: within 30 % on a quiet machine, up to 70 % off on a busy one';
	test('UX 7.28: with the files under 64 KiB last, Left is within 30 %', {todo}, async (t) => {
		const small = Array.from({length: 6000}, (_, index) => (4 + (index % 12) * 5) * KiB);
		const found = await measured(10 * MB, 60, [...times(96, 4 * MB), ...small]);
		neverNegative(found);
		for (const share of [0.3, 0.5, 0.8]) {
			const left = leftAt(found, share);
			t.diagnostic(words(left));
			assert.ok(left.error <= 0.3, words(left));
		}
	});

	test('UX 7.28: with all files under 64 KiB, Left is within 30 %', async (t) => {
		const sizes = Array.from({length: 12_800}, (_, index) => (8 + (index % 14) * 4) * KiB);
		const found = await measured(10 * MB, 20, sizes);
		neverNegative(found);
		for (const share of [0.5, 0.8]) {
			const left = leftAt(found, share);
			t.diagnostic(words(left));
			assert.ok(left.error <= 0.3, words(left));
		}
	});

	test('UX 7.28: Left is hidden while it is paused', async () => {
		await using walk = await Walk.make({samples: 'flat', keys: 300, size: 200_000, rate: MB});
		const tty = walk.muster(['get', 's3://flat', '--to', 'out', '--yes']);
		await tty.until(/Downloading/);
		const left = /\d (?:s|m|h)(?: \d+ s)? left/;
		await tty.until(left, 30_000);
		await press(tty, 'p', /Paused · job 1/);
		assert.doesNotMatch(tty.screen().join('\n'), /\bleft\b|-\d/);
		await press(tty, 'p', left);
		tty.key('ctrl+c', 'ctrl+c');
		assert.equal((await tty.exit).code, 130);
	});
});
