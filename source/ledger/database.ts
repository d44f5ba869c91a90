import {DatabaseSync, type SQLInputValue, type StatementSync} from 'node:sqlite';
import {MusterError} from '../model/error.ts';
import {lastingTables, rollCallTables, schemaVersion} from './schema.ts';

export type Value = null | number | bigint | string | Uint8Array;
export type Row = Record<string, Value>;

/** A SQLite database with cached statements and typed reading; one writer, this thread. */
export class Database {
	readonly #database: DatabaseSync;
	readonly #statements = new Map<string, StatementSync>();
	readonly #arrays = new Map<string, StatementSync>();

	constructor(file: string, options: {readOnly?: boolean} = {}) {
		this.#database = new DatabaseSync(file, {readOnly: options.readOnly ?? false, timeout: 5000});
	}

	exec(sql: string): void {
		this.#database.exec(sql);
	}

	run(sql: string, ...values: SQLInputValue[]): number {
		return Number(this.#prepare(sql).run(...values).changes);
	}

	/** The row number that SQLite gave to the newest insert. */
	insert(sql: string, ...values: SQLInputValue[]): number {
		return Number(this.#prepare(sql).run(...values).lastInsertRowid);
	}

	get(sql: string, ...values: SQLInputValue[]): Row | undefined {
		return this.#prepare(sql).get(...values);
	}

	all(sql: string, ...values: SQLInputValue[]): Row[] {
		return this.#prepare(sql).all(...values);
	}

	/** Rows as arrays in the order of the columns: half the cost of objects, for what reads all rows. */
	rows(sql: string, ...values: SQLInputValue[]): readonly (readonly Value[])[] {
		let statement = this.#arrays.get(sql);
		if (statement === undefined) {
			statement = this.#database.prepare(sql);
			statement.setReturnArrays(true);
			this.#arrays.set(sql, statement);
		}
		return statement.all(...values) as unknown as Value[][];
	}

	/** A function that statements may call; it must not change the database. */
	define(name: string, call: (...values: Value[]) => Value): void {
		this.#database.function(name, {varargs: true}, call);
	}

	/**
	 * Rows one by one. A statement of its own, so that the cached one may be used while iterating;
	 * the caller must not write to the tables it reads.
	 */
	iterate(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
		return this.#database.prepare(sql).iterate(...values);
	}

	transaction<Result>(work: () => Result): Result {
		this.#database.exec('BEGIN IMMEDIATE');
		try {
			const result = work();
			this.#database.exec('COMMIT');
			return result;
		} catch (error) {
			// A full disk ends the transaction by itself; the words that tell of it must not be lost.
			if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
			throw error;
		}
	}

	close(): void {
		this.#statements.clear();
		this.#arrays.clear();
		if (this.#database.isOpen) this.#database.close();
	}

	#prepare(sql: string): StatementSync {
		let statement = this.#statements.get(sql);
		if (statement === undefined) {
			statement = this.#database.prepare(sql);
			this.#statements.set(sql, statement);
		}
		return statement;
	}
}

const lastingMode =
	'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;';
/** rolled back from memory, never from the disk: half the writing */
const scratchMode = 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;';

/**
 * Opens or makes a ledger. WAL with synchronous=NORMAL: a crash of the process loses nothing, a
 * power cut at most the newest batches, whose files are then recognised by size and date.
 */
export function openLedgerDatabase(file: string, isScratch = false): Database {
	const database = open(file);
	try {
		database.exec(
			`${isScratch ? scratchMode : lastingMode} PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;`,
		);
		const version = Number(database.get('PRAGMA user_version')?.['user_version'] ?? 0);
		if (version > schemaVersion) {
			throw new MusterError('locked', `The ledger ${file} was written by a newer muster.`, {
				hint: 'Update muster, or choose another output folder.',
			});
		}
		database.exec(lastingTables + rollCallTables);
		database.exec(`PRAGMA user_version = ${schemaVersion}`);
		return database;
	} catch (error) {
		database.close();
		throw error instanceof MusterError ? error : unreadable(file, error);
	}
}

function open(file: string): Database {
	try {
		return new Database(file);
	} catch (error) {
		throw unreadable(file, error);
	}
}

function unreadable(file: string, cause: unknown): MusterError {
	return new MusterError('disk', `The ledger ${file} can't be opened.`, {
		hint: 'Check the folder’s rights and free space. If the file is damaged, move .muster/ledger.sqlite away: files that are here are recognised again.',
		detail: cause instanceof Error ? cause.message : String(cause),
		cause,
	});
}
