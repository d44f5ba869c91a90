import {freshTask, runCommand, withServer, workOf} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {musterClient, rcloneClient, s5cmdClient} from './clients.ts';
import type {Client} from './clients.ts';
import {contest} from './contest.ts';
import type {Entrant} from './contest.ts';
import {faultOf} from './tree.ts';
import {comparedKinds, verdictOf} from './targets.ts';
import type {Workload} from './workloads.ts';

/** Every client finishes the job once, untimed, in a folder of its own; the same command again counts. */
export async function measureRerun(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	const {dataset, title, subject, targets} = workload;
	const keep = comparedKinds(subject, targets);
	const {rounds, connections} = run.options;
	return withServer(run, dataset, async (server) => {
		const endpoint = `http://127.0.0.1:${server.port}`;
		const entrants: Entrant[] = [];
		for (const client of clientsOf(run)) {
			const places = freshTask(run.scratch, client.name.replaceAll(/\W+/g, '-'));
			const task = {endpoint, bucket: dataset.bucket, connections, ...places};
			run.say(`  first run of ${client.name}, untimed`);
			entrants.push({
				name: client.name,
				kind: client.kind,
				async run() {
					const round = await runCommand(run, client.command(task));
					const fault = faultOf(server, task.to);
					if (fault !== undefined) throw new Error(`the tree is not whole: ${fault}`);
					return round;
				},
			});
			await entrants.at(-1)?.run();
		}
		const rows = await contest(entrants, {rounds, dropSlower: 5, keep, say: run.say});
		const verdicts = targets.map((target) => verdictOf(target, rows));
		return [{title, subject, work: {...workOf(dataset), bytes: 0}, rows, verdicts}];
	});
}

/** rclone asks for every object's time in its metadata, unless told to take the listing's. */
function clientsOf({programs, options}: BenchRun): Client[] {
	const {s5cmd, rclone} = programs;
	const clients = [
		musterClient(programs),
		...(s5cmd === undefined ? [] : [s5cmdClient(s5cmd, 's5cmd sync', [], 'sync')]),
		...(rclone === undefined
			? []
			: [
					rcloneClient(rclone),
					{
						...rcloneClient(rclone, 'rclone copy, times of the server', ['--use-server-modtime']),
						kind: 'rclone-server-time',
					} as const,
				]),
	];
	return clients.filter(
		({kind}) => kind === 'muster' || (options.clients?.includes(kind.split('-')[0] ?? '') ?? true),
	);
}
