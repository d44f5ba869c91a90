import {openCredentials} from '../credentials/index.ts';
import {sessionToSignIn} from '../credentials/sso/choose.ts';
import type {SsoSession} from '../credentials/sso/session.ts';
import {SignIn} from '../credentials/sso/sign-in.ts';
import type {SignInState} from '../credentials/sso/sign-in.ts';
import {tokenFacts} from '../credentials/sso/token-cache.ts';
import {listProfiles} from '../credentials/profiles.ts';
import {MusterError, exitStatus, exitStatusOf} from '../model/error.ts';
import {formatDuration} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import type {Context} from './context.ts';
import {canvasOf, clockWords, pageLines} from './login-page.ts';
import {openPage} from './open-page.ts';

export type LoginOptions = {
	readonly force?: boolean;
	readonly browser?: boolean;
	readonly color?: boolean;
};

type Done = Extract<SignInState, {kind: 'done'}>;
type Waiting = Extract<SignInState, {kind: 'waiting'}>;

/** `muster login`: signs in to IAM Identity Center and shows that the credentials work. */
export async function login(
	profile: string | undefined,
	options: LoginOptions,
	context: Context,
): Promise<number> {
	const session = await sessionToSignIn(profile, context.environment);
	const where = session.name === undefined ? '' : `, session ${safeText(session.name)}`;
	context.lines.out(`Profile ${safeText(session.profile)}${where}, ${safeText(session.region)}`);
	context.lines.out('');
	try {
		return await signInAndProve(session, options, context);
	} catch (error) {
		// the sign-in failed, whatever kept it from working: only a wrong configuration is none of it
		if (!(error instanceof MusterError) || exitStatusOf(error.code) !== exitStatus.failed)
			throw error;
		const {errorLines} = await import('../reporters/lines.ts');
		for (const line of errorLines(error.record())) context.lines.err(line);
		return exitStatus.credentials;
	}
}

async function signInAndProve(
	session: SsoSession,
	options: LoginOptions,
	context: Context,
): Promise<number> {
	const done = await signIn(session, options, context);
	if (typeof done === 'number') return done;
	try {
		await tellProof(session, done, context);
	} catch (error) {
		const isRefused = error instanceof MusterError && error.code === 'expired-credentials';
		if (done.by === 'code' || !isRefused) throw error;
		// the file says that it lives, AWS says that it does not: an administrator may have ended it
		context.lines.out('AWS no longer accepts the sign-in that is kept here. A new one:');
		context.lines.out('');
		const anew = await signIn(session, {...options, force: true}, context);
		if (typeof anew === 'number') return anew;
		await tellProof(session, anew, context);
	}
	return exitStatus.ok;
}

const signals = {
	SIGINT: exitStatus.interrupted,
	SIGTERM: exitStatus.terminated,
	SIGHUP: exitStatus.hangup,
} as const;

/** Signs in; a number is the exit status of the signal that ended it. Throws MusterError. */
async function signIn(
	session: SsoSession,
	{force = false, browser = true, color = true}: LoginOptions,
	context: Context,
): Promise<Done | number> {
	const {promise, resolve, reject} = Promise.withResolvers<Done | number>();
	const page = new Page(context, {browser, color});
	const attempt = new SignIn(session, {
		env: {...context.environment},
		force,
		onChange(state) {
			if (state.kind === 'waiting') page.show(state);
			else if (state.kind === 'done') resolve(state);
			else if (state.kind === 'failed') reject(MusterError.from(state.error));
		},
	});
	const handlers = Object.entries(signals).map(([signal, status]) => {
		const handler = () => resolve(status);
		process.once(signal, handler);
		return () => process.off(signal, handler);
	});
	try {
		attempt.start();
		return await promise;
	} finally {
		for (const remove of handlers) remove();
		attempt.close();
		await page.shown;
	}
}

/** Shows each code once, and the first address also to clipboard and browser. */
class Page {
	/** resolves when everything is written */
	shown: Promise<void> = Promise.resolve();
	readonly #context: Context;
	readonly #options: {readonly browser: boolean; readonly color: boolean};
	#code: string | undefined;

	constructor(context: Context, options: {readonly browser: boolean; readonly color: boolean}) {
		this.#context = context;
		this.#options = options;
	}

	show(state: Waiting): void {
		if (state.code === this.#code) return;
		const isFirst = this.#code === undefined;
		this.#code = state.code;
		this.shown = this.shown.then(async () => this.#write(state, isFirst));
	}

	async #write({completeUrl, code, codeExpires}: Waiting, isFirst: boolean): Promise<void> {
		const {lines} = this.#context;
		if (!isFirst) {
			lines.out('');
			lines.out('That code has run out. A new one:');
			lines.out('');
		}
		const facts = {completeUrl, code, validUntil: clockWords(codeExpires)};
		const canvas = await canvasOf(this.#context, this.#options.color);
		for (const line of await pageLines(facts, canvas)) lines.out(line);
		if (isFirst) await this.#hand(completeUrl);
	}

	async #hand(address: string): Promise<void> {
		const {terminal, environment} = this.#context;
		if (!terminal.output || environment['TERM'] === 'dumb') return;
		const [{copyText}, {terminalTraits}] = await Promise.all([
			import('../ui/terminal/clipboard.ts'),
			import('../ui/terminal/environment.ts'),
		]);
		const traits = terminalTraits(environment, process.platform, this.#options.color);
		const control = (sequence: string) => void process.stdout.write(sequence);
		await copyText(address, traits, control, environment);
		if (this.#options.browser) openPage(address, environment);
	}
}

const beginnings: Readonly<Record<Done['by'], string>> = {
	code: 'Signed in',
	kept: 'Signed in already',
	elsewhere: 'Signed in by another program',
	refreshed: 'Signed in, renewed without asking',
};

/** Takes on the role, and says who one is now. Throws MusterError when that does not work. */
async function tellProof(session: SsoSession, done: Done, context: Context): Promise<void> {
	const {environment, lines} = context;
	const env = {...environment};
	const holder = openCredentials({kind: 'profile', profile: session.profile}, {env});
	const {account} = await holder.identity();
	const role = (await listProfiles(env)).find(({name}) => name === session.profile)?.role;
	const facts = [
		...(account === undefined ? [] : [`account ${safeText(account)}`]),
		...(role === undefined ? [] : [`role ${role}`]),
	];
	if (done.by === 'code' || done.by === 'elsewhere') lines.out('');
	const left = formatDuration((done.expires - Date.now()) / 1000);
	lines.out(
		`${beginnings[done.by]} until ${clockWords(done.expires)} (${left}): ${facts.join(', ')}`,
	);
	if ((await tokenFacts(session, env))?.renewable === true)
		lines.out('It renews itself as long as AWS keeps the session.');
	if (done.by === 'kept') lines.out('--force asks for a new sign-in.');
}
