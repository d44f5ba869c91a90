/**
 * A key's path below the prefix, as globs and local names see it.
 *
 * A prefix may be written without its last `/` (`data/images`), or end within a name (`data/img_`): then the
 * whole last segment is kept, so that `data/img_1.png` stays `img_1.png`. A key outside of the prefix is
 * taken whole, and a key that is the prefix itself by its base name.
 */
export function relativeKey(key: string, prefix: string): string {
	if (prefix === '' || !key.startsWith(prefix)) return key;
	if (key.length > prefix.length) {
		if (prefix.endsWith('/')) return key.slice(prefix.length);
		if (key.charCodeAt(prefix.length) === 47 && key.length > prefix.length + 1)
			return key.slice(prefix.length + 1);
	}
	return key.slice(key.lastIndexOf('/', prefix.length - 2) + 1);
}
