import {
	accent,
	bold,
	blank,
	cutEnd,
	ends,
	fill,
	fit,
	line,
	lineWidth,
	warn,
	type Line,
} from '../text/line.ts';
import type {Layout} from '../layout.ts';

/** A rule across the window. */
export function rule(columns: number): Line {
	return line('─'.repeat(columns));
}

/** The title row: ` muster  Buckets            train-sso · eu-west-1`; the context is cut before the title is. */
export function titleLine(title: string, context: string, columns: number): Line {
	const start = line(' ', accent('muster'), '  ', bold(title));
	const room = columns - lineWidth(start) - 2;
	return room < 8 ? fit(start, columns) : ends(start, line(cutEnd(context, room)), columns);
}

/** The whole screen as exactly `rows` lines: title, rule, body with the notice in its last row, rule, footer. */
export function frameLines(
	parts: {
		readonly title: string;
		readonly context: string;
		readonly body: readonly Line[];
		readonly notice?: Line | undefined;
		readonly footer: Line;
	},
	layout: Layout,
): Line[] {
	const {columns, rows, bodyRows} = layout;
	if (layout.tiny) {
		const words = `Too small: muster needs 40x8. Keys work.`;
		return fill([line(warn(words.slice(0, columns)))], rows);
	}

	const body = fill(parts.body, bodyRows);
	if (parts.notice !== undefined) body[bodyRows - 1] = parts.notice;
	return [
		titleLine(parts.title, parts.context, columns),
		rule(columns),
		...body,
		rule(columns),
		parts.footer,
	];
}

/**
 * A list with a block of details under a rule, as the 80-column mock-ups have it: the list fills
 * what is left, and one blank row stays for the notice. Short windows drop the details.
 */
export function withDetails(
	list: readonly Line[],
	details: readonly Line[],
	layout: Layout,
): Line[] {
	const keep = layout.short ? 0 : details.length;
	const reserved = keep === 0 ? 1 : keep + 2;
	const top = fill(list, layout.bodyRows - reserved);
	return keep === 0 ? [...top, blank] : [...top, rule(layout.columns), ...details, blank];
}

/** Rows that `withDetails` leaves for the list. */
export function rowsAbove(details: number, layout: Layout): number {
	const keep = layout.short ? 0 : details;
	return layout.bodyRows - (keep === 0 ? 1 : keep + 2);
}
