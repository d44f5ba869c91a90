import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {downloadEntrant, withServer, workOf} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {musterClient, s5cmdClient} from './clients.ts';
import type {Client} from './clients.ts';
import {contest} from './contest.ts';
import {bytesOf} from './dataset.ts';
import {verdictOf} from './targets.ts';
import type {Workload} from './workloads.ts';

/** files of more than this in all go to the disk */
const memoryRoom = 6e9;

/** One whole job, for its peak; s5cmd's stands beside it where it is installed. */
export async function measureMemory(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	const {dataset, title, subject, targets} = workload;
	const {s5cmd} = run.programs;
	const competes = s5cmd !== undefined && (run.options.clients?.includes('s5cmd') ?? true);
	const clients: Client[] = [musterClient(run.programs), ...(competes ? [s5cmdClient(s5cmd)] : [])];
	const large = bytesOf(dataset) > memoryRoom;
	const folder = mkdtempSync(
		path.join(large ? run.options.diskFolder : run.scratch, 'muster-bench-'),
	);
	const remove = (): void => rmSync(folder, {recursive: true, force: true, maxRetries: 5});
	process.once('exit', remove);
	try {
		return await withServer(run, dataset, async (server) => {
			const endpoint = `http://127.0.0.1:${server.port}`;
			const entrants = clients.map((client) =>
				downloadEntrant(run, server, endpoint, client, folder, (output) => {
					if (client.kind === 'muster') for (const line of phasesOf(output)) run.say(`  ${line}`);
				}),
			);
			const rows = await contest(entrants, {rounds: 1, say: run.say});
			const verdicts = targets.map((target) => verdictOf(target, rows));
			return [{title, subject, work: workOf(dataset), rows, verdicts}];
		});
	} finally {
		process.removeListener('exit', remove);
		remove();
	}
}

/** What muster's log says about the time that listing and the roll call took. */
function phasesOf(output: string): string[] {
	const folder = path.join(output, '.muster', 'logs');
	const [log] = readdirSync(folder);
	const text = log === undefined ? '' : readFileSync(path.join(folder, log), 'utf8');
	return Array.from(
		text.matchAll(/ ((?:listed \d|roll call in).*)/g),
		([, words]) => `log: ${words}`,
	);
}
