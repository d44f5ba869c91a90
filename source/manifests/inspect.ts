import {createHash} from 'node:crypto';
import {cellScore, isGroupHeader, nameHeaderScore, cellKind} from './cell-kinds.ts';
import {columnName} from './columns.ts';
import {readDialect, type Dialect, type DialectOptions} from './dialect.ts';
import {tableRows} from './table.ts';
import type {BadRow, ColumnInfo, TableInspection} from './types.ts';

const sampleRows = 200;
const previewRows = 50;
const keptBadRows = 100;
const distinctCap = 100_000;
/** all columns together may remember this many values, some 60 MB */
const distinctBudget = 1_000_000;
const goodScore = 0.5;

/**
 * One full pass over a delimited file: counts, a sample spread over the whole file, and a guess
 * which columns name the files and their groups. Memory doesn't grow with the file.
 */
export async function inspectTable(
	file: string,
	options: DialectOptions = {},
): Promise<TableInspection> {
	const dialect = await readDialect(file, options);
	return inspectDialect(dialect, options.signal);
}

export async function inspectDialect(
	dialect: Dialect,
	signal?: AbortSignal,
): Promise<TableInspection> {
	const cap = Math.min(distinctCap, Math.max(1000, Math.floor(distinctBudget / dialect.width)));
	const tallies = Array.from({length: dialect.width}, () => new Tally(cap));
	const sample = new Sample();
	const preview: (readonly string[])[] = [];
	const badRows: BadRow[] = [];
	let rows = 0;
	let badRowCount = 0;
	for await (const batch of tableRows(dialect, signal)) {
		for (const row of batch) {
			if (row.kind === 'bad') {
				badRowCount++;
				if (badRows.length < keptBadRows) {
					badRows.push({line: row.line, message: row.message, text: row.text.slice(0, 1000)});
				}
			} else {
				rows++;
				for (const [index, tally] of tallies.entries()) tally.add(row.cells[index] ?? '');
				if (preview.length < previewRows) preview.push(row.cells);
				sample.add(row.cells);
			}
		}
	}

	const sampled = sample.rows();
	const columns = tallies.map((tally, index) => columnInfo(dialect, index, tally, sampled, rows));
	const nameColumn = bestNameColumn(columns);
	return {
		file: dialect.file,
		rows,
		columns,
		delimiter: dialect.delimiter,
		encoding: dialect.form.encoding,
		...(dialect.form.badLine === undefined ? {} : {badEncodingLine: dialect.form.badLine}),
		header: dialect.header,
		preview,
		sample: sampled,
		badRows,
		badRowCount,
		nameColumn,
		groupColumn: bestGroupColumn(columns, sampled, rows, nameColumn),
		fingerprint: fingerprint(dialect),
	};
}

/** Counts the values of one column by a 53-bit hash; stops counting different ones at the cap. */
class Tally {
	empty = 0;
	capped = false;
	readonly #counts = new Map<number, number>();
	readonly #cap: number;
	#distinct = 0;

	constructor(cap: number) {
		this.#cap = cap;
	}

