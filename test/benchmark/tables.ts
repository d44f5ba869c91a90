import type {Row, Work} from './contest.ts';
import {best} from './targets.ts';
import type {Verdict} from './targets.ts';

/** A Markdown table whose columns are aligned, the first to the left and numbers to the right. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = head.map((title, column) =>
		Math.max(title.length, 4, ...rows.map((row) => (row[column] ?? '').length)),
	);
	const line = (cells: readonly string[]): string =>
		`| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
	const rule = widths.map((width, column) =>
		column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
	);
	return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const pad = (text: string, width: number, column: number): string =>
	column === 0 ? text.padEnd(width) : text.padStart(width);

/** One line for each entrant; the last column is how many times as fast the subject is. */
export function resultTable(rows: readonly Row[], work: Work, subject: string): string {
	const own = best(rows, subject, 'seconds');
	return markdown(
		['', 'seconds', '±', 'files/s', 'MiB/s', 'CPU s', 'peak MB', `${subject} is`],
		rows.map((row) => [
			row.name,
			...(row.seconds === undefined
				? [row.failure === undefined ? 'not run' : 'failed', '', '', '']
				: [
						row.seconds.toFixed(2),
						row.rounds > 1 ? `${Math.round((row.spread ?? 0) * 100)} %` : '',
						amount(work.files / row.seconds),
						amount(work.bytes / row.seconds / 1024 ** 2),
					]),
			row.cpuSeconds?.toFixed(2) ?? '',
			row.peakBytes === undefined ? '' : amount(row.peakBytes / 1e6),
			own === undefined || row.seconds === undefined || row.kind === subject
				? ''
				: `${(row.seconds / own).toFixed(2)} ×`,
		]),
	);
}

/** Whole numbers with separators, small ones with a digit behind the point. */
function amount(value: number): string {
	if (value < 10) return value.toFixed(1);
	return Math.round(value).toLocaleString('en-US');
}

export function verdictTable(verdicts: readonly Verdict[]): string {
	return markdown(
		['target', 'needed', 'measured', 'met'],
		verdicts.map(({label, needed, got, met}) => [
			label,
			needed,
			got,
			met === undefined ? '–' : met ? 'yes' : 'NO',
		]),
	);
}
