import type {Draft} from '../../draft.ts';
import {baseName} from '../../wizard/steps.ts';

/** A folder that may take the files. */
export type FolderRow = {
	readonly folder: string;
	readonly why: string;
};

/** The last folder of this bucket, one named after what is fetched, and typed ones; each once. */
export function folderRows(
	draft: Pick<Draft, 'bucket' | 'prefix' | 'folder' | 'manifest'>,
	places: {
		readonly workingFolder: string;
		readonly home: string;
		readonly remembered: string | undefined;
		readonly typed: readonly string[];
		readonly alternative: string | undefined;
	},
): FolderRow[] {
	const name =
		draft.prefix === '' ? (draft.bucket === '' ? 'dataset' : draft.bucket) : baseName(draft.prefix);
	const base = places.workingFolder.replace(/\/+$/, '');
	const rows: FolderRow[] = [
		...places.typed.toReversed().map((folder) => ({folder, why: 'typed'})),
		...(draft.folder === null ? [] : [{folder: draft.folder, why: 'chosen before'}]),
		...(places.remembered === undefined
			? []
			: [{folder: places.remembered, why: 'last time for this bucket'}]),
		{folder: `${base}/${name}`, why: 'in the working folder'},
		{folder: `${places.home}/${name}`, why: 'in your home folder'},
		...(places.alternative === undefined
			? []
			: [{folder: places.alternative, why: 'writable, offered instead'}]),
	];
	const seen = new Set<string>();
	return rows.filter(({folder}) => {
		if (seen.has(folder)) return false;
		seen.add(folder);
		return true;
	});
}
