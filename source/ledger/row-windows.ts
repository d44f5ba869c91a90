import type {ErrorCode, ErrorRecord} from '../model/error.ts';
import type {GuessReason} from '../model/match.ts';
import type {Candidate, WantedRow} from '../model/snapshot.ts';
import type {Database, Row} from './database.ts';
import {ruleName, stateName, statusName} from './states.ts';

/** A wanted row with everything that lists and reports say of it; texts raw. */
export type LedgerRow = WantedRow & {
	readonly bucket: string | null;
	readonly reason: string | null;
	readonly attempts: number;
	readonly verified: string | null;
	readonly duplicateOf: number | null;
	readonly extraOf: number | null;
};

/** The part of a row that says what became of it. */
export type RowEnd = Pick<
	LedgerRow,
	'id' | 'row' | 'group' | 'text' | 'state' | 'key' | 'path' | 'duplicateOf' | 'extraOf'
>;

export type RowFilter = {
	readonly groupId?: number;
	readonly states?: readonly WantedRow['state'][];
	readonly find?: string;
};

const columns = `w.id AS id, w.group_id AS group_id, g.name AS group_name, w.text AS text, w.row AS row,
	w.state AS state, w.status AS status, w.rule AS rule, w.size AS size, w.reason AS reason,
	w.destination AS destination, w.attempts AS attempts, w.verified AS verified,
	w.duplicate_of AS duplicate_of, w.extra_of AS extra_of,
	w.error_code AS error_code, w.error_message AS error_message, w.error_hint AS error_hint,
	w.error_detail AS error_detail, o.bucket AS bucket, o.key AS key, o.size AS object_size`;

const source = `wanted AS w JOIN groups AS g ON g.id = w.group_id LEFT JOIN objects AS o ON o.id = w.object_id`;

/** SQL for a state of the lists: the roll call's verdict, or what became of the file. */
const stateCondition: Record<WantedRow['state'], string> = {
	found: '(w.state = 1 AND w.status <= 1)',
	waiting: '(w.state = 1 AND w.status <= 1)',
	downloaded: '(w.state = 1 AND w.status = 2)',
	local: '(w.state = 1 AND w.status = 3)',
	failed: '(w.status = 4)',
	missing: '(w.state = 2)',
	ambiguous: '(w.state = 3)',
	duplicate: '(w.state = 4)',
	excluded: '(w.state = 5)',
};

/** Lists by window, so that no front end ever holds a million rows. */
export class RowWindows {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	rows(
		filter: RowFilter,
		offset: number,
		limit: number,
	): {total: number; rows: readonly LedgerRow[]} {
		const {where, values} = condition(filter);
		const total = Number(
			this.#db.get(`SELECT count(*) AS n FROM ${source} WHERE ${where}`, ...values)?.['n'] ?? 0,
		);
		const rows = this.#db
			.all(
				`SELECT ${columns} FROM ${source} WHERE ${where} ORDER BY w.id LIMIT ? OFFSET ?`,
				...values,
				limit,
				offset,
			)
			.map((row) => this.#withCandidates(ledgerRow(row)));
		return {total, rows};
	}

	row(id: number): LedgerRow | undefined {
		const row = this.#db.get(`SELECT ${columns} FROM ${source} WHERE w.id = ?`, id);
		return row === undefined ? undefined : this.#withCandidates(ledgerRow(row));
	}

	/** Rows after an id, for reports and events that walk through all of them. */
	after(filter: RowFilter, id: number, limit: number): readonly LedgerRow[] {
		const {where, values} = condition(filter);
		return this.#db
			.all(
				`SELECT ${columns} FROM ${source} WHERE ${where} AND w.id > ? ORDER BY w.id LIMIT ?`,
				...values,
				id,
				limit,
			)
			.map((row) => ledgerRow(row));
	}

	/** What became of the rows after an id, in manifest order: the few columns of a report over all of them. */
	endsAfter(id: number, limit: number): readonly RowEnd[] {
		const rows = this.#db.rows(
			`SELECT w.id, w.row, g.name, w.text, w.state, w.status, o.key, w.destination, w.duplicate_of, w.extra_of
			FROM wanted AS w CROSS JOIN groups AS g ON g.id = w.group_id LEFT JOIN objects AS o ON o.id = w.object_id
			WHERE w.id > ? ORDER BY w.id LIMIT ?`,
			id,
			limit,
		);
		return rows.map(
			([wantedId, row, group, text, state, status, key, path, duplicateOf, extraOf]) => ({
				id: wantedId as number,
				row: row as number,
				group: group as string,
				text: text as string,
				state: rowState(state as number, status as number),
				key: key as string | null,
				path: path as string | null,
				duplicateOf: duplicateOf as number | null,
				extraOf: extraOf as number | null,
			}),
		);
	}

