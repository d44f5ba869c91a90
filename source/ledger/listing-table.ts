import type {ObjectInfo} from '../model/object.ts';
import type {Database, Row} from './database.ts';
import type {ObjectsTable} from './objects-table.ts';

/** A listing of everything below a prefix, whole or on its way. */
export type KeptListing = {
	readonly id: number;
	/** Unix milliseconds of its newest page */
	readonly updated: number;
	readonly pages: number;
	readonly keys: number;
	/** the store lists in the order of S3: its rows lie in pages that can be put in order */
	readonly orderly: boolean;
};

/** How far one range of keys has been read. See `KeyRange` of the roll call. */
export type KeptRange = {
	readonly after: string;
	readonly upTo: string | null;
	readonly last: string;
	/** null: nothing; undefined: not known yet */
	readonly first: string | null | undefined;
	readonly beyond: string | null | undefined;
	readonly done: boolean;
};

export type PageToKeep = {
	readonly listing: number;
	readonly bucket: string;
	readonly objects: readonly ObjectInfo[];
	/** the ranges that have changed since the last page was kept */
	readonly ranges: readonly KeptRange[];
};

/** bits of `state`: what of a range is known; a null alone would not tell */
const isDone = 1;
const isFirstKnown = 2;
const isBeyondKnown = 4;

/**
 * The listings of a roll call: how far each has come, in one transaction with the rows of its pages,
 * so that one that was cut off can be taken up where it ended.
 */
export class ListingTable {
	readonly #db: Database;
	readonly #objects: ObjectsTable;

	constructor(database: Database, objects: ObjectsTable) {
		this.#db = database;
		this.#objects = objects;
	}

	find(bucket: string, prefix: string): KeptListing | undefined {
		const row = this.#db.get(
			'SELECT id, updated, pages, keys, orderly FROM listings WHERE bucket = ? AND prefix = ?',
			bucket,
			prefix,
		);
		return row === undefined ? undefined : kept(row);
	}

	/** The newest page of any listing, in Unix milliseconds, and how many keys there are. */
	newest(): {updated: number; keys: number} | undefined {
		const row = this.#db.get('SELECT max(updated) AS updated, sum(keys) AS keys FROM listings');
		if (row === undefined || row['updated'] === null) return undefined;
		return {updated: Number(row['updated']), keys: Number(row['keys'])};
	}

	begin(bucket: string, prefix: string): KeptListing {
		const updated = Date.now();
		const id = this.#db.insert(
			'INSERT INTO listings (bucket, prefix, updated, pages, keys, orderly) VALUES (?, ?, ?, 0, 0, 1)',
			bucket,
			prefix,
			updated,
		);
		return {id, updated, pages: 0, keys: 0, orderly: true};
	}

	/** A page with how far its listing has come by it. */
	keep(page: PageToKeep, probeOf: ((key: string) => string) | undefined): void {
		const {listing, bucket, objects, ranges} = page;
		this.#db.transaction(() => {
			const before = this.#objects.lastId();
			this.#objects.insert(bucket, objects, probeOf);
			const last = this.#objects.lastId();
			if (last > before)
				this.#db.run(
					'INSERT OR REPLACE INTO listing_pages (listing, first, first_id, last_id) VALUES (?, ?, ?, ?)',
					listing,
					objects[0]?.key ?? '',
					before + 1,
					last,
				);
			for (const range of ranges) this.#keepRange(listing, range);
			this.#db.run(
				'UPDATE listings SET updated = ?, pages = pages + 1, keys = keys + ? WHERE id = ?',
				Date.now(),
				objects.length,
				listing,
			);
		});
	}

	#keepRange(listing: number, {after, upTo, last, first, beyond, done}: KeptRange): void {
		const state =
			(done ? isDone : 0) |
			(first === undefined ? 0 : isFirstKnown) |
			(beyond === undefined ? 0 : isBeyondKnown);
		this.#db.run(
			`INSERT OR REPLACE INTO listing_ranges (listing, after, up_to, last, first, beyond, state)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			listing,
			after,
			upTo,
			last,
			first ?? null,
			beyond ?? null,
			state,
		);
	}

	/** In key order. */
	ranges(listing: number): readonly KeptRange[] {
		return this.#db
			.all('SELECT * FROM listing_ranges WHERE listing = ? ORDER BY after', listing)
			.map((row) => {
				const state = Number(row['state']);
				return {
					after: String(row['after']),
					upTo: textOrNull(row['up_to']),
					last: String(row['last']),
					first: state & isFirstKnown ? textOrNull(row['first']) : undefined,
					beyond: state & isBeyondKnown ? textOrNull(row['beyond']) : undefined,
					done: (state & isDone) !== 0,
				};
			});
	}

	/** Pages and ranges of a listing of a store with an order of its own mean nothing; its keys stay. */
	forgetOrder(listing: number): void {
		this.#db.transaction(() => {
			this.#db.run('DELETE FROM listing_ranges WHERE listing = ?', listing);
			this.#db.run('DELETE FROM listing_pages WHERE listing = ?', listing);
			this.#db.run('UPDATE listings SET orderly = 0 WHERE id = ?', listing);
		});
	}

	/** Runs of object rows in key order, from `first` up to `last`; each is a page. */
	pages(listing: number): readonly {first: number; last: number}[] {
		return this.#db
			.all('SELECT first_id, last_id FROM listing_pages WHERE listing = ? ORDER BY first', listing)
			.map((row) => ({first: Number(row['first_id']), last: Number(row['last_id'])}));
	}
}

function kept(row: Row): KeptListing {
	return {
		id: Number(row['id']),
		updated: Number(row['updated']),
		pages: Number(row['pages']),
		keys: Number(row['keys']),
		orderly: Number(row['orderly']) === 1,
	};
}

const textOrNull = (value: Row[string] | undefined): string | null =>
	value === null || value === undefined ? null : String(value);
