import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {workloads} from './workloads.ts';
import type {Workload} from './workloads.ts';

export type BenchOptions = {
	readonly picked: readonly Workload[];
	readonly rounds: number;
	readonly connections: number;
	/** numbers that `auto` competes with */
	readonly fixed: readonly number[];
	readonly delays: readonly number[] | undefined;
	/** kinds of clients that take part besides muster; undefined is all */
	readonly clients: readonly string[] | undefined;
	/** where the server's and the downloaded files lie: in memory, if possible */
	readonly folder: string;
	/** where the output lies that is too large for memory */
	readonly diskFolder: string;
	readonly scale: number;
	readonly write: boolean;
	/** only start the server of the first workload, for profiling by hand */
	readonly serve: boolean;
	readonly help: boolean;
};

const memoryFolder = '/dev/shm';

export const helpText = `npm run bench [-- WORKLOAD… OPTIONS]

Measures muster and what is installed of s5cmd, the AWS CLI, rclone and a loop around the AWS SDK, in
turns, against an nginx of its own on loopback. Not a part of npm test.

Workloads (those with * run when none is named; all names every one):
${workloads.map(({name, title, byDefault}) => `  ${byDefault === true ? '*' : ' '} ${name.padEnd(24)} ${title}`).join('\n')}

Options:
  --rounds N        rounds of each client, medians count (3)
  --connections N   the same for all clients (64)
  --clients LIST    who competes with muster: s5cmd,rclone,aws,sdk (all that are there)
  --delays LIST     milliseconds that connections adds to a round trip (0,30,100); for the downloads
                    none is added unless one is named here
  --fixed LIST      numbers that --connections auto competes with (8,16,32,64,128)
  --dir FOLDER      for the server's and the downloaded files (${memoryFolder} where there is one)
  --disk-dir FOLDER for the output of memory-object, which memory has no room for (the system's
                    temporary folder)
  --scale FACTOR    fewer objects, or a smaller one, where the disk or the time asks for it (1)
  --serve           only starts the server of one workload, says where, and waits for Ctrl+C
  --write           writes media/benchmarks.md
  --help

Environment:
  MUSTER_BENCH_PATH    folders to look for nginx and the other programs in, before PATH
  MUSTER_BENCH_MUSTER  dist/cli.js of another build of muster
`;

/** Throws with words for the person when something is not known. */
export function readOptions(words: readonly string[]): BenchOptions {
	const {values, positionals} = parseArgs({
		args: [...words],
		allowPositionals: true,
		options: {
			rounds: {type: 'string', default: '3'},
			connections: {type: 'string', default: '64'},
			clients: {type: 'string'},
			delays: {type: 'string'},
			fixed: {type: 'string', default: '8,16,32,64,128'},
			dir: {type: 'string', default: existsSync(memoryFolder) ? memoryFolder : tmpdir()},
			'disk-dir': {type: 'string', default: tmpdir()},
			scale: {type: 'string', default: '1'},
			serve: {type: 'boolean', default: false},
			write: {type: 'boolean', default: false},
			help: {type: 'boolean', default: false},
		},
	});
	return {
		picked: pick(positionals),
		rounds: atLeastOne('rounds', values.rounds),
		connections: atLeastOne('connections', values.connections),
		fixed: values.fixed.split(',').map((word) => atLeastOne('fixed', word)),
		delays: values.delays?.split(',').map((word) => positive('delays', word)),
		clients: values.clients?.split(','),
		folder: path.resolve(values.dir),
		diskFolder: path.resolve(values['disk-dir']),
		scale: positive('scale', values.scale),
		write: values.write,
		serve: values.serve,
		help: values.help,
	};
}

function pick(names: readonly string[]): Workload[] {
	if (names.length === 0) return workloads.filter(({byDefault}) => byDefault === true);
	if (names.includes('all')) return [...workloads];
	return names.map((name) => {
		const found = workloads.find((workload) => workload.name === name);
		if (found === undefined) throw new Error(`there is no workload "${name}"; --help names them`);
		return found;
	});
}

function atLeastOne(name: string, word: string): number {
	const number = Number(word);
	if (!Number.isInteger(number) || number < 1) {
		throw new Error(`--${name} takes whole numbers from 1 on, not "${word}"`);
	}
	return number;
}

function positive(name: string, word: string): number {
	const number = Number(word);
	if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} takes no "${word}"`);
	return number;
}
