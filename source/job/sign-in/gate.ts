import type {CredentialHolder} from '../../credentials/index.ts';
import {type ErrorRecord, errorRecord, isSignedOut, MusterError} from '../../model/error.ts';
import type {Credentials} from '../../stores/types.ts';
import {shellWord} from '../../model/command-line.ts';
import {ElsewhereWatch} from './elsewhere.ts';

/** Who waits at the gate: a job. */
export type Attendant = {
	/** how long it waits for a person, milliseconds; 0 is not at all */
	readonly patience: number;
	/** asks the store whether it takes the credentials now: the error of one that does not */
	readonly prove: () => Promise<ErrorRecord | undefined>;
	readonly onClosed: (error: ErrorRecord) => void;
	readonly onOpened: () => void;
	readonly note: (text: string) => void;
};

export type Closed = {
	readonly error: ErrorRecord;
	/** Unix milliseconds */
	readonly at: number;
	/** whose session a person can sign in to; undefined where other keys are the only way */
	readonly profile: string | undefined;
};

/**
 * What stands between a job and a store that refuses its credentials. Renewal that needs nobody is
 * tried first; then the gate closes, and opens when a person has signed in, here or elsewhere, or
 * brought other keys that the store takes. Without a job there is nobody to wait: refused is refused.
 */
export class SignInGate {
	readonly #credentials: CredentialHolder;
	readonly #elsewhere: ElsewhereWatch;
	#attendant: Attendant | undefined;
	#closed: Closed | null = null;
	/** what was refused last; the same again opens nothing */
	#refused: Credentials | undefined;
	#waiting = new Set<(isOpen: boolean) => void>();
	#renewal: Promise<Credentials | undefined> | undefined;
	#trial: Promise<void> | undefined;
	/** the files as they were before the provider was asked last */
	#seen: string | undefined;
	/** whose session a person can sign in to */
	#profile: string | undefined;
	/** why the provider had no others */
	#reason: ErrorRecord | undefined;

	constructor(credentials: CredentialHolder, elsewhere?: ElsewhereWatch) {
		this.#credentials = credentials;
		this.#elsewhere =
			elsewhere ??
			new ElsewhereWatch(
				() => credentials.files(),
				() => credentials.comesBack,
			);
	}

	get closed(): Closed | null {
		return this.#closed;
	}

	/** A job waits here from now on. */
	attend(attendant: Attendant): void {
		this.#attendant = attendant;
	}

