import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {createEngine} from '../../source/job/engine.ts';
import type {JobEvent, SummaryEvent} from '../../source/model/event.ts';
import {jobSpecDefaults} from '../../source/model/job-spec.ts';
import type {JobSpec} from '../../source/model/job-spec.ts';
import {
	actorBucket,
	datalakeBucket,
	datalakePrefix,
	memoryBucket,
	roadRows,
	writeSamples,
} from '../../source/sandbox/index.ts';
import type {SandboxBucket} from '../../source/sandbox/index.ts';
import {motoServer, s3rverServer, versitygwServer} from '../contracts/s3-servers.ts';
import type {ContractServer, MakeServer} from '../contracts/store.ts';
import {folderTree, sha256, sorted} from '../helpers/folder-tree.ts';
import {bytesOf, objectOf, uploadBucket} from '../helpers/sample-upload.ts';

const entry = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const run = promisify(execFile);
const actors = actorBucket();
const lake = partOfLake();

/** What the CSV speaks of, and enough besides that a listing takes two pages: uploads are slow. */
function partOfLake(): SandboxBucket {
	const whole = datalakeBucket();
	const named = new Set(roadRows().map(({key}) => key));
	const needed = keysOf(whole).filter((key) => named.has(key) || key.includes('/overview_'));
	const keys = new Set([...needed, ...keysOf(whole).slice(0, 1020)]);
	return memoryBucket(
		whole.name,
		[...keys].map((key) => [key, () => objectOf(whole, key)]),
	);
}

/** The demo's flows, whole, against a server of somebody else. */
function flows(name: string, makeServer: MakeServer): void {
	describe(`whole jobs against ${name}`, () => {
		let server: ContractServer;
		let home: string;

		before(async () => {
			home = await mkdtemp(path.join(tmpdir(), 'muster-servers-'));
			await writeSamples(home);
		});

		after(async () => {
			await server?.close();
			await rm(home, {recursive: true, force: true});
		});

		test('is there and takes the samples', async (context) => {
			const made = await makeServer({[actors.name]: {}, [lake.name]: {}});
			if ('skip' in made) {
				context.skip(made.skip);
				return;
			}
			server = made;
			await uploadBucket(server, actors);
			await uploadBucket(server, lake);
			const {accessKeyId, secretAccessKey} = server.credentials;
			await writeFile(
				path.join(home, '.env'),
				`AWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`,
			);
		});

		/** A test that needs the server. */
		const flow = (title: string, work: () => Promise<void>): void => {
			test(title, async (context) => {
				if (server === undefined) context.skip('the server is not here');
				else await work();
			});
		};

		const spec = (changes: Partial<JobSpec> & Pick<JobSpec, 'folder' | 'manifest'>): JobSpec => ({
			...jobSpecDefaults,
			store: server.spec,
			credentials: {kind: 'env-file', file: path.join(home, '.env')},
			bucket: '',
			prefix: '',
			...changes,
			folder: path.join(home, changes.folder),
		});

		flow('an actor list: every image but the one that is not there', async () => {
			const manifest = {kind: 'actors', file: path.join(home, 'actorsData.json')} as const;
			const job = spec({folder: 'training', manifest});
			const summary = await runJob(job, home);
			assert.deepEqual(counts(summary), {
				wanted: 240,
				found: 239,
				missing: 1,
				ambiguous: 0,
				downloaded: 239,
				local: 0,
				failed: 0,
				exit: 3,
			});
			assert.deepEqual(await folderTree(job.folder), await expectedTree(actors, keysOf(actors)));
			const again = await runJob(job, home);
			assert.deepEqual(counts(again), {...counts(summary), downloaded: 0, local: 239});
		});

		const rows = roadRows();
		const kinds = (kind: string): number => rows.filter((row) => row.kind === kind).length;
		const meant = rows.flatMap(({kind, key}) =>
			(kind === 'exact' || kind === 'other-extension') && key !== undefined ? [key] : [],
		);

		flow(
			'a CSV: exact names, other extensions, missing, ambiguous and duplicate rows',
			async () => {
				const manifest = {
					kind: 'csv',
					file: path.join(home, 'images.csv'),
					column: 'image',
					groupBy: 'site',
				} as const;
				const job = spec({folder: 'images', manifest, bucket: lake.name, prefix: datalakePrefix});
				const summary = await runJob(job, home);
				assert.equal(summary.duplicate, kinds('duplicate'));
				assert.deepEqual(counts(summary), {
					wanted: summary.wanted,
					found: meant.length,
					missing: kinds('missing'),
					ambiguous: kinds('ambiguous'),
					downloaded: meant.length,
					local: 0,
					failed: 0,
					exit: 3,
				});
				assert.deepEqual(
					await folderTree(job.folder),
					await expectedTree(lake, meant, datalakePrefix),
				);
				const resolved = await readFile(
					path.join(job.folder, '.muster/reports/resolved.csv'),
					'utf8',
				);
				assert.equal(resolved.trim().split(/\r?\n/).length, rows.length + 1);
			},
		);

		flow('a whole prefix, listed over several pages', async () => {
			const job = spec({folder: 'all', manifest: {kind: 'prefix'}, bucket: lake.name});
			const summary = await runJob(job, home);
			assert.deepEqual([summary.downloaded, summary.failed, summary.exit_code], [lake.size, 0, 0]);
			assert.deepEqual(await folderTree(job.folder), await expectedTree(lake, keysOf(lake)));
		});

		flow('the same CSV through the built command, then verified', async (): Promise<void> => {
			assert.ok(existsSync(entry), 'npm run build comes first');
			const to = path.join(home, 'by-command');
			const words = [
				'get',
				`s3://${lake.name}/${datalakePrefix}`,
				'--csv',
				'images.csv',
				'--column',
				'image',
			];
			const more = ['--to', to, '--endpoint-url', server.spec.endpoint ?? '', '--env-file', '.env'];
			const options = {cwd: home, env: commandEnvironment(home), timeout: 120_000};
			const command = [entry, ...words, ...more, '--yes', '--json', '--allow-missing'];
			const {stdout} = await run(process.execPath, command, {...options, maxBuffer: 1 << 26});
			const events = stdout
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line) as JobEvent);
			const last = events.at(-1);
			assert.ok(last?.type === 'summary');
			assert.deepEqual([last.downloaded, last.failed, last.exit_code], [meant.length, 0, 0]);
			assert.deepEqual(await folderTree(to), await expectedTree(lake, meant, datalakePrefix));
			await run(process.execPath, [entry, 'verify', to], options);
		});
	});
}

