import type {ProfileInfo, StoreAccess} from '../../job/link/messages.ts';
import type {ManifestSpec} from '../../model/job-spec.ts';
import type {Draft} from '../draft.ts';
import type {AppOptions} from '../types.ts';

/** The wizard's questions in their order; each is a screen of that name. */
export const steps = [
	'profile',
	'bucket',
	'browse',
	'manifest',
	'columns',
	'folder',
	'options',
] as const;
export type Step = (typeof steps)[number];

/** What the command line said already is not asked again. */
function isAnswered(
	step: Step,
	draft: Draft,
	options: Pick<AppOptions, 'access' | 'bucket' | 'prefix' | 'preset'>,
): boolean {
	switch (step) {
		case 'profile':
			return options.access !== undefined;
		case 'bucket':
			return options.bucket !== undefined;
		case 'browse':
			return options.prefix !== undefined;
		case 'manifest':
			return options.preset?.manifest !== undefined;
		case 'columns':
			// Only a CSV has columns, and a column named on the command line is settled.
			return draft.manifest?.kind !== 'csv' || options.preset?.manifest !== undefined;
		case 'folder':
			return options.preset?.folder !== undefined;
		default:
			return false;
	}
}

/** The question after `step` ('start' for the first one) that is still open. */
export function nextStep(
	step: Step | 'start',
	draft: Draft,
	options: Pick<AppOptions, 'access' | 'bucket' | 'prefix' | 'preset'>,
): Step {
	const from = step === 'start' ? 0 : steps.indexOf(step) + 1;
	return steps.slice(from).find((next) => !isAnswered(next, draft, options)) ?? 'options';
}

/** How to reach the store with a profile; the store itself stays as the command line said. */
export function accessOf(profile: ProfileInfo, given: StoreAccess | undefined): StoreAccess {
	const store = {
		provider: 's3' as const,
		...(profile.region === undefined ? {} : {region: profile.region}),
		...given?.store,
	};
	if (profile.kind === 'anonymous') return {store, credentials: {kind: 'anonymous'}};
	if (profile.kind === 'environment') return {store, credentials: {kind: 'chain'}};
	return {store, credentials: {kind: 'profile', profile: profile.name}};
}

/** The one profile that needs no question: a single one with a live sign-in. */
export function obviousProfile(profiles: readonly ProfileInfo[]): ProfileInfo | null {
	const named = profiles.filter((profile) => profile.kind !== 'anonymous');
	const [only] = named;
	return named.length === 1 && only?.state === 'signed-in' ? only : null;
}

/** Words for the title row: `train-sso · 4417-2203-9915 · eu-west-1`. */
export function whereWords(draft: Draft): string {
	return [draft.identity?.label, accountWords(draft.identity?.account), draft.region]
		.filter((part) => part !== undefined && part !== null && part !== '')
		.join(' · ');
}

/** Twelve digits in groups of four, as AWS shows them. */
export function accountWords(account: string | undefined): string | undefined {
	return account !== undefined && /^\d{12}$/.test(account)
		? account.replace(/(\d{4})(\d{4})(\d{4})/, '$1-$2-$3')
		: account;
}

/** Words for the title row once a bucket is chosen: `studio-voice-takes · sessions/2025/`. */
export function sourceWords(draft: Draft): string {
	return [draft.bucket, draft.prefix].filter((part) => part !== '').join(' · ');
}

/** The file name of a path. */
export function baseName(path: string): string {
	return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

/** What is wanted, in a few words: `takes_2025.csv`, `everything under sessions/2025/`. */
export function manifestWords(manifest: ManifestSpec, prefix: string): string {
	return manifest.kind === 'prefix'
		? `everything under ${prefix === '' ? 'the bucket' : prefix}`
		: baseName(manifest.file);
}

/** A folder or file as people write it: `~/takes`. */
export function shortPath(path: string, home: string): string {
	return home !== '' && (path === home || path.startsWith(`${home}/`))
		? `~${path.slice(home.length)}`
		: path;
}

/** What a person typed as an absolute path: `~` is the home folder, the rest is below the working folder. */
export function longPath(
	typed: string,
	places: {readonly home: string; readonly workingFolder: string},
): string {
	const text = typed.trim();
	if (text === '~') return places.home;
	if (/^~[\\/]/.test(text)) return places.home + text.slice(1);
	if (/^(?:[\\/]|[A-Za-z]:[\\/])/.test(text)) return text;
	return `${places.workingFolder.replace(/\/+$/, '')}/${text.replace(/^\.\//, '')}`;
}

/** A prefix as S3 wants it: no leading slash; one at the end, unless it is empty or names part of a name on purpose. */
export function tidyPrefix(typed: string): string {
	const text = typed
		.trim()
		.replace(/^s3:\/\/[^/]*\//, '')
		.replace(/^\/+/, '');
	return text === '' || text.endsWith('/') ? text : `${text}/`;
}

/** What marks or filters let through, in words: `amara_o/, kofi_b/`; '' when everything is. */
export function onlyWords(include: readonly string[]): string {
	return include.map((glob) => glob.replace(/\*\*$/, '').replace(/\\(.)/g, '$1')).join(', ');
}

/** A name as a glob that matches only itself. */
export function literalGlob(name: string): string {
	return name.replace(/[\\*?[\]{}()!+@|]/g, String.raw`\$&`);
}
