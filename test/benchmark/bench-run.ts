import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {Client, Programs, Task} from './clients.ts';
import type {Entrant, Round, Row, Work} from './contest.ts';
import {bytesOf} from './dataset.ts';
import type {Dataset} from './dataset.ts';
import {startHelper} from './helper-process.ts';
import {measure} from './measure.ts';
import type {Command} from './measure.ts';
import type {BenchOptions} from './options.ts';
import {startServer} from './server.ts';
import type {BenchServer} from './server.ts';
import {faultOf} from './tree.ts';
import type {Verdict} from './targets.ts';

/** What every kind of workload gets to work with. */
export type BenchRun = {
	readonly options: BenchOptions;
	readonly programs: Programs & {readonly nginx: string};
	/** a folder of this run */
	readonly scratch: string;
	readonly say: (line: string) => void;
};

/** One table of the results. */
export type Outcome = {
	readonly title: string;
	readonly subject: string;
	readonly work: Work;
	readonly rows: readonly Row[];
	readonly verdicts: readonly Verdict[];
};

export const workOf = (dataset: Dataset): Work => ({files: dataset.count, bytes: bytesOf(dataset)});

/** Has a server for a data set while `use` runs. */
export async function withServer<T>(
	run: BenchRun,
	dataset: Dataset,
	use: (server: BenchServer) => Promise<T>,
): Promise<T> {
	const server = await startServer(run.programs.nginx, path.join(run.scratch, 'server'), dataset);
	try {
		return await use(server);
	} finally {
		await server.close();
	}
}

/** The server's endpoint with `delay` milliseconds added to a round trip; none without a proxy between. */
export async function withDelay<T>(
	server: BenchServer,
	delay: number,
	use: (endpoint: string) => Promise<T>,
): Promise<T> {
	if (delay === 0) return use(`http://127.0.0.1:${server.port}`);
	const proxy = await startHelper('delay-proxy.ts', [String(server.port), String(delay)]);
	try {
		return await use(`http://127.0.0.1:${proxy.port}`);
	} finally {
		await proxy.close();
	}
}

/** Fresh folders for one run of a client; `name` keeps those apart that are needed side by side. */
export function freshTask(folder: string, name = 'client'): Pick<Task, 'to' | 'scratch'> {
	const base = path.join(folder, name);
	rmSync(base, {recursive: true, force: true});
	const task = {to: path.join(base, 'out'), scratch: path.join(base, 'scratch')};
	mkdirSync(task.to, {recursive: true});
	mkdirSync(task.scratch, {recursive: true});
	return task;
}

/** Runs a program; rejects with its last words when it ends with anything but 0. */
export async function runCommand(run: BenchRun, command: Command): Promise<Round> {
	const errors = path.join(run.scratch, 'errors.txt');
	const measured = await measure(command, errors);
	if (measured.status === 0) return measured;
	const words = readFileSync(errors, 'utf8').trim().split('\n').slice(-3).join(' / ');
	throw new Error(`ended with ${measured.status ?? 'a signal'}: ${words}`);
}

/**
 * A client that downloads the whole bucket into a fresh folder each round. `look` sees the output
 * before it is removed.
 */
export function downloadEntrant(
	run: BenchRun,
	server: BenchServer,
	endpoint: string,
	client: Client,
	folder = run.scratch,
	look?: (output: string) => void,
): Entrant {
	const {bucket} = server.dataset;
	return {
		name: client.name,
		kind: client.kind,
		async run() {
			const places = freshTask(folder);
			const {connections} = run.options;
			try {
				const command = client.command({endpoint, bucket, connections, ...places});
				const round = await runCommand(run, command);
				const fault = faultOf(server, places.to);
				if (fault !== undefined) throw new Error(`the tree is not whole: ${fault}`);
				look?.(places.to);
				return round;
			} finally {
				rmSync(path.dirname(places.to), {recursive: true, force: true});
			}
		},
	};
}
