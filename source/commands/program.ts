import {Command, Option} from 'commander';
import {nearest} from '../config/nearest.ts';
import {parseDuration} from '../config/values.ts';
import {MusterError, exitStatus} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {packageVersion} from './context.ts';
import type {Context} from './context.ts';
import {canUseScreen} from './display.ts';
import * as help from './help.ts';
import {
	addSettings,
	exposedSecrets,
	jobOptions,
	readSettings,
	readValue,
	resumeOptions,
	showOptions,
	soundSettings,
	wizardOptions,
} from './options.ts';

export type Program = {
	/** Carries out one command line; answers the exit status. Throws CommanderError and MusterError. */
	run(words: readonly string[]): Promise<number>;
};

const jobCommands = 'Jobs:';
const helpCommands = 'Looking and trying:';

/** All commands of the command line. Each loads its own code when it is called. */
export function createProgram(context: Context): Program {
	let status: number = exitStatus.ok;
	const act =
		<Words extends unknown[]>(action: (...words: Words) => Promise<number>) =>
		async (...words: Words): Promise<void> => {
			status = await action(...words);
		};
	const program = new Command('muster');
	const configure = (command: Command): Command =>
		command
			.exitOverride()
			.configureOutput({outputError: (text, write) => write(text.replace(/^error: /, 'muster: '))})
			.showSuggestionAfterError(true)
			.showHelpAfterError(`(${help.commandName(command)} --help lists the options)`)
			.helpOption('-h, --help', 'this help');

	program
		.description(
			'Bring a dataset from object storage onto this machine: complete, verified, resumable.',
		)
		.usage('[command] [options]')
		.version(packageVersion(), '-V, --version', 'the version')
		.enablePositionalOptions()
		.helpCommand(false)
		.argument('[words...]')
		.addHelpText('after', help.programText)
		.action(
			act(async (words: string[]) => {
				const [word] = words;
				if (word !== undefined) return unknownCommand(program, word);
				if (!canUseScreen(context)) {
					program.outputHelp();
					context.lines.err('muster: the wizard needs a terminal; `muster get` works without one');
					return exitStatus.usage;
				}
				const {wizard} = await import('./wizard.ts');
				return wizard(soundSettings(program), context);
			}),
		);
	configure(program);
	program.hook('preAction', (_program, command) => {
		const words = exposedSecrets(command);
		if (words !== undefined) context.lines.err(`warning: ${words}`);
	});
	wizardOptions(program);

	const add = (name: string, description: string, group: string, text?: string): Command => {
		const command = program.command(name).description(description).helpGroup(group);
		if (text !== undefined) command.addHelpText('after', text);
		return configure(command);
	};

	const get = add(
		'get',
		'roll call, confirmation, download; one shot, scriptable',
		jobCommands,
		help.getText,
	);
	get.argument('[SOURCE]', 's3://bucket/prefix; without a manifest everything under it is wanted');
	jobOptions(get).action(
		act(async (source: string | undefined) => {
			const settings = await readSettings(get, source, context.workingFolder);
			return (await import('./get.ts')).get(settings, context);
		}),
	);

	const check = add(
		'check',
		'the roll call alone: what is found, missing, ambiguous, already here',
		jobCommands,
		help.checkText,
	);
	check.argument('[SOURCE]', 's3://bucket/prefix');
	jobOptions(check).action(
		act(async (source: string | undefined) => {
			const settings = await readSettings(check, source, context.workingFolder);
			return (await import('./check.ts')).check(settings, context);
		}),
	);

	const jobs = add('jobs', 'past and unfinished jobs on this machine, newest first', jobCommands);
	jobs
		.option('--json', 'as a JSON array')
		.action(act(async () => (await import('./jobs.ts')).jobs(jobs.opts(), context)));

	const resume = add('resume', 'go on with an unfinished job', jobCommands, help.resumeText);
	resume.argument('[JOB]', "the job's number (default: the newest unfinished one)");
	resumeOptions(resume).action(
		act(async (job: string | undefined) =>
			(await import('./resume.ts')).resume(job, soundSettings(resume), context),
		),
	);

	const attach = add(
		'attach',
		'open the dashboard of a job that runs in the background',
		jobCommands,
	);
	attach.argument('[JOB]', "the job's number (default: the newest running one)");
	showOptions(attach).action(
		act(async (job: string | undefined) =>
			(await import('./attach.ts')).attach(job, soundSettings(attach), context),
		),
	);

	const verify = add(
		'verify',
		"read files back and hold them against the ledger's sizes and checksums",
		jobCommands,
		help.verifyText,
	);
	verify
		.argument('<FOLDER>', 'output folder of a job')
		.option('--json', 'one JSON object on standard output')
		.option('--quiet', 'only what is bad')
		.action(
			act(async (folder: string) =>
				(await import('./verify.ts')).verify(folder, verify.opts(), context),
			),
		);

	const login = add(
		'login',
		'sign in to AWS IAM Identity Center by device code, in this terminal',
		helpCommands,
		help.loginText,
	);
	login
		.argument('[PROFILE]', 'profile of ~/.aws/config (default: AWS_PROFILE, default, the only one)')
		.option('--force', 'a new sign-in, also while the one that is kept lives')
		.option('--no-browser', 'open no browser')
		.option('--no-color', 'no colours, and hence no QR code')
		.action(
			act(async (profile: string | undefined) =>
				(await import('./login.ts')).login(profile, login.opts(), context),
			),
		);

	const doctor = add(
		'doctor',
		'check runtime, terminal, credentials, endpoint, bucket access, folder, disk',
		helpCommands,
		help.doctorText,
	);
	doctor.argument('[SOURCE]', 'a bucket to try: s3://bucket/prefix');
	addSettings(doctor, ['store'])
		.addOption(new Option('--to <folder>', 'output folder to try (default: this one)'))
		.option('--policy', 'print the IAM policy that a job needs, even when nothing is denied')
		.option('--json', 'one JSON object on standard output')
		.action(
			act(async (source: string | undefined) => {
				const settings = await readSettings(doctor, source, context.workingFolder);
				const {policy} = doctor.opts<{policy?: boolean}>();
				const more = policy === true ? {policy} : {};
				return (await import('./doctor/index.ts')).doctor({...settings, ...more}, context);
			}),
		);

	const demo = add(
		'demo',
		'walk the whole flow against a local S3 with samples',
		helpCommands,
		help.demoText,
	);
	addSettings(demo, ['output'])
		.option('--fast', 'no throttling')
		.option(
			'--expire-after <time>',
			'the sign-in ends so long (5s) after the first file: rehearses signing in again',
			readValue(parseDuration),
		)
		.action(
			act(async () =>
				(await import('./demo.ts')).demo(
					{...soundSettings(demo), ...demo.opts<{fast?: boolean; expireAfter?: number}>()},
					context,
				),
			),
		);

	program
		.command('engine', {hidden: true})
		.argument('<json>')
		.action(act(async (json: string) => (await import('./engine.ts')).engine(json)));

	return {
		async run(words) {
			await program.parseAsync([...words], {from: 'user'});
			return status;
		},
	};
}

function unknownCommand(program: Command, word: string): never {
	const guess = nearest(
		word,
		program.commands.map((command) => command.name()),
	);
	throw new MusterError('usage', `There is no command "${safeText(word)}"`, {
		hint:
			guess === undefined
				? 'muster --help lists the commands.'
				: `Did you mean muster ${guess}? muster --help lists the commands.`,
	});
}
