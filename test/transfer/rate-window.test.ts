import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createRate, RateLimit} from '../../source/transfer/rate-limit.ts';
import {Bed, bytes} from './bed.ts';

const KiB = 1024;
const MB = 1e6;

test('--limit-rate holds within 5 % over five seconds', {concurrency: true}, async (t) => {
	const cases = [
		[0.2 * MB, 10 * KiB],
		[0.2 * MB, 4000 * KiB],
		[MB, 100 * KiB],
		[MB, 8000 * KiB],
		[20 * MB, 200 * KiB],
		[20 * MB, 8000 * KiB],
	] as const;
	await Promise.all(
		cases.map(([rate, size]) =>
			t.test(`${rate / MB} MB/s, files of ${size / KiB} KiB, 8 connections`, async () => {
				await using bed = await Bed.make();
				bed.server.put('x', bytes(size));
				const count = Math.ceil((rate * 9) / size) + 8;
				const pool = bed.pool({connections: 8, limitRate: rate});
				pool.submit(
					Array.from({length: count}, (_, id) =>
						bed.task(id, 'x', {destination: `${bed.folder}/f${id}`}),
					),
				);
				await bed.until(() => pool.counters().bytesReceived > 0);
				const first = performance.now();
				await bed.until(() => performance.now() - first > 1000);
				const from = {bytes: pool.counters().bytesReceived, at: performance.now()};
				await bed.until(() => performance.now() - from.at > 5000);
				const seconds = (performance.now() - from.at) / 1000;
				const reached = (pool.counters().bytesReceived - from.bytes) / seconds;
				// where the window begins and ends, a connection or two have just got their grain
				const edge = (2 * new RateLimit(createRate(rate)).grain) / (rate * seconds);
				assert.ok(Math.abs(reached / rate - 1) < 0.05 + edge, `${reached} of ${rate}`);
			}),
		),
	);
});
