import {freshTask, runCommand, withServer, workOf} from './bench-run.ts';
import type {BenchRun, Outcome} from './bench-run.ts';
import {clientEnvironment, rcloneRemote} from './clients.ts';
import {contest} from './contest.ts';
import type {Entrant} from './contest.ts';
import type {Command} from './measure.ts';
import {comparedKinds, verdictOf} from './targets.ts';
import type {Workload} from './workloads.ts';

type Lister = {readonly name: string; readonly kind: string; readonly command: Command};

/** muster has no `ls`: its roll call of the whole bucket stands for it, which does more. */
export async function measureListing(run: BenchRun, workload: Workload): Promise<Outcome[]> {
	const {dataset, title, subject, targets} = workload;
	const keep = comparedKinds(subject, targets);
	return withServer(run, dataset, async (server) => {
		const listers = listersOf(run, `http://127.0.0.1:${server.port}`, dataset.bucket);
		const entrants = listers.map(({name, kind, command}): Entrant => ({
			name,
			kind,
			run() {
				const {scratch, to} = freshTask(run.scratch);
				const args = command.args.map((word) => (word === outputFolder ? to : word));
				return runCommand(run, {...command, args, env: clientEnvironment({scratch})});
			},
		}));
		const {rounds} = run.options;
		const rows = await contest(entrants, {rounds, dropSlower: 3, keep, say: run.say});
		const work = {...workOf(dataset), bytes: 0};
		const verdicts = targets.map((target) => verdictOf(target, rows));
		return [{title, subject, work, rows, verdicts}];
	});
}

/** stands for the folder of a round in a command's words */
const outputFolder = '{output}';

function listersOf({programs, options}: BenchRun, endpoint: string, bucket: string): Lister[] {
	const {muster, s5cmd, rclone, aws} = programs;
	const lister = (name: string, kind: string, file: string, args: readonly string[]): Lister => ({
		name,
		kind,
		command: {file, args},
	});
	const check = [
		muster,
		'check',
		`s3://${bucket}`,
		'--to',
		outputFolder,
		'--endpoint-url',
		endpoint,
	];
	const listers: Lister[] = [
		lister('muster check --quiet', 'muster', process.execPath, [...check, '--quiet']),
		lister('muster check --json', 'muster-json', process.execPath, [...check, '--json']),
	];
	if (s5cmd !== undefined) {
		const words = ['--endpoint-url', endpoint, 'ls', `s3://${bucket}/*`];
		listers.push(lister('s5cmd ls', 's5cmd', s5cmd, words));
	}
	if (rclone !== undefined) {
		const words = ['lsf', '--recursive', '--fast-list', '--config', ''];
		const remote = rcloneRemote({endpoint, bucket});
		listers.push(lister('rclone lsf', 'rclone', rclone, [...words, remote]));
	}
	if (aws !== undefined) {
		const words = ['--endpoint-url', endpoint, 's3', 'ls', '--recursive', `s3://${bucket}/`];
		listers.push(lister('aws s3 ls', 'aws', aws, words));
	}
	return listers.filter(
		({kind}) => kind.startsWith('muster') || (options.clients?.includes(kind) ?? true),
	);
}
