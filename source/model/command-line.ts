import {jobSpecDefaults, presets, type CredentialSpec, type JobSpec} from './job-spec.ts';
import {safeText} from './safe-text.ts';

/** What a shell takes as it stands; `=` in front is a path search in zsh, `~` a home folder. */
const plainWord = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/** Bytes in octal: the one escape that dash's successors, bash 3.2 and zsh read alike in `$'…'`. */
function octal(text: string): string {
	return [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * One word for a POSIX shell. Text with control characters becomes `$'…'` with octal escapes, so
 * that the line can be shown and pasted without any of them reaching a terminal.
 */
export function shellWord(text: string): string {
	if (plainWord.test(text)) return text;
	if (safeText(text) === text) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
	const inner = Array.from(text, (character) =>
		character === "'" || character === '\\' || safeText(character) !== character
			? octal(character)
			: character,
	);
	return `$'${inner.join('')}'`;
}

type Flag = readonly [name: string, value?: string | number | undefined];

const when = (condition: boolean, name: string): readonly Flag[] => (condition ? [[name]] : []);

function optional(name: string, value: string | number | undefined): readonly Flag[] {
	return value === undefined || value === '' ? [] : [[name, value]];
}

/** The option only when it says something else than the default. */
function unless<T extends string | number>(name: string, value: T, usual: T): readonly Flag[] {
	return value === usual ? [] : [[name, value]];
}

function manifestFlags({manifest}: JobSpec): readonly Flag[] {
	switch (manifest.kind) {
		case 'prefix':
			return [];
		case 'csv':
			return [
				['--csv', manifest.file],
				...optional('--column', manifest.column),
				...optional('--group-by', manifest.groupBy),
				...when(manifest.header === false, '--no-header'),
				...optional('--delimiter', manifest.delimiter === '\t' ? 'tab' : manifest.delimiter),
				...optional('--ending', manifest.ending),
			];
		case 'actors':
			return [['--actors', manifest.file], ...optional('--pointer', manifest.pointer)];
		case 'keys':
			return [['--keys', manifest.file]];
		default:
			return manifest satisfies never;
	}
}

function credentialFlags(credentials: CredentialSpec): readonly Flag[] {
	switch (credentials.kind) {
		case 'chain':
		// secrets are told to nobody; the line then finds keys as the AWS tools do
		case 'options':
			return [];
		case 'profile':
			return [['--profile', credentials.profile]];
		case 'anonymous':
			return [['--no-sign-request']];
		case 'files':
			return [
				...optional('--access-key-file', credentials.accessKeyFile),
				...optional('--secret-key-file', credentials.secretKeyFile),
				...optional('--session-token-file', credentials.sessionTokenFile),
			];
		case 'env-file':
			return [['--env-file', credentials.file]];
		default:
			return credentials satisfies never;
	}
}

function parallelFlags(spec: JobSpec): readonly Flag[] {
	const preset = Object.entries(presets).find(
		([, {perGroup, groups}]) => perGroup === spec.perGroup && groups === spec.groups,
	)?.[0];
	const pair: readonly Flag[] =
		preset === undefined
			? [
					['--per-group', spec.perGroup],
					['--groups', spec.groups],
				]
			: unless('--preset', preset, 'balanced');
	return [...pair, ...unless('--connections', spec.connections, jobSpecDefaults.connections)];
}

function choiceFlags(spec: JobSpec): readonly Flag[] {
	const {filters} = spec;
	// a person answered the questions of `ask`; a line that asks nothing skips what stayed open
	const ambiguous = spec.ambiguous === 'ask' ? 'skip' : spec.ambiguous;
	return [
		['--to', spec.folder],
		...unless('--layout', spec.layout, jobSpecDefaults.layout),
		...unless('--match', spec.match, jobSpecDefaults.match),
		['--ambiguous', ambiguous],
		...filters.include.map((glob): Flag => ['--include', glob]),
		...filters.exclude.map((glob): Flag => ['--exclude', glob]),
		...optional('--ext', filters.extensions.map((ending) => ending.replace(/^\./, '')).join(',')),
		...optional('--min-size', filters.minSize),
		...optional('--max-size', filters.maxSize),
		...unless('--overwrite', spec.overwrite, jobSpecDefaults.overwrite),
		...unless('--verify', spec.verify, jobSpecDefaults.verify),
		...parallelFlags(spec),
		...unless('--limit-rate', spec.limitRate, jobSpecDefaults.limitRate),
		...unless('--retries', spec.retries, jobSpecDefaults.retries),
		...when(spec.allowMissing, '--allow-missing'),
	];
}

/** A value with a dash in front would be read as an option; `-` alone is standard input. */
function flagWords([name, value]: Flag): readonly string[] {
	if (value === undefined) return [name];
	const text = String(value);
	if (text.startsWith('-') && text !== '-') return [`${name}=${shellWord(text)}`];
	return [name, shellWord(text)];
}

/**
 * The `muster get …` line that repeats a job without a question, quoted for a POSIX shell. It names
 * files and profiles, never a secret, and leaves out what is the default anyway.
 */
export function commandLine(spec: JobSpec): string {
	const source = spec.bucket === '' ? [] : [shellWord(`s3://${spec.bucket}/${spec.prefix}`)];
	const flags = [
		...manifestFlags(spec),
		...choiceFlags(spec),
		...credentialFlags(spec.credentials),
		...optional('--region', spec.store.region),
		...optional('--endpoint-url', spec.store.endpoint),
		...when(spec.store.requestPayer === true, '--request-payer'),
		['--yes'] as const,
	];
	return ['muster', 'get', ...source, ...flags.flatMap(flagWords)].join(' ');
}
