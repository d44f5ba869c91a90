import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import path from 'node:path';
import {describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {codeWords, markdownTable} from './helpers/markdown-table.ts';
import {importsOf, packageOf, sourceFiles, targetOf} from './helpers/source-imports.ts';
import type {ImportKind, SourceImport} from './helpers/source-imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = path.join(root, 'source');
const readme = readFileSync(path.join(source, 'README.md'), 'utf8');
const files = sourceFiles(source);
const imports = files.flatMap((file) => importsOf(source, file));
const ours = imports.filter(({specifier}) => specifier.startsWith('.'));
const foreign = imports.filter(
	({specifier}) => !specifier.startsWith('.') && !isBuiltin(specifier),
);

/** `job/plan.ts` lies in `job`, `cli.ts` in itself. */
const roomOf = (file: string): string => file.split('/')[0] ?? '';

const uiFolders = new Set(['screens', 'components', 'hooks', 'wizard', 'terminal', 'text']);
const appFiles = new Set(['ui/app.tsx', 'ui/mount.tsx', 'ui/render.tsx']);

/** The part of `ui` that a file below it belongs to. */
function partOf(file: string): string {
	const [, folder = '', ...rest] = file.split('/');
	if (rest.length > 0) return uiFolders.has(folder) ? `ui/${folder}` : file;
	return appFiles.has(file) ? 'ui/app' : 'ui/frame';
}

/** What each room may import, and how; from the README's table that begins with `heading`. */
function allowances(heading: string): Map<string, Map<string, ReadonlySet<ImportKind>>> {
	const rows = markdownTable(readme, heading);
	return new Map(
		rows.map((row) => {
			const [name] = codeWords(row[heading] ?? '');
			const allowed = codeWords(row['May import'] ?? '').map(
				({word, note}) => [word, kindsOf(note)] as const,
			);
			return [name?.word ?? '', new Map(allowed)];
		}),
	);
}

function kindsOf(note: readonly string[]): ReadonlySet<ImportKind> {
	if (note.length === 0) return new Set(['value', 'type', 'dynamic']);
	return new Set(note.map((word) => (word === 'dynamic' ? 'dynamic' : 'type')));
}

const shown = ({from, specifier, kind}: SourceImport): string =>
	`${from} imports ${specifier}${kind === 'value' ? '' : ` (${kind})`}`;

/** Imports that lead from one place to another in a way that the table does not allow. */
function trespasses(
	heading: string,
	among: readonly SourceImport[],
	place: (file: string) => string,
): string[] {
	const table = allowances(heading);
	return among
		.filter((one) => {
			const [from, to] = [place(one.from), place(targetOf(one))];
			return from !== to && table.get(from)?.get(to)?.has(one.kind) !== true;
		})
		.map(shown);
}

describe('the import table of source/README.md', () => {
	test('sees every import that there is', () => {
		assert.ok(imports.length > 500, `${imports.length} imports`);
		for (const file of files) {
			const text = readFileSync(path.join(source, file), 'utf8');
			const clauses = text.match(/^(?:import\b.*|\}|export\b.*) from '/gm)?.length ?? 0;
			const seen = importsOf(source, file).filter(({kind}) => kind !== 'dynamic').length;
			assert.ok(seen >= clauses, `${file}: ${clauses} imports, ${seen} of them seen`);
		}
	});

	test('has a row for every room and no other', () => {
		assert.deepEqual([...allowances('Room').keys()].sort(), [...new Set(files.map(roomOf))].sort());
		const parts = files.filter((file) => file.startsWith('ui/')).map(partOf);
		assert.deepEqual([...allowances('Part of `ui`').keys()].sort(), [...new Set(parts)].sort());
	});

	test('holds between the rooms', () => {
		assert.deepEqual(trespasses('Room', ours, roomOf), []);
	});

	test('holds inside ui', () => {
		const inside = ours.filter(
			(one) => roomOf(one.from) === 'ui' && roomOf(targetOf(one)) === 'ui',
		);
		assert.deepEqual(trespasses('Part of `ui`', inside, partOf), []);
	});

	test('names the packages of each room, all of them and no other', () => {
		for (const row of markdownTable(readme, 'Room')) {
			const room = codeWords(row['Room'] ?? '')[0]?.word ?? '';
			const listed = codeWords(row['Packages'] ?? '').map(({word}) => word);
			const used = foreign
				.filter((one) => roomOf(one.from) === room)
				.map(({specifier}) => packageOf(specifier));
			assert.deepEqual([...new Set(used)].sort(), listed.sort(), `packages of ${room}`);
		}
	});

	test('has no way round in it', () => {
		const table = allowances('Room');
		const loads = new Map(
			[...table].map(([room, allowed]) => [room, [...allowed.keys()]] as const),
		);
		assert.deepEqual(cycles(loads), []);
	});
});

describe('the files', () => {
	test('import what exists, with its real extension, and nothing outside source', () => {
		const wrong = ours.filter(
			(one) => targetOf(one).startsWith('..') || !existsSync(path.join(source, targetOf(one))),
		);
		assert.deepEqual(wrong.map(shown), []);
	});

	test('load each other in no circle', () => {
		const loads = new Map<string, string[]>(files.map((file) => [file, []]));
		for (const one of ours) if (one.kind === 'value') loads.get(one.from)?.push(targetOf(one));
		assert.deepEqual(cycles(loads), []);
	});

	test('keep screens apart', () => {
		const screen = (file: string): string | undefined => /^ui\/screens\/([^/]+)\//.exec(file)?.[1];
		const sideways = ours.filter((one) => {
			const [from, to] = [screen(one.from), screen(targetOf(one))];
			return from !== undefined && to !== undefined && from !== to;
		});
		assert.deepEqual(sideways.map(shown), []);
	});

	test('are short, but for those that the README gives a reason for', () => {
		const long = files.filter((file) => lengthOf(file) > 400);
		const excused = markdownTable(readme, 'File').map((row) => {
			assert.ok((row['Why'] ?? '').length > 20, 'a reason is a sentence');
			return codeWords(row['File'] ?? '')[0]?.word ?? '';
		});
		assert.deepEqual(
			long.filter((file) => !excused.includes(file)).map((file) => `${file}: ${lengthOf(file)}`),
			[],
		);
		assert.deepEqual(
			excused.filter((file) => !files.includes(file)),
			[],
			'excused, but not there',
		);
	});

	test('that the README names are there', () => {
		const named = Array.from(
			readme.matchAll(/`([\w./-]+\/[\w.-]+\.tsx?|[\w./-]+\/)`/g),
			([, name]) => name ?? '',
		);
		const gone = named.filter(
			(name) => !existsSync(path.join(source, name)) && !existsSync(path.join(root, name)),
		);
		assert.deepEqual(gone, []);
	});
});

describe('the package', () => {
	const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
		dependencies: Record<string, string>;
	};

	test('uses what the project was told to stand on', () => {
		const used = new Set(foreign.map(({specifier}) => packageOf(specifier)));
		for (const name of [
			'ink',
			'react',
			'@aws-sdk/client-s3',
			'@aws-sdk/credential-providers',
			'conf',
			'fast-glob',
			'p-limit',
			'csv-parse',
		])
			assert.ok(used.has(name), `nothing imports ${name}`);
	});

	test('depends on what its source imports, all of it and nothing else', () => {
		const used = new Set(foreign.map(({specifier}) => packageOf(specifier)));
		assert.deepEqual(Object.keys(manifest.dependencies).sort(), [...used].sort());
	});

	test('is locked without the address of a registry', () => {
		const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
		assert.equal(/"resolved":\s*"https?:/.exec(lock), null);
	});

	test('tells no path of a machine and no registry in any tracked file', (context) => {
		const tracked = trackedFiles();
		if (tracked === undefined) {
			context.skip('this is no git checkout, so nothing is tracked');
			return;
		}
		// put together here, so that this file does not find itself
		const telling = new RegExp(
			[
				['(?<![\\w.])/work', '(?:main|shared)\\b'].join('/'),
				['(?<![\\w.])/root', '[\\w.]'].join('/'),
				['registry', '(?:npmjs|yarnpkg|npmmirror)\\b'].join('\\.'),
				['(?:^|\\n)\\s*registry', ''].join('\\s*='),
				['(?:files|pypi)', '(?:pythonhosted|org/simple)'].join('\\.'),
				['(?:artifactory|nexus)', ''].join('[./]'),
			].join('|'),
		);
		const found = tracked.flatMap((file) => {
			if (/\.(?:png|jpg|gif|ico|sqlite)$/.test(file) || !existsSync(path.join(root, file)))
				return [];
			const match = telling.exec(readFileSync(path.join(root, file), 'utf8'));
			return match === null ? [] : [`${file}: ${match[0].trim()}`];
		});
		assert.deepEqual(found, []);
	});
});

const lengthOf = (file: string): number =>
	readFileSync(path.join(source, file), 'utf8').split('\n').length - 1;

/** Circles in a graph, each as `a > b > a`. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const found: string[] = [];
	const done = new Set<string>();
	const open: string[] = [];
	const visit = (node: string): void => {
		if (open.includes(node)) {
			found.push([...open.slice(open.indexOf(node)), node].join(' > '));
			return;
		}
		if (done.has(node)) return;
		open.push(node);
		for (const next of graph.get(node) ?? []) visit(next);
		open.pop();
		done.add(node);
	};
	for (const node of graph.keys()) visit(node);
	return found;
}

function trackedFiles(): string[] | undefined {
	try {
		const list = execFileSync('git', ['ls-files', '-z'], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		return list.split('\0').filter((name) => name !== '');
	} catch {
		return undefined;
	}
}
