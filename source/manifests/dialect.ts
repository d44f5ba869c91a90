import {extname} from 'node:path';
import {parse} from 'csv-parse/sync';
import {MusterError} from '../model/error.ts';
import {cellKind, isKnownHeader} from './cell-kinds.ts';
import {manifestError, textChunks, textForm, type TextForm} from './text.ts';

/** How a delimited file is written. */
export type Dialect = {
	readonly file: string;
	readonly form: TextForm;
	readonly delimiter: string;
	readonly newline: '\n' | '\r\n' | '\r';
	readonly header: boolean;
	/** cells of the first record when it is a header */
	readonly names: readonly string[];
	/** cells that every row must have */
	readonly width: number;
	/** Excel's `sep=;` line comes first */
	readonly separatorLine: boolean;
};

export type DialectOptions = {
	readonly header?: boolean;
	readonly delimiter?: string;
	/** names that a person gave: if the first record has one of them, it is a header */
	readonly wantedNames?: readonly string[];
	readonly signal?: AbortSignal;
};

export const delimiterNames: Readonly<Record<string, string>> = {
	',': 'comma',
	';': 'semicolon',
	'\t': 'tab',
	'|': 'bar',
};
const candidates = [',', ';', '\t', '|'] as const;
const headBytes = 262_144;
const headRecords = 200;

/** Reads the head of a file (and checks its encoding to the end) to tell how it is written. Throws `manifest`. */
export async function readDialect(file: string, options: DialectOptions = {}): Promise<Dialect> {
	const form = await textForm(file, {signal: options.signal});
	let {text, complete} = await headText(file, form, options.signal);
	const separator = /^sep=(.)\r?\n/i.exec(text)?.[1];
	if (separator !== undefined) text = text.slice(text.indexOf('\n') + 1);
	if (text.trim() === '') throw emptyError(file);

	const newline = text.includes('\n')
		? /\r\n/.test(text)
			? '\r\n'
			: '\n'
		: text.includes('\r')
			? '\r'
			: '\n';
	const delimiter =
		namedDelimiter(options.delimiter) ?? separator ?? sniffDelimiter(text, complete, newline, file);
	const records = headOf(text, delimiter, newline, complete);
	const [first] = records;
	if (first === undefined) throw emptyError(file);
	const header = options.header ?? isHeader(records, options.wantedNames ?? []);
	return {
		file,
		form,
		delimiter,
		newline,
		header,
		names: header ? first : [],
		width: header ? first.length : commonWidth(records),
		separatorLine: separator !== undefined,
	};
}

/** A delimiter as a person may write it: the character, `tab`, `\t`, `comma`, `semicolon`, `bar`. Throws `usage`. */
function namedDelimiter(text: string | undefined): string | undefined {
	if (text === undefined || text === '') return undefined;
	if (text === '\\t') return '\t';
	const named = Object.entries(delimiterNames).find(([, name]) => name === text.toLowerCase());
	if (named !== undefined) return named[0];
	if (text.length === 1 && !/["\r\n]/.test(text)) return text;
	throw new MusterError('usage', `"${text}" can't be the delimiter of a table.`, {
		hint: 'Give one character, or comma, semicolon, tab or bar.',
	});
}

function emptyError(file: string): MusterError {
	return manifestError(
		file,
		' is empty: there is no row in it.',
		'Check that it was written to the end, or give another file.',
	);
}

async function headText(
	file: string,
	form: TextForm,
	signal?: AbortSignal,
): Promise<{text: string; complete: boolean}> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of textChunks(file, form, signal)) {
		chunks.push(chunk);
		length += chunk.length;
		if (length >= headBytes) return {text: Buffer.concat(chunks).toString('utf8'), complete: false};
	}

	return {text: Buffer.concat(chunks).toString('utf8'), complete: true};
}