	/** The job is over: whoever still waits is sent away. */
	leave(attendant: Attendant): void {
		if (this.#attendant !== attendant) return;
		this.#attendant = undefined;
		this.#settle(false);
	}

	/** Credentials as they are; waits at the gate where there are none. Throws where nobody waits, and the signal's reason. */
	async source(signal?: AbortSignal): Promise<Credentials | undefined> {
		for (;;) {
			signal?.throwIfAborted();
			try {
				return await this.#credentials.source();
			} catch (error) {
				const record = errorRecord(error);
				if (!isRefusal(record) || !(await this.refused(record, undefined, signal))) throw error;
			}
		}
	}

	/** `used` were refused: true when there are others by now, perhaps after a person has signed in. */
	async refused(
		error: ErrorRecord,
		used: Credentials | undefined,
		signal?: AbortSignal,
	): Promise<boolean> {
		if (this.#closed === null && (await this.renewed(used)) !== undefined) return true;
		if (this.#attendant === undefined || this.#attendant.patience === 0) return false;
		this.close(error, used);
		return this.#untilOpen(signal);
	}

	/** Others than `used` that need no person: a role, a refresh token, a process; undefined when there are none. */
	async renewed(used: Credentials | undefined): Promise<Credentials | undefined> {
		this.#renewal ??= this.#renew(used).finally(() => (this.#renewal = undefined));
		return this.#renewal;
	}

	/** Others than `used` where those in use are about to expire and need no person to be renewed. */
	async ahead(used: Credentials | undefined): Promise<Credentials | undefined> {
		const fresh = await this.#credentials.source().catch(() => undefined);
		return fresh !== undefined && differ(fresh, used) ? fresh : undefined;
	}

	async #renew(used: Credentials | undefined): Promise<Credentials | undefined> {
		this.#reason = undefined;
		this.#profile = (await this.#credentials.session())?.profile;
		this.#seen = await this.#elsewhere.look();
		try {
			const known = await this.#credentials.source();
			if (differ(known, used)) return known;
			this.#credentials.reset();
			const fresh = await this.#credentials.source();
			return differ(fresh, used) ? fresh : undefined;
		} catch (error) {
			const record = errorRecord(error);
			if (isRefusal(record)) this.#reason = record;
			return undefined;
		}
	}

	/** Nothing goes on until `open`. The provider's own words, where it gave some, say better what is over. */
	close(error: ErrorRecord, used: Credentials | undefined): void {
		const attendant = this.#attendant;
		if (this.#closed !== null || attendant === undefined) return;
		this.#refused = used;
		const words = this.#reason ?? error;
		const hint = this.#profile === undefined ? words.hint : signInHint(this.#profile);
		this.#closed = {error: {...words, ...(hint && {hint})}, at: Date.now(), profile: this.#profile};
		void this.#elsewhere.begin(() => this.#lookElsewhere(), this.#seen);
		attendant.onClosed(this.#closed.error);
	}

	/** Tries the credentials anew and opens when they are taken. Throws what is wrong with them. */
	async tryOpen(): Promise<void> {
		this.#trial ??= this.#try().finally(() => (this.#trial = undefined));
		return this.#trial;
	}

	async #try(): Promise<void> {
		this.#credentials.reset();
		await this.#credentials.source();
		const error = await this.#attendant?.prove();
		if (error !== undefined && isRefusal(error)) throw MusterError.from(error);
		this.open();
	}

	/** Something has changed that credentials come from: if they are others now, they are tried. */
	async #lookElsewhere(): Promise<void> {
		try {
			// Pasted keys, if those were refused, change in no file.
			this.#credentials.dropKeys();
			this.#credentials.reset();
			const fresh = await this.#credentials.source();
			if (this.#refused !== undefined && !differ(fresh, this.#refused)) return;
			await this.tryOpen();
			this.#attendant?.note('credentials were renewed elsewhere');
		} catch {
			// Half-written, or still the old ones: the next change is looked at again.
		}
	}

	open(): void {
		if (this.#closed === null) return;
		this.#settle(true);
		this.#attendant?.onOpened();
	}

	#settle(isOpen: boolean): void {
		this.#closed = null;
		this.#seen = undefined;
		this.#refused = undefined;
		this.#elsewhere.end();
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const go of waiting) go(isOpen);
	}

	async #untilOpen(signal: AbortSignal | undefined): Promise<boolean> {
		if (this.#closed === null) return true;
		const {promise, resolve} = Promise.withResolvers<boolean>();
		const stop = (): void => resolve(false);
		this.#waiting.add(resolve);
		signal?.addEventListener('abort', stop, {once: true});
		const {patience = 0} = this.#attendant ?? {};
		const timer = patience < longestTimer ? setTimeout(stop, patience) : undefined;
		try {
			return await promise;
		} finally {
			clearTimeout(timer);
			this.#waiting.delete(resolve);
			signal?.removeEventListener('abort', stop);
		}
	}
}

const signInHint = (profile: string): string =>
	`Sign in with \`aws sso login --profile ${shellWord(profile)}\` or \`muster login ${shellWord(profile)}\`, then go on.`;

/** What a timer can hold; who is more patient than that waits for ever. */
const longestTimer = 2 ** 31;

/** Whether an error is one that other credentials mend. */
export function isRefusal(error: ErrorRecord): boolean {
	const {code, detail = ''} = error;
	if (isSignedOut(error)) return true;
	// a secret key that does not belong to its access key, where no request was taken yet
	return code === 'denied' && detail.includes('SignatureDoesNotMatch');
}

function differ(a: Credentials | undefined, b: Credentials | undefined): boolean {
	return (
		a?.accessKeyId !== b?.accessKeyId ||
		a?.secretAccessKey !== b?.secretAccessKey ||
		a?.sessionToken !== b?.sessionToken
	);
}
