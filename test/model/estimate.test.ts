import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Estimate} from '../../source/model/estimate.ts';

const MB = 1_000_000;

/** Plays a download and returns, for each share of the bytes, the shown and the true time left. */
function play(options: {
	sizes: number[];
	bytesPerSecond: number;
	connections: number;
	firstByteMs: number;
}): {share: number; shown: number | null; left: number; fraction: number}[] {
	const {sizes, bytesPerSecond, connections, firstByteMs} = options;
	const bytesTotal = sizes.reduce((sum, size) => sum + size, 0);
	// each connection takes the next file; all share the link evenly
	const perConnection = bytesPerSecond / connections;
	const lanes = Array.from({length: connections}, () => 0);
	const files = sizes.map((size) => {
		const lane = lanes.indexOf(Math.min(...lanes));
		const start = (lanes[lane] ?? 0) + firstByteMs / 1000;
		const end = start + size / perConnection;
		lanes[lane] = end;
		return {size, start, end};
	});
	const end = Math.max(...lanes);
	const estimate = new Estimate();
	const seen = [];
	for (let at = 0; at <= end; at += 0.5) {
		let bytes = 0;
		let done = 0;
		for (const file of files) {
			if (file.end <= at) {
				bytes += file.size;
				done++;
				estimate.firstByte(firstByteMs);
			} else if (file.start < at) bytes += (at - file.start) * perConnection;
		}
		estimate.sample({
			at: at * 1000,
			bytes,
			bytesTotal,
			files: done,
			filesTotal: sizes.length,
			connections,
		});
		const {etaSeconds, fraction} = estimate.read();
		seen.push({share: bytes / bytesTotal, shown: etaSeconds, left: end - at, fraction});
	}
	return seen;
}

function errorAt(seen: ReturnType<typeof play>, share: number): number {
	const moment = seen.find((one) => one.share >= share);
	assert.ok(moment && moment.shown !== null, `nothing is shown at ${share}`);
	return Math.abs(moment.shown - moment.left) / moment.left;
}

test('at a constant 10 MB/s the time left is within 10 % at 20, 50 and 80 %', () => {
	for (const size of [1 * MB, 10 * MB, 40 * MB]) {
		const sizes = Array.from({length: (3840 * MB) / size}, () => size);
		const seen = play({sizes, bytesPerSecond: 10 * MB, connections: 16, firstByteMs: 40});
		for (const share of [0.2, 0.5, 0.8]) {
			const error = errorAt(seen, share);
			assert.ok(error <= 0.1, `${size} bytes a file, at ${share}: ${error}`);
		}
	}
});

test('with all files under 64 KiB the time left is within 30 %', () => {
	const sizes = Array.from({length: 6000}, (_, at) => 2000 + ((at * 7919) % 62_000));
	const seen = play({sizes, bytesPerSecond: 10 * MB, connections: 4, firstByteMs: 60});
	for (const share of [0.2, 0.5, 0.8]) assert.ok(errorAt(seen, share) <= 0.3, String(share));
});

test('small files that come last are within 30 %', () => {
	const large = Array.from({length: 40}, () => 20 * MB);
	const small = Array.from({length: 4000}, () => 30_000);
	const seen = play({
		sizes: [...large, ...small],
		bytesPerSecond: 10 * MB,
		connections: 8,
		firstByteMs: 60,
	});
	// all bytes of large files are 87 % of the whole: by bytes alone it would say half of the truth
	for (const share of [0.5, 0.8])
		assert.ok(errorAt(seen, share) <= 0.3, `${share}: ${errorAt(seen, share)}`);
});

test('nothing is shown for ten seconds, and it moves in steps', () => {
	const sizes = Array.from({length: 500}, () => 4 * MB);
	const seen = play({sizes, bytesPerSecond: 10 * MB, connections: 8, firstByteMs: 40});
	assert.ok(seen.slice(0, 20).every(({shown}) => shown === null));
	const shown = seen.slice(20).map((one) => one.shown ?? 0);
	assert.ok(shown.every((seconds) => seconds >= 0 && seconds % 5 === 0));
	for (const [at, seconds] of shown.entries()) {
		const before = shown[at - 1];
		if (before === undefined || seconds === before || seconds === 0) continue;
		assert.ok(Math.abs(seconds - before) / before > 0.02, `${before} to ${seconds}`);
	}
	const changes = shown.filter((seconds, at) => seconds !== shown[at - 1]).length;
	assert.ok(changes < 60, `${changes} changes`);
});

test('the bar never goes back, and ends full', () => {
	const sizes = Array.from({length: 900}, (_, at) => (at % 7 === 0 ? 5 * MB : 20_000));
	const seen = play({sizes, bytesPerSecond: 10 * MB, connections: 8, firstByteMs: 90});
	for (const [at, {fraction}] of seen.entries()) {
		assert.ok(fraction >= (seen[at - 1]?.fraction ?? 0) && fraction <= 1);
	}
});

function steady(
	estimate: Estimate,
	from: number,
	to: number,
	bytesOf: (at: number) => number,
): void {
	for (let at = from; at <= to; at += 500) {
		const bytes = bytesOf(at);
		estimate.sample({at, bytes, bytesTotal: 1000 * MB, files: 0, filesTotal: 1, connections: 1});
	}
}

test('hidden while paused, and a pause counts neither as time nor as standstill', () => {
	const estimate = new Estimate();
	steady(estimate, 0, 20_000, (at) => at * 10_000);
	const before = estimate.read();
	assert.ok(before.etaSeconds !== null);
	estimate.pause();
	assert.equal(estimate.read().etaSeconds, null);
	steady(estimate, 20_500, 600_000, () => 200 * MB);
	assert.deepEqual([estimate.read().etaSeconds, estimate.read().bytesPerSecond], [null, 0]);
	estimate.resume();
	steady(estimate, 600_000, 602_000, (at) => 200 * MB + (at - 600_000) * 10_000);
	assert.ok(Math.abs(estimate.read().bytesPerSecond - 10 * MB) < MB / 10);
	assert.ok(Math.abs((estimate.read().etaSeconds ?? 0) - 78) <= 10);
});

test('a standstill has no time left, bytes taken back make no negative speed', () => {
	const estimate = new Estimate();
	steady(estimate, 0, 20_000, (at) => at * 10_000);
	steady(estimate, 20_500, 21_000, () => 50 * MB);
	assert.ok(estimate.read().bytesPerSecond > 0);
	steady(estimate, 21_500, 900_000, () => 50 * MB);
	const {bytesPerSecond, etaSeconds} = estimate.read();
	assert.ok(bytesPerSecond >= 0 && bytesPerSecond < 1);
	assert.equal(etaSeconds, null);
});

test('a machine that slept, or a clock that stood still, changes nothing', () => {
	const estimate = new Estimate();
	steady(estimate, 0, 20_000, (at) => at * 10_000);
	const before = estimate.read();
	steady(estimate, 20_000, 20_000, () => 200 * MB);
	steady(estimate, 7_220_000, 7_220_000, () => 200 * MB);
	assert.deepEqual(estimate.read(), before);
});

test('an empty job is done', () => {
	const estimate = new Estimate();
	for (const at of [0, 500]) {
		estimate.sample({at, bytes: 0, bytesTotal: 0, files: 0, filesTotal: 0, connections: 1});
	}
	assert.equal(estimate.read().etaSeconds, 0);
});
