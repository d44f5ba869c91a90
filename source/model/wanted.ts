import type {ObjectRef} from './object.ts';

/** How a manifest names a wanted file. */
export type WantedAddress =
	/** a bare name or a path, to be matched against keys; `/`-separated, no leading `./` or `/` */
	| {readonly kind: 'name'; readonly path: string}
	/** a store URL: the object itself, nothing to guess */
	| {readonly kind: 'object'; readonly ref: ObjectRef};

/** One file that the user wants: a row of a CSV, a line of a key list, a URL of an actor. */
export type WantedItem = {
	/** the group (actor, product, folder) whose pane it belongs to; '' when there are no groups */
	readonly group: string;
	/** the text of the manifest, unchanged but for surrounding white space */
	readonly text: string;
	readonly address: WantedAddress;
	/** position in the manifest: record number for a CSV (header not counted, from 1), line otherwise */
	readonly row: number;
};

/** Something in a manifest that names no file but must be accounted for. */
export type ManifestProblem = {
	readonly group: string;
	/** what it concerns: a file, or the text of a row */
	readonly text: string;
	readonly file: string;
	/** physical line, from 1, where it can be told */
	readonly line?: number;
	readonly row?: number;
	/** `skipped-row`: a bad row, others go on. `missing-list`, `broken-list`: a whole actor's list. */
	readonly kind: 'skipped-row' | 'missing-list' | 'broken-list';
	readonly message: string;
};
