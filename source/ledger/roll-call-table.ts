import type {MatchRule} from '../model/match.ts';
import type {ManifestProblem, WantedItem} from '../model/wanted.ts';
import type {Database} from './database.ts';
import {listingTableNames, rollCallTables, wantedIndexes, wantedTableNames} from './schema.ts';
import {ruleNumber, stateNumber, statusNumber} from './states.ts';

export type NewWanted = {readonly item: WantedItem; readonly groupId: number};

export type UnresolvedRow = {
	readonly id: number;
	readonly path: string;
	readonly bucket: string | null;
};

/** Answers the place of an object whose row is being made, or null where the plan has to look closer. */
export type PlaceOf = (key: string, size: number, id: number) => string | null;

/** an object that is no mark of a folder */
const isFile = "NOT (size = 0 AND substr(key, -1) = '/')";
/** Listed objects from row `?2` up to `?3` that are files; their keys below a prefix of `?1 - 1` characters. */
const listedFiles = `SELECT id, bucket, key, size, substr(key, ?1 + (substr(key, ?1, 1) = '/')) AS below FROM objects
	WHERE id BETWEEN ?2 AND ?3 AND ${isFile}`;
/** the first folder of a key below the prefix */
const firstFolder = "substr(below, 1, max(0, instr(below, '/') - 1))";

/** The ledger's side of a roll call: wanted rows and what becomes of them. */
export class RollCallTable {
	readonly #db: Database;
	#placeOf: PlaceOf = () => null;

	constructor(database: Database) {
		this.#db = database;
		database.define('place_of', (key, size, id) =>
			this.#placeOf(String(key), Number(size), Number(id)),
		);
	}

