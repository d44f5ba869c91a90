import {mkdirSync, renameSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import type {Ledger} from '../ledger/ledger.ts';
import type {LedgerRow, RowEnd} from '../ledger/row-windows.ts';
import {
	csvLine,
	resolvedRows,
	resolvedTable,
	type Resolved,
	type ResolvedRow,
} from '../manifests/index.ts';
import type {SummaryEvent} from '../model/event.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {WantedRow} from '../model/snapshot.ts';
import {keptManifest} from './manifest-copy.ts';

/**
 * Writes summary.json, missing.csv, failed.csv, resolved.csv, and ambiguous.csv where there is
 * something to say, each whole or not at all. Answers their names.
 */
export async function writeReports(
	ledger: Ledger,
	spec: JobSpec,
	folder: string,
	summary: SummaryEvent,
): Promise<readonly string[]> {
	mkdirSync(folder, {recursive: true});
	const written = ['summary.json', 'missing.csv', 'failed.csv', 'resolved.csv'];
	const {type: _, ...totals} = summary;
	const account = {...totals, finished_at: new Date().toISOString(), spec: publicSpec(spec)};
	await writeLines(folder, 'summary.json', [`${JSON.stringify(account, undefined, '\t')}\n`]);
	await writeLines(folder, 'missing.csv', missingLines(ledger));
	await writeLines(folder, 'failed.csv', failedLines(ledger));
	await writeLines(folder, 'resolved.csv', resolvedLines(ledger, spec, path.dirname(folder)));
	if (ledger.windows.rows({states: ['ambiguous']}, 0, 1).total > 0) {
		await writeLines(folder, 'ambiguous.csv', ambiguousLines(ledger));
		written.push('ambiguous.csv');
	} else rmSync(path.join(folder, 'ambiguous.csv'), {force: true});
	return written;
}

/** The spec names files of secrets, never a secret; the credential part is of no use to a reader of the report. */
function publicSpec(spec: JobSpec): Omit<JobSpec, 'credentials'> {
	const {credentials: _, ...rest} = spec;
	return rest;
}

/** characters that are written at once */
const enough = 256 * 1024;

async function writeLines(
	folder: string,
	name: string,
	lines: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
	const file = path.join(folder, name);
	const handle = await open(`${file}.new`, 'w');
	try {
		// Lines are written in company: a write for each costs more than all else about a report.
		let text = '';
		const flush = async (): Promise<void> => {
			const full = text;
			text = '';
			if (full !== '') await handle.writeFile(full);
		};
		if (Symbol.iterator in lines) {
			for (const line of lines) {
				text += line;
				if (text.length >= enough) await flush();
			}
		} else {
			for await (const line of lines) {
				text += line;
				if (text.length >= enough) await flush();
			}
		}
		await flush();
	} finally {
		await handle.close();
	}
	renameSync(`${file}.new`, file);
}

function* allRows(ledger: Ledger): Generator<RowEnd> {
	let last = 0;
	for (;;) {
		const rows = ledger.windows.endsAfter(last, 1000);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		yield* rows;
	}
}

function* rowsOf(ledger: Ledger, states: readonly WantedRow['state'][]): Generator<LedgerRow> {
	let last = 0;
	for (;;) {
		const rows = ledger.windows.after({states}, last, 1000);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		yield* rows;
	}
}

function* missingLines(ledger: Ledger): Generator<string> {
	yield `${csvLine(['row', 'group', 'wanted', 'reason', 'suggestion_1', 'suggestion_2', 'suggestion_3'])}\n`;
	for (const row of rowsOf(ledger, ['missing'])) {
		const guesses = ledger.windows.candidates(row.id);
		const reason = row.reason ?? guesses[0]?.reason ?? '';
		const [one = '', two = '', three = ''] = guesses.map((guess) => guess.key);
		yield `${csvLine([String(row.row), row.group, row.text, reason, one, two, three])}\n`;
	}
}

function* failedLines(ledger: Ledger): Generator<string> {
	yield `${csvLine(['row', 'group', 'wanted', 'key', 'local_path', 'code', 'reason', 'attempts'])}\n`;
	for (const row of rowsOf(ledger, ['failed'])) {
		yield `${csvLine([
			String(row.row),
			row.group,
			row.text,
			row.key ?? '',
			row.path ?? '',
			row.error?.code ?? '',
			row.error?.message ?? '',
			String(row.attempts),
		])}\n`;
	}
}

function* ambiguousLines(ledger: Ledger): Generator<string> {
	yield `${csvLine(['row', 'group', 'wanted', 'candidate', 'bytes'])}\n`;
	for (const row of rowsOf(ledger, ['ambiguous'])) {
		for (const candidate of ledger.windows.candidates(row.id)) {
			yield `${csvLine([String(row.row), row.group, row.text, candidate.key, String(candidate.size)])}\n`;
		}
	}
}

/** The user's manifest with what became of each row; duplicates point where their first row points. */
function resolvedLines(ledger: Ledger, spec: JobSpec, stateFolder: string): AsyncGenerator<string> {
	const manifest = keptManifest(spec, stateFolder);
	return manifest.kind === 'csv'
		? resolvedTable(manifest, answersByRow(ledger))
		: resolvedRows(answeredRows(ledger));
}

/** Rows are written in manifest order; those that the rule `all` added come behind and are no rows of their own. */
function* answersByRow(ledger: Ledger): Generator<Resolved & {row: number}> {
	for (const row of allRows(ledger)) {
		if (row.extraOf === null) yield {row: row.row, ...answer(ledger, row)};
	}
}

function* answeredRows(ledger: Ledger): Generator<ResolvedRow> {
	for (const row of allRows(ledger)) {
		yield {group: row.group, wanted: row.text, ...answer(ledger, row)};
	}
}

function answer(ledger: Ledger, row: RowEnd): Resolved {
	const {key, path} = original(ledger, row);
	return {
		status: row.state === 'waiting' ? 'not-downloaded' : row.state,
		key: key ?? '',
		local_path: path ?? '',
	};
}

/** The row that a duplicate repeats; that one may itself have come to the object of another. */
function original(ledger: Ledger, row: RowEnd): RowEnd {
	let first = row;
	while (first.duplicateOf !== null) {
		const next = ledger.windows.row(first.duplicateOf);
		if (next === undefined || next.id >= first.id) break;
		first = next;
	}
	return first;
}
