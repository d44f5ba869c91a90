import {textChunks, type TextForm} from './text.ts';

/** One line (or zero-terminated record) of a text file. `cut`: it was longer than allowed and `text` is its start. */
export type TextLine = {readonly line: number; readonly text: string; readonly cut: boolean};

/** No key (1,024 bytes) or URL comes near this. */
const longestLine = 65_536;

/**
 * Streams lines in batches. Only LF, CRLF (and CR in files without LF) end a line: Node's own
 * readline also splits at U+2028, which a key may hold. With zero bytes in the file, these end the
 * records and line ends belong to the names.
 */
export async function* textLines(
	file: string,
	form: TextForm,
	options: {newline?: '\n' | '\r'; signal?: AbortSignal} = {},
): AsyncGenerator<readonly TextLine[]> {
	const end = form.zeroBytes ? 0 : options.newline === '\r' ? 13 : 10;
	let rest = Buffer.alloc(0);
	let line = 0;
	let skipping = false;
	for await (const chunk of textChunks(file, form, options.signal)) {
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const lines: TextLine[] = [];
		let start = 0;
		for (let at = bytes.indexOf(end); at !== -1; at = bytes.indexOf(end, start)) {
			if (skipping) skipping = false;
			else lines.push(lineOf(bytes.subarray(start, at), ++line, end));
			start = at + 1;
		}

		if (!skipping && bytes.length - start > longestLine) {
			lines.push(lineOf(bytes.subarray(start), ++line, end));
			skipping = true;
		}

		rest = skipping ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start));
		if (lines.length > 0) yield lines;
	}

	if (rest.length > 0 && !skipping) yield [lineOf(rest, line + 1, end)];
}

function lineOf(bytes: Buffer, line: number, end: number): TextLine {
	const cut = bytes.length > longestLine;
	const text = (cut ? bytes.subarray(0, 1000) : bytes).toString('utf8');
	return {line, text: end === 10 && text.endsWith('\r') ? text.slice(0, -1) : text, cut};
}
