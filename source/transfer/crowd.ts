import fs from 'node:fs';
import {devNull} from 'node:os';
import type {ThreadCounters} from './counters.ts';
import {errnoOf, isCrowd} from './disk-error.ts';
import type {Parking} from './parking.ts';
import {backoff} from './retry.ts';
import type {TransferSettings} from './settings.ts';

/** waits for a descriptor, up to 20 s each, before it counts as an attempt */
const mostCrowds = 30;

/** descriptors that looking up a name may take at once */
const forLookup = 4;

/** Why a name could not be looked up now: EMFILE or ENFILE; undefined when there are descriptors. */
export function lookupCrowd(): string | undefined {
	const taken: number[] = [];
	try {
		while (taken.length < forLookup) taken.push(fs.openSync(devNull, 'r'));
		return undefined;
	} catch (error) {
		const errno = errnoOf(error);
		return errno !== undefined && isCrowd(errno) ? errno : undefined;
	} finally {
		for (const fd of taken) fs.closeSync(fd);
	}
}

type Surroundings = {readonly counters: ThreadCounters; readonly settings: TransferSettings};

/** How often a piece of work found no free descriptor: it waits for a long time before that is a failure. */
export class Crowds {
	#count = 0;

	/** Notes one more; milliseconds to wait, or undefined when it has waited often enough. */
	next({counters, settings}: Surroundings): number | undefined {
		if (++this.#count >= mostCrowds) return undefined;
		counters.crowded();
		return settings.backoffBase + backoff(this.#count, {}, settings);
	}
}

/**
 * File calls outside any request, again from the first one while no descriptor is free. Throws what
 * they throw otherwise. `parked`: told to stop while it waited.
 */
export async function withDescriptor<Result>(
	calls: () => Result | Promise<Result>,
	parking: Parking,
	surroundings: Surroundings,
): Promise<Result | 'parked'> {
	const crowds = new Crowds();
	for (;;) {
		try {
			return await calls();
		} catch (error) {
			const wait = isCrowd(errnoOf(error) ?? '') ? crowds.next(surroundings) : undefined;
			if (wait === undefined) throw error;
			await parking.wait(wait);
			if (parking.isParked) return 'parked';
		}
	}
}
