import {access, constants, mkdir, readFile, readlink, realpath, stat} from 'node:fs/promises';
import path from 'node:path';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {readAwsFiles, sdkFiles} from './aws-files.ts';
import {isLoopback} from './sso/page-address.ts';
import {accountScope, type SsoSession} from './sso/session.ts';
import {writeWhole} from './whole-file.ts';

/** A profile that signs in through IAM Identity Center, as it is to stand in `~/.aws/config`. */
export type NewProfile = {
	readonly name: string;
	readonly session: {
		readonly name: string;
		readonly startUrl: string;
		readonly region: string;
	};
	/** twelve digits */
	readonly account: string;
	readonly role: string;
	/** where its buckets are; found bucket by bucket all the same */
	readonly region: string;
};

/** What would be written, and where. */
export type ProfileDraft = {readonly file: string; readonly text: string};

const nameForm = /^[\w.@+-]{1,64}$/;
/** Names with which the readers of the SDKs find no profile any more, or take it for something else. */
const trapNames = /^(?:__proto__|(?:sso-session|services)\..*)$/;
const roleForm = /^[\w+=,.@-]{1,64}$/;
const regionForm = /^[a-z]{2}[a-z0-9-]{1,38}$/;

const refuse = (message: string, hint: string) => new MusterError('usage', message, {hint});

