import process from 'node:process';
import type {CredentialHolder} from '../../credentials/index.ts';
import {readPastedKeys, SignIn, type SsoSession} from '../../credentials/index.ts';
import {errorRecord} from '../../model/error.ts';
import type {SignInFlow, SignInState} from '../../model/snapshot.ts';
import type {Closed} from './gate.ts';

/** Whose credentials are renewed, and what follows once they are good. */
export type Customer = {
	readonly credentials: CredentialHolder;
	/** holds fresh ones against the store; throws what is wrong with them */
	readonly onFresh: () => Promise<void>;
};

/** Where a person signs in, for a job or for the wizard: by device code, with pasted keys, as another profile. One at a time. */
export class SignInDesk {
	readonly #onChange: () => void;
	#session: SsoSession | undefined;
	#signIn: SignIn | undefined;
	#flow: SignInFlow | null = null;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	/** What a screen shows; null while nobody is refused and nobody signs in. */
	state(closed: Closed | null): SignInState | null {
		if (closed === null && this.#flow === null) return null;
		const profile = this.#session?.profile ?? closed?.profile ?? null;
		const refused = closed === null ? null : {error: closed.error, at: closed.at};
		return {refused, profile, flow: this.#flow};
	}

	/**
	 * Begins to sign in to IAM Identity Center; the flow tells the rest. `force`: a new sign-in although
	 * the present one lives. Answers the profile, null where there is no session to sign in to.
	 */
	async begin(customer: Customer, force: boolean): Promise<string | null> {
		const session = await customer.credentials.session();
		if (session === undefined) {
			this.end();
			this.#session = undefined;
			return null;
		}
		this.#start(session, force, (signIn) => this.#done(signIn, customer, session.profile));
		return session.profile;
	}

	/** Signs in to a session that no profile has yet; it is done with the flow. */
	beginSession(session: SsoSession, force: boolean): void {
		this.#start(session, force, async () => undefined);
	}

	#start(session: SsoSession, force: boolean, onDone: (signIn: SignIn) => Promise<void>): void {
		// One flow takes the place of another at once: between them somebody would take it for signed in.
		this.#signIn?.close();
		this.#session = session;
		this.#flow = {kind: 'starting'};
		const signIn = new SignIn(session, {
			env: process.env,
			force,
			onChange: (state) => {
				if (this.#signIn !== signIn) return;
				this.#flow = state;
				this.#onChange();
				if (state.kind === 'done') void onDone(signIn);
			},
		});
		this.#signIn = signIn;
		signIn.start();
		this.#onChange();
	}

	async #done(signIn: SignIn, customer: Customer, profile: string): Promise<void> {
		customer.credentials.useProfile(profile);
		try {
			await customer.onFresh();
			if (this.#signIn === signIn) this.end();
		} catch (error) {
			if (this.#signIn !== signIn) return;
			this.#flow = {kind: 'failed', error: errorRecord(error)};
			this.#onChange();
		}
	}

	newCode(): null {
		this.#signIn?.newCode();
		return null;
	}

	/** Takes keys that a person pasted, if the store does. Answers how they may be called. */
	async paste(customer: Customer, text: string): Promise<string> {
		const {credentials, label} = readPastedKeys(text);
		customer.credentials.useKeys(credentials, label);
		await this.#orBack(customer);
		return label;
	}

	async useProfile(customer: Customer, profile: string): Promise<void> {
		customer.credentials.useProfile(profile);
		await this.#orBack(customer);
	}

	/** What the store does not take is not kept. */
	async #orBack(customer: Customer): Promise<void> {
		try {
			await customer.onFresh();
			this.end();
		} catch (error) {
			customer.credentials.undo();
			throw error;
		}
	}

	/** Nobody signs in any more. */
	end(): null {
		this.#signIn?.close();
		this.#signIn = undefined;
		if (this.#flow !== null) {
			this.#flow = null;
			this.#onChange();
		}
		return null;
	}
}
