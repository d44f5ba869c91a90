import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Settings} from '../config/settings.ts';
import type {Environment} from '../config/environment.ts';
import {exitStatus} from '../model/error.ts';
import type {SandboxProcess} from '../sandbox/index.ts';
import type {Context} from './context.ts';
import {chooseDisplay} from './display.ts';
import {get} from './get.ts';
import {appOptions, openEngine, showApp} from './screen.ts';

export type DemoSettings = Settings & {readonly fast?: boolean};

/** The sandbox's own keys in place of whatever sign-in this machine has. */
function sandboxEnvironment(environment: Environment, sandbox: SandboxProcess): Environment {
	return {
		...Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'))),
		AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
		AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
		AWS_REGION: sandbox.region,
		AWS_ENDPOINT_URL_S3: sandbox.endpoint,
	};
}

/** Credentials reach the engine through the environment alone, also when it is another process. */
function enterSandbox(environment: Environment): void {
	for (const name of Object.keys(process.env))
		if (name.startsWith('AWS_')) delete process.env[name];
	for (const [name, value] of Object.entries(environment))
		if (name.startsWith('AWS_') && value !== undefined) process.env[name] = value;
}

/** `muster demo`: the whole flow against a local S3 with samples; nothing leaves this machine. */
export async function demo(settings: DemoSettings, context: Context): Promise<number> {
	const samples = await import('../sandbox/index.ts');
	const folder = await mkdtemp(path.join(tmpdir(), 'muster-demo-'));
	await samples.writeSamples(folder);
	const screen = chooseDisplay(settings, context) === 'screen';
	const {rate, latency} = samples.demoThrottle;
	const sandbox = await samples.startSandboxProcess({
		samples: 'demo',
		...(settings.fast === true || !screen ? {} : {rate, latency}),
	});
	const environment = sandboxEnvironment(context.environment, sandbox);
	enterSandbox(environment);
	// jobs and choices of a rehearsal stay apart from the real ones
	const aside = {XDG_CONFIG_HOME: path.join(folder, 'config')};
	const inside: Context = {
		...context,
		environment: {...environment, ...aside},
		workingFolder: folder,
	};
	try {
		return screen
			? await demoWizard(settings, inside, sandbox)
			: await demoInLines(settings, inside, samples.datalakeBucketName, samples.datalakePrefix);
	} finally {
		// a job that goes on in the background still needs it; it ends by itself when unused
		if (!screen) await sandbox.stop();
	}
}

async function demoWizard(
	settings: DemoSettings,
	context: Context,
	sandbox: SandboxProcess,
): Promise<number> {
	const client = await openEngine(settings, context);
	try {
		const code = await showApp(
			{
				...appOptions(client, settings, context),
				start: 'wizard',
				exitWhenDone: false,
				access: {
					store: {
						provider: 's3',
						endpoint: sandbox.endpoint,
						region: sandbox.region,
						forcePathStyle: true,
					},
					credentials: {kind: 'chain'},
				},
				demo: {folder: context.workingFolder},
			},
			context,
		);
		context.lines.out(`The demo's files are in ${context.workingFolder}`);
		return code;
	} finally {
		client.close();
	}
}

async function demoInLines(
	settings: DemoSettings,
	context: Context,
	lake: string,
	prefix: string,
): Promise<number> {
	const shared: Settings = {
		...(settings.json === true
			? {json: true}
			: settings.quiet === true
				? {quiet: true}
				: {plain: true}),
		yes: true,
	};
	const say = (text: string): void => {
		if (settings.json === true) context.lines.err(text);
		else context.lines.out(text);
	};
	const folder = context.workingFolder;
	say(`muster demo: a local S3 with samples; the files go to ${folder}`);
	say('');
	say('1. An actor list: muster get --actors actorsData.json');
	const actors = await get(
		{...shared, actors: path.join(folder, 'actorsData.json'), to: path.join(folder, 'training')},
		context,
	);
	say('');
	say(`2. A CSV: muster get s3://${lake}/${prefix} --csv images.csv --to images`);
	const csv = await get(
		{
			...shared,
			source: `s3://${lake}/${prefix}`,
			csv: path.join(folder, 'images.csv'),
			to: path.join(folder, 'images'),
		},
		context,
	);
	say('');
	const expected = [actors, csv].every(
		(code) => code === exitStatus.ok || code === exitStatus.missing,
	);
	if (!expected) return Math.max(actors, csv);
	say('What is missing or ambiguous above is meant to be: the samples hold such rows on purpose.');
	say(`The files are in ${folder}; start \`muster demo\` in a terminal for the wizard.`);
	return exitStatus.ok;
}
