import {MusterError} from '../model/error.ts';

/** The answer of work that can't be broken off itself, unless the signal comes first. Throws `stopped` then. */
export async function unlessAborted<Result>(
	work: Promise<Result>,
	signal: AbortSignal,
): Promise<Result> {
	const {promise, reject} = Promise.withResolvers<never>();
	const stop = (): void => reject(new MusterError('stopped', 'Stopped.'));
	if (signal.aborted) stop();
	signal.addEventListener('abort', stop, {once: true});
	try {
		return await Promise.race([work, promise]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}
