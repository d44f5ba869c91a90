import {MusterError} from '../../model/error.ts';
import {safeText} from '../../model/safe-text.ts';
import {readAwsFiles} from '../aws-files.ts';
import type {AwsFiles, Section} from '../aws-files.ts';
import {kindOf, sessionIn} from './session.ts';
import type {SectionKind, SsoSession} from './session.ts';

/**
 * The session to sign in to: that of the named profile, else of `AWS_PROFILE`, of `default`, of the
 * only profile that has one. Throws MusterError with the profiles that there are.
 */
export async function sessionToSignIn(
	profile: string | undefined,
	env: NodeJS.ProcessEnv,
): Promise<SsoSession> {
	const files = await readAwsFiles(env);
	const named = profile ?? (env['AWS_PROFILE'] || undefined);
	if (named !== undefined) return sessionIn(files, named) ?? refuse(named, files);
	const ownDefault = sessionIn(files, 'default');
	if (ownDefault !== undefined) return ownDefault;
	const names = ssoProfiles(files);
	const [only] = names;
	if (only === undefined)
		throw new MusterError('usage', 'No profile here signs in with IAM Identity Center.', {
			hint: '`aws configure sso` writes one, and so does `muster` when it finds none.',
		});
	const session = names.length === 1 ? sessionIn(files, only) : undefined;
	if (session !== undefined) return session;
	throw new MusterError('usage', 'Several profiles sign in with IAM Identity Center.', {
		hint: `Say which: muster login ${names.map(safeText).join(', muster login ')}`,
	});
}

/** Those that sign in by themselves: a role that starts from one of them is not asked for here. */
const ssoProfiles = (files: AwsFiles): string[] =>
	[...files.profiles].flatMap(([name, section]) =>
		kindOf(section) === 'sso' && sessionIn(files, name) !== undefined ? [name] : [],
	);

const others: Readonly<Record<Exclude<SectionKind, 'sso'>, (section: Section) => string>> = {
	static: () => 'holds access keys: there is nothing to sign in to.',
	process: () =>
		'gets its keys from a command (credential_process): there is nothing to sign in to.',
	'web-identity': () => 'takes on its role with a token file: there is nothing to sign in to.',
	role: (section) =>
		`takes on its role from ${source(section)}, which does not sign in with IAM Identity Center.`,
	unknown: () => 'names no IAM Identity Center session.',
};

const source = (section: Section) =>
	section['source_profile'] === undefined
		? 'this machine'
		: `profile "${safeText(section['source_profile'])}"`;

function refuse(profile: string, files: AwsFiles): never {
	const section = files.profiles.get(profile);
	const name = safeText(profile);
	const kind = section && kindOf(section);
	if (kind === 'sso')
		throw new MusterError('configuration', `Profile "${name}" lacks its start URL or region.`, {
			hint: 'Its sso-session in ~/.aws/config needs sso_start_url and sso_region.',
		});
	const known = ssoProfiles(files).map(safeText);
	throw new MusterError(
		'usage',
		section === undefined || kind === undefined
			? `There is no profile "${name}".`
			: `Profile "${name}" ${others[kind](section)}`,
		{
			hint:
				known.length === 0
					? '`aws configure sso` writes a profile that signs in.'
					: `Profiles that sign in: ${known.join(', ')}.`,
		},
	);
}
