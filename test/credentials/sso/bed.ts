import {memoryBucket, writeSandboxProfile} from '../../../source/sandbox/index.ts';
import type {
	IdentityCenterOptions,
	Sandbox,
	SandboxProfileOptions,
} from '../../../source/sandbox/index.ts';
import {ssoSessionOf} from '../../../source/credentials/sso/session.ts';
import type {SsoSession} from '../../../source/credentials/sso/session.ts';
import {SignIn} from '../../../source/credentials/sso/sign-in.ts';
import type {SignInState} from '../../../source/credentials/sso/sign-in.ts';
import {withSandbox} from '../../helpers/sandbox.ts';
import {withHome} from '../home.ts';
import type {Home} from '../home.ts';

export type SsoBed = {
	readonly home: Home;
	readonly sandbox: Sandbox;
	readonly session: SsoSession;
};

/** Codes are asked about every 50 ms: no test waits for a second that it need not wait for. */
const quick: Partial<IdentityCenterOptions> = {interval: 0.05};

/** A sandbox that plays IAM Identity Center, and a home folder whose profile `sandbox` signs in to it. */
export async function withSsoBed(
	work: (bed: SsoBed) => Promise<void>,
	options: {center?: Partial<IdentityCenterOptions>; profile?: SandboxProfileOptions} = {},
): Promise<void> {
	const buckets = [memoryBucket('lake', {})];
	const identityCenter = {...quick, ...options.center};
	await withSandbox({buckets, identityCenter, control: true}, async (sandbox) => {
		const {endpoint} = sandbox;
		await withHome(
			async (home) => {
				await writeSandboxProfile(home.folder, endpoint, options.profile);
				const session = await ssoSessionOf('sandbox', home.env);
				if (session === undefined) throw new Error('The profile has no session.');
				await work({home, sandbox, session});
			},
			{
				AWS_ENDPOINT_URL_S3: endpoint,
				AWS_ENDPOINT_URL_SSO: endpoint,
				AWS_ENDPOINT_URL_SSO_OIDC: endpoint,
				AWS_ENDPOINT_URL_STS: endpoint,
			},
		);
	});
}

export type Attempt = AsyncDisposable & {
	readonly signIn: SignIn;
	readonly states: readonly SignInState[];
	/** the first state that fits, those that were there already included */
	until<Kind extends SignInState['kind']>(
		kind: Kind,
		fits?: (state: Extract<SignInState, {kind: Kind}>) => boolean,
	): Promise<Extract<SignInState, {kind: Kind}>>;
};

/** Starts to sign in and keeps every state on the way. */
export function attempt(
	{session, home}: Pick<SsoBed, 'session' | 'home'>,
	options: {force?: boolean; timeout?: number} = {},
): Attempt {
	const {force = false, timeout = 10_000} = options;
	const states: SignInState[] = [];
	const waiters = new Set<() => void>();
	const signIn = new SignIn(session, {
		env: home.env,
		force,
		onChange(state) {
			states.push(state);
			for (const look of waiters) look();
		},
	});
	signIn.start();
	return {
		signIn,
		states,
		until: async (kind, fits = () => true) =>
			new Promise((resolve, reject) => {
				const fail = () => reject(new Error(`no ${kind} among ${JSON.stringify(states)}`));
				const timer = setTimeout(fail, timeout);
				const look = () => {
					const found = states.find(
						(state): state is Extract<SignInState, {kind: typeof kind}> =>
							state.kind === kind && fits(state as Extract<SignInState, {kind: typeof kind}>),
					);
					if (found === undefined) return;
					clearTimeout(timer);
					waiters.delete(look);
					resolve(found);
				};
				waiters.add(look);
				look();
			}),
		async [Symbol.asyncDispose]() {
			signIn.close();
		},
	};
}

/** Signs in and approves. */
export async function signInNow(
	bed: SsoBed,
	options: {force?: boolean} = {},
): Promise<SignInState> {
	await using trial = attempt(bed, options);
	const {code} = await trial.until('waiting');
	bed.sandbox.identityCenter.approve(code);
	// the attempt is closed when this function is left
	return await trial.until('done');
}
