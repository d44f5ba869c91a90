import type {MatchRule} from '../model/match.ts';
import type {Database, Row} from './database.ts';
import {ruleName, stateNumber, statusNumber} from './states.ts';

/** A found row with its object, as the plan needs it. */
export type FoundRow = {
	readonly id: number;
	readonly groupId: number;
	readonly group: string;
	readonly row: number;
	readonly text: string;
	readonly rule: MatchRule | null;
	readonly objectId: number;
	readonly bucket: string;
	readonly key: string;
	readonly size: number;
	readonly etag: string | null;
	readonly modified: number | null;
	readonly storage: string | null;
	readonly destination: string | null;
};

/** A row whose file is here. `kept`: why a file that is not the object stays; nothing vouches for it then. */
export type LocalMark = {
	readonly id: number;
	readonly verified: string | null;
	readonly kept?: string;
};

export type PlannedRow = {
	readonly id: number;
	readonly objectId: number;
	readonly destination: string;
	/** the form under which two destinations are one file on this disk */
	readonly folded: string;
	/** folders of the destination, folded */
	readonly folders: readonly string[];
};

const foundColumns = `
	w.id AS id, w.group_id AS group_id, g.name AS group_name, w.row AS row, w.text AS text, w.rule AS rule,
	o.id AS object_id, o.bucket AS bucket, o.key AS key, o.size AS size, o.etag AS etag,
	o.modified AS modified, o.storage AS storage, w.destination AS destination`;

