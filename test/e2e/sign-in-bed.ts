import {readFile} from 'node:fs/promises';
import {tokenFile} from '../../source/credentials/sso/token-cache.ts';
import {SignIn, ssoSessionOf} from '../../source/credentials/index.ts';
import {
	type IdentityCenterStatus,
	sandboxProfile,
	writeSandboxProfile,
} from '../../source/sandbox/index.ts';
import {type Bed, until} from './bed.ts';

/** A home folder whose profile `sandbox` signs in to a bed's sandbox, with nothing else to sign requests with. */
export class SignInBed {
	readonly bed: Bed;
	/** for the program under test: no keys, but a profile */
	readonly env: Readonly<Record<string, string>>;

	private constructor(bed: Bed, env: Readonly<Record<string, string>>) {
		this.bed = bed;
		this.env = env;
	}

	/** Not signed in yet. `renewable`: sessions have refresh tokens. */
	static async make(bed: Bed, renewable = false): Promise<SignInBed> {
		const profile = await writeSandboxProfile(bed.home, bed.sandbox.endpoint, {renewable});
		// empty, they count as not set
		const env = {
			...profile,
			AWS_ACCESS_KEY_ID: '',
			AWS_SECRET_ACCESS_KEY: '',
			AWS_ENDPOINT_URL: '',
		};
		return new SignInBed(bed, env);
	}

	/** Signs in as another terminal would; the code is approved by itself. */
	async signIn(): Promise<void> {
		const env = {...process.env, ...this.env};
		const session = await ssoSessionOf(sandboxProfile, env);
		if (session === undefined) throw new Error('the profile has no session');
		const {promise, resolve, reject} = Promise.withResolvers<void>();
		const signIn = new SignIn(session, {
			env,
			force: true,
			onChange: (state) => {
				if (state.kind === 'waiting') this.approve(state.code).catch(reject);
				else if (state.kind === 'failed') reject(new Error(state.error.message));
				else if (state.kind === 'done') resolve();
			},
		});
		signIn.start();
		await promise.finally(() => signIn.close());
	}

	/** The access token that lies in the cache. */
	async token(): Promise<string> {
		const session = await ssoSessionOf(sandboxProfile, {...process.env, ...this.env});
		if (session === undefined) throw new Error('the profile has no session');
		const text = await readFile(tokenFile(session, this.env), 'utf8');
		return (JSON.parse(text) as {accessToken: string}).accessToken;
	}

	/** What a person does on the page. */
	async approve(userCode: string): Promise<void> {
		await this.bed.sandbox.control('POST approve', {userCode});
	}

	async revoke(): Promise<void> {
		await this.bed.sandbox.control('POST revoke-session');
	}

	async expire(): Promise<void> {
		await this.bed.sandbox.control('POST expire-session');
	}

	async center(): Promise<IdentityCenterStatus> {
		return (await this.bed.sandbox.control('GET identity-center')) as IdentityCenterStatus;
	}

	/** Requests that the store refused for their credentials. */
	async refused(): Promise<number> {
		return (await this.bed.stats()).statuses['400'] ?? 0;
	}

	/** Until so many objects more were asked for and given. */
	async untilBytes(more: number, limit = 10_000): Promise<void> {
		const {bytes} = await this.bed.stats();
		await until(async () => (await this.bed.stats()).bytes >= bytes + more, 'bytes flow', limit);
	}
}
