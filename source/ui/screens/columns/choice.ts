import type {
	ColumnSummary,
	ColumnTrial,
	LinkResult,
	ManifestPreview,
} from '../../../job/link/messages.ts';
import type {MatchMode} from '../../../model/match.ts';

/** What the two questions and the matching are answered with. `null` column is not chosen yet; `null` group is no groups. */
export type ColumnChoice = {
	readonly question: 'name' | 'group';
	readonly column: number | null;
	readonly group: number | null;
	readonly ending: string;
	readonly match: MatchMode;
	readonly header: boolean | null;
	readonly delimiter: string | null;
};

type Trials = LinkResult<'tryColumns'>;

/** Found share of a trial, 0 to 1. */
export function share(trial: ColumnTrial | undefined): number {
	return trial === undefined || trial.tried === 0 ? 0 : trial.found / trial.tried;
}

/**
 * The column that is chosen without asking: at 90 % or more and 20 points ahead of the next one;
 * before any trial, what the file itself suggests.
 */
export function clearWinner(trials: readonly ColumnTrial[]): number | null {
	const sorted = trials.toSorted((a, b) => share(b) - share(a));
	const [best, next] = sorted;
	if (best === undefined || share(best) < 0.9) return null;
	return share(best) - share(next) >= 0.2 ? best.column : null;
}

/** Columns worth offering for the names: tried ones, best first; the rest is named in one line. */
export function nameCandidates(
	preview: ManifestPreview,
	trials: Trials | undefined,
): ColumnSummary[] {
	const tried = new Map(trials?.trials.map((trial) => [trial.column, trial]));
	const likely = preview.columns.filter((column) =>
		trials === undefined ? column.nameScore > 0 : tried.has(column.number),
	);
	const candidates = likely.length > 0 ? likely : preview.columns;
	return candidates.toSorted(
		(a, b) =>
			share(tried.get(b.number)) - share(tried.get(a.number)) ||
			b.nameScore - a.nameScore ||
			a.number - b.number,
	);
}

/** Columns that could group rows: several values, each with at least some five rows. */
export function groupCandidates(preview: ManifestPreview, column: number | null): ColumnSummary[] {
	return preview.columns
		.filter(
			(one) =>
				one.number !== column &&
				one.distinct > 1 &&
				!one.distinctCapped &&
				one.distinct <= Math.max(2, preview.rows / 5),
		)
		.toSorted(
			(a, b) =>
				Number(b.number === preview.groupColumn) - Number(a.number === preview.groupColumn) ||
				b.distinct - a.distinct,
		)
		.slice(0, 5);
}

/** Columns that are offered for neither, as words: `columns 1, 4 and 6 do not look like file names`. */
export function restWords(preview: ManifestPreview, offered: readonly ColumnSummary[]): string {
	const rest = preview.columns
		.filter((column) => !offered.includes(column))
		.map((column) => String(column.number));
	if (rest.length === 0) return '';
	const last = rest.pop() ?? '';
	return rest.length === 0
		? `column ${last} does not look like file names`
		: `columns ${rest.join(', ')} and ${last} do not look like file names`;
}

export const matchWords: Readonly<Record<MatchMode, string>> = {
	exact: 'exact name',
	stem: 'any ending',
	loose: 'loose',
};

export const matchModes: readonly MatchMode[] = ['exact', 'stem', 'loose'];

/** Delimiters to go through by hand. */
export const delimiters: readonly string[] = [',', ';', '\t', '|'];
