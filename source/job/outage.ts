import {formatDuration} from '../model/format.ts';

const first = 5;
const most = 60;
const patience = 24 * 60 * 60;

/**
 * A connection that is gone as a whole, told apart from single objects that can't be fetched: the
 * store does not answer another question either. The job then waits and tries again, after 5 s,
 * 10 s, 20 s … up to a minute, for up to a day.
 */
export class Outage {
	#tries = 0;
	#since = 0;
	#timer: NodeJS.Timeout | undefined;
	#question: Promise<boolean> | undefined;

	/** Whether it has lasted too long to go on waiting; `now` in Unix milliseconds. */
	isHopeless(now: number): boolean {
		return this.#since > 0 && now - this.#since > patience * 1000;
	}

	/** Asks once for all who want to know. A question that throws is as good as no answer. */
	async confirm(isGone: () => Promise<boolean>): Promise<boolean> {
		this.#question ??= isGone()
			.catch(() => true)
			.finally(() => (this.#question = undefined));
		return this.#question;
	}

	/** Plans the next try; answers the words for the person. `quietSince` and `now` in Unix milliseconds. */
	wait(quietSince: number, now: number, tryAgain: () => void): string {
		this.#since ||= quietSince;
		const delay = Math.min(most, first * 2 ** this.#tries++);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(tryAgain, delay * 1000);
		this.#timer.unref();
		const quiet = formatDuration((now - this.#since) / 1000);
		return `No connection to S3 for ${quiet}. Next try in ${formatDuration(delay)}, for up to 24 h.`;
	}

	/** Bytes have come again. */
	over(): void {
		this.#tries = 0;
		this.#since = 0;
		this.stop();
	}

	/** Somebody goes on, or the job ends, before the next try. */
	stop(): void {
		clearTimeout(this.#timer);
	}
}
