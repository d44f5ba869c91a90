const here = import.meta.url;
/** from the sources, under tsx; otherwise bundled, with all files of the program side by side */
const isSource = here.endsWith('.ts');

/**
 * Where a part of the program lies that is loaded by its address: a thread, a process, the entry. `source`
 * is its path below `source/`, `built` its name in `dist/`, which package.json gives it.
 */
export function programFile(source: string, built: string): URL {
	return isSource ? new URL(`../${source}`, here) : new URL(`./${built}`, here);
}

/** `package.json`, which lies beside `source` and `dist`. */
export const packageFile = new URL(isSource ? '../../package.json' : '../package.json', here);
