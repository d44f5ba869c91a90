import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {basename, dirname, isAbsolute, join, relative} from 'node:path';
import {MusterError} from '../model/error.ts';
import {formatBytes, formatCount, plural} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import type {ManifestProblem, WantedItem} from '../model/wanted.ts';
import {actorsOf, type Actor} from './actor-list.ts';
import {wantedText} from './address.ts';
import {atPointer, findObjectUrls, JsonError, parseJson, type Json} from './json.ts';
import {manifestError, wholeText} from './text.ts';
import type {ManifestEntry, ManifestFormat, ReadOptions, SpecOf} from './types.ts';

type ActorsSpec = SpecOf<'actors'>;
type Listed =
	{readonly urls: readonly Omit<WantedItem, 'row'>[]} | {readonly problem: ManifestProblem};

/** `response.json` files that are read ahead; each may be some 10 MB. */
const readAhead = 4;
const largestList = 256 * 1024 * 1024;

/**
 * Actor lists (`actorsData.json`): each actor's `actors/NAME/training_data/response.json` is read
 * for S3 addresses. An actor whose list is missing or broken is a problem and the others go on.
 */
export const actorsFormat: ManifestFormat<'actors'> = {
	kind: 'actors',
	patterns: ['actorsData.json', '*actor*.json', '*Actor*.json'],
	async detect(file, head) {
		const start = new TextDecoder()
			.decode(head.subarray(0, 4096))
			.replace(/^\uFEFF/, '')
			.trimStart();
		if (!/^[[{]/.test(start)) return 0;
		if (/^actors?[-_]?(?:data|list)?\.json$/i.test(basename(file))) return 0.95;
		const folders = await Promise.all(
			rootsOf(file)
				.slice(0, -1)
				.map((root) => exists(root)),
		);
		return folders.some(Boolean) ? 0.6 : 0.1;
	},
	async understand(spec, options) {
		const {actors} = await readActorList(spec, options);
		return {spec, description: `${plural(actors.length, 'actor')} · JSON`};
	},
	read: readActors,
};

/** The list itself. Throws `manifest` when it is broken or names nobody, `usage` for a bad pointer. */
async function readActorList(
	{file, pointer = ''}: ActorsSpec,
	{signal}: ReadOptions,
): Promise<{actors: Actor[]; nameless: number}> {
	if (pointer !== '' && (!pointer.startsWith('/') || /~(?![01])/.test(pointer))) {
		throw new MusterError('usage', `"${safeText(pointer)}" is no JSON pointer.`, {
			hint: 'It starts with a slash, for instance /result/images; ~1 stands for a slash in a name, ~0 for ~.',
		});
	}

	const list = actorsOf(await parseList(file, signal));
	if (list.actors.length > 0) return list;
	throw manifestError(
		file,
		' lists no actors.',
		'It has to be a list of names, a list of objects with a name, or {"actors": […]}.',
	);
}

async function parseList(file: string, signal?: AbortSignal): Promise<Json> {
	const text = await wholeText(file, signal);
	if (text.trim() === '') {
		throw manifestError(
			file,
			' is empty.',
			'Check that it was written to the end, or give another file.',
		);
	}

	try {
		return parseJson(text);
	} catch (error) {
		if (!(error instanceof JsonError)) throw error;
		throw manifestError(
			file,
			` is broken JSON: ${error.message} (line ${formatCount(error.line)}, column ${formatCount(error.column)}).`,
			'Mend that line, or write the file again from where it came.',
			error,
		);
	}
}

async function* readActors(spec: ActorsSpec, options: ReadOptions): AsyncGenerator<ManifestEntry> {
	const {actors, nameless} = await readActorList(spec, options);
	const roots = rootsOf(spec.file);
	const seen = new Set<string>();
	const pending: Promise<Listed>[] = [];
	let row = 0;
	const entries = async function* (list: Promise<Listed> | undefined) {
		const listed = await list;
		if (listed === undefined) return;
		if ('problem' in listed) yield {type: 'problem', problem: listed.problem} as const;
		else
			for (const item of listed.urls) yield {type: 'wanted', item: {...item, row: ++row}} as const;
	};

	for (const actor of actors) {
		options.signal?.throwIfAborted();
		const place = await placeOf(actor, roots, seen, spec.file);
		const listed = 'problem' in place ? Promise.resolve(place) : readActor(place, spec, options);
		// Whoever waits for it gets the error; until then it must not count as unhandled.
		listed.catch(() => undefined);
		pending.push(listed);
		if (pending.length >= readAhead) yield* entries(pending.shift());
	}

	for (const list of pending) yield* entries(list);
	if (nameless > 0) {
		const message = `${plural(nameless, 'entry', 'entries')} of the actor list ${nameless === 1 ? 'has' : 'have'} no name.`;
		yield {
			type: 'problem',
			problem: {
				group: '',
				text: basename(spec.file),
				file: spec.file,
				kind: 'broken-list',
				message,
			},
		};
	}
}

type Place = {readonly group: string; readonly file: string; readonly shown: string};

/** Finds an actor's folder, one actor after another, so that the first of two equal ones is the one that counts. */
async function placeOf(
	actor: Actor,
	roots: readonly string[],
	seen: Set<string>,
	list: string,
): Promise<Place | {problem: ManifestProblem}> {
	const [first = ''] = actor.names;
	const safe = actor.names.filter(staysInside);
	if (safe.length === 0) {
		const message = `The actor name ${safeText(first)} would leave the actors' folder; it is skipped.`;
		return broken(first, list, 'broken-list', message);
	}

	const found = await findResponse(safe, roots);
	const group = found?.name ?? safe[0] ?? first;
	const name = safeText(group);
	if (seen.has(group)) {
		return broken(
			group,
			list,
			'skipped-row',
			`The actor ${name} stands in the list more than once.`,
		);
	}

	seen.add(group);
	const file = found?.file ?? responseIn(roots[0] ?? '', group);
	const shown = safeText(relative(dirname(list), file));
	if (found !== undefined) return {group, file, shown};
	return broken(group, file, 'missing-list', `There is no ${shown} for the actor ${name}.`);
}

async function readActor(place: Place, spec: ActorsSpec, options: ReadOptions): Promise<Listed> {
	const {group, file, shown} = place;
	try {
		return await readResponse(place, spec, options);
	} catch (error) {
		if (error instanceof JsonError) {
			const where = `line ${formatCount(error.line)}, column ${formatCount(error.column)}`;
			const message = `${shown} is broken JSON: ${error.message} (${where}).`;
			return broken(group, file, 'broken-list', message, error.line);
		}

		if (!(error instanceof MusterError)) throw error;
		return broken(group, file, 'broken-list', `${shown}: ${error.message}`);
	}
}

async function readResponse(
	{group, file, shown}: Place,
	{pointer = ''}: ActorsSpec,
	{signal, endpoint}: ReadOptions,
): Promise<Listed> {
	const {size} = await stat(file);
	if (size > largestList) {
		return broken(
			group,
			file,
			'broken-list',
			`${shown} is too large to read (${formatBytes(size)}).`,
		);
	}

	const value = atPointer(parseJson(await wholeText(file, signal)), pointer);
	if (value === undefined) {
		return broken(group, file, 'broken-list', `${shown} has nothing at ${safeText(pointer)}.`);
	}

	const {urls, otherUrls} = findObjectUrls(value, {endpoint});
	if (urls.length === 0) {
		const others =
			otherUrls === 0 ? '' : `, though ${plural(otherUrls, 'other address', 'other addresses')}`;
		return broken(group, file, 'broken-list', `${shown} holds no S3 address${others}.`);
	}

	return {
		urls: urls.map(({text, url}) => ({
			group,
			text: wantedText(text),
			address: {kind: 'object', ref: {bucket: url.bucket, key: url.key}},
		})),
	};
}

function broken(
	group: string,
	file: string,
	kind: ManifestProblem['kind'],
	message: string,
	line?: number,
): {problem: ManifestProblem} {
	const text = kind === 'skipped-row' ? group : file;
	return {problem: {group, text, file, ...(line === undefined ? {} : {line}), kind, message}};
}

/** Where actors' folders may lie, seen from the list: the documented place first. */
function rootsOf(file: string): string[] {
	const base = dirname(file);
	return [join(base, 'actors'), join(base, 'data', 'actors'), join(base, '..', 'actors'), base];
}

const responseIn = (root: string, name: string): string =>
	join(root, name, 'training_data', 'response.json');

/** The first folder that holds a `response.json` under one of the actor's names. */
async function findResponse(
	names: readonly string[],
	roots: readonly string[],
): Promise<{name: string; file: string} | undefined> {
	for (const root of roots) {
		for (const name of names) {
			for (const file of [responseIn(root, name), join(root, name, 'response.json')]) {
				if (await exists(file)) return {name, file};
			}
		}
	}

	return undefined;
}

async function exists(file: string): Promise<boolean> {
	try {
		await access(file, constants.F_OK);
		return true;
	} catch {
		return false;
	}
}

/** No NUL, not absolute, no `..` on the way (with either slash), not the folder itself. */
function staysInside(name: string): boolean {
	const parts = name.split(/[/\\]/);
	return (
		!name.includes('\0') &&
		!isAbsolute(name) &&
		!/^[a-z]:/i.test(name) &&
		!parts.includes('..') &&
		parts.some((part) => part !== '' && part !== '.')
	);
}
