import type {ErrorRecord} from '../model/error.ts';
import type {Verified} from '../model/object.ts';
import type {Database} from './database.ts';
import {stateNumber, statusNumber} from './states.ts';

export type DoneRow = {
	readonly id: number;
	readonly size: number;
	readonly attempts: number;
	readonly verified: Verified;
};
export type FailedRow = {
	readonly id: number;
	readonly attempts: number;
	readonly error: ErrorRecord;
};

/** Counts of one group and one kind of row. */
export type GroupCount = {
	readonly groupId: number;
	readonly state: number;
	readonly status: number;
	readonly rows: number;
	readonly bytes: number;
};

/** What became of the files while they are fetched, and the counts over them. */
export class ProgressTable {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	/** Within a transaction of the caller. */
	done(row: DoneRow): void {
		this.#db.run(
			`UPDATE wanted SET status = ?, size = ?, attempts = attempts + ?, verified = ?,
			error_code = NULL, error_message = NULL, error_hint = NULL, error_detail = NULL WHERE id = ?`,
			statusNumber.downloaded,
			row.size,
			row.attempts,
			row.verified,
			row.id,
		);
	}

	/** Within a transaction of the caller. */
	failed(row: FailedRow): void {
		this.#db.run(
			`UPDATE wanted SET status = ?, attempts = attempts + ?, error_code = ?, error_message = ?, error_hint = ?, error_detail = ? WHERE id = ?`,
			statusNumber.failed,
			row.attempts,
			row.error.code,
			row.error.message,
			row.error.hint ?? null,
			row.error.detail ?? null,
			row.id,
		);
	}

	/** Failed files wait again; answers which. Refused names stay failed. */
	retryFailed(where: {wantedId?: number; groupId?: number} = {}): readonly number[] {
		const rows = this.#db.all(
			`UPDATE wanted SET status = ${statusNumber.waiting},
			size = CASE error_code WHEN 'archived' THEN (SELECT size FROM objects WHERE id = object_id) ELSE size END,
			error_code = NULL, error_message = NULL,
			error_hint = NULL, error_detail = NULL
			WHERE status = ${statusNumber.failed} AND destination IS NOT NULL
			AND (? IS NULL OR id = ?) AND (? IS NULL OR group_id = ?) RETURNING id`,
			where.wantedId ?? null,
			where.wantedId ?? null,
			where.groupId ?? null,
			where.groupId ?? null,
		);
		return rows.map((row) => Number(row['id']));
	}

	/** Rows by group, state and status: everything that the counts on the screens are made of. */
	counts(): readonly GroupCount[] {
		return this.#db
			.all(
				'SELECT group_id, state, status, count(*) AS rows, coalesce(sum(size), 0) AS bytes FROM wanted GROUP BY group_id, state, status',
			)
			.map((row) => ({
				groupId: Number(row['group_id']),
				state: Number(row['state']),
				status: Number(row['status']),
				rows: Number(row['rows']),
				bytes: Number(row['bytes']),
			}));
	}

	groupNames(): readonly {id: number; name: string}[] {
		return this.#db
			.all('SELECT id, name FROM groups ORDER BY id')
			.map((row) => ({id: Number(row['id']), name: String(row['name'])}));
	}

	/** Missing rows for which exactly one guess stands. */
	sureGuesses(groupId?: number): readonly {wantedId: number; objectId: number}[] {
		return this.#db
			.all(
				`SELECT w.id AS wanted_id, min(c.object_id) AS object_id FROM wanted AS w
				JOIN candidates AS c ON c.wanted_id = w.id
				WHERE w.state = ${stateNumber.missing} AND (? IS NULL OR w.group_id = ?)
				GROUP BY w.id HAVING count(*) = 1`,
				groupId ?? null,
				groupId ?? null,
			)
			.map((row) => ({wantedId: Number(row['wanted_id']), objectId: Number(row['object_id'])}));
	}

	ambiguousIds(groupId?: number): readonly number[] {
		return this.#db
			.all(
				`SELECT id FROM wanted WHERE state = ${stateNumber.ambiguous} AND (? IS NULL OR group_id = ?) ORDER BY id`,
				groupId ?? null,
				groupId ?? null,
			)
			.map((row) => Number(row['id']));
	}

	problemCount(): number {
		return Number(this.#db.get('SELECT count(*) AS n FROM problems')?.['n'] ?? 0);
	}
}
