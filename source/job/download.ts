import {mkdirSync} from 'node:fs';
import type {Ledger} from '../ledger/ledger.ts';
import type {FoundRow} from '../ledger/plan-table.ts';
import {objectKey} from '../model/brand.ts';
import {type ErrorRecord, errorRecord} from '../model/error.ts';
import type {FileEvent, PauseReason} from '../model/event.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {TransferPool, TransferResult, TransferTask} from '../transfer/types.ts';
import {ConnectionCount} from './connection-count.ts';
import {ceilingOf, filesOfGroup, groupsAtOnce} from './connection-limits.ts';
import {doneRow, fileEvent, hasChanged} from './file-outcome.ts';
import type {GroupTable} from './group-table.ts';
import type {JobLog} from './log.ts';
import {OutcomeBatch} from './outcome-batch.ts';
import {partFile, partsFolder} from './parts.ts';
import {SafeFolder} from './safe-folder.ts';
import {Scheduler} from './scheduler.ts';

export type DownloadContext = {
	readonly spec: JobSpec;
	readonly job: number;
	readonly ledger: Ledger;
	readonly groups: GroupTable;
	readonly pool: TransferPool;
	readonly log: JobLog;
	/** a file has its end: downloaded or failed */
	readonly onFile: (row: FoundRow, event: FileEvent) => void;
	readonly onFirstByte: (milliseconds: number) => void;
	/** the job must wait for a person or the disk */
	readonly onBlocked: (reason: PauseReason, error: ErrorRecord) => void;
	/** a file met credentials that were refused; it waits again */
	readonly onRefused?: (error: ErrorRecord) => void;
	/** a file failed for the network: whether the whole connection is gone, so that the file waits with the job */
	readonly isOutage?: (row: FoundRow) => Promise<boolean>;
	/** an object was another one than the one that was listed: what is there now was fetched */
	readonly onChanged?: (row: FoundRow) => void;
	/** the store asked for fewer requests: so many of so many connections are used; null once that has passed */
	readonly onSlowDown?: (use: {connections: number; of: number} | null) => void;
	/** nothing is left to do, or everything asked to stop has stopped */
	readonly onIdle: () => void;
};

const isNetwork = (result: TransferResult): boolean =>
	result.kind === 'failed' && result.error.code === 'network';

type Unreachable = {
	readonly kind: 'unreachable';
	readonly id: number;
	/** the whole connection, not this file alone */
	readonly gone: boolean;
	readonly error: ErrorRecord;
};

/** tasks handed over per connection, so that a lane never waits for this thread */
const tasksPerConnection = 4;

/** Feeds the transfer pool from the plan and writes what comes back into the ledger. */
export class Download {
	readonly #context: DownloadContext;
	readonly #scheduler: Scheduler;
	readonly #folder: SafeFolder;
	readonly #parts: string;
	readonly #open = new Map<number, FoundRow>();
	readonly #count: ConnectionCount;
	#feeding = false;
	/** files that failed for the network once already */
	readonly #doubted = new Set<number>();
	/** network failures that wait for the answer whether the connection is gone */
	readonly #inDoubt = new Set<TransferResult>();
	/** ended from outside: results are still written, but nobody waits for them */
	#closed = false;
	readonly #outcomes: OutcomeBatch;
	#filesDone = 0;

