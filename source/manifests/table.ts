import {parse} from 'csv-parse/sync';
import {formatCount, plural} from '../model/format.ts';
import type {Dialect} from './dialect.ts';
import {manifestError, newlines, textChunks} from './text.ts';

/** A record of a delimited file. `row` counts from 1 without the header, bad rows included; `line` is where it starts. */
export type TableRow =
	| {
			readonly kind: 'row';
			readonly row: number;
			readonly line: number;
			readonly cells: readonly string[];
	  }
	| {
			readonly kind: 'bad';
			readonly row: number;
			readonly line: number;
			readonly message: string;
			readonly text: string;
			/** what could be told apart; empty after a broken quote */
			readonly cells: readonly string[];
	  };

type Parsed = {
	readonly records: readonly {readonly cells: string[]; readonly start: number}[];
	/** where the next record starts */
	readonly end: number;
	readonly failure: 'none' | 'open' | 'quote';
};

/** A record longer than this holds an open quote, not a value. */
const longestRecord = 262_144;
/** A file whose line is longer is no table, and must not fill the memory. */
const longestLine = 4 * 1024 * 1024;
const mostOpenQuotes = 1000;

/**
 * Streams the rows of a table in batches, one per piece of the file. Memory stays bounded by the
 * piece. A record whose quotes don't close costs one line, not the rest of the file: reading starts
 * again behind that line. Throws `manifest` when that happens all over the place.
 */
export async function* tableRows(
	dialect: Dialect,
	signal?: AbortSignal,
): AsyncGenerator<readonly TableRow[]> {
	const reader = new TableReader(dialect);
	for await (const chunk of textChunks(dialect.file, dialect.form, signal)) {
		const rows = reader.add(chunk, false);
		if (rows.length > 0) yield rows;
	}

	const rows = reader.add(Buffer.alloc(0), true);
	if (rows.length > 0) yield rows;
}

class TableReader {
	#rest = Buffer.alloc(0);
	#line = 1;
	#row = 0;
	#openQuotes = 0;
	#skipLine: boolean;
	#skipHeader: boolean;
	readonly #dialect: Dialect;
	/** the byte that ends a line */
	readonly #feed: 10 | 13;

	constructor(dialect: Dialect) {
		this.#dialect = dialect;
		this.#feed = dialect.newline === '\r' ? 13 : 10;
		this.#skipLine = dialect.separatorLine;
		this.#skipHeader = dialect.header;
	}

	/** Takes the next piece and returns the rows that are complete with it. */
	add(chunk: Buffer, last: boolean): TableRow[] {
		let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
		const rows: TableRow[] = [];
		if (this.#skipLine) {
			const end = bytes.indexOf(this.#feed) + 1;
			if (end === 0 && !last) return this.#keep(bytes, rows);
			bytes = bytes.subarray(end);
			this.#skipLine = false;
			this.#line++;
		}

		// Only up to the last line end: what follows may be the first half of a record.
		const stop = last ? bytes.length : bytes.lastIndexOf(this.#feed) + 1;
		if (stop === 0 && bytes.length > longestLine) throw this.#tooLong();
		let at = 0;
		while (at < stop) {
			const part = bytes.subarray(at, stop);
			const parsed = parseRecords(part, this.#dialect);
			for (const [index, {cells, start}] of parsed.records.entries()) {
				this.#take(rows, cells, part, start, parsed.records[index + 1]?.start ?? parsed.end);
			}

			at += parsed.end;
			if (parsed.failure === 'none') break;
			const mayClose = parsed.failure === 'open' && !last && bytes.length - at < longestRecord;
			if (mayClose) return this.#keep(bytes.subarray(at), rows);
			at += this.#skipBroken(rows, bytes.subarray(at, stop));
		}

		return this.#keep(bytes.subarray(Math.max(at, stop)), rows);
	}

	#keep(bytes: Buffer, rows: TableRow[]): TableRow[] {
		this.#rest = Buffer.from(bytes);
		return rows;
	}

	#take(rows: TableRow[], cells: string[], part: Buffer, start: number, end: number): void {
		let first = start;
		// Blank lines in front of a record belong to no record.
		while (first < end && (part[first] === 10 || part[first] === 13)) {
			if (part[first] === this.#feed) this.#line++;
			first++;
		}

		const line = this.#line;
		this.#line += newlines(part, first, end, this.#feed);
		this.#push(rows, cells, line);
	}

	#push(rows: TableRow[], cells: readonly string[], line: number): void {
		if (cells.length === 1 && cells[0]?.trim() === '') return;
		if (this.#skipHeader) {
			this.#skipHeader = false;
			return;
		}

		const row = ++this.#row;
		const {width, header} = this.#dialect;
		if (cells.length === width) {
			rows.push({kind: 'row', row, line, cells});
			return;
		}

		const message = `Line ${formatCount(line)} has ${plural(cells.length, 'field')}, ${
			header ? 'the header has' : 'the other rows have'
		} ${formatCount(width)}.`;
		rows.push({kind: 'bad', row, line, message, text: cells.join(this.#dialect.delimiter), cells});
	}

	/** The record at the start of `part` has a broken quote: read its first line alone, or give it up. Returns its length. */
	#skipBroken(rows: TableRow[], part: Buffer): number {
		let start = 0;
		for (; part[start] === 10 || part[start] === 13; start++)
			if (part[start] === this.#feed) this.#line++;
		const feed = part.indexOf(this.#feed, start);
		const end = feed === -1 ? part.length : feed + 1;
		const line = this.#line++;
		const alone = parseRecords(part.subarray(start, end), this.#dialect, true);
		const [record] = alone.records;
		if (
			alone.failure === 'none' &&
			record !== undefined &&
			record.cells.length === this.#dialect.width
		) {
			this.#push(rows, record.cells, line);
			return end;
		}

		if (++this.#openQuotes > mostOpenQuotes) throw this.#tooBroken(line);
		const text = part
			.subarray(start, end)
			.toString('utf8')
			.replace(/\r?\n$|\r$/, '');
		if (this.#skipHeader) {
			this.#skipHeader = false;
			return end;
		}

		const message = `Line ${formatCount(line)} has a quote that is not closed or stands in the middle of a value.`;
		rows.push({kind: 'bad', row: ++this.#row, line, message, text, cells: []});
		return end;
	}

	#tooLong(): Error {
		return manifestError(
			this.#dialect.file,
			`: line ${formatCount(this.#line)} is longer than 4 MiB, so this is no table.`,
			'Give a CSV or TSV with one file a row.',
		);
	}

	#tooBroken(line: number): Error {
		return manifestError(
			this.#dialect.file,
			`: more than ${formatCount(mostOpenQuotes)} rows up to line ${formatCount(line)} have broken quotes.`,
			'Write it again with a CSV library that doubles the quotes inside values, or name the right delimiter.',
		);
	}
}

/** Parses records up to the first error. Offsets are bytes of `bytes`. */
function parseRecords(bytes: Buffer, dialect: Dialect, relaxed = false): Parsed {
	const records: {cells: string[]; start: number}[] = [];
	let end = 0;
	try {
		parse(bytes, {
			delimiter: dialect.delimiter,
			record_delimiter: dialect.newline === '\r' ? '\r' : ['\r\n', '\n'],
			relax_quotes: relaxed,
			relax_column_count: true,
			skip_empty_lines: true,
			on_record(cells: string[], info: {bytes: number}) {
				records.push({cells, start: end});
				end = info.bytes;
				return null;
			},
		});
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (typeof code !== 'string') throw error;
		return {records, end, failure: code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'quote'};
	}

	return {records, end: bytes.length, failure: 'none'};
}
