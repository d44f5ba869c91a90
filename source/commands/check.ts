import {buildJobSpec} from '../config/job-spec.ts';
import {jobsFolder} from '../config/paths.ts';
import type {Settings} from '../config/settings.ts';
import type {Engine} from '../job/types.ts';
import {createReporter} from '../reporters/index.ts';
import type {Context} from './context.ts';
import {chooseDisplay} from './display.ts';
import {rollCallStatus} from './get.ts';
import {runHeadless} from './headless.ts';
import {openQuestions, rowEvents} from './rows.ts';
import {withScratchLedger} from './scratch.ts';
import {logLevelOf} from './screen.ts';

const listed = 20;

/** `muster check`: the roll call alone; changes nothing on disk. Answers the exit status. */
export async function check(settings: Settings, context: Context): Promise<number> {
	const chosen = chooseDisplay(settings, context);
	const display = chosen === 'screen' ? 'text' : chosen;
	const {environment, workingFolder} = context;
	const spec = buildJobSpec(settings, {environment, workingFolder, canAsk: false});
	const reporter = createReporter(display, context.lines, {verbose: settings.verbose === true});
	const {createEngine} = await import('../job/engine.ts');
	const tell = async (engine: Engine): Promise<void> => {
		if (display === 'json') {
			for await (const event of rowEvents(engine)) reporter.event(event);
			return;
		}
		const most = settings.verbose === true ? Infinity : listed;
		for (const line of await openQuestions(engine, most)) reporter.say(line);
	};
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
				await tell(engine);
				return rollCallStatus(snapshot);
			},
		});
	});
}
