import {extname} from 'node:path';
import {formatCount, plural} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import {wantedAddress, wantedText} from './address.ts';
import {columnList, columnName, findColumn} from './columns.ts';
import {delimiterNames, readDialect, type Dialect} from './dialect.ts';
import {inspectDialect} from './inspect.ts';
import {tableRows, type TableRow} from './table.ts';
import {encodingNames, manifestError} from './text.ts';
import type {ManifestEntry, ManifestFormat, ReadOptions, SpecOf, TableInspection} from './types.ts';

type CsvSpec = SpecOf<'csv'>;

/** A spec with nothing left open, and the dialect it was settled against. */
export type SettledTable = {
	readonly spec: CsvSpec;
	readonly dialect: Dialect;
	readonly column: number;
	readonly groupColumn: number | undefined;
	/** present when the column had to be guessed */
	readonly inspection?: TableInspection;
};

/** CSV and TSV: any delimiter, quoting, encoding, with a header or without. */
export const csvFormat: ManifestFormat<'csv'> = {
	kind: 'csv',
	patterns: ['*.csv', '*.tsv', '*.tab'],
	detect(file) {
		return /^\.(?:csv|tsv|tab)$/i.test(extname(file)) ? 0.9 : 0.1;
	},
	async understand(spec, options) {
		const settled = await settleTable(spec, options);
		return {spec: settled.spec, description: describe(settled)};
	},
	read: readCsv,
};

/** Finds the columns (guessing them when they are left out), delimiter and header. Throws `manifest`. */
export async function settleTable(spec: CsvSpec, options: ReadOptions): Promise<SettledTable> {
	const {signal} = options;
	const wantedNames = [spec.column, spec.groupBy].filter((name) => name !== undefined);
	const dialect = await readDialect(spec.file, {...spec, wantedNames, signal});
	const chosen =
		spec.column === undefined ? undefined : findColumn(dialect, spec.column, '--column');
	const groupColumn =
		spec.groupBy === undefined ? undefined : findColumn(dialect, spec.groupBy, '--group-by');
	const inspection = chosen === undefined ? await inspectDialect(dialect, signal) : undefined;
	if (inspection?.rows === 0) throw noRows(dialect, inspection.badRows[0]?.message);
	const column = chosen ?? guessed(dialect, inspection);
	return {
		spec: {
			...spec,
			column: String(column + 1),
			...(groupColumn === undefined ? {} : {groupBy: String(groupColumn + 1)}),
			...numberClash(dialect, column, groupColumn),
			header: dialect.header,
			delimiter: dialect.delimiter,
		},
		dialect,
		column,
		groupColumn,
		...(inspection === undefined ? {} : {inspection}),
	};
}

/** A header that is itself a number would be found before the number: then the name is kept. */
function numberClash(dialect: Dialect, column: number, group: number | undefined) {
	if (!dialect.names.some((name) => /^\s*\d+\s*$/.test(name))) return {};
	return {
		column: dialect.names[column] ?? String(column + 1),
		...(group === undefined ? {} : {groupBy: dialect.names[group] ?? String(group + 1)}),
	};
}

async function* readCsv(spec: CsvSpec, options: ReadOptions): AsyncGenerator<ManifestEntry> {
	const settled = await settleTable(spec, options);
	const {dialect} = settled;
	const addressing = {endpoint: options.endpoint, ending: spec.ending};
	let good = 0;
	let firstBad: string | undefined;
	for await (const batch of tableRows(dialect, options.signal)) {
		for (const row of batch) {
			if (row.kind === 'bad') firstBad ??= row.message;
			else good++;
			yield entryOf(row, settled, addressing);
		}
	}

	if (good === 0) throw noRows(dialect, firstBad);
}

function entryOf(
	row: TableRow,
	{dialect, column, groupColumn}: SettledTable,
	addressing: {endpoint?: string; ending?: string},
): ManifestEntry {
	const group = groupColumn === undefined ? '' : (row.cells[groupColumn] ?? '').trim();
	const place = {file: dialect.file, line: row.line, row: row.row};
	const problem = (message: string, text: string): ManifestEntry => ({
		type: 'problem',
		problem: {group, text: wantedText(text).slice(0, 1000), ...place, kind: 'skipped-row', message},
	});
	if (row.kind === 'bad') return problem(row.message, row.text);
	const cell = (row.cells[column] ?? '').trim();
	if (cell === '') {
		const name = safeText(columnName(dialect, column));
		return problem(`Line ${formatCount(row.line)} has nothing in the column ${name}.`, '');
	}

	return {
		type: 'wanted',
		item: {group, text: wantedText(cell), address: wantedAddress(cell, addressing), row: row.row},
	};
}

function guessed(dialect: Dialect, inspection: TableInspection | undefined): number {
	if (inspection?.nameColumn !== undefined) return inspection.nameColumn - 1;
	throw manifestError(
		dialect.file,
		': no column looks like file names, keys or URLs.',
		`Say which one it is with --column. The columns are: ${safeText(columnList(dialect))}.`,
	);
}

function noRows(dialect: Dialect, firstBad: string | undefined) {
	if (firstBad !== undefined) {
		return manifestError(
			dialect.file,
			`: not one row could be read. ${firstBad}`,
			'Check the delimiter and the quotes, or name the delimiter yourself.',
		);
	}

	return manifestError(
		dialect.file,
		' has a header row and nothing below it.',
		'Check that it was written to the end, or give another file.',
	);
}

/** `12,310 rows, 7 columns · comma · UTF-8 · header row · files in take_file, groups in actor`. */
function describe({dialect, column, groupColumn, inspection}: SettledTable): string {
	const {form, delimiter, header, width} = dialect;
	const counted = inspection === undefined ? '' : `${plural(inspection.rows, 'row')}, `;
	const note =
		form.badLine === undefined ? '' : ` (line ${formatCount(form.badLine)} is not UTF-8)`;
	const groups =
		groupColumn === undefined ? '' : `, groups in ${safeText(columnName(dialect, groupColumn))}`;
	return [
		`${counted}${plural(width, 'column')}`,
		delimiterNames[delimiter] ?? `delimiter ${safeText(delimiter)}`,
		`${encodingNames[form.encoding]}${note}`,
		header ? 'header row' : 'no header row',
		`files in ${safeText(columnName(dialect, column))}${groups}`,
	].join(' · ');
}
