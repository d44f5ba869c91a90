import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Settings} from '../config/settings.ts';
import type {Environment} from '../config/environment.ts';
import {exitStatus, MusterError} from '../model/error.ts';
import type {SandboxProcess} from '../sandbox/index.ts';
import type {Context} from './context.ts';
import {chooseDisplay} from './display.ts';
import {get} from './get.ts';
import {appOptions, openEngine, showApp} from './screen.ts';

export type DemoSettings = Settings & {
	readonly fast?: boolean;
	/** milliseconds from the first file to the end of the sign-in */
	readonly expireAfter?: number;
};

/** A code of the rehearsal approves itself after so many seconds: its page may be out of reach. */
const approvesItself = 15;

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
		if (/^AWS_|^HOME$|^USERPROFILE$/.test(name) && value !== undefined) process.env[name] = value;
}

/** A home folder of the rehearsal's own, with a profile that is signed in to the sandbox. */
async function signedIn(
	folder: string,
	environment: Environment,
	sandbox: SandboxProcess,
): Promise<Environment> {
	const [{writeSandboxProfile, sandboxProfile}, {SignIn, ssoSessionOf}] = await Promise.all([
		import('../sandbox/index.ts'),
		import('../credentials/index.ts'),
	]);
	const own = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
	const profile = await writeSandboxProfile(folder, sandbox.endpoint, {renewable: false});
	const env = {...Object.fromEntries(own), ...profile};
	const session = await ssoSessionOf(sandboxProfile, env);
	if (session === undefined) throw new MusterError('internal', 'The sandbox has no session.');
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	const signIn = new SignIn(session, {
		env,
		onChange(state) {
			if (state.kind === 'waiting') sandbox.control('POST approve').catch(reject);
			else if (state.kind === 'failed') reject(MusterError.from(state.error));
			else if (state.kind === 'done') resolve();
		},
	});
	signIn.start();
	try {
		await promise;
	} finally {
		signIn.close();
	}
	return env;
}

/** `muster demo`: the whole flow against a local S3 with samples; nothing leaves this machine. */
export async function demo(settings: DemoSettings, context: Context): Promise<number> {
	const samples = await import('../sandbox/index.ts');
	const folder = await mkdtemp(path.join(tmpdir(), 'muster-demo-'));
	await samples.writeSamples(folder);
	const screen = chooseDisplay(settings, context) === 'screen';
	const {rate, latency} = samples.demoThrottle;
	const {expireAfter} = settings;
	const expires = expireAfter !== undefined;
	const sandbox = await samples.startSandboxProcess({
		samples: 'demo',
		...(settings.fast === true || !(screen || expires) ? {} : {rate, latency}),
		...(expires && {
			expireAfterSeconds: expireAfter / 1000,
			identityCenter: {autoApproveSeconds: screen ? approvesItself : 1},
		}),
	});
	const environment = expires
		? await signedIn(folder, context.environment, sandbox)
		: sandboxEnvironment(context.environment, sandbox);
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
			? await demoWizard(settings, inside, sandbox, expires)
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
	expires: boolean,
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
					credentials: expires ? {kind: 'profile', profile: 'sandbox'} : {kind: 'chain'},
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

/** What a person does when a job without a dashboard has stopped for its sign-in. */
async function signInAndResume(
	settings: Settings,
	context: Context,
	say: (text: string) => void,
): Promise<number> {
	const [{login}, {resume}] = await Promise.all([import('./login.ts'), import('./resume.ts')]);
	const {sandboxProfile} = await import('../sandbox/index.ts');
	say('');
	say(`2. The sign-in has ended: muster login ${sandboxProfile} (its code approves itself here)`);
	const {err} = {err: (line: string) => context.lines.err(line)};
	const aside = settings.json === true ? {out: err, err} : context.lines;
	await login(sandboxProfile, {browser: false}, {...context, lines: aside});
	say('');
	say('3. On with the job: muster resume');
	return resume(undefined, settings, context);
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
	const first = await get(
		{...shared, actors: path.join(folder, 'actorsData.json'), to: path.join(folder, 'training')},
		context,
	);
	const isRehearsal = settings.expireAfter !== undefined && first === exitStatus.credentials;
	const actors = isRehearsal ? await signInAndResume(shared, context, say) : first;
	say('');
	say(
		`${isRehearsal ? 4 : 2}. A CSV: muster get s3://${lake}/${prefix} --csv images.csv --to images`,
	);
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
