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
	readonly empty: number;
};

export type BadRow = {readonly line: number; readonly message: string; readonly text: string};

/** What one full pass over a delimited file finds. */
export type TableInspection = {
	readonly file: string;
	readonly rows: number;
	readonly columns: readonly ColumnInfo[];
	readonly delimiter: string;
	readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
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
