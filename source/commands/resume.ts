import {jobsFolder} from '../config/paths.ts';
import type {Settings} from '../config/settings.ts';
import type {JobRecord} from '../job/link/messages.ts';
import {findJob} from '../job/registry.ts';
import {MusterError, errorRecord, exitStatusOf} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {createReporter} from '../reporters/index.ts';
import type {Context} from './context.ts';
import {chooseDisplay} from './display.ts';
import type {Display} from './display.ts';
import {runHeadless} from './headless.ts';
import {guardUntilShown} from './interruption.ts';
import {logLevelOf} from './log-level.ts';
import type {JobId} from '../model/brand.ts';

/** `12` as a job's number. */
export function parseJob(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
	throw new MusterError('usage', `"${safeText(text)}" is not the number of a job`, {
		hint: '`muster jobs` lists the jobs of this machine.',
	});
}

/** `muster resume`: goes on with an unfinished job, the newest one by default. */
export async function resume(
	job: string | undefined,
	settings: Settings,
	context: Context,
): Promise<number> {
	const record = await findJob(jobsFolder(context.environment), parseJob(job));
	if (record.socket !== null)
		throw new MusterError('locked', `Job ${record.id} is running in the background`, {
			hint: `muster attach ${record.id} opens its dashboard.`,
		});
	checkKeys(record, settings);
	const display = chooseDisplay(settings, context);
	if (display === 'screen') return onScreen(record.id, settings, context);
	return inLines(record.id, settings, context, display);
}

/** Keys that were given as options are kept nowhere, and other jobs have their own. */
function checkKeys({id, spec}: JobRecord, settings: Settings): void {
	const given = settings.secretKey === true;
	if (given && spec.credentials.kind !== 'options')
		throw new MusterError('usage', `Job ${id} signs in by other means than key options`, {
			hint: 'Leave --access-key and --secret-key out, or begin the job anew with muster get.',
		});
	if (!given && spec.credentials.kind === 'options')
		throw new MusterError('no-credentials', `The keys of job ${id} are kept nowhere`, {
			hint: `They were given as options: give them once more, muster resume ${id} --access-key … --secret-key … (and --session-token …).`,
		});
}

async function inLines(
	job: JobId,
	settings: Settings,
	context: Context,
	display: Exclude<Display, 'screen'>,
): Promise<number> {
	const {createEngine} = await import('../job/engine.ts');
	const engine = createEngine({
		jobsFolder: jobsFolder(context.environment),
		logLevel: logLevelOf(settings),
		signInPatience: settings.waitForCredentials ?? 0,
	});
	return runHeadless({
		engine,
		signInPatience: settings.waitForCredentials ?? 0,
		reporter: createReporter(display, context.lines, {verbose: settings.verbose === true}),
		begin: () => engine.call('resumeJob', {job}),
		decide: async () => true,
	});
}

async function onScreen(job: JobId, settings: Settings, context: Context): Promise<number> {
	const {appOptions, loadScreen, openEngine, showApp} = await import('./screen.ts');
	const opening = openEngine(settings, context);
	loadScreen(settings);
	const client = await opening;
	const guard = guardUntilShown(client, settings.onHangup ?? 'background', (text) =>
		context.lines.out(text),
	);
	try {
		await client.call('resumeJob', {job});
		const options = appOptions(client, settings, context);
		const {mayShow} = guard;
		return await showApp({...options, start: 'download', exitWhenDone: true, mayShow}, context);
	} catch (error) {
		const record = errorRecord(error);
		createReporter('text', context.lines).fail(record);
		return exitStatusOf(record.code);
	} finally {
		guard.remove();
		client.close();
	}
}
