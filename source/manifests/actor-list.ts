import {isObject, type Json} from './json.ts';

/** An actor with the names that its entry offers for its folder, best first. */
export type Actor = {readonly names: readonly string[]};

const nameFields = [
	'actor_name',
	'actorName',
	'name',
	'actor',
	'slug',
	'folder',
	'folder_name',
	'directory',
	'key',
	'id',
	'actor_id',
	'actorId',
	'title',
	'label',
] as const;
const listFields = [
	'actors',
	'actorsData',
	'data',
	'items',
	'results',
	'people',
	'subjects',
	'speakers',
	'list',
];

/**
 * The actors of an actor list, whatever its shape: names, objects with a name, either of these under
 * `actors`, `data` or the like, or an object keyed by name. Entries without a name are counted.
 */
export function actorsOf(value: Json, depth = 0): {actors: Actor[]; nameless: number} {
	if (Array.isArray(value))
		return fromEntries((value as readonly Json[]).map((entry) => namesOf(entry)));
	if (!isObject(value)) return {actors: [], nameless: 0};
	for (const field of listFields) {
		const inner = value[field];
		if (depth < 3 && typeof inner === 'object' && inner !== null) return actorsOf(inner, depth + 1);
	}

	const isOne = nameFields.some((field) => typeof value[field] === 'string');
	if (isOne) return fromEntries([namesOf(value)]);
	return fromEntries(Object.entries(value).map(([name, entry]) => [name, ...namesOf(entry)]));
}

function fromEntries(entries: readonly (readonly string[])[]): {actors: Actor[]; nameless: number} {
	const actors = entries
		.filter((names) => names.length > 0)
		.map((names) => ({names: [...new Set(names)]}));
	return {actors, nameless: entries.length - actors.length};
}

function namesOf(entry: Json): string[] {
	if (typeof entry === 'string') return entry.trim() === '' ? [] : [entry];
	if (typeof entry === 'number') return [String(entry)];
	if (!isObject(entry)) return [];
	return nameFields.flatMap((field) => {
		const name = entry[field];
		if (typeof name === 'number') return [String(name)];
		return typeof name === 'string' && name.trim() !== '' ? [name] : [];
	});
}
