import {readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {spawn} from '@lydell/node-pty';
import {freshTask, runCommand, withServer, workOf} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {musterClient} from './clients.ts';
import type {Client, Task} from './clients.ts';
import {contest} from './contest.ts';
import type {Entrant, Round} from './contest.ts';
import type {Command} from './measure.ts';
import type {BenchServer} from './server.ts';
import {faultOf} from './tree.ts';
import {verdictOf} from './targets.ts';
import type {Workload} from './workloads.ts';

/**
 * The same job with its dashboard in a pseudo-terminal and with `--quiet`. What counts are the
 * seconds that the job itself reports, because a dashboard stays to be read when the job is over.
 */
export async function measureDashboard(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	const {dataset, title, subject, targets} = workload;
	return withServer(run, dataset, async (server) => {
		const quiet = musterClient(run.programs, '--quiet', undefined, ['--quiet']);
		const watched = musterClient(run.programs, 'dashboard', undefined, []);
		const entrants = [
			jobEntrant(run, server, watched, 'dashboard', inTerminal),
			jobEntrant(run, server, quiet, 'quiet', async (command) => {
				await runCommand(run, command);
			}),
		];
		const rows = await contest(entrants, {rounds: run.options.rounds, say: run.say});
		const verdicts = targets.map((target) => verdictOf(target, rows));
		return [{title, subject, work: workOf(dataset), rows, verdicts}];
	});
}

function jobEntrant(
	run: BenchRun,
	server: BenchServer,
	client: Client,
	kind: string,
	carryOut: (command: Command) => Promise<void>,
): Entrant {
	const task: Omit<Task, 'to' | 'scratch'> = {
		endpoint: `http://127.0.0.1:${server.port}`,
		bucket: server.dataset.bucket,
		connections: run.options.connections,
	};
	return {
		name: client.name,
		kind,
		async run() {
			const places = freshTask(run.scratch);
			await carryOut(client.command({...task, ...places}));
			const fault = faultOf(server, places.to);
			if (fault !== undefined) throw new Error(`the tree is not whole: ${fault}`);
			const round = reportedRound(places.to);
			rmSync(path.dirname(places.to), {recursive: true, force: true});
			return round;
		},
	};
}

function reportedRound(folder: string): Round {
	const file = path.join(folder, '.muster', 'reports', 'summary.json');
	const {seconds} = JSON.parse(readFileSync(file, 'utf8')) as {readonly seconds: number};
	return {seconds};
}

/** Runs a program in a terminal of 120 × 40 whose output is read and thrown away. */
async function inTerminal({file, args, env}: Command): Promise<void> {
	const terminal = spawn(file, [...args], {
		name: 'xterm-256color',
		cols: 120,
		rows: 40,
		env: {...env, TERM: 'xterm-256color'},
	});
	const stop = (): void => terminal.kill('SIGKILL');
	process.prependOnceListener('exit', stop);
	terminal.onData(() => undefined);
	const status = await new Promise<number>((resolve) => {
		terminal.onExit(({exitCode}) => resolve(exitCode));
	});
	process.removeListener('exit', stop);
	if (status !== 0) throw new Error(`ended with ${status} in its terminal`);
}
