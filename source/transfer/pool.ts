import {availableParallelism} from 'node:os';
import {MusterError} from '../model/error.ts';
import type {Credentials, StoreWire} from '../stores/types.ts';
import {createCounters, maximumLanes, readCounters, readOpen} from './counters.ts';
import type {FromThread, ThreadData} from './messages.ts';
import {createRate, setRate} from './rate-limit.ts';
import {defaultSettings, type TransferSettings} from './settings.ts';
import {ThreadHandle} from './thread-handle.ts';
import type {
	OpenTransfer,
	TransferCounters,
	TransferOptions,
	TransferPool,
	TransferResult,
	TransferTask,
} from './types.ts';

/**
 * Threads for this machine: one core is left to the engine (listing, ledger), and beyond four the
 * network is the limit.
 */
export function defaultThreads(): number {
	return Math.min(4, Math.max(1, availableParallelism() - 1));
}

/** Each thread's share of `connections`, the first ones taking the rest. */
export function shares(connections: number, threads: number): number[] {
	const whole = Math.floor(connections / threads);
	const rest = connections % threads;
	return Array.from({length: threads}, (_, index) => whole + (index < rest ? 1 : 0));
}

/** Starts the threads. `settings` are for tests. */
export function createTransferPool(
	options: TransferOptions,
	settings: Partial<TransferSettings> = {},
): TransferPool {
	return new ThreadPool(options, {...defaultSettings, ...settings});
}

/** Tasks with a thread for each of its lanes, the open one included. */
const depth = 3;

type Halt = {waiting: number; ids: number[]; readonly done: (ids: readonly number[]) => void};

class ThreadPool implements TransferPool {
	readonly #threads: ThreadHandle[] = [];
	readonly #counters: SharedArrayBuffer;
	readonly #rate: SharedArrayBuffer;
	/** tasks that no thread has yet; a ring would be faster, but it is at most two per connection long */
	#waiting: TransferTask[] = [];
	#connections: number;
	#resultListeners: Array<(results: readonly TransferResult[]) => void> = [];
	#errorListeners: Array<(error: Error) => void> = [];
	#halts: Halt[] = [];
	#closed: Promise<void> | undefined;
	#failed = false;

