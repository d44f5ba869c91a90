import {Worker} from 'node:worker_threads';
import {programFile} from '../model/program-file.ts';
import {MusterError} from '../model/error.ts';
import type {FromThread, ThreadBirth, ThreadData, ToThread} from './messages.ts';
import type {PieceTask} from './pieces.ts';
import type {TransferTask} from './types.ts';

const entry = programFile('transfer/worker.ts', 'worker.js');

/** A thread that loads its code while the engine is still busy with something else. */
export class SpareThread {
	readonly providerModule: string;
	#worker: Worker | undefined;

	constructor(providerModule: string) {
		this.providerModule = providerModule;
		const worker = startWorker(providerModule);
		// One that fails before it is used is missed by nobody: the pool starts another.
		worker.once('error', () => this.end());
		worker.once('exit', () => this.end());
		worker.unref();
		this.#worker = worker;
	}

	/** Hands the thread over; undefined when it is gone. */
	take(): Worker | undefined {
		const worker = this.#worker;
		this.#worker = undefined;
		worker?.removeAllListeners();
		worker?.ref();
		return worker;
	}

	/** Nobody needs it any more. */
	end(): void {
		void this.take()?.terminate();
	}
}

function startWorker(providerModule: string): Worker {
	const birth: ThreadBirth = {providerModule};
	return new Worker(entry, {workerData: birth, name: 'transfer'});
}

/** A thread that does not end by itself after its last message is ended by force. */
const patience = 2000;

/** One worker thread as the pool sees it, with the tasks that are with it. */
export class ThreadHandle {
	/** tasks sent and not yet answered */
	readonly tasks = new Map<number, TransferTask | PieceTask>();
	lanes: number;
	/** a `recall` is under way */
	recalling = false;
	readonly #worker: Worker;
	readonly #exited: Promise<void>;
	#closing = false;

	constructor(
		providerModule: string,
		data: ThreadData,
		spare: SpareThread | undefined,
		onMessage: (message: FromThread) => void,
		onDeath: (error: Error) => void,
	) {
		this.lanes = data.lanes;
		const ready = spare?.providerModule === providerModule ? spare.take() : undefined;
		this.#worker = ready ?? startWorker(providerModule);
		this.#worker.on('message', onMessage);
		this.#worker.on('messageerror', onDeath);
		this.#worker.on('error', onDeath);
		this.#exited = new Promise((resolve) => {
			this.#worker.once('exit', (code) => {
				resolve();
				if (!this.#closing) onDeath(died(data.index, code));
			});
		});
		this.send({kind: 'begin', data});
	}

	send(message: ToThread): void {
		this.#worker.postMessage(message, []);
	}

	give(tasks: ReadonlyArray<TransferTask | PieceTask>): void {
		for (const task of tasks) this.tasks.set(task.id, task);
		this.send({kind: 'tasks', tasks});
	}

	/** Tasks beyond those that its lanes work on. */
	get surplus(): number {
		return this.tasks.size - this.lanes;
	}

	async close(): Promise<void> {
		this.#closing = true;
		this.send({kind: 'close'});
		const timer = setTimeout(() => void this.#worker.terminate(), patience);
		await this.#exited;
		clearTimeout(timer);
	}
}

function died(index: number, code: number): MusterError {
	return new MusterError('internal', `Transfer thread ${index} ended by itself (code ${code}).`, {
		hint: 'Everything finished is saved; run the same command again to go on.',
	});
}
