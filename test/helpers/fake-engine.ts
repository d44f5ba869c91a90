import {emptySnapshot} from '../../source/model/empty-snapshot.ts';
import type {
	EngineClient,
	LinkMethod,
	LinkParams,
	LinkResult,
} from '../../source/job/link/messages.ts';
import {MusterError, type ErrorRecord} from '../../source/model/error.ts';
import type {Remembered, RememberedChoices} from '../../source/model/remembered.ts';
import type {Snapshot} from '../../source/model/snapshot.ts';

/** A snapshot of an engine that has nothing to do. */
export const idleSnapshot: Snapshot = {...emptySnapshot, at: 1_763_560_000_000};

type Answer<M extends LinkMethod> =
	| LinkResult<M>
	| MusterError
	| ((params: LinkParams<M>, signal?: AbortSignal) => LinkResult<M> | Promise<LinkResult<M>>);

export type Answers = {[M in LinkMethod]?: Answer<M>};

export type FakeCall = {readonly method: LinkMethod; readonly params: unknown};

/** An engine without an engine: a snapshot that tests set, canned answers, and a list of what was asked. */
export class FakeEngineClient implements EngineClient {
	readonly calls: FakeCall[] = [];
	readonly answers: Answers;
	#snapshot: Snapshot;
	#lost: ErrorRecord | undefined;
	readonly #listeners = new Set<() => void>();

	constructor(answers: Answers = {}, snapshot: Partial<Snapshot> = {}) {
		this.answers = answers;
		this.#snapshot = {...idleSnapshot, ...snapshot};
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	readonly getSnapshot = (): Snapshot => this.#snapshot;

	/** Publishes the snapshot with these changes. */
	set(change: Partial<Snapshot>): void {
		this.#snapshot = {...this.#snapshot, ...change, serial: this.#snapshot.serial + 1};
		for (const listener of this.#listeners) listener();
	}

	lose(error: ErrorRecord): void {
		this.#lost = error;
		this.set({});
	}

	async call<M extends LinkMethod>(
		method: M,
		params: LinkParams<M>,
		signal?: AbortSignal,
	): Promise<LinkResult<M>> {
		this.calls.push({method, params});
		const answer = (this.answers as Record<string, unknown>)[method];
		if (answer instanceof MusterError) throw answer;
		if (typeof answer === 'function') {
			return (answer as (params: LinkParams<M>, signal?: AbortSignal) => Promise<LinkResult<M>>)(
				params,
				signal,
			);
		}

		return (answer ?? null) as LinkResult<M>;
	}

	/** The parameters of every call of one method so far. */
	asked<M extends LinkMethod>(method: M): ReadonlyArray<LinkParams<M>> {
		return this.calls
			.filter((call) => call.method === method)
			.map((call) => call.params as LinkParams<M>);
	}

	lost(): ErrorRecord | undefined {
		return this.#lost;
	}

	close(): void {
		this.#listeners.clear();
	}
}

/** Choices that live as long as the test. */
export function fakeRemembered(choices: Partial<RememberedChoices> = {}): Remembered {
	let current: RememberedChoices = {
		buckets: {},
		columns: {},
		options: {},
		hintsSeen: {},
		...choices,
	};
	return {
		read: () => current,
		update(change) {
			current = change(current);
		},
	};
}
