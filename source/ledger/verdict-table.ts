import type {GuessReason, MatchRule} from '../model/match.ts';
import type {Database} from './database.ts';
import {ruleNumber, stateNumber} from './states.ts';

export type Verdict =
	| {
			readonly kind: 'found';
			readonly wantedId: number;
			readonly objectId: number;
			readonly rule: MatchRule;
	  }
	| {
			readonly kind: 'ambiguous';
			readonly wantedId: number;
			readonly rule: MatchRule;
			readonly objectIds: readonly number[];
	  }
	| {
			readonly kind: 'missing';
			readonly wantedId: number;
			readonly guesses: readonly {readonly objectId: number; readonly reason: GuessReason}[];
	  };

/** What became of wanted rows: found, ambiguous or missing, with the keys that may be meant. */
export class VerdictTable {
	readonly #db: Database;

	constructor(database: Database) {
		this.#db = database;
	}

	record(verdicts: readonly Verdict[]): void {
		this.#db.transaction(() => {
			for (const verdict of verdicts) this.#recordOne(verdict);
		});
	}

	#recordOne(verdict: Verdict): void {
		const {wantedId} = verdict;
		if (verdict.kind === 'found') {
			this.#db.run(
				'UPDATE wanted SET state = ?, rule = ?, object_id = ? WHERE id = ?',
				stateNumber.found,
				ruleNumber(verdict.rule),
				verdict.objectId,
				wantedId,
			);
			return;
		}
		const candidates: readonly {objectId: number; reason: GuessReason | null}[] =
			verdict.kind === 'ambiguous'
				? verdict.objectIds.map((objectId) => ({objectId, reason: null}))
				: verdict.guesses;
		this.#db.run(
			'UPDATE wanted SET state = ?, rule = ?, object_id = NULL WHERE id = ?',
			stateNumber[verdict.kind],
			verdict.kind === 'ambiguous' ? ruleNumber(verdict.rule) : null,
			wantedId,
		);
		for (const [position, {objectId, reason}] of candidates.entries()) {
			this.#db.run(
				'INSERT OR REPLACE INTO candidates (wanted_id, position, object_id, reason) VALUES (?, ?, ?, ?)',
				wantedId,
				position,
				objectId,
				reason,
			);
		}
	}

	/** Rows that stayed unresolved after every rule. */
	missingWithoutGuess(limit: number): readonly {id: number; path: string}[] {
		return this.#db
			.all(
				`SELECT id, path FROM wanted WHERE state = ${stateNumber.missing} AND path <> ''
				AND NOT EXISTS (SELECT 1 FROM candidates AS c WHERE c.wanted_id = wanted.id) ORDER BY id LIMIT ?`,
				limit,
			)
			.map((row) => ({id: Number(row['id']), path: String(row['path'])}));
	}

	addGuesses(wantedId: number, guesses: readonly {objectId: number; reason: GuessReason}[]): void {
		for (const [position, {objectId, reason}] of guesses.entries()) {
			this.#db.run(
				'INSERT OR IGNORE INTO candidates (wanted_id, position, object_id, reason) VALUES (?, ?, ?, ?)',
				wantedId,
				position,
				objectId,
				reason,
			);
		}
	}

	setMissing(wantedId: number, reason: string | null): void {
		this.#db.run(
			'UPDATE wanted SET state = ?, reason = ? WHERE id = ?',
			stateNumber.missing,
			reason,
			wantedId,
		);
	}

	/** Takes a person's choice back: ambiguous where several keys fit, missing where they were guesses. */
	reopen(wantedId: number): void {
		this.#db.run(
			`UPDATE wanted SET object_id = NULL, rule = NULL, status = 0, destination = NULL, size = 0,
			duplicate_of = NULL, reason = NULL, verified = NULL,
			error_code = NULL, error_message = NULL, error_hint = NULL, error_detail = NULL, state = CASE
			WHEN EXISTS (SELECT 1 FROM candidates AS c WHERE c.wanted_id = wanted.id AND c.reason IS NULL) THEN ?
			ELSE ? END WHERE id = ?`,
			stateNumber.ambiguous,
			stateNumber.missing,
			wantedId,
		);
	}

	/** Rows that the rule `all` added to a row. */
	extrasOf(wantedId: number): readonly number[] {
		return this.#db
			.all('SELECT id FROM wanted WHERE extra_of = ?', wantedId)
			.map((row) => Number(row['id']));
	}

	/** Removes a row that the rule `all` added. */
	removeExtra(wantedId: number): void {
		this.#db.run('DELETE FROM wanted WHERE id = ? AND extra_of IS NOT NULL', wantedId);
	}
}
