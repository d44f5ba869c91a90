import type {Theme} from '../theme.ts';

/** A bar of `width` columns, full to `fraction` (0 to 1); full only when all is done. */
export function bar(fraction: number, width: number, theme: Theme): string {
	const {barFull, barEmpty} = theme.glyphs;
	const bounded = Math.max(0, Math.min(1, fraction));
	const full = bounded === 1 ? width : Math.min(width - 1, Math.floor(bounded * width));
	return barFull.repeat(Math.max(0, full)) + barEmpty.repeat(Math.max(0, width - full));
}
