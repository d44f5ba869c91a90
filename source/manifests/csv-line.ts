/** Numbers and lone signs, which spreadsheets don't run and pipelines read: `-5`, `+3.2`, `-1e-4`, `-`. */
const harmless = /^[-+](?:\d+(?:[.,]\d+)*|\d*\.\d+)(?:e[-+]?\d+)?%?$|^[-+]+$/i;
/** What makes a spreadsheet run a cell (OWASP, "CSV injection"), full-width forms included. */
const formula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * The same cell so that no spreadsheet runs it: what starts with `=`, `+`, `-`, `@`, a tab or a line
 * end gets a `'` in front, which is what spreadsheets themselves write for "text". Numbers with a
 * sign stay as they are.
 */
export function harmlessCell(cell: string): string {
	return formula.test(cell) && !harmless.test(cell) ? `'${cell}` : cell;
}

/** A local path so that no spreadsheet runs it and it still names the file: `-a.png` becomes `./-a.png`. */
export function harmlessPath(path: string): string {
	return formula.test(path) ? `./${path}` : path;
}

/**
 * One line of a CSV, without its line end. Every cell is made harmless (`harmlessCell`), then quoted
 * where a reader needs it: delimiters, quotes, line ends, white space at an end, and a lone empty cell.
 */
export function csvLine(cells: readonly string[], delimiter = ','): string {
	const [lone = ''] = cells;
	if (cells.length === 1 && lone.trim() === '') return quoted(harmlessCell(lone));
	return cells.map((cell) => quote(harmlessCell(cell), delimiter)).join(delimiter);
}

function quote(cell: string, delimiter: string): string {
	const needed = cell.includes(delimiter) || /["\n\r\uFEFF]|^\s|\s$/.test(cell);
	return needed ? quoted(cell) : cell;
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
