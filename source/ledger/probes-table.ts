import type {Database} from './database.ts';

/** The unresolved rows of a join by the loosest form of their names; gone with the connection. */
export class ProbesTable {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	/** Unresolved rows by probe, for a join that reads each probe's candidates once. */
	start(): void {
		this.#db.exec(`
			DROP TABLE IF EXISTS temp.probes;
			CREATE TEMP TABLE probes (probe TEXT, wanted_id INTEGER, PRIMARY KEY (probe, wanted_id)) WITHOUT ROWID;
		`);
	}

	add(rows: readonly {probe: string; wantedId: number}[]): void {
		this.#db.transaction(() => {
			for (const {probe, wantedId} of rows) {
				this.#db.run(
					'INSERT OR IGNORE INTO probes (probe, wanted_id) VALUES (?, ?)',
					probe,
					wantedId,
				);
			}
		});
	}

	/** Probes after `probe`, with whether any object has them. */
	after(probe: string | undefined, limit: number): readonly string[] {
		const rows =
			probe === undefined
				? this.#db.all('SELECT DISTINCT probe FROM probes ORDER BY probe LIMIT ?', limit)
				: this.#db.all(
						'SELECT DISTINCT probe FROM probes WHERE probe > ? ORDER BY probe LIMIT ?',
						probe,
						limit,
					);
		return rows.map((row) => String(row['probe']));
	}

	wantedOf(probe: string): readonly {id: number; path: string}[] {
		return this.#db
			.all(
				'SELECT w.id AS id, w.path AS path FROM probes AS p JOIN wanted AS w ON w.id = p.wanted_id WHERE p.probe = ?',
				probe,
			)
			.map((row) => ({id: Number(row['id']), path: String(row['path'])}));
	}

	end(): void {
		this.#db.exec('DROP TABLE IF EXISTS temp.probes');
	}
}
