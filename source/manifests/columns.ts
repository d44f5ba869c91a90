import {safeText} from '../model/safe-text.ts';
import type {Dialect} from './dialect.ts';
import {manifestError} from './text.ts';

/**
 * Index of the column that a person named: by header (exact, then without regard to case), or by
 * 1-based number. Throws `manifest` with the nearest name.
 */
export function findColumn(dialect: Dialect, wanted: string, option: string): number {
	const {names, width, file} = dialect;
	const exact = names.flatMap((name, index) => (name.trim() === wanted.trim() ? [index] : []));
	const loose = names.flatMap((name, index) => (fold(name) === fold(wanted) ? [index] : []));
	const found = exact.length > 0 ? exact : loose;
	if (found.length > 1) {
		throw manifestError(
			file,
			` has ${found.length} columns named "${safeText(wanted)}".`,
			`Give the column's number instead, for instance ${option} ${(found[0] ?? 0) + 1}.`,
		);
	}

	if (found[0] !== undefined) return found[0];
	const number = /^\d+$/.test(wanted.trim()) ? Number(wanted) : 0;
	if (number >= 1 && number <= width) return number - 1;
	throw manifestError(
		file,
		names.length > 0
			? ` has no column "${safeText(wanted)}" (line 1 has the names).`
			: ` has no column ${safeText(wanted)}: there is no header row, and ${width} columns.`,
		columnHint(dialect, wanted, option),
	);
}

/** `1 actor, 2 take_id, 3 take_file`, cut off after twelve. */
export function columnList(dialect: Dialect): string {
	const shown = Array.from({length: Math.min(dialect.width, 12)}, (_, index) =>
		`${index + 1} ${columnName(dialect, index)}`.trim(),
	);
	return shown.join(', ') + (dialect.width > shown.length ? ', …' : '');
}

/** A column's header, or `column N`. Raw text. */
export function columnName(dialect: Dialect, index: number): string {
	const name = dialect.names[index]?.trim() ?? '';
	return name === '' ? `column ${index + 1}` : name;
}

function columnHint(dialect: Dialect, wanted: string, option: string): string {
	const near = nearest(wanted, dialect.names);
	const list = `The columns are: ${safeText(columnList(dialect))}.`;
	return near === undefined
		? `${list} Name one with ${option}.`
		: `Did you mean "${safeText(near)}"? ${list}`;
}

const fold = (text: string): string => text.trim().toLowerCase();

/** The name that is at most a third of its letters away. */
function nearest(wanted: string, names: readonly string[]): string | undefined {
	let best: {name: string; steps: number} | undefined;
	for (const name of names) {
		if (name.trim() === '' || name.length > 100) continue;
		const inside = fold(name).includes(fold(wanted)) || fold(wanted).includes(fold(name));
		const steps = inside ? 1 : distance(fold(name), fold(wanted).slice(0, 100));
		if (steps <= Math.max(2, name.length / 3) && (best === undefined || steps < best.steps)) {
			best = {name, steps};
		}
	}

	return best?.name;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
	let row = Array.from({length: b.length + 1}, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}

		row = next;
	}

	return row[b.length] ?? 0;
}
