import {downloadEntrant, withDelay, withServer, workOf} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {musterClient} from './clients.ts';
import {contest} from './contest.ts';
import {verdictOf} from './targets.ts';
import type {Workload} from './workloads.ts';

/** `--connections auto` among fixed numbers, once for each delay. */
export async function measureConnections(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	const {dataset, title, subject, targets, delays = [0]} = workload;
	const {rounds, fixed} = run.options;
	return withServer(run, dataset, async (server) => {
		const outcomes: Outcome[] = [];
		for (const delay of run.options.delays ?? delays) {
			const words = `${delay} ms added`;
			run.say(`  ${words}`);
			const rows = await withDelay(server, delay, (endpoint) => {
				const entrants = (['auto', ...fixed] as const).map((connections) => ({
					...downloadEntrant(
						run,
						server,
						endpoint,
						musterClient(run.programs, `--connections ${connections}`, connections),
					),
					kind: connections === 'auto' ? 'auto' : 'fixed',
				}));
				// a number that is far from the best can't be the best: its long rounds are saved
				return contest(entrants, {rounds, dropSlower: 1.5, keep: ['auto'], say: run.say});
			});
			outcomes.push({
				title: `${title}, ${words}`,
				subject,
				work: workOf(dataset),
				rows,
				verdicts: targets.map((target) => {
					const verdict = verdictOf(target, rows);
					return {...verdict, label: `${verdict.label}, ${words}`};
				}),
			});
		}
		return outcomes;
	});
}
