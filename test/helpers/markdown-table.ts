/** The rows of the first table whose first heading is `heading`, as cells by heading. Throws when there is none. */
export function markdownTable(text: string, heading: string): Record<string, string>[] {
	const lines = text.split('\n');
	const start = lines.findIndex((line) => cellsOf(line)[0] === heading);
	if (start < 0) throw new Error(`there is no table that begins with ${heading}`);
	const headings = cellsOf(lines[start] ?? '');
	const rows: Record<string, string>[] = [];
	for (const line of lines.slice(start + 2)) {
		if (!line.startsWith('|')) break;
		const cells = cellsOf(line);
		rows.push(Object.fromEntries(headings.map((name, index) => [name, cells[index] ?? ''])));
	}
	return rows;
}

const cellsOf = (line: string): string[] =>
	line.startsWith('|')
		? line
				.split('|')
				.slice(1, -1)
				.map((cell) => cell.trim())
		: [];

/** The words in backticks of a cell, each with what stands in brackets behind it. */
export function codeWords(
	cell: string,
): {readonly word: string; readonly note: readonly string[]}[] {
	return Array.from(cell.matchAll(/`([^`]+)`(?:\s*\(([^)]*)\))?/g), ([, word = '', note]) => ({
		word,
		note: note === undefined ? [] : note.split(',').map((part) => part.trim()),
	}));
}
