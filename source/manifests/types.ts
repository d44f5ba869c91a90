import type {ManifestSpec} from '../model/job-spec.ts';
import type {ManifestProblem, WantedItem} from '../model/wanted.ts';

export type ManifestEntry =
	| {readonly type: 'wanted'; readonly item: WantedItem}
	| {readonly type: 'problem'; readonly problem: ManifestProblem};

/** How a manifest was understood: shown for confirmation, kept in the ledger so that a resume reads it the same way. */
export type ManifestReading = {
	readonly spec: ManifestSpec;
	/** for people: `12,310 rows, 7 columns · comma · UTF-8 · header row` */
	readonly description: string;
};

/** A column of a delimited file as the preview shows it. Texts raw: the reader of this type makes them safe to show. */
export type ColumnInfo = {
	/** 1-based */
	readonly number: number;
	/** header name, or `column N` */
	readonly name: string;
	readonly samples: readonly string[];
	/** 0..1: how much the values look like file names, keys or URLs */
	readonly nameScore: number;
	readonly distinct: number;
	/** the distinct count was cut off */
	readonly distinctCapped: boolean;
	/** rows that share one value, in the median; undefined when the distinct count was cut off */
	readonly medianRows?: number;
	readonly empty: number;
};

export type BadRow = {readonly line: number; readonly message: string; readonly text: string};

/** What one full pass over a delimited file finds. */
export type TableInspection = {
	readonly file: string;
	readonly rows: number;
	readonly columns: readonly ColumnInfo[];
	readonly delimiter: string;
	readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
	/** first line that is not UTF-8, when the file was read as Windows-1252 for that reason */
	readonly badEncodingLine?: number;
	readonly header: boolean;
	/** first rows for the preview, without the header; at most 50 */
	readonly preview: readonly (readonly string[])[];
	/** up to 200 rows spread over the whole file */
	readonly sample: readonly (readonly string[])[];
	readonly badRows: readonly BadRow[];
	readonly badRowCount: number;
	/** 1-based; undefined when none is good enough */
	readonly nameColumn: number | undefined;
	readonly groupColumn: number | undefined;
	/** the header names, joined and hashed: the fingerprint under which a choice is remembered */
	readonly fingerprint: string;
};

/** A manifest that was found in a folder. */
export type ManifestFile = {
	/** absolute */
	readonly file: string;
	/** relative to the folder that was searched, with `/` */
	readonly name: string;
	readonly kind: ManifestKind;
	readonly size: number;
	/** Unix milliseconds */
	readonly modified: number;
};

/** The kinds of manifest that are files. */
export type ManifestKind = Exclude<ManifestSpec['kind'], 'prefix'>;

export type SpecOf<Kind extends ManifestKind> = Extract<ManifestSpec, {kind: Kind}>;

export type ReadOptions = {
	readonly signal?: AbortSignal;
	/** endpoint of the store in use: URLs below it are objects */
	readonly endpoint?: string;
};

/** A manifest format as data: one file and one line in the registry. */
export type ManifestFormat<Kind extends ManifestKind = ManifestKind> = {
	readonly kind: Kind;
	/** glob patterns of the files that `findManifests` looks at */
	readonly patterns: readonly string[];
	/** 0..1: how surely the file is of this format, told from its name and first bytes */
	detect(file: string, head: Uint8Array): number | Promise<number>;
	/** Settles what the spec leaves open (columns, delimiter, header). Throws `manifest` for a file of no use. */
	understand(spec: SpecOf<Kind>, options: ReadOptions): Promise<ManifestReading>;
	/** Streams the entries in manifest order. `spec` may leave things open; they are settled as `understand` does. */
	read(spec: SpecOf<Kind>, options: ReadOptions): AsyncGenerator<ManifestEntry>;
};
