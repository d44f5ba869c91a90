/**
 * Records `media/sign-in.cast` (asciicast 2, `asciinema play` shows it): a job of 5,740 files whose sign-in ends
 * three times, and is renewed by device code, with pasted keys, and in another terminal. Run by
 * `npm run media`; what is seen is the real program, and the person is this script.
 */
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {SignIn, ssoSessionOf} from '../../source/credentials/index.ts';
import {
	actorBucketName,
	sandboxProfile,
	startSandboxProcess,
	writeActorLists,
	writeSandboxProfile,
} from '../../source/sandbox/index.ts';
import type {SandboxProcess} from '../../source/sandbox/index.ts';
import {ttyPng} from '../helpers/tty-picture.ts';
import {Tty} from '../helpers/tty.ts';
import {builtEntry} from '../helpers/walk.ts';

const media = fileURLToPath(new URL('../../media/', import.meta.url));
const home = path.join(tmpdir(), 'ada');
const size = {columns: 100, rows: 30} as const;
const set = {actors: 287, images: 20};
/** pauses in which a viewer reads, milliseconds */
const glance = 1200;
const look = 3000;

/** What a terminal showed, with its times. */
class Recorder {
	readonly #tty: Tty;
	readonly #began = performance.now();
	readonly #events: string[] = [];
	readonly #timer: NodeJS.Timeout;
	#seen = 0;

	constructor(tty: Tty) {
		this.#tty = tty;
		this.#timer = setInterval(() => this.#take(), 40);
	}

	#take(): void {
		const text = this.#tty.raw(this.#seen);
		if (text === '') return;
		this.#seen = this.#tty.bytes;
		const seconds = (performance.now() - this.#began) / 1000;
		this.#events.push(JSON.stringify([Number(seconds.toFixed(3)), 'o', text]));
	}

	/** The recording as asciicast 2: https://docs.asciinema.org/manual/asciicast/v2/ */
	end(title: string): string {
		clearInterval(this.#timer);
		this.#take();
		const header = {version: 2, width: size.columns, height: size.rows, title};
		return `${[JSON.stringify(header), ...this.#events].join('\n')}\n`;
	}
}

async function signInElsewhere(sandbox: SandboxProcess, env: NodeJS.ProcessEnv): Promise<void> {
	const session = await ssoSessionOf(sandboxProfile, env);
	if (session === undefined) throw new Error('the profile has no session');
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	const signIn = new SignIn(session, {
		env,
		force: true,
		onChange(state) {
			if (state.kind === 'waiting') sandbox.control('POST approve').catch(reject);
			else if (state.kind === 'failed') reject(new Error(state.error.message));
			else if (state.kind === 'done') resolve();
		},
	});
	signIn.start();
	await promise.finally(() => signIn.close());
}

async function percentDone(tty: Tty, percent: number): Promise<void> {
	await tty.until(() => {
		const [, shown] = / (\d+) %\s*$/.exec(tty.screen()[2] ?? '') ?? [];
		return Number(shown) >= percent;
	}, 60_000);
}

async function walk(tty: Tty, sandbox: SandboxProcess, env: NodeJS.ProcessEnv): Promise<void> {
	// by time, in the roll call
	await sandbox.control('POST expire-session');
	await tty.until(/user_code=/, 20_000);
	await delay(look);
	await sandbox.control('POST approve');
	await tty.until(/\[Y\]es/, 30_000);
	await delay(glance);
	tty.key('y', 'enter');
	await tty.until(/Downloading · job/, 20_000);
	await percentDone(tty, 25);

	// revoked
	await sandbox.control('POST revoke-session');
	await tty.until(/Sign in · job 1 waits[^]*user_code=/);
	await delay(look);
	await writeFile(path.join(media, 'sign-in.png'), ttyPng(tty));
	tty.key('2');
	await tty.until(/nothing pasted yet/);
	await delay(glance);
	tty.paste(
		`export AWS_ACCESS_KEY_ID="${sandbox.accessKeyId}"\nexport AWS_SECRET_ACCESS_KEY="${sandbox.secretAccessKey}"\n`,
	);
	await tty.until(/2 lines/);
	await delay(glance);
	tty.key('enter');
	await tty.until(/Downloading · job/);
	await percentDone(tty, 65);

	// the pasted keys end too; somebody signs in in another terminal
	await sandbox.control('POST expire', {accessKeyId: sandbox.accessKeyId});
	await tty.until(/Sign in · job 1 waits/);
	await delay(look);
	await signInElsewhere(sandbox, env);
	await tty.until(/Downloading · job/);
	const {code} = await tty.exit;
	if (code !== 0 && code !== 3) throw new Error(`it ended with ${code}`);
	await delay(glance);
}

await mkdir(home);
try {
	const studio = path.join(home, 'studio');
	await mkdir(studio);
	await writeActorLists(studio, set, actorBucketName);
	const sandbox = await startSandboxProcess({
		samples: 'actors',
		...set,
		port: 9000,
		rate: 900_000,
		latency: 60,
	});
	try {
		const profile = await writeSandboxProfile(home, sandbox.endpoint, {renewable: false});
		const env = {...process.env, ...profile};
		await signInElsewhere(sandbox, env);
		const tty = Tty.node([builtEntry, 'get', '--actors', 'studio/actorsData.json'], {
			...size,
			cwd: home,
			env: {...profile, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: undefined},
		});
		const recorder = new Recorder(tty);
		try {
			await walk(tty, sandbox, env);
		} catch (error) {
			process.stderr.write(`${tty.framed()}\n`);
			throw error;
		} finally {
			await tty.close();
		}
		const cast = recorder.end('muster: a sign-in that ends three times');
		if (cast.includes(sandbox.secretAccessKey)) throw new Error('a secret is in the recording');
		await writeFile(path.join(media, 'sign-in.cast'), cast);
		process.stdout.write(`media/sign-in.cast  ${Math.ceil(cast.length / 1024)} KiB\n`);
	} finally {
		await sandbox.stop();
	}
} finally {
	await rm(home, {recursive: true, force: true});
}
