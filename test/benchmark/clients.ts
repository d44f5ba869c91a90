import {accessSync, constants, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Command} from './measure.ts';

/** One download of a whole bucket, the same for every client. */
export type Task = {
	readonly endpoint: string;
	readonly bucket: string;
	/** the output folder */
	readonly to: string;
	/** for settings and state; fresh unless the run is a second one over the same folder */
	readonly scratch: string;
	readonly connections: number | 'auto';
};

export type Client = {
	/** as tables show it */
	readonly name: string;
	/** what it is, as far as targets are concerned */
	readonly kind: 'muster' | 's5cmd' | 'aws' | 'rclone' | 'rclone-server-time' | 'sdk';
	readonly command: (task: Task) => Command;
};

/** Programs that were found, by name. */
export type Programs = {
	readonly nginx: string | undefined;
	readonly s5cmd: string | undefined;
	readonly aws: string | undefined;
	readonly rclone: string | undefined;
	/** the built command line of muster */
	readonly muster: string;
};

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Looks on PATH, before it in `MUSTER_BENCH_PATH`; `MUSTER_BENCH_MUSTER` names another build's `dist/cli.js`. */
export function findPrograms(environment: NodeJS.ProcessEnv): Programs {
	const own = environment['MUSTER_BENCH_PATH'] ?? '';
	const folders = `${own}:${environment['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`.split(':');
	const find = (name: string): string | undefined =>
		folders
			.filter(Boolean)
			.map((folder) => path.join(folder, name))
			.find(isProgram);
	return {
		nginx: find('nginx'),
		s5cmd: find('s5cmd'),
		aws: find('aws'),
		rclone: find('rclone'),
		muster: environment['MUSTER_BENCH_MUSTER'] ?? path.join(repository, 'dist', 'cli.js'),
	};
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Nothing of the caller's settings: keys that nobody checks, and a home folder of its own. */
export function clientEnvironment(task: Pick<Task, 'scratch'>): Record<string, string> {
	return {
		PATH: process.env['PATH'] ?? '/usr/bin:/bin',
		LANG: 'C.UTF-8',
		HOME: task.scratch,
		XDG_CONFIG_HOME: path.join(task.scratch, 'config'),
		AWS_ACCESS_KEY_ID: 'AKIABENCHMARK0000000',
		AWS_SECRET_ACCESS_KEY: 'benchmark-secret-that-nobody-checks',
		AWS_REGION: 'us-east-1',
		AWS_DEFAULT_REGION: 'us-east-1',
		AWS_EC2_METADATA_DISABLED: 'true',
	};
}

/** `words` come after the usual ones: `['--json']`. */
export function musterClient(
	programs: Programs,
	name = 'muster',
	connections?: number | 'auto',
	words: readonly string[] = ['--quiet'],
): Client {
	return {
		name,
		kind: 'muster',
		command: (task) => ({
			file: process.execPath,
			args: [
				[programs.muster, 'get', `s3://${task.bucket}`, '--to', task.to, '--yes'],
				['--endpoint-url', task.endpoint],
				['--connections', String(connections ?? task.connections)],
				words,
			].flat(),
			env: clientEnvironment(task),
		}),
	};
}

/** `words` are options of its `cp`: parts and their number. */
export function s5cmdClient(
	program: string,
	name = 's5cmd',
	words: readonly string[] = [],
	verb: 'cp' | 'sync' = 'cp',
): Client {
	return {
		name,
		kind: 's5cmd',
		command: (task) => ({
			file: program,
			args: [
				['--endpoint-url', task.endpoint, '--numworkers', String(task.connections)],
				['--log', 'error', verb, ...words, `s3://${task.bucket}/*`, `${task.to}/`],
			].flat(),
			env: clientEnvironment(task),
		}),
	};
}

export function awsClient(program: string): Client {
	return {
		name: 'aws s3 cp',
		kind: 'aws',
		command(task) {
			const settings = path.join(task.scratch, 'aws-config');
			mkdirSync(task.scratch, {recursive: true});
			writeFileSync(
				settings,
				`[default]\ns3 =\n  max_concurrent_requests = ${task.connections}\n  max_queue_size = 10000\n`,
			);
			return {
				file: program,
				args: [
					['--endpoint-url', task.endpoint, 's3', 'cp', `s3://${task.bucket}`, task.to],
					['--recursive', '--only-show-errors'],
				].flat(),
				env: {...clientEnvironment(task), AWS_CONFIG_FILE: settings},
			};
		},
	};
}

/** The bucket as rclone names it without a configuration file. */
export function rcloneRemote({endpoint, bucket}: Pick<Task, 'endpoint' | 'bucket'>): string {
	const settings =
		'provider=Other,list_version=2,list_url_encode=true,env_auth=true,region=us-east-1';
	return `:s3,${settings},endpoint="${endpoint}":${bucket}`;
}

export function rcloneClient(
	program: string,
	name = 'rclone copy',
	words: readonly string[] = [],
): Client {
	return {
		name,
		kind: 'rclone',
		command: (task) => ({
			file: program,
			args: [
				['copy', rcloneRemote(task), task.to, '--config', '', '--quiet', '--retries', '1'],
				['--transfers', String(task.connections), '--checkers', String(task.connections)],
				words,
			].flat(),
			env: clientEnvironment(task),
		}),
	};
}

/** What somebody would write themselves: `sdk-loop.ts` beside this file. */
export function sdkClient(): Client {
	const script = fileURLToPath(new URL('sdk-loop.ts', import.meta.url));
	return {
		name: 'SDK loop',
		kind: 'sdk',
		command: (task) => ({
			file: process.execPath,
			args: [script, task.endpoint, task.bucket, task.to, String(task.connections)],
			env: {...clientEnvironment(task), NODE_ENV: 'production'},
		}),
	};
}

/** One client of each sort that is installed, muster first. */
export function allClients(programs: Programs): Client[] {
	return [
		musterClient(programs),
		...(programs.s5cmd === undefined ? [] : [s5cmdClient(programs.s5cmd)]),
		...(programs.rclone === undefined ? [] : [rcloneClient(programs.rclone)]),
		...(programs.aws === undefined ? [] : [awsClient(programs.aws)]),
		sdkClient(),
	];
}
