import type {ManifestPreview, StoreAccess} from '../job/link/messages.ts';
import {
	jobSpecDefaults,
	presets,
	type CredentialSpec,
	type JobSpec,
	type Layout,
	type ManifestSpec,
	type Overwrite,
	type Preset,
} from '../model/job-spec.ts';
import type {AmbiguousRule, MatchMode} from '../model/match.ts';
import type {RememberedChoices} from '../model/remembered.ts';

/** The wizard's answers so far; becomes a `JobSpec` when all that must be known is known. */
export type Draft = {
	readonly access: StoreAccess | null;
	/** words for the title row: profile name, account */
	readonly identity: {readonly label: string; readonly account?: string} | null;
	readonly region: string | null;
	readonly bucket: string;
	readonly prefix: string;
	/** globs below the prefix for what was marked while browsing; empty is everything */
	readonly include: readonly string[];
	readonly manifest: ManifestSpec | null;
	/** what is known of a CSV's columns, for remembering the choice by its header */
	readonly columns: {
		readonly fingerprint: string;
		readonly column: string;
		readonly groupBy: string | null;
	} | null;
	readonly folder: string | null;
	readonly layout: Layout;
	readonly match: MatchMode;
	readonly ambiguous: AmbiguousRule;
	readonly overwrite: Overwrite;
	readonly verify: 'checksum' | 'size';
	readonly perGroup: number;
	readonly groups: number;
	/** values that the command line fixed; they win */
	readonly fixed: Partial<JobSpec>;
};

export type DraftAction =
	| {
			readonly type: 'access';
			readonly access: StoreAccess;
			readonly identity: Draft['identity'];
			readonly region?: string | null;
	  }
	| {readonly type: 'bucket'; readonly bucket: string; readonly region: string | null}
	| {readonly type: 'prefix'; readonly prefix: string; readonly include?: readonly string[]}
	| {
			readonly type: 'manifest';
			readonly manifest: ManifestSpec;
			readonly match?: MatchMode;
			readonly columns?: Draft['columns'];
	  }
	| {readonly type: 'folder'; readonly folder: string}
	| {readonly type: 'preset'; readonly preset: Preset}
	| {readonly type: 'options'; readonly options: Partial<Pick<Draft, OptionName>>}
	| {readonly type: 'spec'; readonly spec: JobSpec};

export type OptionName = 'layout' | 'match' | 'ambiguous' | 'overwrite' | 'verify';

/** Credentials in a word or two, until S3 has said who they are. */
export function credentialsLabel(credentials: CredentialSpec): string {
	switch (credentials.kind) {
		case 'profile':
			return credentials.profile;
		case 'anonymous':
			return 'no sign-in';
		case 'files':
			return 'key files';
		case 'env-file':
			return 'env file';
		case 'options':
			return 'key options';
		default:
			return 'environment';
	}
}

/** The draft at the start: defaults, then remembered options, then what the command line said. */
export function startDraft(options: {
	readonly access?: StoreAccess | undefined;
	readonly bucket?: string | undefined;
	readonly prefix?: string | undefined;
	readonly preset?: Partial<JobSpec> | undefined;
	readonly remembered: RememberedChoices;
}): Draft {
	const fixed = options.preset ?? {};
	const {remembered} = options;
	const preset = remembered.options.preset === undefined ? {} : presets[remembered.options.preset];
	const base = {
		...jobSpecDefaults,
		// In a terminal, ambiguous rows are asked about on the analysis screen.
		ambiguous: 'ask' as AmbiguousRule,
		...preset,
		...(remembered.options.layout === undefined ? {} : {layout: remembered.options.layout}),
		...(remembered.options.match === undefined ? {} : {match: remembered.options.match}),
		...fixed,
	};
	return {
		access: options.access ?? null,
		identity:
			options.access === undefined ? null : {label: credentialsLabel(options.access.credentials)},
		region: options.access?.store.region ?? null,
		bucket: options.bucket ?? fixed.bucket ?? '',
		prefix: options.prefix ?? fixed.prefix ?? '',
		include: [],
		manifest: fixed.manifest ?? null,
		columns: null,
		folder: fixed.folder ?? null,
		layout: base.layout,
		match: base.match,
		ambiguous: base.ambiguous,
		overwrite: base.overwrite,
		verify: base.verify,
		perGroup: base.perGroup,
		groups: base.groups,
		fixed,
	};
}

function withBucket(draft: Draft, bucket: string, region: string | null): Draft {
	const {access} = draft;
	return {
		...draft,
		bucket,
		region: region ?? draft.region,
		prefix: draft.bucket === bucket ? draft.prefix : '',
		include: draft.bucket === bucket ? draft.include : [],
		access:
			access === null || region === null ? access : {...access, store: {...access.store, region}},
	};
}