	add(cell: string): void {
		if (cell.trim() === '') {
			this.empty++;
			return;
		}

		if (this.capped) return;
		const hash = hash53(cell);
		const count = this.#counts.get(hash);
		this.#counts.set(hash, (count ?? 0) + 1);
		if (count !== undefined) return;
		this.#distinct++;
		if (this.#distinct < this.#cap) return;
		this.capped = true;
		this.#counts.clear();
	}

	get distinct(): number {
		return this.#distinct;
	}

	get medianRows(): number | undefined {
		if (this.capped || this.#counts.size === 0) return undefined;
		const counts = [...this.#counts.values()].sort((a, b) => a - b);
		return counts[counts.length >> 1];
	}
}

/** Every n-th row, n doubling as the file goes on, so that the rows spread evenly whatever its length. */
class Sample {
	#kept: (readonly string[])[] = [];
	#stride = 1;
	#seen = 0;

	add(cells: readonly string[]): void {
		if (this.#seen++ % this.#stride !== 0) return;
		this.#kept.push(cells);
		if (this.#kept.length < sampleRows * 4) return;
		this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
		this.#stride *= 2;
	}

	rows(): readonly (readonly string[])[] {
		const kept = this.#kept;
		if (kept.length <= sampleRows) return kept;
		return Array.from({length: sampleRows}, (_, index) => {
			const at = Math.floor((index * (kept.length - 1)) / (sampleRows - 1));
			return kept[at] ?? [];
		});
	}
}

function columnInfo(
	dialect: Dialect,
	index: number,
	tally: Tally,
	sampled: readonly (readonly string[])[],
	rows: number,
): ColumnInfo {
	const values = sampled.map((cells) => cells[index] ?? '').filter((value) => value.trim() !== '');
	const {medianRows} = tally;
	return {
		number: index + 1,
		name: columnName(dialect, index),
		samples: [...new Set(values)].slice(0, 5),
		nameScore: nameScore(dialect.names[index] ?? '', values, sampled.length, tally, rows),
		distinct: tally.distinct,
		distinctCapped: tally.capped,
		...(medianRows === undefined ? {} : {medianRows}),
		empty: tally.empty,
	};
}

/** Values decide; a header that says "file" lifts plain stems, repetition and gaps pull down. */
function nameScore(
	header: string,
	values: readonly string[],
	sampled: number,
	tally: Tally,
	rows: number,
): number {
	if (values.length === 0) return 0;
	const looks = values.reduce((sum, value) => sum + cellScore(value), 0) / values.length;
	const unique = tally.capped ? 1 : tally.distinct / Math.max(1, rows - tally.empty);
	const filled = values.length / sampled;
	const header01 = nameHeaderScore(header);
	const score = looks * (0.5 + 0.5 * unique) * (0.5 + 0.5 * filled);
	return (
		Math.round(Math.min(1, score * 0.85 + (score > 0.02 ? 0.4 * header01 * unique : 0)) * 1000) /
		1000
	);
}

function bestNameColumn(columns: readonly ColumnInfo[]): number | undefined {
	let best: ColumnInfo | undefined;
	for (const column of columns) {
		if (column.nameScore > (best?.nameScore ?? goodScore - 0.001)) best = column;
	}

	return best?.number;
}

function bestGroupColumn(
	columns: readonly ColumnInfo[],
	sampled: readonly (readonly string[])[],
	rows: number,
	nameColumn: number | undefined,
): number | undefined {
	const repeated = columns.filter(
		(column) =>
			column.number !== nameColumn &&
			!column.distinctCapped &&
			column.distinct >= 1 &&
			column.distinct <= rows / 2 &&
			column.empty < rows / 2,
	);
	const named = repeated.find((column) => isGroupHeader(column.name));
	if (named !== undefined) return named.number;
	return repeated.find(
		(column) =>
			column.distinct >= 2 &&
			mostly(sampled, column.number - 1, (kind) => kind === 'text' || kind === 'token'),
	)?.number;
}

function mostly(
	sampled: readonly (readonly string[])[],
	index: number,
	fits: (kind: ReturnType<typeof cellKind>) => boolean,
): boolean {
	const values = sampled.map((cells) => cells[index] ?? '').filter((value) => value !== '');
	return (
		values.filter((value) => value.length <= 100 && fits(cellKind(value))).length >
		values.length * 0.9
	);
}

function fingerprint(dialect: Dialect): string {
	const names = dialect.header ? dialect.names.join('\u001f') : `${dialect.width} columns`;
	return createHash('sha256').update(names).digest('hex').slice(0, 16);
}

/** cyrb53 (public domain): a fast 53-bit string hash, good enough to tell values apart. */
function hash53(text: string): number {
	let h1 = 0xdeadbeef;
	let h2 = 0x41c6ce57;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		h1 = Math.imul(h1 ^ code, 2654435761);
		h2 = Math.imul(h2 ^ code, 1597334677);
	}

	h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
	h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
	return 4294967296 * (2097151 & h2) + (h1 >>> 0);
}
