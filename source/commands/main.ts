import {CommanderError} from 'commander';
import {errorRecord, exitStatus, exitStatusOf} from '../model/error.ts';
import {errorLines} from '../reporters/lines.ts';
import {processContext} from './context.ts';
import {createProgram} from './program.ts';

/** Runs one command line and sets the exit status of the process. */
export async function main(words: readonly string[]): Promise<void> {
	// a reader that is gone (`muster jobs | head`) ends the output, quietly
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') process.exitCode = exitStatus.failed;
	});
	const context = processContext();
	try {
		process.exitCode = await createProgram(context).run(words);
	} catch (error) {
		if (error instanceof CommanderError) {
			process.exitCode = error.exitCode === 0 ? exitStatus.ok : exitStatus.usage;
			return;
		}
		const record = errorRecord(error);
		for (const line of errorLines(record)) context.lines.err(line);
		if (record.code === 'internal' && process.env['MUSTER_TRACE'] && error instanceof Error)
			context.lines.err(error.stack ?? '');
		process.exitCode = exitStatusOf(record.code);
	}
}
