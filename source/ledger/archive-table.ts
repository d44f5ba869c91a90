import type {Database} from './database.ts';
import {stateNumber, statusNumber} from './states.ts';

/** A file that waits, and the object behind it. */
export type StoredRow = {
	readonly id: number;
	readonly objectId: number;
	readonly bucket: string;
	readonly key: string;
};

const waiting = `state = ${stateNumber.found} AND status = ${statusNumber.waiting}`;

/** The ledger's side of archived objects: which files wait for one, and that they are not fetched. */
export class ArchiveTable {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	/** Every kind of storage that was listed: reads all objects. */
	storages(): readonly string[] {
		return this.#db
			.rows("SELECT DISTINCT storage FROM objects WHERE storage <> 'STANDARD'")
			.map(([storage]) => String(storage));
	}

	/** Waiting files whose object is stored like that, in manifest order. */
	waitingIn(storage: string, afterId: number, limit: number): readonly StoredRow[] {
		return this.#db
			.rows(
				`SELECT w.id, o.id, o.bucket, o.key FROM wanted AS w CROSS JOIN objects AS o ON o.id = w.object_id
				WHERE ${waiting} AND o.storage = ? AND w.id > ? ORDER BY w.id LIMIT ?`,
				storage,
				afterId,
				limit,
			)
			.map(([id, objectId, bucket, key]) => ({
				id: Number(id),
				objectId: Number(objectId),
				bucket: String(bucket),
				key: String(key),
			}));
	}

	countIn(storage: string): number {
		const row = this.#db.rows(
			`SELECT count(*) FROM wanted WHERE ${waiting}
			AND object_id IN (SELECT id FROM objects WHERE storage = ?)`,
			storage,
		)[0];
		return Number(row?.[0] ?? 0);
	}

	/** About `count` of them, spread over all. */
	sampleIn(storage: string, count: number): readonly StoredRow[] {
		const step = Math.max(1, Math.floor(this.countIn(storage) / count));
		return this.#db
			.rows(
				`SELECT id, object, bucket, key FROM (
					SELECT w.id, o.id AS object, o.bucket, o.key, row_number() OVER (ORDER BY w.id) AS n
					FROM wanted AS w JOIN objects AS o ON o.id = w.object_id
					WHERE ${waiting} AND o.storage = ?
				) WHERE (n - 1) % ? = 0 LIMIT ?`,
				storage,
				step,
				count,
			)
			.map(([id, objectId, bucket, key]) => ({
				id: Number(id),
				objectId: Number(objectId),
				bucket: String(bucket),
				key: String(key),
			}));
	}

	setStorage(rows: readonly {objectId: number; storage: string}[]): void {
		this.#db.transaction(() => {
			for (const {objectId, storage} of rows)
				this.#db.run('UPDATE objects SET storage = ? WHERE id = ?', storage, objectId);
		});
	}

	/** Waiting files of such objects are not fetched: they fail with these words and weigh nothing. */
	refuse(storage: string, {message, hint}: {message: string; hint: string}): void {
		this.#db.run(
			`UPDATE wanted SET status = ${statusNumber.failed}, size = 0, error_code = 'archived',
			error_message = ?, error_hint = ?, error_detail = NULL
			WHERE ${waiting} AND object_id IN (SELECT id FROM objects WHERE storage = ?)`,
			message,
			hint,
			storage,
		);
	}

	/** Files that are not fetched for it, by storage. */
	refused(storage: string): {files: number; bytes: number} {
		const row = this.#db.rows(
			`SELECT count(*), coalesce(sum(o.size), 0) FROM wanted AS w JOIN objects AS o ON o.id = w.object_id
			WHERE w.status = ${statusNumber.failed} AND w.error_code = 'archived' AND o.storage = ?`,
			storage,
		)[0];
		return {files: Number(row?.[0] ?? 0), bytes: Number(row?.[1] ?? 0)};
	}
}
