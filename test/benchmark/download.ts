import {allClients, s5cmdClient} from './clients.ts';
import type {Client} from './clients.ts';
import {downloadEntrant, withDelay, withServer, workOf} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {contest} from './contest.ts';
import {comparedKinds, verdictOf} from './targets.ts';
import {touchMemory} from './touched-memory.ts';
import type {Workload} from './workloads.ts';

/** Number of parts at once and MiB of each, besides s5cmd's own 5 and 50. */
const partSettings = [
	[16, 16],
	[64, 8],
	[64, 32],
] as const;

/** The whole bucket by every client, once for each delay. */
export async function measureDownload(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	const {options} = run;
	const outcomes: Outcome[] = [];
	const {dataset, title, subject, targets} = workload;
	const keep = comparedKinds(subject, targets);
	await withServer(run, dataset, async (server) => {
		touchMemory(run.scratch, workOf(dataset).bytes);
		for (const delay of options.delays ?? [0]) {
			const rows = await withDelay(server, delay, (endpoint) => {
				const clients = clientsOf(run, workload);
				return contest(
					clients.map((client) => downloadEntrant(run, server, endpoint, client)),
					{rounds: options.rounds, dropSlower: 5, keep, say: run.say},
				);
			});
			outcomes.push({
				title: delay === 0 ? title : `${title}, ${delay} ms added`,
				subject,
				work: workOf(dataset),
				rows,
				verdicts: delay === 0 ? targets.map((target) => verdictOf(target, rows)) : [],
			});
		}
	});
	return outcomes;
}

function clientsOf({programs, options}: BenchRun, workload: Workload): Client[] {
	const {s5cmd} = programs;
	const parts =
		workload.s5cmdParts === true && s5cmd !== undefined
			? partSettings.map(([count, size]) =>
					s5cmdClient(s5cmd, `s5cmd ${count} × ${size} MiB`, [
						'--concurrency',
						String(count),
						'--part-size',
						String(size),
					]),
				)
			: [];
	return [...allClients(programs), ...parts].filter(
		({kind}) => kind === 'muster' || (options.clients?.includes(kind) ?? true),
	);
}