export function reduceDraft(draft: Draft, action: DraftAction): Draft {
	switch (action.type) {
		case 'access':
			return {
				...draft,
				access: action.access,
				identity: action.identity,
				region: action.region ?? action.access.store.region ?? draft.region,
			};
		case 'bucket':
			return withBucket(draft, action.bucket, action.region);
		case 'prefix':
			return {...draft, prefix: action.prefix, include: action.include ?? []};
		case 'manifest':
			return {
				...draft,
				manifest: action.manifest,
				match: action.match ?? draft.match,
				columns: action.columns ?? null,
			};
		case 'folder':
			return {...draft, folder: action.folder};
		case 'preset':
			return {...draft, ...presets[action.preset]};
		case 'options':
			return {...draft, ...action.options};
		case 'spec':
			return draftOfSpec(draft, action.spec);
	}
}

/** A past job's answers as a draft, for "Again". */
function draftOfSpec(draft: Draft, spec: JobSpec): Draft {
	return {
		...draft,
		access: {store: spec.store, credentials: spec.credentials},
		region: spec.store.region ?? draft.region,
		bucket: spec.bucket,
		prefix: spec.prefix,
		include: spec.filters.include,
		manifest: spec.manifest,
		columns: null,
		folder: spec.folder,
		layout: spec.layout,
		match: spec.match,
		ambiguous: spec.ambiguous,
		overwrite: spec.overwrite,
		verify: spec.verify,
		perGroup: spec.perGroup,
		groups: spec.groups,
		fixed: spec,
	};
}

/** The preset that the numbers stand for, if any. */
export function presetOf(draft: Pick<Draft, 'perGroup' | 'groups'>): Preset | null {
	const found = Object.entries(presets).find(
		([, value]) => value.perGroup === draft.perGroup && value.groups === draft.groups,
	);
	return (found?.[0] as Preset | undefined) ?? null;
}

/** The job that the answers describe, or null while one is missing. */
export function specOf(draft: Draft): JobSpec | null {
	const {access, manifest, folder} = draft;
	if (access === null || manifest === null || folder === null) return null;
	const filters = draft.fixed.filters ?? jobSpecDefaults.filters;
	return {
		...jobSpecDefaults,
		...draft.fixed,
		filters: draft.include.length === 0 ? filters : {...filters, include: draft.include},
		store: access.store,
		credentials: access.credentials,
		bucket: draft.bucket,
		prefix: draft.prefix,
		manifest,
		folder,
		layout: draft.layout,
		match: draft.match,
		ambiguous: draft.ambiguous,
		overwrite: draft.overwrite,
		verify: draft.verify,
		perGroup: draft.perGroup,
		groups: draft.groups,
	};
}

/** What a past choice under the same header says, when the file still has those columns. */
export function rememberedColumns(
	preview: Pick<ManifestPreview, 'fingerprint' | 'columns'>,
	remembered: RememberedChoices,
): RememberedChoices['columns'][string] | null {
	const known = remembered.columns[preview.fingerprint];
	if (known === undefined) return null;
	const names = new Set(preview.columns.map((column) => column.name));
	const groupFits = known.groupBy === undefined || names.has(known.groupBy);
	return names.has(known.column) && groupFits ? known : null;
}

/** The remembered choices with this draft's answers in them. */
export function rememberDraft(
	choices: RememberedChoices,
	draft: Draft,
	now: number,
): RememberedChoices {
	const {access, manifest} = draft;
	const preset = presetOf(draft);
	const profile =
		access?.credentials.kind === 'profile' ? access.credentials.profile : choices.profile;
	const known = choices.buckets[draft.bucket];
	return {
		...choices,
		...(profile === undefined ? {} : {profile}),
		buckets:
			draft.bucket === ''
				? choices.buckets
				: {
						...choices.buckets,
						[draft.bucket]: {
							...known,
							usedAt: now,
							...(draft.region === null ? {} : {region: draft.region}),
							prefix: draft.prefix,
							...(draft.folder === null ? {} : {folder: draft.folder}),
						},
					},
		columns:
			draft.columns === null || manifest?.kind !== 'csv'
				? choices.columns
				: {
						...choices.columns,
						[draft.columns.fingerprint]: {
							column: draft.columns.column,
							...(draft.columns.groupBy === null ? {} : {groupBy: draft.columns.groupBy}),
							match: draft.match,
							ending: manifest.ending ?? '',
						},
					},
		options: {
			...choices.options,
			...(preset === null ? {} : {preset}),
			layout: draft.layout,
			match: draft.match,
		},
	};
}
