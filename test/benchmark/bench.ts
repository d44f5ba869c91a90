/** `npm run bench`: reads what is wanted, measures it, prints the tables. See `--help`. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {withDelay, withServer} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {findPrograms} from './clients.ts';
import type {Programs} from './clients.ts';
import {measureConnections} from './connections.ts';
import {measureDashboard} from './dashboard.ts';
import {measureMemory} from './memory.ts';
import {measureRerun} from './rerun.ts';
import {measureDownload} from './download.ts';
import {measureListing} from './listing-run.ts';
import {helpText, readOptions} from './options.ts';
import type {BenchOptions} from './options.ts';
import {writePage} from './page.ts';
import {resultTable, verdictTable} from './tables.ts';
import {scaled} from './workloads.ts';
import type {Workload} from './workloads.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: readonly string[]): Promise<number> {
	const options = readOptions(words);
	if (options.help) {
		say(helpText);
		return 0;
	}
	const programs = findPrograms(process.env);
	const {nginx} = programs;
	if (nginx === undefined) {
		say('nginx is not installed. The benchmark serves its objects with it; nothing was measured.');
		return 2;
	}
	if (!existsSync(programs.muster)) {
		say(`${programs.muster} is not there: run npm run build first.`);
		return 2;
	}
	for (const line of missing(programs, options)) say(line);
	const scratch = mkdtempSync(path.join(options.folder, 'muster-bench-'));
	const removeScratch = (): void => rmSync(scratch, {recursive: true, force: true, maxRetries: 5});
	process.once('exit', removeScratch);
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => process.exit(130));
	const run: BenchRun = {options, programs: {...programs, nginx}, scratch, say};
	if (options.serve) await serve(run);
	const outcomes: Outcome[] = [];
	for (const workload of options.picked) {
		const chosen = scaled(workload, options.scale);
		say(`\n${chosen.name}: ${chosen.title}`);
		for (const outcome of await measureOne(run, chosen)) {
			outcomes.push(outcome);
			say(`\n${outcome.title}\n\n${resultTable(outcome.rows, outcome.work, outcome.subject)}`);
		}
	}
	const verdicts = outcomes.flatMap((outcome) => outcome.verdicts);
	if (verdicts.length > 0) say(`\n${verdictTable(verdicts)}`);
	if (options.write) {
		const command = ['npm run bench --', ...words].join(' ');
		writePage(outcomes, {command, versions: versionsOf(programs), when: new Date()});
		say('\nwritten to media/benchmarks.md');
	}
	return 0;
}

/** Has a server for profiling by hand until the process is told to end. */
async function serve(run: BenchRun): Promise<never> {
	const [workload] = run.options.picked;
	if (workload === undefined) throw new Error('--serve takes the name of a workload');
	const {dataset} = scaled(workload, run.options.scale);
	return withServer(run, dataset, (server) =>
		withDelay(server, run.options.delays?.[0] ?? 0, (endpoint) => {
			say(`s3://${dataset.bucket} at ${endpoint}, with any keys; Ctrl+C ends it`);
			return new Promise<never>(() => undefined);
		}),
	);
}

function measureOne(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	switch (workload.kind) {
		case 'listing':
			return measureListing(run, workload);
		case 'rerun':
			return measureRerun(run, workload);
		case 'dashboard':
			return measureDashboard(run, workload);
		case 'connections':
			return measureConnections(run, workload);
		case 'memory':
			return measureMemory(run, workload);
		case 'download':
			return measureDownload(run, workload);
	}
}

/** What takes part, with the versions that the programs tell. */
function versionsOf({nginx, s5cmd, rclone, aws, muster}: Programs): string[] {
	const first = (name: string, file: string | undefined, ...words: readonly string[]): string[] => {
		if (file === undefined) return [];
		const {stdout, stderr} = spawnSync(file, words, {encoding: 'utf8'});
		const version = /\d+\.\d+[\w.+-]*/.exec(`${stdout}${stderr}`)?.[0];
		return [`${name} ${version ?? ''}`.trim()];
	};
	return [
		...first('muster', process.execPath, muster, '--version'),
		`Node ${process.versions.node}`,
		...first('s5cmd', s5cmd, 'version'),
		...first('rclone', rclone, 'version'),
		...first('AWS CLI', aws, '--version'),
		...first('nginx', nginx, '-v'),
	];
}

/** A word for each peer that can't take part. */
function missing(programs: Programs, {clients}: BenchOptions): string[] {
	return (['s5cmd', 'rclone', 'aws'] as const)
		.filter((name) => programs[name] === undefined && (clients?.includes(name) ?? true))
		.map((name) => `${name} is not installed and left out.`);
}

main(process.argv.slice(2)).then(
	(status) => process.exit(status),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(2);
	},
);
