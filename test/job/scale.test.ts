import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {Ledger} from '../../source/ledger/ledger.ts';
import type {JobSpec} from '../../source/model/job-spec.ts';
import type {SummaryEvent} from '../../source/model/event.ts';
import type {Snapshot} from '../../source/model/snapshot.ts';
import {
	flatKey,
	startSandboxProcess,
	writeActorLists,
	writeFlatCsv,
	type SandboxProcess,
	type SandboxStats,
} from '../../source/sandbox/index.ts';
import {fileNames, scratch} from './bed.ts';

type Account = {
	readonly counts: Snapshot['rollCall'];
	readonly totals: Snapshot['totals'];
	readonly summary: SummaryEvent | null;
	readonly seconds: number;
	readonly totalSeconds: number;
	readonly megabytes: number;
};

const child = fileURLToPath(new URL('scale-child.ts', import.meta.url));

async function inChild(
	sandbox: SandboxProcess,
	root: string,
	download: boolean,
	spec: Partial<JobSpec>,
): Promise<Account> {
	const {endpoint, region, accessKeyId, secretAccessKey} = sandbox;
	const order = {
		endpoint,
		region,
		accessKeyId,
		secretAccessKey,
		download,
		spec,
		jobs: path.join(root, 'jobs'),
		folder: path.join(root, 'out'),
	};
	const {stdout} = await promisify(execFile)(process.execPath, [child, JSON.stringify(order)]);
	return JSON.parse(stdout) as Account;
}

/** Milliseconds that the listings took, from the log. */
function listingTime(root: string): number {
	const folder = path.join(root, 'out/.muster/logs');
	const logs = fileNames(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
	const lines = logs.join('').matchAll(/listed \d+ keys of .* in (\d+) ms/g);
	return [...lines].reduce((sum, [, time]) => sum + Number(time), 0);
}

test(
	'100,000 rows against 100,000 keys: right to the row, quick and small',
	{timeout: 120_000},
	async (context) => {
		const root = scratch('scale');
		const sandbox = await startSandboxProcess({samples: 'flat', keys: 100_000});
		try {
			const file = path.join(root, 'list.csv');
			await writeFlatCsv(file, {rows: 100_000, missingEvery: 100});
			const account = await inChild(sandbox, root, false, {
				bucket: 'flat',
				prefix: 'images/',
				manifest: {kind: 'csv', file, column: 'file', groupBy: 'folder'},
			});
			const beside = account.seconds - listingTime(root) / 1000;
			context.diagnostic(
				`${account.seconds.toFixed(1)} s, ${beside.toFixed(1)} s beside the listing, ${account.megabytes} MB`,
			);
			assert.equal(account.counts.wanted, 100_000);
			assert.equal(account.counts.found, 99_000);
			assert.equal(account.counts.missing, 1000);
			const ledger = Ledger.open(path.join(root, 'out/.muster'));
			let last = 0;
			let wrong = 0;
			for (;;) {
				const rows = ledger.windows.after({}, last, 5000);
				if (rows.length === 0) break;
				for (const row of rows) {
					last = row.id;
					const index = row.row - 1;
					const isMissing = index % 100 === 99;
					const right = isMissing
						? row.state === 'missing' && row.key === null
						: row.state === 'waiting' && row.key === flatKey(index);
					if (!right || row.group !== `folder_${index % 10}`) wrong++;
				}
			}
			ledger.close();
			assert.equal(last, 100_000);
			assert.equal(wrong, 0);
			assert.ok(beside < 10, `${beside} s beside the listing`);
			// the engine alone takes some 250; how much of it is garbage depends on when V8 looked last
			assert.ok(account.megabytes < 400, `${account.megabytes} MB`);
		} finally {
			await sandbox.stop();
			rmSync(root, {recursive: true, force: true});
		}
	},
);

test(
	'287 actors with 20 pictures each: complete, and a second run downloads nothing',
	{timeout: 180_000},
	async (context) => {
		const root = scratch('scale');
		const sandbox = await startSandboxProcess({samples: 'actors', actors: 287, images: 20});
		try {
			await writeActorLists(root, {actors: 287, images: 20});
			const spec = {
				manifest: {kind: 'actors', file: path.join(root, 'actorsData.json')},
				layout: 'groups',
			} as const;
			const first = await inChild(sandbox, root, true, spec);
			context.diagnostic(
				`first: ${first.seconds.toFixed(1)} s, ${first.summary?.files_per_second} files/s, ${first.megabytes} MB`,
			);
			assert.equal(first.summary?.wanted, 5740);
			assert.equal(first.summary?.downloaded, 5740);
			assert.equal(first.summary?.failed, 0);
			assert.equal(first.summary?.exit_code, 0);
			assert.equal(fileNames(path.join(root, 'out')).length, 5740);
			await sandbox.control('DELETE stats');
			const second = await inChild(sandbox, root, true, spec);
			context.diagnostic(`second: ${second.totalSeconds.toFixed(1)} s, ${second.megabytes} MB`);
			const stats = (await sandbox.control('GET stats')) as SandboxStats;
			assert.equal(stats.operations.GetObject ?? 0, 0);
			assert.equal(second.summary?.local, 5740);
			assert.equal(second.summary?.downloaded, 0);
			assert.equal(second.summary?.exit_code, 0);
			assert.ok(second.totalSeconds < 3, `${second.totalSeconds} s`);
		} finally {
			await sandbox.stop();
			rmSync(root, {recursive: true, force: true});
		}
	},
);
