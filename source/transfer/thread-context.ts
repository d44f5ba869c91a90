import type {ErrorRecord} from '../model/error.ts';
import type {Credentials, RequestWriter} from '../stores/types.ts';
import type {ThreadCounters} from './counters.ts';
import type {Disk, Folders} from './disk.ts';
import type {HostPace} from './host-pace.ts';
import type {RateLimit} from './rate-limit.ts';
import type {TransferSettings} from './settings.ts';

/** The credentials of a thread and the gate before them: closed, no lane takes a new file. */
export class CredentialGate {
	#credentials: Credentials | undefined;
	#generation = 0;
	#open = true;
	readonly #onClose: (generation: number, error: ErrorRecord) => void;
	/** the first ones have called the roll already */
	#proven = true;

	/** `onClose`: told once for each set of credentials that is refused. */
	constructor(
		credentials: Credentials | undefined,
		onClose: (generation: number, error: ErrorRecord) => void = () => {},
	) {
		this.#credentials = credentials;
		this.#onClose = onClose;
	}

	get credentials(): Credentials | undefined {
		return this.#credentials;
	}

	/** Counts up with every set of credentials, so that a late refusal of an old set is told apart. */
	get generation(): number {
		return this.#generation;
	}

	get isOpen(): boolean {
		return this.#open;
	}

	/** The store has accepted these very credentials: what it still refuses lies in one request. */
	get isProven(): boolean {
		return this.#proven;
	}

	prove(generation: number): void {
		if (generation === this.#generation) this.#proven = true;
	}

	close(error: ErrorRecord): void {
		if (!this.#open) return;
		this.#open = false;
		this.#onClose(this.#generation, error);
	}

	/** Fresh credentials open it. */
	renew(credentials: Credentials | undefined): void {
		this.#credentials = credentials;
		this.#generation++;
		this.#open = true;
		this.#proven = false;
	}
}

/** What all lanes of a thread share. */
export type ThreadContext = {
	/** replaced when the engine sends a new wire */
	writer: RequestWriter;
	readonly gate: CredentialGate;
	readonly counters: ThreadCounters;
	readonly limit: RateLimit;
	readonly hosts: HostPace;
	readonly disk: Disk;
	readonly folders: Folders;
	readonly settings: TransferSettings;
	readonly verify: 'checksum' | 'size';
	readonly retries: number;
	/** files of one group in flight; 0 is no limit */
	readonly perGroup: number;
};
