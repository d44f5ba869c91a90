import type {EngineClient} from '../job/link/messages.ts';
import {MusterError} from '../model/error.ts';
import type {Phase, Snapshot} from '../model/snapshot.ts';

const ended: ReadonlySet<Phase> = new Set(['finished', 'stopped', 'failed']);
const settled: ReadonlySet<Phase> = new Set([...ended, 'ready', 'downloading', 'paused']);

/** A job is over once its phase says so and its summary stands. */
export const isOver = (snapshot: Snapshot): boolean =>
	ended.has(snapshot.phase) && snapshot.summary !== null;
/** The roll call is over, one way or the other. */
export const isSettled = (snapshot: Snapshot): boolean =>
	settled.has(snapshot.phase) && (!ended.has(snapshot.phase) || snapshot.summary !== null);

/** The first snapshot that fits; rejects when the engine is lost. */
export async function waitFor(
	client: EngineClient,
	fits: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
	const {promise, resolve, reject} = Promise.withResolvers<Snapshot>();
	// a subscription alone does not keep a process alive
	const alive = setInterval(() => {}, 60_000);
	const look = (): void => {
		const lost = client.lost();
		if (lost !== undefined) reject(MusterError.from(lost));
		const snapshot = client.getSnapshot();
		if (fits(snapshot)) resolve(snapshot);
	};
	const unsubscribe = client.subscribe(look);
	try {
		look();
		return await promise;
	} finally {
		clearInterval(alive);
		unsubscribe();
	}
}
