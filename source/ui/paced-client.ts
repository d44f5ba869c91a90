import type {EngineClient} from '../job/link/messages.ts';
import type {Snapshot} from '../model/snapshot.ts';

/**
 * The engine publishes ten times a second; a screen over SSH wants two. This client answers the
 * same questions, but its snapshot moves at most once per `interval()` milliseconds, except when
 * phase, notice or job change: those show at once.
 */
export function pacedClient(client: EngineClient, interval: () => number): EngineClient {
	const listeners = new Set<() => void>();
	let shown = client.getSnapshot();
	let shownAt = -Infinity;
	let timer: NodeJS.Timeout | undefined;
	let unsubscribe: (() => void) | undefined;
	let lost = client.lost();

	const show = (snapshot: Snapshot) => {
		clearTimeout(timer);
		timer = undefined;
		// An engine that died sends no last snapshot: its end is news by itself.
		if (snapshot === shown && client.lost() === lost) return;
		lost = client.lost();
		shown = snapshot;
		shownAt = performance.now();
		for (const listener of listeners) listener();
	};

	const onSnapshot = () => {
		const next = client.getSnapshot();
		const wait = shownAt + interval() - performance.now();
		if (wait <= 0 || client.lost() !== lost || urgent(shown, next)) {
			show(next);
			return;
		}

		timer ??= setTimeout(() => {
			timer = undefined;
			show(client.getSnapshot());
		}, wait);
	};

	return {
		subscribe(listener) {
			listeners.add(listener);
			unsubscribe ??= client.subscribe(onSnapshot);
			return () => {
				listeners.delete(listener);
				if (listeners.size > 0) return;
				unsubscribe?.();
				unsubscribe = undefined;
				clearTimeout(timer);
				timer = undefined;
			};
		},
		getSnapshot() {
			// Before the first subscription nothing moves `shown`; answer what is true now.
			if (unsubscribe === undefined) shown = client.getSnapshot();
			return shown;
		},
		call: async (method, params, signal) => client.call(method, params, signal),
		lost: () => client.lost(),
		close() {
			client.close();
		},
	};
}

/** What a person must see at once; every snapshot comes over the link as new objects. */
function urgent(a: Snapshot, b: Snapshot): boolean {
	const news = ({phase, job, notice, failure, pauseReason, identity, summary}: Snapshot) =>
		JSON.stringify([phase, job, notice, failure, pauseReason, identity, summary]);
	return news(a) !== news(b);
}
