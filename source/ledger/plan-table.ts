import type {Database, Value} from './database.ts';
import {stateNumber, statusNumber} from './states.ts';
import {TakenPaths} from './taken-paths.ts';

/** A found row with its object, as plan and download need it. */
export type FoundRow = {
	readonly id: number;
	readonly groupId: number;
	readonly group: string;
	readonly text: string;
	readonly objectId: number;
	readonly bucket: string;
	readonly key: string;
	readonly size: number;
	readonly etag: string | null;
	readonly modified: number | null;
	readonly destination: string | null;
};

/** A row whose place holds a file that is not the object and stays: nothing vouches for it. */
export type KeptRow = {readonly id: number; readonly why: string};

export type PlannedRow = {
	readonly id: number;
	readonly objectId: number;
	/** the object's bytes */
	readonly size: number;
	readonly destination: string;
	/** the form under which two destinations are one file on this disk */
	readonly folded: string;
	/** folders of the destination, folded */
	readonly folders: readonly string[];
};

/** In the order in which `foundRow` reads them. */
const foundColumns =
	'w.id, w.group_id, g.name, w.text, o.id, o.bucket, o.key, o.size, o.etag, o.modified, w.destination';

/** The ledger's side of the plan: which found row becomes which local file. */
export class PlanTable {
	readonly #db: Database;
	/** what the plan of this process has given away */
	readonly #taken = new TakenPaths();
	readonly #folders = new Set<string>();
	readonly #filesAbove = new Set<number>();
	#fold: (path: string) => string = (path) => path;

	constructor(database: Database) {
		this.#db = database;
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
		// With the state given, too, the index has the rows in order.
		return this.#found(
			`w.group_id = ? AND w.state = ${stateNumber.found} AND w.status = ? AND w.id > ?`,
			[groupId, statusNumber.waiting, afterId, limit],
		);
	}

	smallestWaiting(): FoundRow | undefined {
		return this.#db
			.rows(
				`SELECT ${foundColumns} FROM wanted AS w JOIN objects AS o ON o.id = w.object_id
				JOIN groups AS g ON g.id = w.group_id WHERE w.status = ? ORDER BY o.size, w.id LIMIT 1`,
				statusNumber.waiting,
			)
			.map(foundRow)[0];
	}

	found(id: number): FoundRow | undefined {
		return this.#found('w.id = ? AND w.id > ?', [id, 0, 1])[0];
	}

	#found(where: string, values: readonly number[]): readonly FoundRow[] {
		return this.#db
			.rows(
				`SELECT ${foundColumns} FROM wanted AS w CROSS JOIN objects AS o ON o.id = w.object_id
				CROSS JOIN groups AS g ON g.id = w.group_id WHERE ${where} ORDER BY w.id LIMIT ?`,
				...values,
			)
			.map(foundRow);
	}

	exclude(rows: readonly {id: number; reason: string}[]): void {
		if (rows.length === 0) return;
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

	/** Forgets what is taken, before the plan of a new roll call. `fold`: how `folded` comes from a destination. */
	startPlan(fold: (path: string) => string): void {
		this.#taken.clear();
		this.#folders.clear();
		this.#filesAbove.clear();
		this.#fold = fold;
	}

	/**
	 * Gives a row's destination free, and lets rows speak for themselves again that were its
	 * duplicates because they had come to the same object.
	 */
	release(wantedId: number): void {
		const path = this.#pathOf(wantedId);
		if (path !== undefined) this.#taken.remove(path, wantedId);
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
				const {id, folded} = row;
				const by = this.#taken.find(folded, (one) => one === id || this.#pathOf(one) === folded);
				if (by !== undefined && by !== id) {
					refused.push({id, same: this.#objectOf(by) === row.objectId, by});
					continue;
				}
				if (by === undefined) this.#taken.add(folded, id);
				for (const folder of row.folders) this.#folders.add(folder);
				this.#db.run(
					'UPDATE wanted SET destination = ?, status = ?, size = ? WHERE id = ?',
					row.destination,
					statusNumber.waiting,
					row.size,
					id,
				);
			}
		});
		return refused;
	}

	/**
	 * Takes a destination for a row that is about to be made. False when another row may have it
	 * already: `take` tells, once the row is there.
	 */
	takeAhead({id, folded, folders}: Pick<PlannedRow, 'id' | 'folded' | 'folders'>): boolean {
		if (this.#taken.find(folded, (one) => one !== id) !== undefined) return false;
		this.#taken.add(folded, id);
		for (const folder of folders) this.#folders.add(folder);
		return true;
	}

	/** A file's path is also a folder of others, which the file's row was made too early to know. */
	isFolderToo(id: number): void {
		this.#filesAbove.add(id);
	}

	/** The folded path that a row has taken. */
	#pathOf(wantedId: number): string | undefined {
		const path = this.#db.rows('SELECT destination FROM wanted WHERE id = ?', wantedId)[0]?.[0];
		return typeof path === 'string' ? this.#fold(path) : undefined;
	}

	#objectOf(wantedId: number): Value | undefined {
		return this.#db.rows('SELECT object_id FROM wanted WHERE id = ?', wantedId)[0]?.[0];
	}

	/** Files whose path is a folder of other files (`a` beside `a/b`), in manifest order. */
	filesThatAreFolders(): readonly FoundRow[] {
		const ids = [...this.#filesAbove];
		this.#filesAbove.clear();
		for (const folder of this.#folders) {
			const id = this.#taken.find(folder, (one) => this.#pathOf(one) === folder);
			if (id !== undefined) ids.push(id);
		}
		return ids.sort((a, b) => a - b).flatMap((id) => this.found(id) ?? []);
	}

	markDuplicates(rows: readonly {id: number; by: number}[]): void {
		if (rows.length === 0) return;
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
		if (rows.length === 0) return;
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

	/** The files of these rows are here; `verified`: what tells that they are the right ones. */
	markLocal(ids: readonly number[], verified: string): void {
		if (ids.length === 0) return;
		this.#db.run(
			`UPDATE wanted SET status = ?, verified = ?, error_code = NULL, error_message = NULL
			WHERE id IN (SELECT value FROM json_each(?))`,
			statusNumber.local,
			verified,
			JSON.stringify(ids),
		);
	}

	/** Files that are not the objects lie there and stay. */
	markKept(rows: readonly KeptRow[]): void {
		for (const {id, why} of rows) {
			this.#db.run(
				`UPDATE wanted SET status = ?, verified = NULL, error_code = 'size-mismatch', error_message = ?
				WHERE id = ?`,
				statusNumber.local,
				why,
				id,
			);
		}
	}
}

function foundRow(row: readonly Value[]): FoundRow {
	const [id, groupId, group, text, objectId, bucket, key, size, etag, modified, destination] = row;
	return {
		id: id as number,
		groupId: groupId as number,
		group: group as string,
		text: text as string,
		objectId: objectId as number,
		bucket: bucket as string,
		key: key as string,
		size: size as number,
		etag: etag as string | null,
		modified: modified as number | null,
		destination: destination as string | null,
	};
}
