import {parentPort, workerData} from 'node:worker_threads';
import {errorRecord} from '../model/error.ts';
import type {StoreProvider} from '../stores/types.ts';
import {ThreadCounters} from './counters.ts';
import {crcForms, crcOf} from './crc/crc.ts';
import {Folders, realDisk} from './disk.ts';
import {HostPace} from './host-pace.ts';
import {Lanes} from './lanes.ts';
import type {FromThread, ThreadBirth, ThreadData, ToThread} from './messages.ts';
import {Outbox} from './outbox.ts';
import {RateLimit} from './rate-limit.ts';
import {CredentialGate, type ThreadContext} from './thread-context.ts';

/* The entry of a transfer thread: loads the store, then turns messages into calls. */

const {providerModule} = workerData as ThreadBirth;
const port = parentPort;
if (port === null) throw new Error('worker.ts is the entry of a thread, not a program');

function post(message: FromThread): void {
	port?.postMessage(message);
}

async function loadProvider(specifier: string): Promise<StoreProvider> {
	const module = (await import(specifier)) as {provider: StoreProvider};
	return module.provider;
}

function createContext(provider: StoreProvider, data: ThreadData): ThreadContext {
	return {
		writer: provider.writer(data.wire),
		gate: new CredentialGate(data.credentials, (generation, error) =>
			post({kind: 'gate', generation, error}),
		),
		counters: new ThreadCounters(data.counters, data.index),
		limit: new RateLimit(data.rate),
		hosts: new HostPace(data.settings),
		disk: realDisk,
		folders: new Folders(realDisk),
		settings: data.settings,
		verify: data.verify,
		retries: data.retries,
		perGroup: data.perGroup,
	};
}

class Thread {
	readonly #provider: StoreProvider;
	readonly #context: ThreadContext;
	readonly #outbox: Outbox;
	readonly #lanes: Lanes;

	constructor(provider: StoreProvider, data: ThreadData) {
		this.#provider = provider;
		this.#context = createContext(provider, data);
		this.#outbox = new Outbox(
			(results) => post({kind: 'results', results}),
			data.settings.flushAfter,
		);
		this.#lanes = new Lanes(this.#context, this.#outbox);
		this.#setLanes(data.lanes);
	}

	async receive(message: ToThread): Promise<void> {
		switch (message.kind) {
			case 'begin':
				break;
			case 'tasks':
				this.#lanes.add(message.tasks);
				break;
			case 'credentials':
				if (message.wire !== undefined) this.#context.writer = this.#provider.writer(message.wire);
				this.#context.gate.renew(message.credentials);
				this.#lanes.gateOpened();
				break;
			case 'lanes':
				this.#setLanes(message.lanes);
				break;
			case 'rate':
				this.#lanes.rateChanged();
				break;
			case 'recall':
				post({kind: 'returned', ids: this.#lanes.takeBack(message.count)});
				break;
			case 'withdraw':
				post({kind: 'returned', ids: this.#lanes.withdraw(message.file)});
				break;
			case 'halt':
				await this.#halt(message.mode);
				break;
			case 'close':
				await this.#lanes.close();
				this.#outbox.flush();
				port?.close();
		}
	}

	#setLanes(count: number): void {
		this.#outbox.setLanes(count);
		this.#lanes.setLanes(count);
	}

	async #halt(mode: 'finish' | 'park'): Promise<void> {
		const ids = this.#lanes.takeBack(Infinity);
		if (mode === 'park') await this.#lanes.park();
		this.#outbox.flush();
		post({kind: 'halted', ids});
	}
}

// Listening comes first: messages that arrive while the store is loaded wait in the promise.
const loading = loadProvider(providerModule);
// What S3 gives nearly every object; a spare thread has the time.
crcOf(crcForms.crc64nvme);
let thread: Promise<Thread> = new Promise(() => {});
port.on('message', (message: ToThread) => {
	if (message.kind === 'begin') thread = loading.then((one) => new Thread(one, message.data));
	thread
		.then((ready) => ready.receive(message))
		.catch((error: unknown) => {
			post({kind: 'broken', error: errorRecord(error)});
			if (message.kind === 'close') port.close();
		});
});
loading.catch((error: unknown) => post({kind: 'broken', error: errorRecord(error)}));
