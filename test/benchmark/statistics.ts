/** The middle value, or the mean of the two in the middle; undefined for none. */
export function median(values: readonly number[]): number | undefined {
	const sorted = [...values].sort((a, b) => a - b);
	const upper = sorted[Math.floor(sorted.length / 2)];
	const lower = sorted[Math.floor((sorted.length - 1) / 2)];
	return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/** The median of those that are known. */
export function medianOfKnown(values: readonly (number | undefined)[]): number | undefined {
	return median(values.filter((value) => value !== undefined));
}

/** How far the values lie apart, as a share of their median: (largest - smallest) / median. */
export function spread(values: readonly number[]): number | undefined {
	const middle = median(values);
	if (middle === undefined || middle === 0) return undefined;
	return (Math.max(...values) - Math.min(...values)) / middle;
}
