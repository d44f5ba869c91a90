import path from 'node:path';
import {Ledger} from '../ledger/ledger.ts';
import {jobId, type JobId} from '../model/brand.ts';
import {MusterError} from '../model/error.ts';
import type {JobSpec, ManifestSpec} from '../model/job-spec.ts';
import {FolderLock} from './folder-lock.ts';
import {JobFolder} from './job-folder.ts';
import {JobLog, type LogLevel} from './log.ts';
import {forgetJob, newJobId, readJob} from './registry.ts';

export type PlaceOptions = {
	readonly jobsFolder: string;
	/** the ledger's place when it is not the output folder: a roll call without a job */
	readonly ledgerFolder: string | undefined;
	readonly logLevel: LogLevel;
};

/** Where a job lives on disk: its locked folder, its ledger, its log and its number on this machine. */
export class JobPlace {
	readonly #spec: JobSpec;
	readonly #options: PlaceOptions;
	#folder: JobFolder | undefined;
	#lock: FolderLock | undefined;
	#ledger: Ledger | undefined;
	#log: JobLog | undefined;
	#id: JobId | null = null;
	#madeId: JobId | null = null;
	#isContinued = false;

	constructor(spec: JobSpec, options: PlaceOptions) {
		this.#spec = spec;
		this.#options = options;
	}

	/** Throws `usage` before the roll call and after a job that left nothing behind. */
	get ledger(): Ledger {
		if (this.#ledger === undefined) throw new MusterError('usage', 'There is no roll call yet.');
		return this.#ledger;
	}

	get log(): JobLog {
		if (this.#log === undefined) throw new MusterError('internal', 'The job is not open.');
		return this.#log;
	}

	get logFile(): string | null {
		return this.#log?.file ?? null;
	}

	get stateFolder(): string {
		return path.join(this.#options.ledgerFolder ?? this.#spec.folder, '.muster');
	}

	get reportsFolder(): string {
		return path.join(this.#spec.folder, '.muster', 'reports');
	}

	/** The job's number; null before `open` and for a roll call without a job. */
	get id(): JobId | null {
		return this.#id;
	}

	/** A number that was made for this run is named no more: nothing came of it, and nobody could look for it. */
	withdrawId(): void {
		if (this.#madeId !== null) this.#id = null;
	}

	/** The ledger's roll call is this job's own, of an earlier run. */
	get isContinued(): boolean {
		return this.#isContinued;
	}

	/** Locks the folder, opens the ledger and settles the job's number; null for a roll call without a job. Throws with the disk as it was. */
	async open(signal: AbortSignal, known?: JobId): Promise<JobId | null> {
		const {ledgerFolder, logLevel} = this.#options;
		this.#folder = new JobFolder(ledgerFolder ?? this.#spec.folder);
		const {state} = this.#folder;
		try {
			this.#lock = await FolderLock.take(state, null, undefined, signal);
			this.#ledger = Ledger.open(state, {isScratch: ledgerFolder !== undefined});
			this.#log = new JobLog(path.join(state, 'logs'), logLevel);
			if (ledgerFolder === undefined) this.#id = this.#settleId(this.#ledger, known);
			return this.#id;
		} catch (error) {
			this.takeBack();
			throw error;
		}
	}

	#settleId(ledger: Ledger, resumed: JobId | undefined): JobId {
		const known = resumed ?? ledger.meta('job');
		this.#isContinued = ledger.meta('spec') === specKey(this.#spec);
		const unfinished =
			resumed !== undefined || (ledger.meta('finished') !== '1' && this.#isContinued);
		const {jobsFolder} = this.#options;
		// The number may have been given to another job since, when records were cleared away.
		const isOurs = readJob(jobsFolder, Number(known ?? 0))?.folder === this.#spec.folder;
		if (!unfinished || !isOurs) this.#madeId = newJobId(jobsFolder);
		const id = this.#madeId ?? jobId(Number(known));
		ledger.setMeta('job', String(id));
		ledger.setMeta('spec', specKey(this.#spec));
		ledger.setMeta('finished', '0');
		return id;
	}

	/** Keeps the manifest as it was understood, so that reports after a resume read it the same way. */
	keepReading(reading: ManifestSpec): void {
		this.ledger.setMeta('reading', JSON.stringify(reading));
	}

	/** The spec with the manifest as the roll call has read it. */
	readSpec(): JobSpec {
		const reading = this.ledger.meta('reading');
		return reading === undefined
			? this.#spec
			: {...this.#spec, manifest: JSON.parse(reading) as ManifestSpec};
	}

	/** Writes down the time spent, for the run that takes the job up. */
	keepTime(seconds: number): void {
		try {
			this.#ledger?.setMeta('seconds', String(seconds));
		} catch {
			// A full disk costs the rate of a later summary, no more.
		}
	}

	/** A job that ended before it began leaves nothing behind that was not there before. */
	takeBack(): void {
		if (this.#madeId !== null) forgetJob(this.#options.jobsFolder, this.#madeId);
		this.close();
		this.#ledger = undefined;
		this.#folder?.takeBack();
	}

	/** Gives the folder free. */
	close(): void {
		this.#ledger?.close();
		this.#log?.close();
		this.#lock?.release();
	}
}

/** What makes two runs the same job: everything that decides which files are wanted and where they go. */
function specKey(spec: JobSpec): string {
	const {store, bucket, prefix, manifest, layout, match, filters, overwrite} = spec;
	return JSON.stringify({store, bucket, prefix, manifest, layout, match, filters, overwrite});
}
