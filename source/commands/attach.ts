import {jobsFolder} from '../config/paths.ts';
import type {Settings} from '../config/settings.ts';
import type {JobRecord} from '../job/link/messages.ts';
import {findJob, listJobs} from '../job/registry.ts';
import {MusterError, exitStatus} from '../model/error.ts';
import {createReporter} from '../reporters/index.ts';
import {connectJob, letGo} from './connect.ts';
import type {Context} from './context.ts';
import {chooseDisplay} from './display.ts';
import {parseJob} from './resume.ts';
import {appOptions, showApp} from './screen.ts';
import {isOver, waitFor} from './wait.ts';

async function runningJob(folder: string, id: number | undefined): Promise<JobRecord> {
	if (id !== undefined) return findJob(folder, id);
	const running = (await listJobs(folder)).find(({socket}) => socket !== null);
	if (running !== undefined) return running;
	throw new MusterError('usage', 'No job is running in the background', {
		hint: '`muster jobs` lists the jobs of this machine; `muster resume` goes on with one.',
	});
}

/** `muster attach`: the dashboard of a job that runs in the background; plain lines without a terminal. */
export async function attach(
	job: string | undefined,
	settings: Settings,
	context: Context,
): Promise<number> {
	const record = await runningJob(jobsFolder(context.environment), parseJob(job));
	const client = await connectJob(record, settings.onHangup ?? 'background');
	try {
		const display = chooseDisplay(settings, context);
		if (display === 'screen') {
			const options = appOptions(client, settings, context);
			return await showApp({...options, start: 'download', exitWhenDone: true}, context);
		}
		const reporter = createReporter(display, context.lines, {});
		client.subscribe(() => {
			if (client.lost() === undefined) reporter.snapshot(client.getSnapshot());
		});
		const last = await waitFor(client, isOver);
		const code = last.summary?.exit_code ?? exitStatus.failed;
		reporter.finish(last, code);
		return code;
	} finally {
		await letGo(client);
	}
}
