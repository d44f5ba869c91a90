import path from 'node:path';
import {MusterError} from '../model/error.ts';
import {jobSpecDefaults, presets} from '../model/job-spec.ts';
import type {JobSpec, ManifestSpec} from '../model/job-spec.ts';
import {credentialSpec, storeSpec} from './environment.ts';
import type {Environment} from './environment.ts';
import {checkContradictions} from './merge.ts';
import type {Settings} from './settings.ts';
import {parseSource} from './source-url.ts';
import type {Source} from './source-url.ts';

/** What surrounds a command: where it runs and whether a person can be asked. */
export type Surroundings = {
	readonly workingFolder: string;
	readonly environment: Environment;
	readonly canAsk: boolean;
};

function manifestFile(file: string, folder: string): string {
	return file === '-' ? '-' : path.resolve(folder, file);
}

function manifestSpec(settings: Settings, folder: string): ManifestSpec {
	const {csv, actors, keys, column, groupBy, header, delimiter, ending, pointer} = settings;
	if (csv !== undefined)
		return {
			kind: 'csv',
			file: manifestFile(csv, folder),
			...(column === undefined ? {} : {column}),
			...(groupBy === undefined ? {} : {groupBy}),
			...(header === undefined ? {} : {header}),
			...(delimiter === undefined ? {} : {delimiter}),
			...(ending === undefined ? {} : {ending}),
		};
	if (actors !== undefined)
		return {
			kind: 'actors',
			file: manifestFile(actors, folder),
			...(pointer === undefined ? {} : {pointer}),
		};
	if (keys !== undefined) return {kind: 'keys', file: manifestFile(keys, folder)};
	return {kind: 'prefix'};
}

/** A folder name that says where the files come from: the last part of the prefix, or the bucket. */
function sourceName({bucket, prefix}: Source): string | undefined {
	const last = prefix.split('/').findLast((part) => part !== '') ?? bucket;
	// a key may hold anything; what is no plain folder name falls back to the bucket
	const plain = /^[\p{L}\p{N}][\p{L}\p{N} ._+=@-]*$/u.test(last) && last.length <= 200;
	return plain ? last.replace(/[. ]+$/, '') : bucket === '' ? undefined : bucket;
}

function outputFolder(
	settings: Settings,
	source: Source,
	manifest: ManifestSpec,
	working: string,
): string {
	if (settings.to !== undefined) return path.resolve(working, settings.to);
	if (manifest.kind === 'actors') {
		if (manifest.file !== '-') return path.dirname(manifest.file);
	} else {
		const name = sourceName(source);
		if (name !== undefined) return path.join(working, name);
		if (manifest.kind !== 'prefix' && manifest.file !== '-')
			return path.join(working, path.parse(manifest.file).name);
	}
	throw new MusterError('usage', 'No output folder is named', {hint: 'Name it with --to FOLDER.'});
}

/** The bucket and prefix that a command works on; a manifest of whole URLs needs none. */
export function resolveSource(settings: Settings): Source {
	if (settings.source !== undefined) return parseSource(settings.source);
	if (settings.csv ?? settings.actors ?? settings.keys) return {bucket: '', prefix: ''};
	throw new MusterError('usage', 'Neither a source nor a manifest is named', {
		hint: 'Name one: muster get s3://bucket/prefix, or --csv, --actors or --keys with URLs in it.',
	});
}

function parallel(settings: Settings): Pick<JobSpec, 'perGroup' | 'groups'> {
	const preset = presets[settings.preset ?? 'balanced'];
	return {
		perGroup: settings.perGroup ?? preset.perGroup,
		groups: settings.groups ?? preset.groups,
	};
}

/** Everything that defines the job of `get` or `check`. Throws code `usage`; touches no disk. */
export function buildJobSpec(settings: Settings, around: Surroundings): JobSpec {
	checkContradictions(settings);
	const source = resolveSource(settings);
	const manifest = manifestSpec(settings, around.workingFolder);
	const {minSize, maxSize} = settings;
	return {
		store: storeSpec(settings, around.environment),
		credentials: credentialSpec(settings, around.workingFolder),
		...source,
		manifest,
		folder: outputFolder(settings, source, manifest, around.workingFolder),
		layout: settings.layout ?? jobSpecDefaults.layout,
		match: settings.match ?? jobSpecDefaults.match,
		ambiguous: settings.ambiguous ?? (around.canAsk ? 'ask' : jobSpecDefaults.ambiguous),
		filters: {
			include: settings.include ?? [],
			exclude: settings.exclude ?? [],
			extensions: [...new Set(settings.ext ?? [])],
			...(minSize === undefined ? {} : {minSize}),
			...(maxSize === undefined ? {} : {maxSize}),
		},
		overwrite: settings.overwrite ?? jobSpecDefaults.overwrite,
		verify: settings.verify ?? jobSpecDefaults.verify,
		...parallel(settings),
		connections: settings.connections ?? jobSpecDefaults.connections,
		limitRate: settings.limitRate ?? jobSpecDefaults.limitRate,
		retries: settings.retries ?? jobSpecDefaults.retries,
		allowMissing: settings.allowMissing ?? jobSpecDefaults.allowMissing,
	};
}
