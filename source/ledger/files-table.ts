import type {ObjectDigest, Verified} from '../model/object.ts';
import type {Database, Row} from './database.ts';

/** A verified file in the folder, as muster left it. Times in Unix milliseconds. */
export type LocalFile = {
	readonly path: string;
	readonly bucket: string;
	readonly key: string;
	readonly etag: string | null;
	readonly size: number;
	/** the object's own time */
	readonly modified: number | null;
	/** the file's time as the disk keeps it */
	readonly localModified: number;
	readonly verified: Verified;
	readonly digest: ObjectDigest | null;
	readonly job: number;
	readonly finished: number;
};

/** What a look at the folder is held against. */
export type KnownFile = Pick<
	LocalFile,
	'bucket' | 'key' | 'etag' | 'size' | 'localModified' | 'verified' | 'job'
>;

/** What lies in the folder; outlives roll calls. */
export class FilesTable {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	get(path: string): LocalFile | undefined {
		const row = this.#db.get('SELECT * FROM files WHERE path = ?', path);
		return row === undefined ? undefined : localFile(row);
	}

	/** What the ledger knows of the files at these paths, by path; one question for all of them. */
	known(paths: readonly string[]): ReadonlyMap<string, KnownFile> {
		const found = new Map<string, KnownFile>();
		if (paths.length === 0) return found;
		for (const row of this.#db.rows(
			`SELECT f.path, f.bucket, f.key, f.etag, f.size, f.local_modified, f.verified, f.job
			FROM json_each(?) AS j CROSS JOIN files AS f ON f.path = j.value`,
			JSON.stringify(paths),
		)) {
			const [path, bucket, key, etag, size, localModified, verified, job] = row;
			found.set(path as string, {
				bucket: bucket as string,
				key: key as string,
				etag: etag as string | null,
				size: size as number,
				localModified: localModified as number,
				verified: verified as Verified,
				job: job as number,
			});
		}
		return found;
	}

	put(file: LocalFile): void {
		this.#db.run(
			`INSERT OR REPLACE INTO files (path, bucket, key, etag, size, modified, local_modified, verified, digest, job, finished)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			file.path,
			file.bucket,
			file.key,
			file.etag,
			file.size,
			file.modified,
			file.localModified,
			file.verified,
			file.digest === null ? null : JSON.stringify(file.digest),
			file.job,
			file.finished,
		);
	}

	count(): {files: number; bytes: number} {
		const row = this.#db.get(
			'SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM files',
		);
		return {files: Number(row?.['files'] ?? 0), bytes: Number(row?.['bytes'] ?? 0)};
	}

	*all(): Generator<LocalFile> {
		for (const row of this.#db.iterate('SELECT * FROM files ORDER BY path')) yield localFile(row);
	}
}

function localFile(row: Row): LocalFile {
	const digest = row['digest'];
	return {
		path: String(row['path']),
		bucket: String(row['bucket']),
		key: String(row['key']),
		etag: typeof row['etag'] === 'string' ? row['etag'] : null,
		size: Number(row['size']),
		modified: row['modified'] === null ? null : Number(row['modified']),
		localModified: Number(row['local_modified']),
		verified: String(row['verified']) as Verified,
		digest: typeof digest === 'string' ? (JSON.parse(digest) as ObjectDigest) : null,
		job: Number(row['job']),
		finished: Number(row['finished']),
	};
}
