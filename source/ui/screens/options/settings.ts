import {presetOf, type Draft, type DraftAction} from '../../draft.ts';
import {presets, type Layout, type Overwrite, type Preset} from '../../../model/job-spec.ts';
import type {AmbiguousRule, MatchMode} from '../../../model/match.ts';

/** One setting with its values in order; changing it is a draft action. */
export type Setting = {
	readonly id: 'preset' | 'layout' | 'match' | 'ambiguous' | 'overwrite' | 'verify';
	readonly label: string;
	readonly value: string;
	/** at most 43 columns, so that it fits a line of 80 beside label and value */
	readonly explain: string;
	/** the action for the value `by` steps further, in a ring */
	readonly change: (by: number) => DraftAction;
};

const presetWords: Readonly<Record<Preset, string>> = {
	conservative: 'gentle on slow links',
	balanced: 'a good start',
	aggressive: 'for fast links',
	maximum: 'beside the bucket',
};

const layoutWords: Readonly<Record<Layout, readonly [string, string]>> = {
	keys: ['as in the bucket', 'the same folders as below the prefix'],
	groups: ['by group', 'one folder for each group'],
	flat: ['flat', 'all files in one folder'],
};

const matchWords: Readonly<Record<MatchMode, readonly [string, string]>> = {
	exact: ['exact name', 'only the very name on the list'],
	stem: ['any ending', 'the same name, whatever its extension'],
	loose: ['loose', 'ignoring case, Unicode form, separators'],
};

const ambiguousWords: Readonly<Record<AmbiguousRule, readonly [string, string]>> = {
	ask: ['ask', 'you decide on the analysis screen'],
	skip: ['skip', 'such names are left out and listed'],
	first: ['first', 'the first key in bucket order'],
	newest: ['newest', 'the key that was changed last'],
	largest: ['largest', 'the largest object'],
	all: ['all', 'every key that fits'],
};

const overwriteWords: Readonly<Record<Overwrite, readonly [string, string]>> = {
	changed: ['if different', 'local files that differ are replaced'],
	never: ['never', 'a local file is left as it is'],
	always: ['always', 'every file is fetched again'],
};

const verifyWords: Readonly<Record<Draft['verify'], readonly [string, string]>> = {
	checksum: ['checksum', 'the best digest on offer, and the size'],
	size: ['size', 'the size only; less work for the CPU'],
};

function next<T extends string>(values: readonly T[], current: T, by: number): T {
	const index = (values.indexOf(current) + by + values.length) % values.length;
	return values[index] ?? current;
}

function keysOf<T extends string>(words: Readonly<Record<T, unknown>>): T[] {
	return Object.keys(words) as T[];
}

/** All settings of the options screen in the state of the draft. */
export function settingsOf(draft: Draft): Setting[] {
	const preset = presetOf(draft);
	const numbers = `${draft.perGroup} files × ${draft.groups} groups`;
	return [
		{
			id: 'preset',
			label: 'Speed',
			value: preset ?? 'by hand',
			explain: preset === null ? `${numbers} at once` : `${numbers}; ${presetWords[preset]}`,
			change: (by) => ({
				type: 'preset',
				preset: preset === null ? 'balanced' : next(keysOf(presets), preset, by),
			}),
		},
		setting('layout', 'Local folders', layoutWords, draft.layout),
		setting('match', 'Names match', matchWords, draft.match),
		setting('ambiguous', 'Several keys', ambiguousWords, draft.ambiguous),
		setting('overwrite', 'Replace', overwriteWords, draft.overwrite),
		setting('verify', 'Check by', verifyWords, draft.verify),
	];
}

function setting<K extends Exclude<Setting['id'], 'preset'>, T extends Draft[K]>(
	id: K,
	label: string,
	words: Readonly<Record<T, readonly [string, string]>>,
	current: T,
): Setting {
	return {
		id,
		label,
		value: words[current][0],
		explain: words[current][1],
		change: (by) => ({type: 'options', options: {[id]: next(keysOf(words), current, by)}}),
	};
}