/** First records, leniently: what follows a broken quote is left out. The last one may be cut off. */
function headOf(text: string, delimiter: string, newline: string, complete: boolean): string[][] {
	const records: string[][] = [];
	try {
		parse(text, {
			delimiter,
			record_delimiter: newline === '\r' ? '\r' : ['\r\n', '\n'],
			relax_quotes: true,
			relax_column_count: true,
			skip_empty_lines: true,
			to: headRecords + 1,
			on_record(record: string[]) {
				if (record.length > 1 || record[0]?.trim() !== '') records.push(record);
				return null;
			},
		});
	} catch {
		// An open quote ends the sample early; if it is in the first record, take that line as it is.
		if (records.length === 0) return [(text.split(/\r?\n|\r/, 1)[0] ?? '').split(delimiter)];
	}

	if (!complete && records.length > 1 && records.length <= headRecords) records.pop();
	return records.slice(0, headRecords);
}

/** The candidate with which the most records have the same number of cells, more than one. */
function sniffDelimiter(text: string, complete: boolean, newline: string, file: string): string {
	let best: {delimiter: string; score: number} | undefined;
	for (const delimiter of candidates) {
		if (!text.includes(delimiter)) continue;
		const records = headOf(text, delimiter, newline, complete);
		const width = commonWidth(records);
		if (width < 2) continue;
		const same = records.filter((record) => record.length === width).length / records.length;
		// Agreement first; among equals more columns, and what the file's name says.
		const named = (extname(file).toLowerCase() === '.tsv') === (delimiter === '\t') ? 0.02 : 0;
		const score = same + Math.min(width, 50) / 1000 + named;
		if (same > 0.5 && (best === undefined || score > best.score)) best = {delimiter, score};
	}

	return best?.delimiter ?? loneDelimiter(text, newline);
}

/** Rows that agree on no delimiter: the one that parts a known header, else one that stands in no value. */
function loneDelimiter(text: string, newline: string): string {
	const parts = (delimiter: string) => {
		const [first = []] = headOf(text, delimiter, newline, true);
		return first.length > 1 && first.some(isKnownHeader);
	};
	return candidates.find(parts) ?? candidates.find((delimiter) => !text.includes(delimiter)) ?? ',';
}

function commonWidth(records: readonly (readonly string[])[]): number {
	const counts = new Map<number, number>();
	for (const {length} of records) counts.set(length, (counts.get(length) ?? 0) + 1);
	let width = records[0]?.length ?? 0;
	for (const [length, count] of counts) if (count > (counts.get(width) ?? 0)) width = length;
	return width;
}

/**
 * Whether the first record is a header. When in doubt it is not: a header read as a row ends as one
 * missing file, a row read as a header would drop out silently.
 */
export function isHeader(
	records: readonly (readonly string[])[],
	wantedNames: readonly string[],
): boolean {
	const [first = [], ...rows] = records;
	const has = (name: string) => first.some((cell) => same(cell, name));
	if (wantedNames.some((name) => !/^\d+$/.test(name) && has(name))) return true;
	let score = 0;
	for (const [index, cell] of first.entries()) {
		score += headerVote(
			cell,
			rows.map((row) => row[index] ?? '').filter((value) => value !== ''),
		);
	}

	return score > 0;
}

function headerVote(cell: string, values: readonly string[]): number {
	const kind = cellKind(cell);
	if (kind === 'file' || kind === 'object' || kind === 'url' || kind === 'path') return -4;
	if (kind === 'number' || kind === 'date') return -2;
	if (isKnownHeader(cell)) return 3;
	if (kind === 'empty' || values.length === 0) return 0;
	if (values.includes(cell)) return -2;
	const kinds = values.map(cellKind);
	const solid = kinds.filter((other) => other !== 'text' && other !== kind).length;
	if (solid > kinds.length * 0.8) return 2;
	return /\d/.test(cell) && values.some((value) => shape(value) === shape(cell)) ? -2 : 0;
}

const shape = (text: string): string => text.replace(/\d+/g, '9').replace(/[a-z]+/gi, 'a');
const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
