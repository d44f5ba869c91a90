import {buildJobSpec} from '../config/job-spec.ts';
import {jobsFolder} from '../config/paths.ts';
import type {Settings} from '../config/settings.ts';
import {MusterError, errorRecord, exitStatus, exitStatusOf} from '../model/error.ts';
import {formatBytes, plural} from '../model/format.ts';
import type {SpareThread} from '../job/spare-thread.ts';
import type {JobSpec} from '../model/job-spec.ts';
import {safeText} from '../model/safe-text.ts';
import type {Snapshot} from '../model/snapshot.ts';
import {summaryLines} from '../model/summary-lines.ts';
import {createReporter} from '../reporters/index.ts';
import type {Reporter} from '../reporters/index.ts';
import {lastLine, rollCallLine} from '../reporters/lines.ts';
import {askChoice} from './ask.ts';
import type {Context} from './context.ts';
import {canAskInLines, chooseDisplay} from './display.ts';
import type {Display} from './display.ts';
import {runHeadless} from './headless.ts';
import {guardUntilShown, watchInterruption} from './interruption.ts';
import {logLevelOf} from './log-level.ts';
import {openQuestions, tellRows} from './rows.ts';
import {withScratchLedger} from './scratch.ts';
import {signInByLines} from './sign-in-lines.ts';
import {isOver, isSettled, waitFor} from './wait.ts';

/** `muster get`: roll call, confirmation, download. Answers the exit status. */
export async function get(settings: Settings, context: Context): Promise<number> {
	const wanted = chooseDisplay(settings, context);
	// a plan that stops before the download needs no screen
	const display = wanted === 'screen' && settings.dryRun === true ? 'text' : wanted;
	const asks = canAskInLines(display, context);
	const {environment, workingFolder} = context;
	const spec = buildJobSpec(settings, {environment, workingFolder, canAsk: asks});
	if (display === 'screen') return getOnScreen(spec, settings, context);
	return getInLines(spec, settings, context, display);
}

/** The exit status of a roll call alone. */
export function rollCallStatus({rollCall, spec}: Snapshot): number {
	const open = rollCall.missing + rollCall.ambiguous;
	return open > 0 && spec?.allowMissing !== true ? exitStatus.missing : exitStatus.ok;
}

async function getInLines(
	spec: JobSpec,
	settings: Settings,
	context: Context,
	display: Exclude<Display, 'screen'>,
): Promise<number> {
	const reporter = createReporter(display, context.lines, {verbose: settings.verbose === true});
	const asks = canAskInLines(display, context);
	const goes = settings.dryRun !== true && (settings.yes === true || asks);
	const spare = goes ? await spareThread(spec) : undefined;
	const {createEngine} = await import('../job/engine.ts');
	const run = async (ledgerFolder?: string): Promise<number> => {
		const engine = createEngine({
			jobsFolder: jobsFolder(context.environment),
			logLevel: logLevelOf(settings),
			signInPatience: settings.waitForCredentials ?? 0,
			...(ledgerFolder === undefined ? {} : {ledgerFolder}),
			...(spare && {spare}),
		});
		return runHeadless({
			engine,
			reporter,
			signInPatience: settings.waitForCredentials ?? 0,
			begin: () => engine.call('prepare', {spec, waits: true}),
			decide: async (snapshot) => {
				await tellRows(engine, reporter, {
					// a job that goes on tells its rows itself
					events: display === 'json' && !goes,
					lines: display === 'text' ? (settings.verbose === true ? Infinity : 10) : 0,
				});
				return decide(snapshot, settings, asks, reporter);
			},
		});
	};
	return goes ? run() : withScratchLedger(spec.folder, run);
}

/** Before the engine, which takes as long to load: one core does the one, another the other. */
async function spareThread({store}: JobSpec): Promise<SpareThread> {
	const {startSpareThread} = await import('../job/spare-thread.ts');
	return startSpareThread(store);
}

async function decide(
	snapshot: Snapshot,
	settings: Settings,
	asks: boolean,
	reporter: Reporter,
): Promise<true | number> {
	if (settings.dryRun === true) {
		reporter.say(planLine(snapshot));
		return rollCallStatus(snapshot);
	}
	if (settings.yes === true || snapshot.totals.files === 0) return goOn(settings, asks, reporter);
	if (!asks) return goOn(settings, asks, reporter);
	const answer = await askChoice(prompt(snapshot, '[Y/n] '), ['y', 'n']);
	return answer === 'y' ? true : exitStatus.interrupted;
}

