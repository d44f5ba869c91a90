import type {ManifestSpec} from '../model/job-spec.ts';
import {wantedText} from './address.ts';
import {settleTable, type SettledTable} from './csv.ts';
import {csvLine, harmlessPath} from './csv-line.ts';
import {readManifest} from './read.ts';
import {tableRows, type TableRow} from './table.ts';
import type {ReadOptions} from './types.ts';

/** What became of one row. Columns of `resolved.csv`; '' where there is nothing to say. */
export type Resolved = {readonly status: string; readonly key: string; readonly local_path: string};

/** Answers by row number, asked in rising order; or all answers, in rising order of `row`. */
export type ResolvedSource =
	| ((row: number) => Resolved | undefined)
	| Iterable<Resolved & {readonly row: number}>
	| AsyncIterable<Resolved & {readonly row: number}>;

/** A row of a report about a manifest that is no table. */
export type ResolvedRow = Resolved & {readonly group: string; readonly wanted: string};

const added = ['status', 'key', 'local_path'] as const;
const nothing: Resolved = {status: '', key: '', local_path: ''};
const skipped: Resolved = {status: 'skipped', key: '', local_path: ''};

/**
 * The text of `resolved.csv`, in pieces. A CSV comes back row for row and column for column with the
 * same delimiter, line ends and header or none, in UTF-8 (with a byte order mark if it had one or
 * was no UTF-8), and three columns behind its own; where it has a column of the same name already,
 * ours is called `muster_status` and so on. A skipped row stays, cut or filled to the table's width,
 * with the status `skipped`. Cells are made harmless as `csvLine` says, and signatures of presigned
 * URLs are left out. Other manifests give the columns group, wanted, status, key, local_path.
 */
export async function* resolvedTable(
	spec: Exclude<ManifestSpec, {kind: 'prefix'}>,
	source: ResolvedSource,
	options: ReadOptions = {},
): AsyncGenerator<string> {
	const answers = new Answers(source);
	if (spec.kind === 'csv') yield* resolvedCsv(await settleTable(spec, options), answers, options);
	else yield* resolvedRows(answeredEntries(spec, answers, options));
}

/** The text of a report with the columns group, wanted, status, key, local_path. For a prefix, too. */
export async function* resolvedRows(
	rows: Iterable<ResolvedRow> | AsyncIterable<ResolvedRow>,
): AsyncGenerator<string> {
	yield csvLine(['group', 'wanted', ...added]) + '\n';
	let text = '';
	let lines = 0;
	const add = ({group, wanted, ...answer}: ResolvedRow): boolean => {
		text += csvLine([group, wanted, ...answerCells(answer)]) + '\n';
		return ++lines % 500 === 0;
	};

	// Rows that are there at once need no turn of the event loop each.
	if (Symbol.iterator in rows) {
		for (const row of rows) {
			if (!add(row)) continue;
			yield text;
			text = '';
		}
	} else {
		for await (const row of rows) {
			if (!add(row)) continue;
			yield text;
			text = '';
		}
	}

	if (text !== '') yield text;
}

async function* resolvedCsv(
	{dialect}: SettledTable,
	answers: Answers,
	options: ReadOptions,
): AsyncGenerator<string> {
	const {delimiter, newline, form, header, names, width} = dialect;
	const end = newline === '\r' ? '\n' : newline;
	const mark = form.bom || form.encoding !== 'utf-8' ? '\uFEFF' : '';
	const taken = new Set(names.map((name) => name.trim().toLowerCase()));
	const ours = added.map((name) => (taken.has(name) ? `muster_${name}` : name));
	yield mark + (header ? csvLine([...names, ...ours], delimiter) + end : '');
	for await (const batch of tableRows(dialect, options.signal)) {
		const lines: string[] = [];
		for (const row of batch) {
			const answer = row.kind === 'bad' ? skipped : ((await answers.at(row.row)) ?? nothing);
			const cells = ownCells(row, width).map((cell) =>
				cell.includes('://') ? wantedText(cell) : cell,
			);
			lines.push(csvLine([...cells, ...answerCells(answer)], delimiter) + end);
		}

		yield lines.join('');
	}
}

function ownCells(row: TableRow, width: number): string[] {
	const cells = row.kind === 'bad' && row.cells.length === 0 ? [row.text] : row.cells;
	return Array.from({length: width}, (_, index) => cells[index] ?? '');
}

const answerCells = ({status, key, local_path}: Resolved): string[] => [
	status,
	key,
	harmlessPath(local_path),
];

async function* answeredEntries(
	spec: ManifestSpec,
	answers: Answers,
	options: ReadOptions,
): AsyncGenerator<ResolvedRow> {
	for await (const entry of readManifest(spec, options)) {
		if (entry.type === 'problem') {
			yield {group: entry.problem.group, wanted: entry.problem.text, ...skipped};
		} else {
			const {group, text, row} = entry.item;
			yield {group, wanted: text, ...((await answers.at(row)) ?? nothing)};
		}
	}
}

/** Steps through the answers beside the rows, so that neither has to be held in memory. */
class Answers {
	readonly #ask: ((row: number) => Resolved | undefined) | undefined;
	readonly #steps:
		AsyncIterator<Resolved & {row: number}> | Iterator<Resolved & {row: number}> | undefined;
	#next: (Resolved & {row: number}) | undefined;
	#done = false;

	constructor(source: ResolvedSource) {
		if (typeof source === 'function') this.#ask = source;
		else if (Symbol.asyncIterator in source) this.#steps = source[Symbol.asyncIterator]();
		else this.#steps = source[Symbol.iterator]();
	}

	async at(row: number): Promise<Resolved | undefined> {
		if (this.#ask !== undefined) return this.#ask(row);
		while (!this.#done && (this.#next === undefined || this.#next.row < row)) {
			const step = await this.#steps?.next();
			this.#done = step === undefined || step.done === true;
			this.#next = step === undefined || step.done === true ? undefined : step.value;
		}

		return this.#next?.row === row ? this.#next : undefined;
	}
}