	/**
	 * Drops the last roll call. What lies in the folder (`files`) stays, and what was listed when
	 * `keepListings` says so.
	 */
	reset({keepListings = false} = {}): void {
		const tables = keepListings ? wantedTableNames : [...wantedTableNames, ...listingTableNames];
		this.#db.transaction(() => {
			for (const table of tables) this.#db.exec(`DROP TABLE IF EXISTS ${table}`);
			this.#db.exec(rollCallTables);
		});
	}

	addGroup(name: string): number {
		return this.#db.insert('INSERT INTO groups (name) VALUES (?)', name);
	}

	addWanted(rows: readonly NewWanted[]): void {
		this.#db.transaction(() => {
			for (const {item, groupId} of rows) {
				const {address} = item;
				const [bucket, path] =
					address.kind === 'object' ? [address.ref.bucket, address.ref.key] : [null, address.path];
				this.#db.run(
					'INSERT INTO wanted (group_id, row, text, bucket, path) VALUES (?, ?, ?, ?, ?)',
					groupId,
					item.row,
					item.text,
					bucket,
					path,
				);
			}
		});
	}

	/** A list of an actor that can't be read stands as one missing row, with its reason. */
	addMissingList(problem: ManifestProblem, groupId: number): void {
		this.#db.run(
			'INSERT INTO wanted (group_id, row, text, path, state, reason) VALUES (?, ?, ?, ?, ?, ?)',
			groupId,
			problem.row ?? 0,
			problem.text,
			'',
			stateNumber.missing,
			problem.message,
		);
	}

	addProblem(problem: ManifestProblem): void {
		this.#db.run(
			'INSERT INTO problems (row, line, text, message) VALUES (?, ?, ?, ?)',
			problem.row ?? null,
			problem.line ?? null,
			problem.text,
			problem.message,
		);
	}

	/** Rows that name the same thing twice; `perGroup` when groups have folders of their own. */
	markRepeats(perGroup: boolean): void {
		const same = perGroup ? 'bucket, path, group_id' : 'bucket, path';
		this.#db.exec(`
			UPDATE wanted SET state = ${stateNumber.duplicate}, duplicate_of = first.id
			FROM (SELECT id, min(id) OVER (PARTITION BY ${same}) AS first_id FROM wanted WHERE state = 0) AS ranked
			JOIN wanted AS first ON first.id = ranked.first_id
			WHERE wanted.id = ranked.id AND ranked.first_id <> ranked.id
		`);
	}

	indexWanted(): void {
		this.#db.exec(wantedIndexes);
	}

	addFound(
		rows: readonly {
			groupId: number;
			row: number;
			text: string;
			bucket: string;
			path: string;
			objectId: number;
			rule: MatchRule;
			extraOf?: number;
		}[],
	): void {
		this.#db.transaction(() => {
			for (const row of rows) {
				this.#db.run(
					'INSERT INTO wanted (group_id, row, text, bucket, path, state, rule, object_id, extra_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
					row.groupId,
					row.row,
					row.text,
					row.bucket,
					row.path,
					stateNumber.found,
					ruleNumber(row.rule),
					row.objectId,
					row.extraOf ?? null,
				);
			}
		});
	}

	/**
	 * Makes a wanted row of each listed object of `ids`, folder markers left out. Its text is the key
	 * below `prefix`, its group, named by `groupOf`, the first folder there. Row numbers go on behind
	 * `rows`, and so do the ids of rows, of a roll call that has no others; answers how many there
	 * are now. `isSorted`: the objects stand in key order. `placeOf` gives a row its place at once,
	 * or null where the plan has to look closer.
	 */
	wantObjects(
		ids: {readonly first: number; readonly last: number},
		prefix: string,
		rows: number,
		groupOf: (name: string) => number,
		isSorted: boolean,
		placeOf: PlaceOf = () => null,
	): number {
		this.#placeOf = placeOf;
		const values = [Array.from(prefix).length + 1, ids.first, ids.last];
		return this.#db.transaction(() => {
			const names = isSorted ? this.#onlyFolder(ids, prefix) : undefined;
			const groups = (names ?? this.#foldersOf(values)).map(groupOf);
			const [first] = groups;
			if (first === undefined) return rows;
			// a name that is no group of its own belongs to the group without a name
			const group =
				groups.length === 1
					? '?5'
					: `coalesce((SELECT g.id FROM groups AS g WHERE g.name = ${firstFolder}),
						(SELECT g.id FROM groups AS g WHERE g.name = ''), ?5)`;
			const numbered = this.#haveNoMarkers(ids)
				? 'SELECT *, ?4 + id - ?2 + 1 AS n'
				: 'SELECT *, ?4 + row_number() OVER (ORDER BY id) AS n';
			const made = this.#db.run(
				`INSERT INTO wanted (group_id, row, text, bucket, path, state, rule, object_id, destination, status, size)
				SELECT ${group}, n, iif(below = '', key, below), bucket, key, ${stateNumber.found}, ${ruleNumber('key')}, id,
				place, iif(place IS NULL, ${statusNumber.none}, ${statusNumber.waiting}), iif(place IS NULL, 0, size)
				FROM (SELECT *, place_of(key, size, n) AS place FROM
					(${numbered} FROM (${listedFiles})) ORDER BY id LIMIT -1)`,
				...values,
				rows,
				first,
			);
			return rows + made;
		});
	}

	/** No gap in the numbers of these objects, and no folder marker among them. */
	#haveNoMarkers({first, last}: {readonly first: number; readonly last: number}): boolean {
		const [row] = this.#db.rows(
			`SELECT count(*) FROM objects WHERE id BETWEEN ? AND ? AND ${isFile}`,
			first,
			last,
		);
		return row?.[0] === last - first + 1;
	}

	#foldersOf(values: readonly number[]): readonly string[] {
		return this.#db
			.rows(`SELECT DISTINCT ${firstFolder} FROM (${listedFiles})`, ...values)
			.map(([name]) => String(name));
	}

	/** Keys of one folder stand together: when the first and the last lie in it, so do all between. */
	#onlyFolder(
		{first, last}: {readonly first: number; readonly last: number},
		prefix: string,
	): readonly string[] | undefined {
		const [from, to] = [first, last].map((id) =>
			String(this.#db.rows('SELECT key FROM objects WHERE id = ?', id)[0]?.[0] ?? '').slice(
				prefix.length,
			),
		);
		const slash = from?.indexOf('/') ?? -1;
		if (from === undefined || slash < 1 || to?.startsWith(from.slice(0, slash + 1)) !== true)
			return undefined;
		// the mark of a folder is no file, and alone makes no group
		if (to.endsWith('/')) return undefined;
		return [from.slice(0, slash)];
	}

	/** URLs, whole keys and paths below the prefix: one index look-up a row, strongest first. */
	resolveExact(bucket: string, prefix: string): void {
		const found = stateNumber.found;
		this.#db.transaction(() => {
			this.#db.run(`
				UPDATE wanted SET object_id = o.id, state = ${found}, rule = ${ruleNumber('key')}
				FROM objects AS o WHERE wanted.state = 0 AND wanted.bucket IS NOT NULL
				AND o.bucket = wanted.bucket AND o.key = wanted.path`);
			this.#db.run(
				`UPDATE wanted SET object_id = o.id, state = ${found}, rule = ${ruleNumber('key')}
				FROM objects AS o WHERE wanted.state = 0 AND wanted.bucket IS NULL
				AND o.bucket = ? AND o.key = wanted.path`,
				bucket,
			);
			for (const base of prefixForms(prefix)) {
				this.#db.run(
					`UPDATE wanted SET object_id = o.id, state = ${found}, rule = ${ruleNumber('path')}
					FROM objects AS o WHERE wanted.state = 0 AND wanted.bucket IS NULL
					AND o.bucket = ? AND o.key = ? || wanted.path`,
					bucket,
					base,
				);
			}
		});
	}

	unresolvedAfter(id: number, limit: number): readonly UnresolvedRow[] {
		return this.#db
			.all(
				'SELECT id, path, bucket FROM wanted WHERE state = 0 AND id > ? ORDER BY id LIMIT ?',
				id,
				limit,
			)
			.map((row) => ({
				id: Number(row['id']),
				path: String(row['path']),
				bucket: row['bucket'] === null ? null : String(row['bucket']),
			}));
	}

	countUnresolved(): number {
		return Number(this.#db.get('SELECT count(*) AS n FROM wanted WHERE state = 0')?.['n'] ?? 0);
	}

	/** About `count` unresolved names, spread evenly over the manifest. */
	spreadNames(count: number): readonly UnresolvedRow[] {
		const step = Math.max(1, Math.floor(this.countNames() / count));
		return this.#db
			.all(
				`SELECT id, path FROM (SELECT id, path, row_number() OVER (ORDER BY id) AS place
				FROM wanted WHERE bucket IS NULL AND state = 0) WHERE place % ? = 0 LIMIT ?`,
				step,
				count,
			)
			.map((row) => ({id: Number(row['id']), path: String(row['path']), bucket: null}));
	}

	/** Some wanted name has no folder. */
	hasBareNames(): boolean {
		const row = this.#db.get(
			"SELECT 1 FROM wanted WHERE bucket IS NULL AND state = 0 AND instr(path, '/') = 0 LIMIT 1",
		);
		return row !== undefined;
	}

	/** What a row wants, as the manifest says it. */
	wantedAddress(wantedId: number): {bucket: string | null; path: string} | undefined {
		const row = this.#db.get('SELECT bucket, path FROM wanted WHERE id = ?', wantedId);
		if (row === undefined) return undefined;
		return {
			bucket: row['bucket'] === null ? null : String(row['bucket']),
			path: String(row['path']),
		};
	}

	/** Buckets that the manifest's URLs name, with how many rows and the span of their keys. */
	wantedBuckets(): readonly {bucket: string; rows: number; first: string; last: string}[] {
		return this.#db
			.all(
				'SELECT bucket, count(*) AS n, min(path) AS first, max(path) AS last FROM wanted WHERE bucket IS NOT NULL AND state = 0 GROUP BY bucket ORDER BY n DESC',
			)
			.map((row) => ({
				bucket: String(row['bucket']),
				rows: Number(row['n']),
				first: String(row['first']),
				last: String(row['last']),
			}));
	}

	countNames(): number {
		return Number(
			this.#db.get('SELECT count(*) AS n FROM wanted WHERE bucket IS NULL AND state = 0')?.['n'] ??
				0,
		);
	}
}

/** The prefix as given, and as a folder where it has no closing slash. */
function prefixForms(prefix: string): readonly string[] {
	if (prefix === '') return [];
	return prefix.endsWith('/') ? [prefix] : [`${prefix}/`, prefix];
}
