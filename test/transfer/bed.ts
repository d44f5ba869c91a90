import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {objectKey} from '../../source/model/brand.ts';
import {createTransferPool} from '../../source/transfer/pool.ts';
import type {TransferSettings} from '../../source/transfer/settings.ts';
import type {
	TransferOptions,
	TransferPool,
	TransferResult,
	TransferTask,
} from '../../source/transfer/types.ts';
import {FakeServer} from './fake-server.ts';

/** A server, a folder and a pool, with what tests ask of them. */
export class Bed implements AsyncDisposable {
	readonly server: FakeServer;
	readonly folder: string;
	readonly results: TransferResult[] = [];
	readonly errors: Error[] = [];
	readonly #pools: TransferPool[] = [];
	readonly #watchers = new Set<() => void>();

	private constructor(server: FakeServer) {
		this.server = server;
		this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-transfer-'));
		fs.mkdirSync(path.join(this.folder, '.muster/parts'), {recursive: true});
	}

	static async make(): Promise<Bed> {
		return new Bed(await new FakeServer().start());
	}

	pool(
		options: Partial<TransferOptions> = {},
		settings: Partial<TransferSettings> = {},
	): TransferPool {
		const pool = createTransferPool(
			{
				providerModule: new URL('fake-provider.ts', import.meta.url).href,
				wire: {spec: {provider: 's3', endpoint: this.server.origin}, regions: {}, clockOffset: 0},
				credentials: undefined,
				threads: 1,
				connections: 4,
				verify: 'checksum',
				retries: 5,
				limitRate: 0,
				...options,
			},
			{backoffBase: 5, slowDownBase: 5, backoffCap: 50, ...settings},
		);
		pool.onResults((results) => {
			this.results.push(...results);
			for (const watcher of this.#watchers) watcher();
		});
		pool.onError((error) => {
			this.errors.push(error);
			for (const watcher of this.#watchers) watcher();
		});
		this.#pools.push(pool);
		return pool;
	}

	task(id: number, key: string, more: Partial<TransferTask> = {}): TransferTask {
		const object = this.server.objects.get(key);
		return {
			id,
			group: 1,
			ref: {bucket: 'b', key: objectKey(key)},
			size: object?.body.length ?? 0,
			...(object && {etag: object.etag.replaceAll('"', '')}),
			modified: 1_700_000_000_000,
			temporary: path.join(this.folder, '.muster/parts', `${id}.part`),
			destination: path.join(this.folder, key),
			replace: false,
			...more,
		};
	}

	/** Runs tasks to their results, by id. */
	async run(pool: TransferPool, tasks: readonly TransferTask[]): Promise<TransferResult[]> {
		pool.submit(tasks);
		return this.until(() => {
			const mine = tasks.map((task) => this.results.findLast((result) => result.id === task.id));
			return mine.every((result) => result !== undefined) ? mine : undefined;
		});
	}

	/** Waits for a condition that results, errors or time bring about. */
	async until<Value>(condition: () => Value | undefined | false): Promise<Value> {
		const deadline = AbortSignal.timeout(20_000);
		for (;;) {
			const value = condition();
			if (value !== undefined && value !== false) return value;
			if (deadline.aborted) throw new Error('waited in vain');
			await this.#change(deadline);
		}
	}

	read(name: string): Buffer {
		return fs.readFileSync(path.join(this.folder, name));
	}

	exists(name: string): boolean {
		return fs.existsSync(path.join(this.folder, name));
	}

	parts(): string[] {
		return fs.readdirSync(path.join(this.folder, '.muster/parts'));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#pools.map((pool) => pool.close()));
		await this.server.stop();
		fs.rmSync(this.folder, {recursive: true, force: true});
	}

	async #change(deadline: AbortSignal): Promise<void> {
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, 10);
			const watcher = (): void => {
				clearTimeout(timer);
				this.#watchers.delete(watcher);
				resolve();
			};
			this.#watchers.add(watcher);
			if (deadline.aborted) watcher();
		});
	}
}

export function bytes(length: number, seed = 1): Buffer {
	const buffer = Buffer.alloc(length);
	let state = seed;
	for (let at = 0; at < length; at++) {
		state = (state * 1_103_515_245 + 12_345) & 0x7f_ff_ff_ff;
		buffer[at] = state >>> 16;
	}
	return buffer;
}
