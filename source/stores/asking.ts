import {errorRecord, isSignedOut, MusterError} from '../model/error.ts';
import {backoff, pause} from './backoff.ts';
import {isUnreachable, networkAnswer} from './network.ts';
import type {Answer, Credentials, CredentialSource, RefusedHandler} from './types.ts';

/** What one attempt brought: a result, or what the store's refusal means. */
export type Attempt<T> = {readonly result: T} | {readonly refused: Answer};

export type Asking = {
	readonly credentials: CredentialSource;
	/** where requests go, for the words of an error */
	readonly origin: () => string;
	/** takes what a refusal taught, before the next attempt */
	readonly learn: (answer: Answer) => void;
	/** refused credentials, where somebody may bring others; without it they are final */
	readonly onRefused?: RefusedHandler | undefined;
	/** waits between attempts; replaced in tests */
	readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
};

const attempts = 8;
const quickAttempts = 3;

/**
 * Asks until there is an answer: throttling, server and network errors are asked again with
 * backoff, a wrong region or clock at once. Throws MusterError for what stands, never for a signal
 * that was aborted (its reason then).
 */
export async function askUntilAnswered<T>(
	asking: Asking,
	attempt: (credentials: Credentials | undefined) => Promise<Attempt<T>>,
	signal?: AbortSignal,
): Promise<T> {
	const wait = asking.wait ?? pause;
	for (let count = 1; ; count++) {
		signal?.throwIfAborted();
		const credentials = await found(asking, signal);
		const outcome = await attempt(credentials).catch((error: unknown) =>
			noAnswer(error, asking, signal),
		);
		if ('result' in outcome) return outcome.result;
		const {refused} = outcome;
		asking.learn(refused);
		const limit = 'quick' in outcome ? quickAttempts : attempts;
		if (count >= limit || !(await isWorthAsking(refused, credentials, asking, signal)))
			throw MusterError.from(refused.error);
		if (refused.region !== undefined || refused.clockOffset !== undefined) continue;
		const base = 'quick' in outcome ? 100 : refused.slowDown === true ? 500 : 200;
		await wait(backoff(count, {base, atLeast: refused.retryAfter ?? 0}), signal);
	}
}

/** The credentials; where there are none, those that somebody brings. */
async function found(
	{credentials, onRefused}: Asking,
	signal: AbortSignal | undefined,
): Promise<Credentials | undefined> {
	for (;;) {
		try {
			return await credentials();
		} catch (error) {
			const record = errorRecord(error);
			if (!isSignedOut(record) || (await onRefused?.(record, undefined, signal)) !== true)
				throw error;
			signal?.throwIfAborted();
		}
	}
}

/** Refused credentials are worth another question when there are others by now. */
async function isWorthAsking(
	{remedy, error}: Answer,
	used: Credentials | undefined,
	{credentials, onRefused}: Asking,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	if (remedy !== 'credentials') return remedy === 'retry';
	if (onRefused !== undefined) return onRefused(error, used, signal);
	const fresh = await credentials();
	return (
		fresh?.sessionToken !== used?.sessionToken || fresh?.secretAccessKey !== used?.secretAccessKey
	);
}

function noAnswer(
	error: unknown,
	{origin}: Asking,
	signal: AbortSignal | undefined,
): {refused: Answer; quick?: true} {
	if (error instanceof MusterError) throw error;
	signal?.throwIfAborted();
	const refused = networkAnswer(error, origin());
	return isUnreachable(error) ? {refused, quick: true} : {refused};
}
