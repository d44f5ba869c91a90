import type {AmbiguousRule} from '../model/match.ts';

export type AmbiguousCandidate = {
	readonly id: number;
	readonly key: string;
	/** bytes */
	readonly size: number;
	/** Unix milliseconds; null when the store says none */
	readonly modified: number | null;
};

/**
 * The candidates that a rule takes for an ambiguous name. Of equally new or large ones the first by key
 * is taken, so that a rerun picks the same. `ask` and `skip` take none: a person decides, or nobody.
 */
export function pick(rule: AmbiguousRule, candidates: readonly AmbiguousCandidate[]): number[] {
	const inOrder = [...candidates].sort((a, b) =>
		a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id,
	);
	switch (rule) {
		case 'all':
			return inOrder.map(({id}) => id);
		case 'first':
			return inOrder.slice(0, 1).map(({id}) => id);
		case 'newest':
			return greatest(inOrder, ({modified}) => modified ?? Number.NEGATIVE_INFINITY);
		case 'largest':
			return greatest(inOrder, ({size}) => size);
		default:
			return [];
	}
}

function greatest(
	candidates: readonly AmbiguousCandidate[],
	measure: (candidate: AmbiguousCandidate) => number,
): number[] {
	let best: AmbiguousCandidate | undefined;
	for (const candidate of candidates) {
		if (best === undefined || measure(candidate) > measure(best)) best = candidate;
	}
	return best ? [best.id] : [];
}
