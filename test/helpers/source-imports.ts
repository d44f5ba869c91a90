import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

/** How an import reaches what it names: `type` loads nothing, `dynamic` loads it when it is needed. */
export type ImportKind = 'value' | 'type' | 'dynamic';

export type SourceImport = {
	/** the importing file below `source`, with `/` */
	readonly from: string;
	/** a file below `source` when it begins with a dot, otherwise a package or a module of Node */
	readonly specifier: string;
	readonly kind: ImportKind;
};

const statement = /^(?:import|export)\s(?:(type)\s)?([^'";]*?\sfrom\s)?'([^']+)'/gm;
const dynamic = /\bimport\(\s*'([^']+)'/g;

/** Every TypeScript file below a folder, relative to it, with `/`. */
export function sourceFiles(folder: string): string[] {
	return readdirSync(folder, {recursive: true, encoding: 'utf8'})
		.map((name) => name.split(path.sep).join('/'))
		.filter((name) => /\.tsx?$/.test(name))
		.sort();
}

/** The imports of one file, told by form: the code is formatted, so a statement begins its line. */
export function importsOf(folder: string, file: string): SourceImport[] {
	const text = readFileSync(path.join(folder, file), 'utf8');
	const found: SourceImport[] = [];
	for (const [, type, names = '', specifier = ''] of text.matchAll(statement)) {
		const kind = type === 'type' || onlyTypes(names) ? 'type' : 'value';
		found.push({from: file, specifier, kind});
	}
	for (const [, specifier = ''] of text.matchAll(dynamic))
		found.push({from: file, specifier, kind: 'dynamic'});
	return found;
}

/** `{type A, type B} from`: loads nothing either, as long as every name is a type. */
function onlyTypes(names: string): boolean {
	const braces = /^\{([^]*)\}\s+from\s$/.exec(names.trimStart())?.[1];
	if (braces === undefined) return false;
	const words = braces.split(',').filter((word) => word.trim() !== '');
	return words.length > 0 && words.every((word) => /^\s*type\s/.test(word));
}

/** Where a relative import leads, below `source`, with `/`. */
export const targetOf = ({from, specifier}: SourceImport): string =>
	path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));

/** `@scope/name` or `name` of what a package import names. */
export function packageOf(specifier: string): string {
	const [first = '', second] = specifier.split('/');
	return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}
