/** Match rules, strongest first; the order is the rank. */
export const matchRules = [
	/** the whole key, or a URL */
	'key',
	/** the path below the prefix */
	'path',
	/** the key ends with the wanted path */
	'suffix',
	/** the bare file name, in any folder */
	'name',
	/** path below the prefix, another extension */
	'path-stem',
	/** the key ends with the wanted path, another extension */
	'suffix-stem',
	/** the bare file name, another extension */
	'name-stem',
	/** like `path`, `suffix` or `name` with or without extension, ignoring case, Unicode form and separators */
	'loose',
	/** a person chose the key, or accepted a guess */
	'chosen',
] as const;
export type MatchRule = (typeof matchRules)[number];

export type MatchMode = 'exact' | 'stem' | 'loose';

/** Why a suggestion is near the wanted name, in words the analysis shows. */
export type GuessReason =
	| 'letter-case'
	| 'unicode-form'
	| 'separators'
	| 'leading-zeros'
	| 'other-folder'
	| 'other-ending'
	| 'one-letter-off'
	| 'two-letters-off';

/** What became of one wanted row in the roll call. */
export type WantedState =
	/** not looked at yet */
	| 'pending'
	/** an object is known; `local` says whether the file is here already */
	| 'found'
	| 'missing'
	| 'ambiguous'
	/** another row of the manifest wants the same file */
	| 'duplicate'
	/** a filter left it out */
	| 'excluded';

export type AmbiguousRule = 'ask' | 'skip' | 'first' | 'newest' | 'largest' | 'all';
