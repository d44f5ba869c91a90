import type {Glyphs} from '../theme.ts';

/** Means of `speeds` in at most `width` buckets of whole marks. */
export function buckets(speeds: readonly number[], width: number): readonly number[] {
	const each = Math.max(1, Math.ceil(speeds.length / Math.max(1, width)));
	if (each === 1) return speeds;
	return Array.from({length: Math.ceil(speeds.length / each)}, (_, index) => {
		const part = speeds.slice(index * each, (index + 1) * each);
		return part.reduce((sum, speed) => sum + speed, 0) / part.length;
	});
}

/**
 * One mark for each speed, `best` being the highest level. Nothing at all is a space, so that a
 * pause shows as a gap. At most `width` columns.
 */
export function speedChart(
	speeds: readonly number[],
	best: number,
	width: number,
	glyphs: Glyphs,
): string {
	const top = Math.max(best, ...speeds, 1);
	const last = glyphs.levels.length - 1;
	return buckets(speeds, width)
		.map((speed) => {
			if (speed <= 0) return ' ';
			return glyphs.levels[Math.min(last, Math.round((speed / top) * last))] ?? ' ';
		})
		.join('');
}