	constructor(options: TransferOptions, settings: TransferSettings) {
		// Fewer threads than files of a group in flight, so that the threads' shares keep to the limit.
		const perGroup = options.perGroup ?? Infinity;
		const threads = Math.max(1, Math.min(options.threads, perGroup));
		this.#connections = limitConnections(options.connections, threads);
		this.#counters = createCounters(threads);
		this.#rate = createRate(options.limitRate);
		for (const [index, lanes] of shares(this.#connections, threads).entries()) {
			this.#start({
				providerModule: options.providerModule,
				wire: options.wire,
				credentials: options.credentials,
				index,
				lanes,
				verify: options.verify,
				retries: options.retries,
				perGroup: Number.isFinite(perGroup) ? Math.floor(perGroup / threads) : 0,
				counters: this.#counters,
				rate: this.#rate,
				settings,
			});
		}
	}

	submit(tasks: readonly TransferTask[]): void {
		if (this.#closed !== undefined) throw new MusterError('stopped', 'The transfers are closed.');
		for (const task of tasks) this.#waiting.push(task);
		this.#pump();
	}

	onResults(listener: (results: readonly TransferResult[]) => void): void {
		this.#resultListeners.push(listener);
	}

	onError(listener: (error: Error) => void): void {
		this.#errorListeners.push(listener);
	}

	setCredentials(credentials: Credentials | undefined, wire?: StoreWire): void {
		for (const thread of this.#threads) {
			thread.send({kind: 'credentials', ...(credentials && {credentials}), ...(wire && {wire})});
		}
	}

	setConnections(connections: number): void {
		this.#connections = limitConnections(connections, this.#threads.length);
		for (const [index, lanes] of shares(this.#connections, this.#threads.length).entries()) {
			const thread = this.#threads[index];
			if (thread === undefined || thread.lanes === lanes) continue;
			thread.lanes = lanes;
			thread.send({kind: 'lanes', lanes});
			if (lanes === 0) this.#recall(thread, Infinity);
		}
		this.#pump();
	}

	setLimitRate(bytesPerSecond: number): void {
		setRate(this.#rate, bytesPerSecond);
		for (const thread of this.#threads) thread.send({kind: 'rate'});
	}

	counters(): TransferCounters {
		return readCounters(this.#counters);
	}

	open(): readonly OpenTransfer[] {
		return readOpen(this.#counters, maximumLanes);
	}

	async halt(mode: 'finish' | 'park'): Promise<readonly number[]> {
		const ids = this.#waiting.map((task) => task.id);
		this.#waiting = [];
		if (this.#failed || this.#closed !== undefined) return ids;
		return new Promise((done) => {
			this.#halts.push({waiting: this.#threads.length, ids, done});
			for (const thread of this.#threads) thread.send({kind: 'halt', mode});
		});
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		this.#waiting = [];
		await Promise.all(this.#threads.map((thread) => thread.close()));
		this.#endHalts();
	}

	#start(data: ThreadData): void {
		const thread: ThreadHandle = new ThreadHandle(
			data,
			(message) => this.#receive(thread, message),
			(error) => this.#fail(error),
		);
		this.#threads.push(thread);
	}

	#receive(thread: ThreadHandle, message: FromThread): void {
		switch (message.kind) {
			case 'results':
				for (const result of message.results) thread.tasks.delete(result.id);
				this.#pump();
				for (const listener of this.#resultListeners) listener(message.results);
				break;
			case 'returned':
				this.#takeBack(thread, message.ids);
				break;
			case 'halted':
				this.#halted(thread, message.ids);
				break;
			case 'broken':
				this.#fail(MusterError.from(message.error));
		}
	}

	/** Recalled tasks go to the front: they were handed over first. */
	#takeBack(thread: ThreadHandle, ids: readonly number[]): void {
		thread.recalling = false;
		const back: TransferTask[] = [];
		for (const id of ids) {
			const task = thread.tasks.get(id);
			if (task !== undefined) back.push(task);
			thread.tasks.delete(id);
		}
		this.#waiting.unshift(...back);
		if (thread.lanes === 0 && back.length > 0) this.#recall(thread, Infinity);
		// A halt that came meanwhile wants these too.
		const halt = this.#halts.at(-1);
		if (halt === undefined) {
			// Nothing came back: the next result tries again, asking at once would go in circles.
			if (back.length > 0) this.#pump();
		} else halt.ids.push(...this.#waiting.splice(0).map((task) => task.id));
	}

	#halted(thread: ThreadHandle, ids: readonly number[]): void {
		for (const id of ids) thread.tasks.delete(id);
		const [halt] = this.#halts;
		if (halt === undefined) return;
		halt.ids.push(...ids);
		halt.waiting--;
		if (halt.waiting > 0) return;
		this.#halts.shift();
		halt.done(halt.ids);
		this.#pump();
	}

	/** Gives waiting tasks to the thread with the least work for each of its lanes. */
	#pump(): void {
		if (this.#halts.length > 0 || this.#closed !== undefined) return;
		const gifts = new Map<ThreadHandle, TransferTask[]>();
		let taken = 0;
		for (const task of this.#waiting) {
			const thread = this.#neediest(gifts);
			if (thread === undefined) break;
			const gift = gifts.get(thread);
			if (gift === undefined) gifts.set(thread, [task]);
			else gift.push(task);
			taken++;
		}
		this.#waiting.splice(0, taken);
		for (const [thread, tasks] of gifts) thread.give(tasks);
		if (this.#waiting.length === 0) this.#balance();
	}

	/** A thread holds a task for each lane and a few more, so that it need not wait for the engine. */
	#neediest(gifts: ReadonlyMap<ThreadHandle, readonly TransferTask[]>): ThreadHandle | undefined {
		let best: ThreadHandle | undefined;
		let least = depth;
		for (const thread of this.#threads) {
			if (thread.lanes === 0) continue;
			const load = (thread.tasks.size + (gifts.get(thread)?.length ?? 0)) / thread.lanes;
			if (load < least) {
				least = load;
				best = thread;
			}
		}
		return best;
	}

	/** At the end of the work: a thread with free lanes takes over what waits behind another's long files. */
	#balance(): void {
		const free = this.#threads.reduce((sum, thread) => sum + Math.max(0, -thread.surplus), 0);
		if (free === 0) return;
		for (const thread of this.#threads) {
			if (thread.surplus > 1) this.#recall(thread, Math.min(free, Math.ceil(thread.surplus / 2)));
		}
	}

	#recall(thread: ThreadHandle, count: number): void {
		if (thread.recalling) return;
		thread.recalling = true;
		thread.send({kind: 'recall', count});
	}

	#fail(error: Error): void {
		if (this.#failed || this.#closed !== undefined) return;
		this.#failed = true;
		this.#endHalts();
		for (const listener of this.#errorListeners) listener(error);
	}

	/** Nobody will answer any more. */
	#endHalts(): void {
		for (const halt of this.#halts.splice(0)) halt.done(halt.ids);
	}
}

function limitConnections(connections: number, threads: number): number {
	return Math.max(1, Math.min(threads * maximumLanes, Math.round(connections)));
}
