/**
 * The tables of FOLDER/.muster/ledger.sqlite.
 *
 * `files` outlives roll calls: it is what lies in the folder, verified. Everything else belongs to
 * the newest roll call and is made anew with it. Integers stand for states so that a million rows
 * stay small; `states.ts` names them.
 */
export const schemaVersion = 1;

export const lastingTables = `
	CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS files (
		path TEXT PRIMARY KEY,
		bucket TEXT NOT NULL,
		key TEXT NOT NULL,
		etag TEXT,
		size INTEGER NOT NULL,
		modified INTEGER,
		local_modified REAL NOT NULL,
		verified TEXT NOT NULL,
		digest TEXT,
		job INTEGER NOT NULL,
		finished INTEGER NOT NULL
	) WITHOUT ROWID;
`;

export const rollCallTables = `
	CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
	CREATE TABLE IF NOT EXISTS objects (
		id INTEGER PRIMARY KEY,
		bucket TEXT NOT NULL,
		key TEXT NOT NULL,
		size INTEGER NOT NULL,
		etag TEXT,
		modified INTEGER,
		storage TEXT,
		probe TEXT
	);
	CREATE TABLE IF NOT EXISTS listings (
		id INTEGER PRIMARY KEY,
		bucket TEXT NOT NULL,
		prefix TEXT NOT NULL,
		updated INTEGER NOT NULL,
		pages INTEGER NOT NULL,
		keys INTEGER NOT NULL,
		orderly INTEGER NOT NULL
	);
	CREATE TABLE IF NOT EXISTS listing_ranges (
		listing INTEGER NOT NULL,
		after TEXT NOT NULL,
		up_to TEXT,
		last TEXT NOT NULL,
		first TEXT,
		beyond TEXT,
		state INTEGER NOT NULL,
		PRIMARY KEY (listing, after)
	) WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS listing_pages (
		listing INTEGER NOT NULL,
		first TEXT NOT NULL,
		first_id INTEGER NOT NULL,
		last_id INTEGER NOT NULL,
		PRIMARY KEY (listing, first)
	) WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS wanted (
		id INTEGER PRIMARY KEY,
		group_id INTEGER NOT NULL,
		row INTEGER NOT NULL,
		text TEXT NOT NULL,
		bucket TEXT,
		path TEXT NOT NULL,
		state INTEGER NOT NULL DEFAULT 0,
		rule INTEGER,
		object_id INTEGER,
		extra_of INTEGER,
		duplicate_of INTEGER,
		reason TEXT,
		destination TEXT,
		status INTEGER NOT NULL DEFAULT 0,
		size INTEGER NOT NULL DEFAULT 0,
		attempts INTEGER NOT NULL DEFAULT 0,
		verified TEXT,
		error_code TEXT,
		error_message TEXT,
		error_hint TEXT,
		error_detail TEXT
	);
	CREATE TABLE IF NOT EXISTS candidates (
		wanted_id INTEGER NOT NULL,
		position INTEGER NOT NULL,
		object_id INTEGER NOT NULL,
		reason TEXT,
		PRIMARY KEY (wanted_id, position)
	) WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS problems (
		id INTEGER PRIMARY KEY,
		row INTEGER,
		line INTEGER,
		text TEXT NOT NULL,
		message TEXT NOT NULL
	);
`;

export const wantedTableNames = ['candidates', 'wanted', 'groups', 'problems'] as const;

/** What the store has told; may be taken up by the next roll call when this one did not come to its end. */
export const listingTableNames = [
	'objects',
	'listings',
	'listing_ranges',
	'listing_pages',
] as const;

/** Made after the rows are in: far cheaper than keeping them in step row by row. */
export const objectIndexes = `
	CREATE UNIQUE INDEX IF NOT EXISTS objects_key ON objects (bucket, key);
	CREATE INDEX IF NOT EXISTS objects_probe ON objects (probe, bucket, key);
`;

export const wantedIndexes = `
	CREATE INDEX IF NOT EXISTS wanted_group ON wanted (group_id, status, state);
`;
