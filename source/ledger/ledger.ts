import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {ArchiveTable} from './archive-table.ts';
import {type Database, openLedgerDatabase} from './database.ts';
import {FilesTable, type LocalFile} from './files-table.ts';
import {ListingTable} from './listing-table.ts';
import {ObjectsTable} from './objects-table.ts';
import {PlanTable} from './plan-table.ts';
import {ProbesTable} from './probes-table.ts';
import {type DoneRow, type FailedRow, ProgressTable} from './progress-table.ts';
import {RollCallTable} from './roll-call-table.ts';
import {RowWindows} from './row-windows.ts';
import {VerdictTable} from './verdict-table.ts';

/** A batch of outcomes, written in one transaction. */
export type Outcomes = {
	readonly done: readonly (DoneRow & {readonly file: LocalFile})[];
	readonly failed: readonly FailedRow[];
};

/**
 * A job's only lasting state: SQLite at FOLDER/.muster/ledger.sqlite, written by the engine thread
 * alone. Each table class owns the statements of one stage; a stage reads what the stage before it
 * left here.
 */
export class Ledger {
	readonly rollCall: RollCallTable;
	readonly verdicts: VerdictTable;
	readonly probes: ProbesTable;
	readonly objects: ObjectsTable;
	readonly listings: ListingTable;
	readonly plan: PlanTable;
	readonly archive: ArchiveTable;
	readonly progress: ProgressTable;
	readonly files: FilesTable;
	readonly windows: RowWindows;
	readonly #db: Database;

	private constructor(database: Database) {
		this.#db = database;
		this.rollCall = new RollCallTable(database);
		this.verdicts = new VerdictTable(database);
		this.probes = new ProbesTable(database);
		this.objects = new ObjectsTable(database);
		this.listings = new ListingTable(database, this.objects);
		this.plan = new PlanTable(database);
		this.archive = new ArchiveTable(database);
		this.progress = new ProgressTable(database);
		this.files = new FilesTable(database);
		this.windows = new RowWindows(database);
	}

	/**
	 * `folder` is the `.muster` folder; it is made when it does not exist. `isScratch`: nobody will
	 * want the ledger after a crash.
	 */
	static open(folder: string, {isScratch = false} = {}): Ledger {
		mkdirSync(folder, {recursive: true});
		return new Ledger(openLedgerDatabase(path.join(folder, 'ledger.sqlite'), isScratch));
	}

	meta(key: string): string | undefined {
		const row = this.#db.get('SELECT value FROM meta WHERE key = ?', key);
		return row === undefined ? undefined : String(row['value']);
	}

	setMeta(key: string, value: string): void {
		this.#db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
	}

	record(outcomes: Outcomes): void {
		this.#db.transaction(() => {
			for (const row of outcomes.done) {
				this.progress.done(row);
				this.files.put(row.file);
			}
			for (const row of outcomes.failed) this.progress.failed(row);
		});
	}

	transaction<Result>(work: () => Result): Result {
		return this.#db.transaction(work);
	}

	close(): void {
		this.#db.close();
	}
}