	candidates(wantedId: number): readonly Candidate[] {
		const rows = this.#db.all(
			`SELECT c.object_id AS object_id, c.reason AS reason, o.key AS key, o.size AS size, o.modified AS modified
			FROM candidates AS c JOIN objects AS o ON o.id = c.object_id WHERE c.wanted_id = ? ORDER BY c.position`,
			wantedId,
		);
		return rows.map((row) => ({
			objectId: Number(row['object_id']),
			key: String(row['key']),
			size: Number(row['size']),
			modified: row['modified'] === null ? null : Number(row['modified']),
			reason: row['reason'] === null ? null : (String(row['reason']) as GuessReason),
			sure: rows.length === 1 && row['reason'] !== null,
		}));
	}

	#withCandidates(row: LedgerRow): LedgerRow {
		return row.state === 'missing' || row.state === 'ambiguous'
			? {...row, candidates: this.candidates(row.id)}
			: row;
	}
}

function condition(filter: RowFilter): {where: string; values: (string | number)[]} {
	const parts: string[] = [];
	const values: (string | number)[] = [];
	if (filter.groupId !== undefined) {
		parts.push('w.group_id = ?');
		values.push(filter.groupId);
	}
	if (filter.states !== undefined && filter.states.length > 0) {
		parts.push(`(${filter.states.map((state) => stateCondition[state]).join(' OR ')})`);
	}
	if (filter.find !== undefined && filter.find !== '') {
		parts.push("(instr(lower(w.text), ?) > 0 OR instr(lower(coalesce(w.destination, '')), ?) > 0)");
		values.push(filter.find.toLowerCase(), filter.find.toLowerCase());
	}
	return {where: parts.length === 0 ? '1' : parts.join(' AND '), values};
}

function ledgerRow(row: Row): LedgerRow {
	const text = (name: string): string | null => {
		const value = row[name];
		return value === null || value === undefined ? null : String(value);
	};
	const number = (name: string): number | null => {
		const value = row[name];
		return value === null || value === undefined ? null : Number(value);
	};
	const state = rowState(Number(row['state']), Number(row['status']));
	return {
		id: Number(row['id']),
		groupId: Number(row['group_id']),
		group: String(row['group_name']),
		text: String(row['text']),
		row: Number(row['row']),
		state,
		rule: ruleName(number('rule')),
		key: text('key'),
		bucket: text('bucket'),
		path: text('destination'),
		size: number('object_size') ?? Number(row['size']),
		candidates: [],
		error: errorOf(text),
		reason: text('reason'),
		attempts: Number(row['attempts']),
		verified: text('verified'),
		duplicateOf: number('duplicate_of'),
		extraOf: number('extra_of'),
	};
}

function errorOf(text: (name: string) => string | null): ErrorRecord | null {
	const code = text('error_code');
	if (code === null) return null;
	const hint = text('error_hint');
	const detail = text('error_detail');
	return {
		code: code as ErrorCode,
		message: text('error_message') ?? '',
		...(hint === null ? {} : {hint}),
		...(detail === null ? {} : {detail}),
	};
}

function rowState(state: number, status: number): WantedRow['state'] {
	const file = statusName(status);
	if (file === 'failed' || file === 'local' || file === 'downloaded' || file === 'waiting')
		return file;
	const verdict = stateName(state);
	return verdict === 'pending' ? 'waiting' : verdict;
}
