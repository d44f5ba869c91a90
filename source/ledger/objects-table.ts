import {storageText} from '../model/archive.ts';
import type {ObjectInfo} from '../model/object.ts';
import type {Database} from './database.ts';
import {objectIndexes} from './schema.ts';

/** URLs in a manifest have other parts of the bucket listed too, where names must not look. */
const belowPrefix =
	'SELECT id, key FROM objects WHERE probe = ? AND bucket = ? AND instr(key, ?) = 1 ORDER BY key';

const columns = '(bucket, key, size, etag, modified, storage, probe)';
const one = '(?, ?, ?, ?, ?, ?, ?)';
/** rows that one statement takes: a third less time than one each */
const together = 50;

/** What was listed or asked for: keys with their facts, and the look-ups by probe. */
export class ObjectsTable {
	/** other storage than the standard one that was met since the ledger was opened; a handful of texts */
	readonly storages = new Set<string>();
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	/**
	 * Objects of a listing page or of single questions; a key that is known already is left as it is,
	 * once there is an index. `probeOf` undefined: nobody will look them up by name.
	 */
	add(
		bucket: string,
		objects: readonly ObjectInfo[],
		probeOf: ((key: string) => string) | undefined,
	): void {
		this.#db.transaction(() => this.insert(bucket, objects, probeOf));
	}

	/** `add` within a transaction of the caller's. */
	insert(
		bucket: string,
		objects: readonly ObjectInfo[],
		probeOf: ((key: string) => string) | undefined,
	): void {
		for (let start = 0; start < objects.length;) {
			const count = objects.length - start >= together ? together : 1;
			const values: (string | number | null)[] = [];
			for (let index = start; index < start + count; index++) {
				const object = objects[index];
				if (object === undefined) continue;
				const {key, size, etag, modified} = object;
				const storage = storageText(object) ?? null;
				if (storage !== 'STANDARD' && storage !== null) this.storages.add(storage);
				const probe = probeOf === undefined ? null : probeOf(key);
				values.push(bucket, key, size, etag ?? null, modified ?? null, storage, probe);
			}
			this.#db.run(count === 1 ? insertOne : insertMany, ...values);
			start += count;
		}
	}

	/** The number of the newest row; 0 when there is none. */
	lastId(): number {
		return Number(this.#db.get('SELECT max(id) AS id FROM objects')?.['id'] ?? 0);
	}

	count(): number {
		return Number(this.#db.get('SELECT count(*) AS n FROM objects')?.['n'] ?? 0);
	}

	/** Some stores list a key twice when objects come and go meanwhile: the first one stands. */
	index(): void {
		try {
			this.#db.exec(objectIndexes);
		} catch {
			this.#db.exec(
				'DELETE FROM objects WHERE id NOT IN (SELECT min(id) FROM objects GROUP BY bucket, key)',
			);
			this.#db.exec(objectIndexes);
		}
	}

	/** Candidates of a probe below a prefix, in key order, at most `limit`. */
	candidatesOf(
		bucket: string,
		probe: string,
		prefix: string,
		limit: number,
	): readonly {id: number; key: string}[] {
		return this.#db
			.all(`${belowPrefix} LIMIT ?`, probe, bucket, prefix, limit)
			.map((row) => ({id: Number(row['id']), key: String(row['key'])}));
	}

	*candidateStream(
		bucket: string,
		probe: string,
		prefix: string,
	): Generator<{id: number; key: string}> {
		for (const row of this.#db.iterate(belowPrefix, probe, bucket, prefix)) {
			yield {id: Number(row['id']), key: String(row['key'])};
		}
	}

	/** Candidates of a probe right in a folder (`a/b/`, '' for the bucket's top), in key order. */
	candidatesIn(
		bucket: string,
		probe: string,
		folder: string,
		limit: number,
	): readonly {id: number; key: string}[] {
		// '0' follows '/': all keys of the folder lie between the two.
		const end = folder === '' ? null : `${folder.slice(0, -1)}0`;
		return this.#db
			.all(
				`SELECT id, key FROM objects WHERE probe = ? AND bucket = ? AND key >= ? AND key < coalesce(?, x'ff')
				AND instr(substr(key, ?), '/') = 0 ORDER BY key LIMIT ?`,
				probe,
				bucket,
				folder,
				end,
				Array.from(folder).length + 1,
				limit,
			)
			.map((row) => ({id: Number(row['id']), key: String(row['key'])}));
	}

	keysAfter(id: number, limit: number): readonly {id: number; key: string}[] {
		return this.#db
			.all('SELECT id, key FROM objects WHERE id > ? ORDER BY id LIMIT ?', id, limit)
			.map((row) => ({id: Number(row['id']), key: String(row['key'])}));
	}

	idOf(bucket: string, key: string): number | undefined {
		const row = this.#db.get('SELECT id FROM objects WHERE bucket = ? AND key = ?', bucket, key);
		return row === undefined ? undefined : Number(row['id']);
	}

	facts(id: number): {id: number; key: string; size: number; modified: number | null} | undefined {
		const row = this.#db.get('SELECT id, key, size, modified FROM objects WHERE id = ?', id);
		if (row === undefined) return undefined;
		return {
			id,
			key: String(row['key']),
			size: Number(row['size']),
			modified: row['modified'] === null ? null : Number(row['modified']),
		};
	}
}

const insertOne = `INSERT OR IGNORE INTO objects ${columns} VALUES ${one}`;
const insertMany = `INSERT OR IGNORE INTO objects ${columns} VALUES ${Array(together).fill(one).join(', ')}`;