/** A script that forgot `--yes` must neither hang nor fetch a terabyte that nobody agreed to. */
function goOn(settings: Settings, asks: boolean, reporter: Reporter): true | number {
	if (settings.yes === true || asks) return true;
	reporter.fail({
		code: 'usage',
		message: 'Nobody can be asked here, so nothing was downloaded.',
		hint: 'Add --yes to go ahead without asking, or --dry-run to stop after the roll call.',
	});
	return exitStatus.usage;
}

function planLine({totals, spec, disk}: Snapshot): string {
	const room = disk === null ? '' : `; ${formatBytes(disk.free)} free there`;
	const amount = `${plural(totals.files, 'file')}, ${formatBytes(totals.bytes)}`;
	return `plan: ${amount}, to ${spec?.folder ?? ''}${room}`;
}

/** The question and its answers; on two lines where one would be cut in the middle of a word. */
function prompt(snapshot: Snapshot, answers: string): string {
	const words = question(snapshot);
	const fits = words.length + answers.length + 1 < (process.stdout.columns || 80);
	return `${words}${fits ? ' ' : '\n'}${answers}`;
}

function question({totals, spec}: Snapshot): string {
	const where = safeText(spec?.folder ?? '');
	return `Download ${plural(totals.files, 'file')}, ${formatBytes(totals.bytes)}, to ${where}?`;
}

async function getOnScreen(spec: JobSpec, settings: Settings, context: Context): Promise<number> {
	const {appOptions, loadScreen, openEngine, showApp} = await import('./screen.ts');
	const opening = openEngine(settings, context);
	loadScreen(settings);
	const client = await opening;
	const reporter = createReporter('text', context.lines, {});
	const interruption = watchInterruption(client, (text) => reporter.say(text));
	try {
		const unsubscribe = client.subscribe(() => {
			if (client.lost() === undefined) reporter.snapshot(client.getSnapshot());
		});
		const stopSigningIn = signInByLines(client, context, settings.color !== false);
		const rolled = await client
			.call('prepare', {spec, waits: true})
			.then(() => waitFor(client, isSettled))
			.finally(() => {
				unsubscribe();
				stopSigningIn();
			});
		if (rolled.phase !== 'ready') return endedEarly(rolled, interruption.code(), reporter);
		reporter.say(rollCallLine(rolled.rollCall));
		for (const line of await openQuestions(client, 5)) reporter.say(line);
		interruption.dispose();
		return await goAhead(rolled);
	} catch (error) {
		const told = interruption.code();
		if (told !== undefined) {
			reporter.say(stoppedWords);
			return told;
		}
		const record = errorRecord(error);
		reporter.fail(record);
		return exitStatusOf(record.code);
	} finally {
		interruption.dispose();
		client.close();
	}

	async function goAhead(rolled: Snapshot): Promise<number> {
		const nothing = rolled.totals.files === 0;
		const answer =
			settings.yes === true || nothing
				? 'y'
				: await askChoice(prompt(rolled, '[Y]es, [n]o, [w] look at the analysis: '), [
						'y',
						'n',
						'w',
					]);
		if (answer === 'n' || answer === undefined) {
			await client.call('abandon', {}).catch(() => undefined);
			reporter.say('nothing was downloaded');
			return exitStatus.interrupted;
		}
		const guard = guardUntilShown(client, settings.onHangup ?? 'background', (text) =>
			reporter.say(text),
		);
		try {
			if (answer === 'y') await client.call('start', {});
			if (nothing) return tellEnd(await waitFor(client, isOver), context);
			const options = appOptions(client, settings, context);
			const start = answer === 'w' ? 'analysis' : 'download';
			return await showApp(
				{...options, start, exitWhenDone: true, mayShow: guard.mayShow},
				context,
			);
		} finally {
			guard.remove();
		}
	}
}

const stoppedWords = 'the roll call was stopped; nothing was downloaded';

function endedEarly(snapshot: Snapshot, code: number | undefined, reporter: Reporter): number {
	const {failure, summary} = snapshot;
	if (code === undefined && failure !== null) throw MusterError.from(failure);
	reporter.say(stoppedWords);
	return code ?? summary?.exit_code ?? exitStatus.failed;
}

function tellEnd(snapshot: Snapshot, {lines}: Context): number {
	const code = snapshot.summary?.exit_code ?? exitStatus.failed;
	for (const line of summaryLines(snapshot)) lines.out(line);
	lines.out(safeText(lastLine(snapshot, code)));
	return code;
}
