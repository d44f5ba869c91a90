import {availableParallelism} from 'node:os';
import {type ErrorRecord, MusterError} from '../model/error.ts';
import type {Credentials, StoreWire} from '../stores/types.ts';
import {createCounters, maximumLanes, readBusy, readCounters, readOpen} from './counters.ts';
import type {LargeOutcome} from './large-file.ts';
import {LargeFiles} from './large-files.ts';
import type {FromThread, ThreadData} from './messages.ts';
import {isLarge, isPiece, type PieceResult, type PieceTask} from './pieces.ts';
import {createRate, setRate} from './rate-limit.ts';
import {defaultSettings, type TransferSettings} from './settings.ts';
import {type SpareThread, ThreadHandle} from './thread-handle.ts';
import type {
	OpenTransfer,
	TransferCounters,
	TransferOptions,
	TransferPool,
	TransferResult,
	TransferTask,
} from './types.ts';

/** Beyond so many threads the network is the limit. */
const mostThreads = 4;
/** From this mean size on, bytes are the work; below, it is files. */
const largeMean = 128 * 1024;

/**
 * Threads for this machine and so much work. With many small files one core is left to the engine, which has
 * a ledger to write; with large ones it has next to nothing to do, and every core moves bytes.
 */
export function threadsFor(work: {readonly files: number; readonly bytes: number}): number {
	const cores = availableParallelism();
	const isLarge = work.bytes >= work.files * largeMean;
	return Math.min(mostThreads, Math.max(1, isLarge ? cores : cores - 1));
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
	readonly #larges: LargeFiles;
	#connections: number;
	#resultListeners: Array<(results: readonly TransferResult[]) => void> = [];
	#errorListeners: Array<(error: Error) => void> = [];
	#refusedListeners: Array<(error: ErrorRecord) => void> = [];
	/** sets of credentials that the threads have had */
	#generation = 0;
	#halts: Halt[] = [];
	#closed: Promise<void> | undefined;
	#failed = false;

	constructor(options: TransferOptions, settings: TransferSettings) {
		// Fewer threads than files of a group in flight, so that the threads' shares keep to the limit.
		const perGroup = options.perGroup ?? Infinity;
		const threads = Math.max(1, Math.min(options.threads, perGroup));
		this.#connections = limitConnections(options.connections, threads);
		this.#larges = new LargeFiles(settings.restarts, perGroup);
		this.#counters = createCounters(threads);
		this.#rate = createRate(options.limitRate);
		for (const [index, lanes] of shares(this.#connections, threads).entries()) {
			const spare = index === 0 ? options.spare : undefined;
			this.#start(options.providerModule, spare, {
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

	onRefused(listener: (error: ErrorRecord) => void): void {
		this.#refusedListeners.push(listener);
	}

	setCredentials(credentials: Credentials | undefined, wire?: StoreWire): void {
		this.#generation++;
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

	busy(): number {
		return readBusy(this.#counters);
	}

	open(): readonly OpenTransfer[] {
		return this.#larges.open(readOpen(this.#counters, maximumLanes));
	}

	async halt(mode: 'finish' | 'park'): Promise<readonly number[]> {
		const ids = this.#waiting.map((task) => task.id);
		this.#waiting = [];
		if (this.#failed || this.#closed !== undefined) return ids;
		if (mode === 'park') this.#tell(this.#larges.park());
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

	#start(providerModule: string, spare: SpareThread | undefined, data: ThreadData): void {
		const thread: ThreadHandle = new ThreadHandle(
			providerModule,
			data,
			spare,
			(message) => this.#receive(thread, message),
			(error) => this.#fail(error),
		);
		this.#threads.push(thread);
	}

	#receive(thread: ThreadHandle, message: FromThread): void {
		switch (message.kind) {
			case 'results':
				this.#results(thread, message.results);
				break;
			case 'returned':
				this.#takeBack(thread, message.ids);
				break;
			case 'halted':
				this.#halted(thread, message.ids);
				break;
			case 'gate':
				// Others may be on their way to it.
				if (message.generation < this.#generation) break;
				for (const listener of this.#refusedListeners) listener(message.error);
				break;
			case 'broken':
				this.#fail(MusterError.from(message.error));
		}
	}

	#results(thread: ThreadHandle, results: ReadonlyArray<TransferResult | PieceResult>): void {
		const files: TransferResult[] = [];
		const outcomes: LargeOutcome[] = [];
		for (const result of results) {
			const task = thread.tasks.get(result.id);
			thread.tasks.delete(result.id);
			if (isOfFile(result)) files.push(result);
			else if (task !== undefined && isPiece(task)) {
				const outcome = this.#larges.take(task, result);
				if (outcome !== undefined) outcomes.push(outcome);
				else if (this.#larges.isEnding(task)) this.#withdraw(task.file.id);
			}
		}
		this.#requeue(outcomes);
		this.#pump();
		this.#tell(outcomes, files);
	}

	/** A file fails, or waits: those of its pieces that no lane has begun come back. */
	#withdraw(file: number): void {
		for (const thread of this.#threads) thread.send({kind: 'withdraw', file});
	}

	/** Large files that can't be had in pieces go on in one stream. */
	#requeue(outcomes: readonly LargeOutcome[]): void {
		for (const outcome of outcomes)
			if (outcome.kind === 'indivisible') this.#waiting.unshift(outcome.task);
	}

	/** Results of files go to whoever listens. */
	#tell(outcomes: readonly LargeOutcome[], files: readonly TransferResult[] = []): void {
		const large = outcomes.flatMap((outcome) =>
			outcome.kind === 'result' ? [outcome.result] : [],
		);
		const results = large.length === 0 ? files : [...files, ...large];
		if (results.length === 0) return;
		for (const listener of this.#resultListeners) listener(results);
	}

	/** A piece that was not begun: its file has it again. */
	#giveBack(piece: PieceTask): void {
		const outcome = this.#larges.giveBack(piece);
		if (outcome === undefined) return;
		this.#requeue([outcome]);
		this.#tell([outcome]);
	}

	/** Recalled tasks go to the front: they were handed over first. */
	#takeBack(thread: ThreadHandle, ids: readonly number[]): void {
		thread.recalling = false;
		const back: TransferTask[] = [];
		for (const id of ids) {
			const task = thread.tasks.get(id);
			thread.tasks.delete(id);
			if (task === undefined) continue;
			if (isPiece(task)) this.#giveBack(task);
			else back.push(task);
		}
		this.#waiting.unshift(...back);
		if (thread.lanes === 0 && ids.length > 0) this.#recall(thread, Infinity);
		// A halt that came meanwhile wants these too.
		const halt = this.#halts.at(-1);
		if (halt === undefined) {
			// Nothing came back: the next result tries again, asking at once would go in circles.
			if (ids.length > 0) this.#pump();
		} else halt.ids.push(...this.#waiting.splice(0).map((task) => task.id));
	}

	#halted(thread: ThreadHandle, ids: readonly number[]): void {
		const [halt] = this.#halts;
		for (const id of ids) {
			const task = thread.tasks.get(id);
			thread.tasks.delete(id);
			if (task !== undefined && isPiece(task)) this.#giveBack(task);
			else halt?.ids.push(id);
		}
		if (halt === undefined) return;
		halt.waiting--;
		if (halt.waiting > 0) return;
		this.#halts.shift();
		// What could not be had in pieces was handed over before, and has not begun.
		halt.ids.push(...this.#waiting.splice(0).map((task) => task.id));
		halt.done(halt.ids);
		this.#pump();
	}

	/** Gives pieces and waiting files to the thread with the least work for each of its lanes. */
	#pump(): void {
		if (this.#halts.length > 0 || this.#closed !== undefined) return;
		const gifts = new Map<ThreadHandle, Array<TransferTask | PieceTask>>();
		const passedOver: TransferTask[] = [];
		let taken = 0;
		for (;;) {
			const thread = this.#neediest(gifts);
			if (thread === undefined) break;
			const isAlone = taken >= this.#waiting.length;
			let work: TransferTask | PieceTask | undefined = this.#larges.next(
				this.#connections,
				isAlone,
			);
			while (work === undefined && taken < this.#waiting.length) {
				const task = this.#waiting[taken++];
				if (task === undefined || !isLarge(task)) work = task;
				else if (this.#larges.mayBegin(task, this.#connections)) {
					this.#larges.begin(task);
					work = this.#larges.next(this.#connections, false);
				} else passedOver.push(task);
			}
			// None of those that wait may begin now: the lanes are for those that have.
			work ??= this.#larges.next(this.#connections, true);
			if (work === undefined) break;
			const gift = gifts.get(thread);
			if (gift === undefined) gifts.set(thread, [work]);
			else gift.push(work);
		}
		this.#waiting.splice(0, taken, ...passedOver);
		for (const [thread, tasks] of gifts) thread.give(tasks);
		if (this.#waiting.length === 0) this.#balance();
	}

	/** A thread holds a task for each lane and a few more, so that it need not wait for the engine. */
	#neediest(
		gifts: ReadonlyMap<ThreadHandle, ReadonlyArray<TransferTask | PieceTask>>,
	): ThreadHandle | undefined {
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

/** Files have the ledger's numbers, pieces negative ones. */
const isOfFile = (result: TransferResult | PieceResult): result is TransferResult => result.id >= 0;

function limitConnections(connections: number, threads: number): number {
	return Math.max(1, Math.min(threads * maximumLanes, Math.round(connections)));
}