	constructor(context: DownloadContext, groupIds: readonly number[], connections: number) {
		this.#context = context;
		this.#scheduler = new Scheduler(context.ledger.plan, groupIds);
		this.#outcomes = new OutcomeBatch(context.ledger, (error) => this.#cannotWrite(error));
		this.#folder = new SafeFolder(context.spec.folder);
		this.#count = new ConnectionCount(
			{
				ceiling: ceilingOf(context.spec),
				counters: () => context.pool.counters(),
				filesDone: () => this.#filesDone,
				busy: () => context.pool.busy(),
				isFeeding: () => this.#feeding,
				onChange: (chosen) => {
					context.pool.setConnections(chosen);
					this.#fill();
				},
				onSlowDown: (use) => context.onSlowDown?.(use),
				onNote: (text) => context.log.write('info', text),
			},
			connections,
			context.spec.connections === 'auto',
		);
		this.#parts = partsFolder(context.spec);
		mkdirSync(this.#parts, {recursive: true});
		context.pool.onResults((results) => this.#take(results));
	}

	get connections(): number {
		return this.#count.connections;
	}

	get openFiles(): number {
		return this.#open.size;
	}

	row(id: number): FoundRow | undefined {
		return this.#open.get(id);
	}

	/** Begins, or goes on after a pause. */
	feed(): void {
		this.#feeding = true;
		if (this.#outcomes.write()) this.#fill();
	}

	/** Writes what is held back for company: whoever reads the ledger then reads all of it. */
	save(): void {
		this.#outcomes.write();
	}

	/** Files that failed are fetched again. */
	again(ids: readonly number[]): void {
		for (const id of ids) {
			const row = this.#context.ledger.plan.found(id);
			if (row !== undefined && !this.#open.has(id)) this.#scheduler.handBack(row);
		}
		this.#fill();
	}

	/** Fetches one file and nothing else. */
	fetch(row: FoundRow): void {
		this.#open.set(row.id, row);
		const task = this.#task(row);
		if (task !== undefined) this.#context.pool.submit([task]);
	}

	/** `finish`: no new files, open ones end. `park`: open ones are cut off and can be continued. */
	async halt(mode: 'finish' | 'park'): Promise<void> {
		this.#feeding = false;
		const back = await this.#context.pool.halt(mode);
		this.#outcomes.write();
		for (const id of back) this.#giveBack(id);
		// Whether the connection is gone may take a minute to learn: nobody who parks waits for it.
		if (mode === 'park') for (const {id} of this.#inDoubt) this.#giveBack(id);
		if (mode === 'park') this.#inDoubt.clear();
		// It may have been told to go on meanwhile, when everything still counted as open.
		this.#fill();
		this.#reportIdle();
	}

	setConnections(connections: number | 'auto'): void {
		this.#count.set(connections);
	}

	async close(): Promise<void> {
		this.#count.close();
		this.#outcomes.write();
		this.#feeding = false;
		this.#closed = true;
		await this.#context.pool.close();
	}

	#fill(): void {
		if (!this.#feeding) return;
		const {spec, groups} = this.#context;
		const room = this.#count.connections * tasksPerConnection - this.#open.size;
		if (room <= 0) return;
		const grouped = groups.size > 1;
		const {connections} = this.#count;
		const atOnce = groupsAtOnce(spec, connections);
		const perGroup = filesOfGroup(spec, connections, Math.min(atOnce, this.#scheduler.groupsLeft));
		const rows = this.#scheduler.take(room, {
			perGroup: grouped ? perGroup * tasksPerConnection : Infinity,
			groups: atOnce,
		});
		const tasks: TransferTask[] = [];
		for (const row of rows) {
			this.#open.set(row.id, row);
			const group = groups.get(row.groupId);
			if (group !== undefined) {
				group.open++;
				group.started ||= Date.now();
			}
			const task = this.#task(row);
			if (task !== undefined) tasks.push(task);
		}
		if (tasks.length > 0) this.#context.pool.submit(tasks);
		else if (rows.length === 0) this.#reportIdle();
	}

	#task(row: FoundRow): TransferTask | undefined {
		const {spec} = this.#context;
		try {
			return {
				id: row.id,
				group: row.groupId,
				ref: {bucket: row.bucket, key: objectKey(row.key)},
				size: row.size,
				...(row.etag === null ? {} : {etag: row.etag}),
				...(row.modified === null ? {} : {modified: row.modified}),
				temporary: partFile(this.#parts, row),
				destination: this.#folder.resolve(row.destination ?? ''),
				replace: spec.overwrite !== 'never',
			};
		} catch (error) {
			const failed: TransferResult = {
				kind: 'failed',
				id: row.id,
				attempts: 0,
				error: errorRecord(error),
			};
			queueMicrotask(() => this.#settle([failed]));
			return undefined;
		}
	}

	#take(results: readonly TransferResult[]): void {
		if (this.#context.isOutage === undefined || !results.some(isNetwork)) {
			this.#settle(results);
			return;
		}
		void this.#settleDoubtful(results.filter(isNetwork));
		this.#settle(results.filter((result) => !isNetwork(result)));
	}

	/**
	 * With the whole connection gone no file has failed: they wait with the job. A store that answers
	 * may have come back just now, so each file is tried once more before it counts as failed.
	 */
	async #settleDoubtful(results: readonly TransferResult[]): Promise<void> {
		const row = this.#open.get(results[0]?.id ?? 0);
		for (const result of results) this.#inDoubt.add(result);
		const gone = row !== undefined && (await this.#context.isOutage?.(row)) === true;
		const left = results.filter((result) => this.#inDoubt.delete(result));
		if (left.length === 0 || this.#closed) return;
		this.#settle(
			left.map((result) => {
				if (result.kind !== 'failed' || (!gone && this.#doubted.has(result.id))) return result;
				this.#doubted.add(result.id);
				return {kind: 'unreachable', id: result.id, gone, error: result.error};
			}),
		);
	}

	#settle(results: readonly (TransferResult | Unreachable)[]): void {
		const {job} = this.#context;
		const finished = Date.now();
		const rows: FoundRow[] = [];
		const known: (TransferResult | Unreachable)[] = [];
		for (const result of results) {
			const row = this.#open.get(result.id);
			if (row === undefined) continue;
			rows.push(row);
			known.push(result);
			if (result.kind === 'done') this.#outcomes.done(doneRow(result, row, {job, finished}));
			else if (result.kind === 'failed')
				this.#outcomes.failed({id: row.id, attempts: result.attempts, error: result.error});
		}
		// What comes last, or while nothing new is handed out, has nothing to wait for.
		const isLast = !this.#feeding || rows.length >= this.#open.size;
		const isWritten = isLast ? this.#outcomes.write() : this.#outcomes.writeInTime();
		for (const [index, result] of known.entries()) {
			const row = rows[index];
			if (row !== undefined) this.#settleOne(result, row, this.#context.spec);
		}
		if (this.#feeding && isWritten) this.#fill();
		this.#reportIdle();
	}

	#cannotWrite(error: unknown): void {
		const {message} = errorRecord(error);
		const {folder} = this.#context.spec;
		const isFull = message.includes('disk is full');
		this.#context.onBlocked('disk', {
			code: isFull ? 'disk-full' : 'disk',
			message: isFull ? fullWords(folder) : `The ledger in ${folder} can't be written.`,
			hint: 'Make room on the disk, then go on.',
			detail: message,
		});
	}

	#settleOne(result: TransferResult | Unreachable, row: FoundRow, spec: JobSpec): void {
		const {groups, log} = this.#context;
		const group = groups.get(row.groupId);
		this.#open.delete(row.id);
		const again = result.kind !== 'done' && result.kind !== 'failed';
		this.#scheduler.settled(row, again);
		if (group !== undefined) {
			group.open--;
			group.ended = Date.now();
		}
		switch (result.kind) {
			case 'done':
				this.#filesDone++;
				this.#context.onFirstByte(result.firstByte);
				if (group !== undefined) {
					group.filesDone++;
					group.bytesDone += result.bytes;
					group.bytes += result.bytes - row.size;
				}
				log.write(
					'info',
					`downloaded ${row.destination} from ${row.bucket}/${row.key}, ${result.bytes} bytes, ${result.attempts} attempts, verified by ${result.verified}`,
				);
				if (hasChanged(result, row)) this.#context.onChanged?.(row);
				this.#context.onFile(
					row,
					fileEvent(row, result.attempts, {bytes: result.bytes, verified: result.verified}),
				);
				return;
			case 'failed':
				if (group !== undefined) group.failed++;
				log.write(
					'error',
					`failed ${row.destination} from ${row.bucket}/${row.key}: ${result.error.code}: ${result.error.message} ${result.error.detail ?? ''}`,
				);
				this.#context.onFile(row, fileEvent(row, result.attempts, {error: result.error}));
				return;
			case 'refused':
				this.#context.onRefused?.(result.error);
				return;
			case 'unreachable':
				if (result.gone) this.#context.onBlocked('network', result.error);
				return;
			case 'no-room':
				this.#context.onBlocked('disk', {
					...result.error,
					message:
						result.error.code === 'disk-full'
							? fullWords(spec.folder)
							: `The folder of unfinished downloads in ${spec.folder} is gone. Paused.`,
				});
				return;
			case 'parked':
				log.write('info', `parked ${row.destination} at ${result.bytes} bytes`);
		}
	}

	#giveBack(id: number): void {
		const row = this.#open.get(id);
		if (row === undefined) return;
		this.#open.delete(id);
		this.#scheduler.settled(row, true);
		const group = this.#context.groups.get(row.groupId);
		if (group !== undefined) group.open--;
	}

	#reportIdle(): void {
		if (this.#open.size > 0 || this.#closed) return;
		if (!this.#feeding || this.#scheduler.empty) this.#context.onIdle();
	}
}

const fullWords = (folder: string): string =>
	`The disk with ${folder} is full. Paused; open files are kept.`;
