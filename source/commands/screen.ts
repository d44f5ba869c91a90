import {openRemembered} from '../config/remembered.ts';
import {configFolder, jobsFolder, runtimeFolder} from '../config/paths.ts';
import type {Settings} from '../config/settings.ts';
import type {EngineClient} from '../job/link/messages.ts';
import {findJob} from '../job/registry.ts';
import type {JobId} from '../model/brand.ts';
import {shellWord} from '../model/command-line.ts';
import {safeText} from '../model/safe-text.ts';
import type {AppOptions, AppResult} from '../ui/types.ts';
import {connectJob, letGo} from './connect.ts';
import {entryFile, packageVersion} from './context.ts';
import type {Context} from './context.ts';
import {logLevelOf} from './log-level.ts';

export type ScreenSettings = Pick<
	Settings,
	'onHangup' | 'inline' | 'bell' | 'color' | 'verbose' | 'logLevel'
>;

/** Starts an engine as a process of its own and connects to it. */
export async function openEngine(
	settings: ScreenSettings,
	context: Context,
): Promise<EngineClient> {
	const {startEngine} = await import('../job/link/spawn.ts');
	const {client} = await startEngine({
		jobsFolder: jobsFolder(context.environment),
		logLevel: logLevelOf(settings),
		runtimeFolder: runtimeFolder(context.environment),
		entry: entryFile,
		onHangup: settings.onHangup ?? 'background',
	});
	return client;
}

/** Begins to load the full-screen interface while something else is waited for; what fails is told when it opens. */
export function loadScreen(settings: ScreenSettings): void {
	void import('../ui/render.tsx')
		.then(({loadApp}) => loadApp(settings.color !== false))
		.catch(() => undefined);
}

/** What the app is told in every case. */
export function appOptions(
	client: EngineClient,
	settings: ScreenSettings,
	context: Context,
): Omit<AppOptions, 'start' | 'exitWhenDone'> {
	return {
		client,
		workingFolder: context.workingFolder,
		home: context.home,
		remembered: openRemembered(configFolder(context.environment)),
		onHangup: settings.onHangup ?? 'background',
		inline: settings.inline === true,
		bell: settings.bell !== false,
		color: settings.color !== false,
		version: packageVersion(),
	};
}

/** Opens the full-screen interface; afterwards its last lines stay in the scrollback. */
export async function showApp(options: AppOptions, context: Context): Promise<number> {
	// the only door to React, opened no earlier than needed: it costs a third of a second
	const {runApp} = await import('../ui/render.tsx');
	const result: AppResult = await runApp(options);
	for (const line of result.lines) context.lines.out(safeText(line));
	if (result.reason === 'background' && result.job !== null)
		context.lines.out(`Job ${result.job} goes on; \`${attachLine(result.job, context)}\` opens it`);
	return result.attach === undefined
		? result.exitCode
		: watchOther(result.attach, options, context);
}

/** The person chose another job that runs: its dashboard takes the place of this app. */
async function watchOther(job: JobId, options: AppOptions, context: Context): Promise<number> {
	await letGo(options.client);
	const record = await findJob(jobsFolder(context.environment), job);
	const client = await connectJob(record, options.onHangup);
	try {
		return await showApp({...options, client, start: 'download', exitWhenDone: true}, context);
	} finally {
		await letGo(client);
	}
}

/** A rehearsal keeps its jobs in a configuration folder of its own. */
function attachLine(job: number, {environment}: Context): string {
	const folder = environment['XDG_CONFIG_HOME'];
	const own = folder !== undefined && folder !== process.env['XDG_CONFIG_HOME'];
	return `${own ? `XDG_CONFIG_HOME=${shellWord(folder)} ` : ''}muster attach ${job}`;
}