function commandEnvironment(home: string): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|NODE_)/.test(name));
	return {
		...Object.fromEntries(kept),
		HOME: home,
		XDG_CONFIG_HOME: path.join(home, 'config'),
		AWS_REGION: 'us-east-1',
	};
}

function keysOf(bucket: SandboxBucket): string[] {
	return Array.from({length: bucket.size}, (_, index) => bucket.keyAt(index));
}

async function expectedTree(
	bucket: SandboxBucket,
	keys: readonly string[],
	prefix = '',
): Promise<Record<string, string>> {
	return sorted(keys.map((key) => [key.slice(prefix.length), sha256(bytesOf(bucket, key))]));
}

/** Roll call, yes, download; answers the summary event. */
async function runJob(spec: JobSpec, home: string): Promise<SummaryEvent> {
	const engine = createEngine({jobsFolder: path.join(home, 'jobs'), logLevel: 'info'});
	const ready = (): Promise<void> =>
		new Promise((resolve, reject) => {
			const look = (): void => {
				const {phase, failure} = engine.getSnapshot();
				if (phase !== 'ready' && phase !== 'failed') return;
				stop();
				if (phase === 'ready') resolve();
				else reject(new Error(failure?.message ?? 'the roll call failed'));
			};
			const stop = engine.subscribe(look);
			look();
		});
	const summaries: SummaryEvent[] = [];
	const ended = new Promise<void>((resolve) => {
		engine.onEvent((event) => {
			if (event.type !== 'summary') return;
			summaries.push(event);
			resolve();
		});
	});
	try {
		await engine.call('prepare', {spec});
		await ready();
		await engine.call('start', {});
		await ended;
	} finally {
		await engine.shutDown();
	}
	const [summary, ...more] = summaries;
	assert.ok(summary !== undefined && more.length === 0, 'a job ends with one summary');
	return summary;
}

const counts = (summary: SummaryEvent) => ({
	wanted: summary.wanted,
	found: summary.found,
	missing: summary.missing,
	ambiguous: summary.ambiguous,
	downloaded: summary.downloaded,
	local: summary.local,
	failed: summary.failed,
	exit: summary.exit_code,
});

flows('s3rver', s3rverServer);
flows('moto', motoServer);
flows('versitygw', versitygwServer);
