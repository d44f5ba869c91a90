import picomatch from 'picomatch';
import {formatBytes} from '../model/format.ts';
import type {Filters} from '../model/job-spec.ts';
import {relativeKey} from './relative-key.ts';

/** What a filter looks at; `size` in bytes. */
export type FilteredObject = {readonly key: string; readonly size: number};

/** Why an object is left out, in words of the reports, or undefined when it passes. */
export type CompiledFilters = (object: FilteredObject) => string | undefined;

/**
 * Filters made ready for many objects. Globs look at the key below the prefix; one without `/` looks at the
 * base name, in any folder (`*.png`). `*` and `**` see names that begin with a point.
 */
export function compileFilters(filters: Filters, prefix: string): CompiledFilters {
	const {include, exclude, minSize, maxSize} = filters;
	const extensions = filters.extensions.map((extension) => extension.toLowerCase());
	const included = anyOf(include);
	const excluded = anyOf(exclude);
	return ({key, size}) => {
		if (extensions.length > 0) {
			const lower = key.toLowerCase();
			if (!extensions.some((extension) => lower.endsWith(extension))) return 'extension';
		}
		if (minSize !== undefined && size < minSize) return `size below ${formatBytes(minSize)}`;
		if (maxSize !== undefined && size > maxSize) return `size above ${formatBytes(maxSize)}`;
		if (!included && !excluded) return undefined;
		const path = relativeKey(key, prefix);
		if (included && !included(path)) return 'not included';
		return excluded?.(path) === true ? 'excluded' : undefined;
	};
}

function anyOf(globs: readonly string[]): ((path: string) => boolean) | undefined {
	if (globs.length === 0) return undefined;
	const matchers = globs.map((glob) => {
		const matches = picomatch(glob, {dot: true, windows: false});
		return glob.includes('/')
			? (path: string) => matches(path)
			: (path: string) => matches(path.slice(path.lastIndexOf('/') + 1));
	});
	return (path) => matchers.some((matches) => matches(path));
}