/** What the plan of this process has given away; gone with the connection. */
const planTables = `
	CREATE TEMP TABLE IF NOT EXISTS taken (folded TEXT PRIMARY KEY, wanted_id INTEGER, object_id INTEGER) WITHOUT ROWID;
	CREATE TEMP TABLE IF NOT EXISTS folders (folded TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/** The ledger's side of the plan: which found row becomes which local file. */
export class PlanTable {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
		database.exec(planTables);
	}

	/** Found rows that are not planned yet, in manifest order. */
	unplannedAfter(id: number, limit: number): readonly FoundRow[] {
		return this.#found('w.state = ? AND w.status = ? AND w.id > ?', [
			stateNumber.found,
			statusNumber.none,
			id,
			limit,
		]);
	}

	/** Planned rows whose file is not here yet. */
	waitingAfter(id: number, limit: number): readonly FoundRow[] {
		return this.#found('w.state = ? AND w.status = ? AND w.id > ?', [
			stateNumber.found,
			statusNumber.waiting,
			id,
			limit,
		]);
	}

	/** Rows whose file an earlier run has brought or found. */
	finishedAfter(id: number, limit: number): readonly FoundRow[] {
		return this.#found(
			`w.state = ? AND w.status IN (${statusNumber.downloaded}, ${statusNumber.local}) AND w.id > ?`,
			[stateNumber.found, id, limit],
		);
	}

	/** Files that are no longer what they were wait to be fetched again. */
	waitAgain(ids: readonly number[]): void {
		this.#db.transaction(() => {
			for (const id of ids) {
				this.#db.run('UPDATE wanted SET status = ? WHERE id = ?', statusNumber.waiting, id);
			}
		});
	}

	/** The next waiting files of one group, in manifest order. */
	waitingOfGroup(groupId: number, afterId: number, limit: number): readonly FoundRow[] {
		return this.#found('w.group_id = ? AND w.status = ? AND w.id > ?', [
			groupId,
			statusNumber.waiting,
			afterId,
			limit,
		]);
	}

	smallestWaiting(): FoundRow | undefined {
		return this.#db
			.all(
				`SELECT ${foundColumns} FROM wanted AS w JOIN objects AS o ON o.id = w.object_id
				JOIN groups AS g ON g.id = w.group_id WHERE w.status = ? ORDER BY o.size, w.id LIMIT 1`,
				statusNumber.waiting,
			)
			.map((row) => foundRow(row))[0];
	}

	found(id: number): FoundRow | undefined {
		return this.#found('w.id = ? AND w.id > ?', [id, 0, 1])[0];
	}

	#found(where: string, values: readonly number[]): readonly FoundRow[] {
		return this.#db
			.all(
				`SELECT ${foundColumns} FROM wanted AS w JOIN objects AS o ON o.id = w.object_id
				JOIN groups AS g ON g.id = w.group_id WHERE ${where} ORDER BY w.id LIMIT ?`,
				...values,
			)
			.map((row) => foundRow(row));
	}

	exclude(rows: readonly {id: number; reason: string}[]): void {
		this.#db.transaction(() => {
			for (const {id, reason} of rows) {
				this.#db.run(
					'UPDATE wanted SET state = ?, status = 0, reason = ? WHERE id = ?',
					stateNumber.excluded,
					reason,
					id,
				);
			}
		});
	}

	/** Forgets what is taken, before the plan of a new roll call. */
	startPlan(): void {
		this.#db.exec('DELETE FROM temp.taken; DELETE FROM temp.folders;');
	}

	/**
	 * Gives a row's destination free, and lets rows speak for themselves again that were its
	 * duplicates because they had come to the same object.
	 */
	release(wantedId: number): void {
		this.#db.run('DELETE FROM taken WHERE wanted_id = ?', wantedId);
		this.#db.run(
			`UPDATE wanted SET state = ?, status = 0, duplicate_of = NULL
			WHERE duplicate_of = ? AND state = ? AND object_id IS NOT NULL`,
			stateNumber.found,
			wantedId,
			stateNumber.duplicate,
		);
	}

	/**
	 * Takes destinations in order. Answers those that are taken already: by the same object
	 * (`same`, a duplicate row) or by another one (a collision that needs a name of its own).
	 */
	take(rows: readonly PlannedRow[]): readonly {id: number; same: boolean; by: number}[] {
		const refused: {id: number; same: boolean; by: number}[] = [];
		this.#db.transaction(() => {
			for (const row of rows) {
				const taken = this.#db.get(
					'SELECT wanted_id, object_id FROM taken WHERE folded = ?',
					row.folded,
				);
				if (taken !== undefined && Number(taken['wanted_id']) !== row.id) {
					refused.push({
						id: row.id,
						same: Number(taken['object_id']) === row.objectId,
						by: Number(taken['wanted_id']),
					});
					continue;
				}
				this.#db.run(
					'INSERT OR IGNORE INTO taken (folded, wanted_id, object_id) VALUES (?, ?, ?)',
					row.folded,
					row.id,
					row.objectId,
				);
				for (const folder of row.folders) {
					this.#db.run('INSERT OR IGNORE INTO folders (folded) VALUES (?)', folder);
				}
				this.#db.run(
					`UPDATE wanted SET destination = ?, status = ?,
					size = (SELECT size FROM objects WHERE id = wanted.object_id) WHERE id = ?`,
					row.destination,
					statusNumber.waiting,
					row.id,
				);
			}
		});
		return refused;
	}

	/** Files whose path is a folder of other files (`a` beside `a/b`). */
	filesThatAreFolders(): readonly FoundRow[] {
		return this.#db
			.all(
				`SELECT ${foundColumns} FROM temp.folders AS f JOIN temp.taken AS t ON t.folded = f.folded
				JOIN wanted AS w ON w.id = t.wanted_id JOIN objects AS o ON o.id = w.object_id
				JOIN groups AS g ON g.id = w.group_id`,
			)
			.map((row) => foundRow(row));
	}

	markDuplicates(rows: readonly {id: number; by: number}[]): void {
		this.#db.transaction(() => {
			for (const {id, by} of rows) {
				this.#db.run(
					'UPDATE wanted SET state = ?, duplicate_of = ?, status = 0, destination = NULL WHERE id = ?',
					stateNumber.duplicate,
					by,
					id,
				);
			}
		});
	}

	/** Refused names: found, but they can't lie in the folder. */
	refuse(rows: readonly {id: number; reason: string}[]): void {
		this.#db.transaction(() => {
			for (const {id, reason} of rows) {
				this.#db.run(
					`UPDATE wanted SET status = ?, error_code = 'unsafe-name', error_message = ?,
					size = (SELECT size FROM objects WHERE id = wanted.object_id) WHERE id = ?`,
					statusNumber.failed,
					reason,
					id,
				);
			}
		});
	}

	markLocal(rows: readonly LocalMark[]): void {
		this.#db.transaction(() => {
			for (const {id, verified, kept} of rows) {
				this.#db.run(
					'UPDATE wanted SET status = ?, verified = ?, error_code = ?, error_message = ? WHERE id = ?',
					statusNumber.local,
					verified,
					kept === undefined ? null : 'size-mismatch',
					kept ?? null,
					id,
				);
			}
		});
	}
}

function foundRow(row: Row): FoundRow {
	return {
		id: Number(row['id']),
		groupId: Number(row['group_id']),
		group: String(row['group_name']),
		row: Number(row['row']),
		text: String(row['text']),
		rule: ruleName(row['rule'] === null ? null : Number(row['rule'])),
		objectId: Number(row['object_id']),
		bucket: String(row['bucket']),
		key: String(row['key']),
		size: Number(row['size']),
		etag: textOrNull(row['etag']),
		modified: row['modified'] === null ? null : Number(row['modified']),
		storage: textOrNull(row['storage']),
		destination: textOrNull(row['destination']),
	};
}

const textOrNull = (value: Row[string] | undefined): string | null =>
	value === null || value === undefined ? null : String(value);
