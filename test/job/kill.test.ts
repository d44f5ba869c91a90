import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {SummaryEvent} from '../../source/model/event.ts';
import {flatBucket, flatKey, patternReader} from '../../source/sandbox/index.ts';
import {verifyFolder} from '../../source/job/verify-folder.ts';
import {fileNames, withBed, type Bed} from './bed.ts';

const files = 1200;
const kills = 6;
const sizeOf = (index: number): number => (index % 50 === 0 ? 400_000 : 3000);

/** Starts the job in a child, kills it after some milliseconds of downloading; answers its summary when it was quicker. */
async function runAndKill(
	bed: Bed,
	resume: number | null,
	after: number | null,
): Promise<SummaryEvent | undefined> {
	const {endpoint, region, accessKeyId, secretAccessKey} = bed.sandbox;
	const order = {
		endpoint,
		region,
		accessKeyId,
		secretAccessKey,
		resume,
		jobs: bed.jobs,
		folder: bed.out,
		spec: {bucket: 'flat', prefix: 'images/'},
	};
	const child = spawn(
		process.execPath,
		[fileURLToPath(new URL('kill-child.ts', import.meta.url)), JSON.stringify(order)],
		{stdio: ['ignore', 'pipe', 'inherit']},
	);
	let said = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		said += text;
	});
	const ended = once(child, 'close');
	if (after !== null) {
		await Promise.race([once(child.stdout, 'data'), ended]);
		await delay(after);
		child.kill('SIGKILL');
	}
	await ended;
	const last = said.split('\n')[1];
	return last === undefined || last === '' ? undefined : (JSON.parse(last) as SummaryEvent);
}

/** Files that lie under their final names now must not be asked for again; the answer checks that. */
function remember(bed: Bed): () => void {
	const asked = () => bed.sandbox.stats().gets;
	const before = fileNames(bed.out).map((name) => {
		const key = `flat/images/${name}`;
		return [key, asked()[key]?.requests] as const;
	});
	return () => {
		for (const [key, requests] of before) assert.equal(asked()[key]?.requests, requests, key);
	};
}

test(
	'kill -9 again and again: every file right, nothing finished is fetched twice',
	{timeout: 120_000},
	async (context) => {
		await withBed(
			[flatBucket({keys: files, size: sizeOf})],
			async (bed) => {
				let resume: number | null = null;
				for (let kill = 0; kill < kills; kill++) {
					// moments that differ from run to run on purpose: the next one may be the wrong one
					const check = remember(bed);
					await runAndKill(bed, resume, 20 + Math.random() * 600);
					check();
					const [job] = await bed.engine.call('jobs', {});
					assert.ok(job);
					resume = job.id;
				}
				const half = fileNames(bed.out).length;
				bed.sandbox.setThrottle({rate: 0});
				const check = remember(bed);
				const summary = await runAndKill(bed, resume, null);
				check();
				context.diagnostic(`${half} of ${files} files were there after ${kills} kills`);
				assert.equal(summary?.exit_code, 0);
				assert.equal(summary.failed, 0);
				assert.equal(summary.downloaded + summary.local, files);
				assert.equal(fileNames(bed.out).length, files);
				for (let index = 0; index < files; index++) {
					const name = flatKey(index).slice('images/'.length);
					const right = Buffer.from(patternReader(index)(0, sizeOf(index)));
					assert.ok(readFileSync(path.join(bed.out, name)).equals(right), name);
				}
				const {bad, missing} = await verifyFolder(bed.out);
				assert.deepEqual([bad, missing], [[], []]);
				const {gets} = bed.sandbox.stats();
				const again = Object.values(gets).filter(({complete}) => complete > 1).length;
				context.diagnostic(`${again} bodies were on their way at a kill and sent again`);
				assert.equal(bed.sandbox.stats().operations.ListObjectsV2, 3, 'one roll call');
			},
			{throttle: {rate: 3_000_000}},
		);
	},
);
