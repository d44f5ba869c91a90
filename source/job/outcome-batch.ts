import type {Ledger, Outcomes} from '../ledger/ledger.ts';
import type {FailedRow} from '../ledger/progress-table.ts';

type Done = Outcomes['done'][number];

/** milliseconds that an outcome waits for others at most */
const patience = 100;
/** outcomes that are written at once even sooner; bounds memory */
const most = 1000;

/**
 * Outcomes on their way to the ledger. After a quiet moment one is written at once; where files end
 * by the thousand they are written together, as a transaction costs far more than a row in it. A
 * crash before that costs nothing but a look at those files, which are there under their names.
 * What a full disk refuses is kept and written with the next ones.
 */
export class OutcomeBatch {
	readonly #ledger: Pick<Ledger, 'record'>;
	readonly #onError: (error: unknown) => void;
	#done: Done[] = [];
	#failed: FailedRow[] = [];
	#writtenAt = 0;
	#isRefused = false;
	#timer: NodeJS.Timeout | undefined;

	constructor(ledger: Pick<Ledger, 'record'>, onError: (error: unknown) => void) {
		this.#ledger = ledger;
		this.#onError = onError;
	}

	done(row: Done): void {
		this.#done.push(row);
	}

	failed(row: FailedRow): void {
		this.#failed.push(row);
	}

	/** Writes now what there is. False when the ledger could not be written; the error was told. */
	write(): boolean {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#done.length + this.#failed.length === 0) return true;
		try {
			this.#ledger.record({done: this.#done, failed: this.#failed});
		} catch (error) {
			this.#isRefused = true;
			this.#onError(error);
			return false;
		}
		this.#isRefused = false;
		this.#done = [];
		this.#failed = [];
		this.#writtenAt = performance.now();
		return true;
	}

	/** Writes when it is time, now or soon. False when the ledger could not be written. */
	writeInTime(): boolean {
		const count = this.#done.length + this.#failed.length;
		if (count === 0) return !this.#isRefused;
		const wait = patience - (performance.now() - this.#writtenAt);
		if (wait <= 0 || count >= most || this.#isRefused) return this.write();
		this.#timer ??= setTimeout(() => this.write(), wait);
		return true;
	}
}
