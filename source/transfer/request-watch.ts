import type {Exchange, Patience} from './exchange.ts';
import type {UsualPace} from './usual-pace.ts';

/** how often a request is made again because others are faster */
const mostSlow = 2;

/** How often one piece of work was asked for again because nothing came, or too slowly. Times in milliseconds. */
export class RequestWatch {
	#stalls = 0;
	#slow = 0;

	/** Each stall doubles the patience, up to the longest: this object may take its time. True when it was cut. */
	checkStall(exchange: Exchange, now: number, patience: Patience, longest: number): boolean {
		const factor = 2 ** this.#stalls;
		const head = Math.min(longest, patience.head * factor);
		const body = Math.min(longest, patience.body * factor);
		if (!exchange.checkStall(now, {head, body})) return false;
		this.#stalls++;
		return true;
	}

	/**
	 * A third of the usual rate, or four times the usual time without an answer, is slow, if there is
	 * more than `leastTime` to wait. `expected`: bytes of the body. True when it was cut.
	 */
	checkSlow(
		exchange: Exchange,
		expected: number,
		now: number,
		usual: UsualPace,
		leastTime: number,
	): boolean {
		if (this.#slow >= mostSlow) return false;
		const {sinceStart, sinceHead, bytes} = exchange.progress(now);
		const isSlow =
			sinceHead === 0
				? usual.firstByte > 0 && sinceStart > Math.max(leastTime, 4 * usual.firstByte)
				: sinceHead > leastTime &&
					(bytes * 1000) / sinceHead < usual.rate / 3 &&
					(expected - bytes) * sinceHead > leastTime * bytes;
		if (!isSlow) return false;
		this.#slow++;
		exchange.cut('slow');
		return true;
	}
}
