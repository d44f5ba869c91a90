import type {FoundRow} from '../ledger/plan-table.ts';
import type {ErrorRecord} from '../model/error.ts';
import type {JobSpec} from '../model/job-spec.ts';
import {safeText} from '../model/safe-text.ts';
import {providerModule} from '../stores/index.ts';
import type {Credentials, Store} from '../stores/types.ts';
import {noCounters} from '../transfer/counters.ts';
import {createTransferPool, threadsFor} from '../transfer/pool.ts';
import type {SpareThread} from '../transfer/thread-handle.ts';
import type {TransferCounters, TransferPool} from '../transfer/types.ts';
import {connectionsToBegin, groupLimit} from './connection-limits.ts';
import {Download, type DownloadContext} from './download.ts';
import type {GroupTable} from './group-table.ts';
import type {JobPlace} from './job-place.ts';
import type {NoticeBoard} from './notice-board.ts';
import {workLeft} from './summary.ts';
import type {SignInGate} from './sign-in/gate.ts';
import {fetchAlone, type TriedFile} from './try-one.ts';
import {unlessAborted} from './unless-aborted.ts';

export type TransfersContext = {
	readonly spec: JobSpec;
	readonly place: JobPlace;
	readonly groups: GroupTable;
	readonly notices: NoticeBoard;
	readonly store: Store;
	readonly gate: SignInGate;
	/** for the first pool */
	readonly spare: SpareThread | undefined;
	/** ends the wait for credentials */
	readonly signal: AbortSignal;
	/** credentials were refused; lanes wait for others */
	readonly onRefused: (error: ErrorRecord) => void;
	/** a thread is gone: nothing goes on */
	readonly onError: (error: Error) => void;
} & Pick<DownloadContext, 'onFile' | 'onFirstByte' | 'onBlocked' | 'isOutage' | 'onIdle'>;

/** A file in flight, with its bytes that are here. */
export type OpenFile = {readonly row: FoundRow; readonly bytes: number};

/** What can be told of a job's transfers at any time. */
export type TransferFacts = Pick<JobTransfers, 'connections' | 'counters' | 'openFiles'>;

/**
 * A job's transfers: the pool of threads and the download that feeds it, from the first file to a pause
 * and on again. There are none before `open`, and none at all where nothing is left to fetch.
 */
export class JobTransfers {
	readonly #context: TransfersContext;
	#pool: TransferPool | undefined;
	#download: Download | undefined;
	#parked: Promise<void> = Promise.resolve();
	/** in use by the threads */
	#credentials: Credentials | undefined;

	constructor(context: TransfersContext) {
		this.#context = context;
	}

	/** In use, or to begin with. */
	get connections(): number {
		return this.#download?.connections ?? connectionsToBegin(this.#context.spec);
	}

	/** In use by what is fetched now. */
	get credentials(): Credentials | undefined {
		return this.#credentials;
	}

	counters(): TransferCounters {
		return this.#pool?.counters() ?? noCounters;
	}

	openFiles(): readonly OpenFile[] {
		const open = this.#pool?.open() ?? [];
		return open.flatMap(({id, bytes}) => {
			const row = this.#download?.row(id);
			return row === undefined ? [] : [{row, bytes}];
		});
	}

	/** Starts the threads. False, with none left, when nobody wants them any more once credentials have come. */
	async open(isWanted: () => boolean): Promise<boolean> {
		const {spec, place, groups, notices} = this.#context;
		const {onFile, onFirstByte, onBlocked, isOutage, onIdle, onError, onRefused} = this.#context;
		const {connections} = this;
		const pool = await this.#makePool(threadsFor(workLeft(groups.all())), connections);
		if (!isWanted()) {
			await pool.close();
			return false;
		}
		pool.onError(onError);
		pool.onRefused(onRefused);
		this.#pool = pool;
		this.#download = new Download(
			{
				spec,
				job: place.id ?? 0,
				ledger: place.ledger,
				groups,
				pool,
				log: place.log,
				onFile,
				onFirstByte,
				onBlocked,
				...(isOutage === undefined ? {} : {isOutage}),
				onSlowDown: (use) => slowDown(notices, use),
				onChanged: (row) => notices.tell('warning', changedWords(row)),
				onIdle,
			},
			groups.all().map((group) => group.id),
			connections,
		);
		return true;
	}

	async #makePool(threads: number, connections: number): Promise<TransferPool> {
		const {spec, store, gate, spare, groups, signal} = this.#context;
		const perGroup = groupLimit(spec);
		this.#credentials = await unlessAborted(gate.source(signal), signal);
		return createTransferPool({
			providerModule: providerModule(spec.store.provider),
			wire: store.wire(),
			credentials: this.#credentials,
			threads,
			connections,
			spare,
			verify: spec.verify,
			retries: spec.retries,
			limitRate: spec.limitRate,
			...(groups.size > 1 && perGroup !== undefined ? {perGroup} : {}),
		});
	}

	/** Begins, or goes on after a pause; idle at once with nothing to fetch. */
	feed(): void {
		if (this.#download === undefined) this.#context.onIdle();
		else this.#download.feed();
	}

	/** No new files; open ones end. */
	async finish(): Promise<void> {
		await this.#download?.halt('finish');
	}

	/** Cuts open files off; they keep what they have. */
	async park(): Promise<void> {
		this.#parked = this.#download?.halt('park') ?? Promise.resolve();
		return this.#parked;
	}

	/** Until all that was to be parked is. */
	async parked(): Promise<void> {
		return this.#parked;
	}

	/** For what is fetched from now on. */
	setCredentials(fresh: Credentials | undefined): void {
		this.#credentials = fresh;
		this.#pool?.setCredentials(fresh, this.#context.store.wire());
	}

	setConnections(connections: number | 'auto'): void {
		this.#download?.setConnections(connections);
	}

	/** Writes what is held back for company: whoever reads the ledger then reads all of it. */
	save(): void {
		this.#download?.save();
	}

	/** Files that failed are fetched again. */
	again(ids: readonly number[]): void {
		this.#download?.again(ids);
	}

	/** Fetches one file by itself, through a pool of its own. */
	async tryOne(row: FoundRow): Promise<TriedFile> {
		const {spec, place, signal} = this.#context;
		const pool = await this.#makePool(1, 1);
		const {ledger, log} = place;
		return fetchAlone(row, {spec, job: place.id ?? 0, ledger, pool, log}, signal);
	}

	/** Ends the threads; what is open is parked. */
	async close(): Promise<void> {
		await this.#download?.close();
	}
}

function slowDown(notices: NoticeBoard, use: {connections: number; of: number} | null): void {
	if (use === null) {
		notices.takeBack('slow-down');
		return;
	}
	const {connections, of} = use;
	const words = `S3 asked us to slow down. Using ${connections} of ${of} connections for now.`;
	notices.tell('warning', words, 'slow-down');
}

const changedWords = ({key}: FoundRow): string =>
	`${safeText(key)} has changed since it was listed: the object that is there now was fetched.`;