/** A start URL as people know it: whole, without `https://`, or the word before `.awsapps.com`. Throws MusterError `usage`. */
export function readStartUrl(typed: string): string {
	const text = typed.trim();
	const whole = /^https?:\/\//i.test(text)
		? text
		: /^[\w-]+$/.test(text)
			? `https://${text}.awsapps.com/start`
			: `https://${text}`;
	const url = URL.canParse(whole) && !/\s/.test(text) ? new URL(whole) : undefined;
	const isHere = url !== undefined && isLoopback(url);
	const isFit =
		url !== undefined &&
		url.href.length <= 500 &&
		url.username === '' &&
		(url.protocol === 'https:' || isHere) &&
		(url.hostname.includes('.') || isHere);
	if (!isFit)
		throw refuse(
			`"${safeText(text).slice(0, 60)}" is no start URL.`,
			'It looks like https://d-1234567890.awsapps.com/start; your administrator knows it.',
		);
	// copied from a browser it carries the place within the portal: …/start/#/?tab=accounts
	url.hash = '';
	url.search = '';
	return url.href.replace(/[#?/]+$/, '');
}

const isSameUrl = (written: string | undefined, startUrl: string): boolean => {
	try {
		return written !== undefined && readStartUrl(written) === startUrl;
	} catch {
		return false;
	}
};

/**
 * Sections of a file by their headers alone, `profile NAME` and `sso-session NAME`. A section without
 * settings is none to the SDK's reader, but a second one of its name stops the AWS CLI altogether.
 */
function headersOf(content: Buffer): ReadonlySet<string> {
	const headers = new Set<string>();
	// as single bytes: the names that muster writes are plain ASCII
	for (const row of content.toString('latin1').split(/[\r\n]+/)) {
		const found = /^\s*\[\s*(?:(profile|sso-session)\s+)?(["']?)([^\]]*?)\2\s*\]/.exec(row);
		if (found === null) continue;
		const [, kind, , name = ''] = found;
		if (kind !== undefined) headers.add(`${kind} ${name}`);
		else if (name === 'default') headers.add('profile default');
	}
	return headers;
}

/** The names of profiles that can't be given any more. */
async function takenNames(env: NodeJS.ProcessEnv): Promise<(name: string) => boolean> {
	const {profiles} = await readAwsFiles(env);
	const headers = headersOf(await contentOf(env));
	return (name) => profiles.has(name) || headers.has(`profile ${name}`);
}

/** The configuration file as it is; what can't be read is refused when it is to be written. */
async function contentOf(env: NodeJS.ProcessEnv): Promise<Buffer> {
	return readFile(sdkFiles(env).configFilepath).catch(() => Buffer.alloc(0));
}

/** The session for a start URL: one that the files have already, else a new name made from the address. */
export async function sessionFor(
	startUrl: string,
	region: string,
	env: NodeJS.ProcessEnv,
): Promise<SsoSession & {readonly name: string}> {
	if (!regionForm.test(region))
		throw refuse(`"${safeText(region)}" is no region.`, 'It looks like eu-west-1.');
	const files = await readAwsFiles(env);
	const headers = headersOf(await contentOf(env));
	const facts = {startUrl, region, scopes: [accountScope], profile: ''};
	const [word = 'sso'] = new URL(startUrl).hostname.split('.');
	const base = word.replace(/[^\w-]/g, '') || 'sso';
	for (let count = 1; ; count++) {
		const name = count === 1 ? base : `${base}-${count}`;
		const known = files.section('sso-session', name);
		const isSame =
			isSameUrl(known?.['sso_start_url'], startUrl) && known?.['sso_region'] === region;
		const isFree = known === undefined && !headers.has(`sso-session ${name}`);
		if (isFree || isSame) return {...facts, name};
	}
}

/** A name for a profile of each role that is not taken: `studio-trainer`. The files are read once, however many roles there are. */
export async function freeNames(
	roles: readonly {readonly accountName: string; readonly role: string}[],
	env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
	const isTaken = await takenNames(env);
	const word = (text: string) =>
		text
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, '-')
			.replace(/^-+|-+$/g, '');
	return roles.map(({accountName, role}) => {
		const base = [word(accountName), word(role)].filter(Boolean).join('-').slice(0, 48) || 'sso';
		let name = base;
		for (let count = 2; isTaken(name); count++) name = `${base}-${count}`;
		return name;
	});
}

/** The lines that a profile needs, as the AWS CLI writes them. Throws MusterError `usage` for what must not stand in the file. */
export async function draftProfile(
	profile: NewProfile,
	env: NodeJS.ProcessEnv,
): Promise<ProfileDraft> {
	const {name, session, account, role, region} = profile;
	const files = await readAwsFiles(env);
	const isTaken = await takenNames(env);
	if (!nameForm.test(name) || trapNames.test(name))
		throw refuse(
			`"${safeText(name)}" is no name for a profile.`,
			'Letters, digits, - _ . @ + will do.',
		);
	if (isTaken(name))
		throw refuse(
			`There is a profile "${name}" already.`,
			'Choose another name; muster changes none.',
		);
	if (!regionForm.test(region))
		throw refuse(`"${safeText(region)}" is no region.`, 'It looks like eu-west-1.');
	if (!/^\d{12}$/.test(account) || !roleForm.test(role) || !nameForm.test(session.name))
		throw refuse(
			'The portal named an account or a role that no profile can hold.',
			'Use `aws configure sso`.',
		);
	const isKnown = files.section('sso-session', session.name) !== undefined;
	if (!isKnown && headersOf(await contentOf(env)).has(`sso-session ${session.name}`))
		throw refuse(
			`There is an sso-session "${session.name}" already, without an address.`,
			'Remove its empty section from the file, then try again.',
		);
	const sessionLines = [
		`[sso-session ${session.name}]`,
		`sso_start_url = ${readStartUrl(session.startUrl)}`,
		`sso_region = ${session.region}`,
		`sso_registration_scopes = ${accountScope}`,
		'',
	];
	const profileLines = [
		name === 'default' ? '[default]' : `[profile ${name}]`,
		`sso_session = ${session.name}`,
		`sso_account_id = ${account}`,
		`sso_role_name = ${role}`,
		`region = ${region}`,
	];
	const text = [...(isKnown ? [] : sessionLines), ...profileLines, ''].join('\n');
	return {file: sdkFiles(env).configFilepath, text};
}

/**
 * Appends a profile to the configuration of the AWS tools; what stands there stays byte for byte. Answers
 * the file. Throws MusterError `usage` or `disk`.
 */
export async function writeProfile(profile: NewProfile, env: NodeJS.ProcessEnv): Promise<string> {
	const {file, text} = await draftProfile(profile, env);
	try {
		const target = await targetOf(file);
		const old = await readFile(target).catch((error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT') return undefined;
			throw error;
		});
		const mode = old === undefined ? 0o600 : (await stat(target)).mode & 0o777;
		// somebody made it read-only on purpose; a rename would not mind that
		if (old !== undefined) await access(target, constants.W_OK);
		await mkdir(path.dirname(target), {recursive: true, mode: 0o700});
		await writeWhole(target, appended(old ?? Buffer.alloc(0), text), mode);
		return file;
	} catch (error) {
		throw new MusterError('disk', `${safeText(file)} can't be written; nothing was changed.`, {
			hint: 'Make it writable for you, or put the lines in by hand.',
			detail: (error as NodeJS.ErrnoException).code ?? '',
		});
	}
}

/** Where a link leads, also where nothing is yet: dotfiles are followed, not replaced. */
async function targetOf(file: string): Promise<string> {
	let at = file;
	for (let hops = 0; hops < 40; hops++) {
		const link = await readlink(at).catch(() => undefined);
		if (link === undefined) return at;
		const folder = await realpath(path.dirname(at)).catch(() => path.dirname(at));
		at = path.resolve(folder, link);
	}
	throw Object.assign(new Error('too many links'), {code: 'ELOOP'});
}

/** With the line ends that are there, and a blank line between. */
function appended(old: Buffer, text: string): Buffer {
	const isCrlf = old.includes('\r\n');
	const ending = isCrlf ? '\r\n' : '\n';
	const endsLine = old.length === 0 || old.at(-1) === 0x0a;
	const gap = old.length === 0 ? '' : endsLine ? ending : ending + ending;
	return Buffer.concat([old, Buffer.from(gap + text.replaceAll('\n', ending))]);
}
