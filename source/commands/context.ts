import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {isatty} from 'node:tty';
import {fileURLToPath} from 'node:url';
import type {Environment} from '../config/environment.ts';
import {packageFile, programFile} from '../model/program-file.ts';
import type {Lines} from '../reporters/index.ts';

/** What a command knows of the process around it; tests bring their own. */
export type Context = {
	readonly environment: Environment;
	readonly workingFolder: string;
	readonly home: string;
	/** whether standard input and output are terminals */
	readonly terminal: {readonly input: boolean; readonly output: boolean};
	readonly lines: Lines;
};

/** The process itself. */
export function processContext(): Context {
	return {
		environment: process.env,
		workingFolder: process.cwd(),
		home: homedir(),
		terminal: {input: isatty(0), output: isatty(1)},
		lines: {
			out: (line) => void process.stdout.write(`${line}\n`),
			err: (line) => void process.stderr.write(`${line}\n`),
		},
	};
}

/** The program's entry: `dist/cli.js`, or `source/cli.ts` under tsx. */
export const entryFile = fileURLToPath(programFile('cli.ts', 'cli.js'));

export function packageVersion(): string {
	const text = readFileSync(packageFile, 'utf8');
	return (JSON.parse(text) as {version: string}).version;
}
