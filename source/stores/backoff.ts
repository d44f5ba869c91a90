import {setTimeout as sleep} from 'node:timers/promises';

/**
 * Milliseconds before attempt `attempt` (1 is the first repetition): exponential with full jitter,
 * never less than what the server asked for.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(
	attempt: number,
	{base = 200, cap = 20_000, atLeast = 0}: {base?: number; cap?: number; atLeast?: number} = {},
	random: () => number = Math.random,
): number {
	const ceiling = Math.min(cap, base * 2 ** (attempt - 1));
	const jitter = random() * ceiling;
	return atLeast > 0 ? atLeast + jitter / 4 : jitter;
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	signal?.throwIfAborted();
	await sleep(milliseconds, undefined, {signal}).catch((error: unknown) => {
		signal?.throwIfAborted();
		throw error;
	});
}
