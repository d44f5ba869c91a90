import {buildJobSpec} from '../config/job-spec.ts';
import {jobsFolder} from '../config/paths.ts';
import type {Settings} from '../config/settings.ts';
import {createReporter} from '../reporters/index.ts';
import type {Context} from './context.ts';
import {chooseDisplay} from './display.ts';
import {rollCallStatus} from './get.ts';
import {runHeadless} from './headless.ts';
import {tellRows} from './rows.ts';
import {withScratchLedger} from './scratch.ts';
import {logLevelOf} from './log-level.ts';

const listed = 20;

/** `muster check`: the roll call alone; changes nothing on disk. Answers the exit status. */
export async function check(settings: Settings, context: Context): Promise<number> {
	const chosen = chooseDisplay(settings, context);
	const display = chosen === 'screen' ? 'text' : chosen;
	const {environment, workingFolder} = context;
	const spec = buildJobSpec(settings, {environment, workingFolder, canAsk: false});
	const reporter = createReporter(display, context.lines, {verbose: settings.verbose === true});
	const {createEngine} = await import('../job/engine.ts');
	return withScratchLedger(spec.folder, async (ledgerFolder) => {
		const engine = createEngine({
			jobsFolder: jobsFolder(environment),
			ledgerFolder,
			logLevel: logLevelOf(settings),
		});
		return runHeadless({
			engine,
			reporter,
			begin: () => engine.call('prepare', {spec}),
			decide: async (snapshot) => {
				await tellRows(engine, reporter, {
					events: display === 'json',
					lines: display === 'text' ? (settings.verbose === true ? Infinity : listed) : 0,
				});
				return rollCallStatus(snapshot);
			},
		});
	});
}
