import {randomBytes} from 'node:crypto';
import {chmod, mkdir, open, readFile, realpath, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {readAwsFiles, sdkFiles} from './aws-files.ts';
import type {SsoSession} from './sso/session.ts';

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

const scopes = 'sso:account:access';
const nameForm = /^[\w.@+-]{1,64}$/;
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
	const isHere = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
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
	return url.href.replace(/[#/]+$/, '');
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
	const facts = {startUrl, region, scopes: [scopes], profile: ''};
	const [word = 'sso'] = new URL(startUrl).hostname.split('.');
	const base = word.replace(/[^\w-]/g, '') || 'sso';
	for (let count = 1; ; count++) {
		const name = count === 1 ? base : `${base}-${count}`;
		const known = files.section('sso-session', name);
		const isSame =
			known?.['sso_start_url']?.replace(/[#/]+$/, '') === startUrl &&
			known['sso_region'] === region;
		if (known === undefined || isSame) return {...facts, name};
	}
}

/** A name for a profile that is not taken: `studio-trainer`. */
export async function freeName(
	{accountName, role}: {readonly accountName: string; readonly role: string},
	env: NodeJS.ProcessEnv,
): Promise<string> {
	const {profiles} = await readAwsFiles(env);
	const word = (text: string) =>
		text
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, '-')
			.replace(/^-+|-+$/g, '');
	const base = [word(accountName), word(role)].filter(Boolean).join('-').slice(0, 48) || 'sso';
	for (let count = 1; ; count++) {
		const name = count === 1 ? base : `${base}-${count}`;
		if (!profiles.has(name)) return name;
	}
}

/** The lines that a profile needs, as the AWS CLI writes them. Throws MusterError `usage` for what must not stand in the file. */
export async function draftProfile(
	profile: NewProfile,
	env: NodeJS.ProcessEnv,
): Promise<ProfileDraft> {
	const {name, session, account, role, region} = profile;
	const files = await readAwsFiles(env);
	if (!nameForm.test(name))
		throw refuse(
			`"${safeText(name)}" is no name for a profile.`,
			'Letters, digits, - _ . @ + will do.',
		);
	if (files.profiles.has(name))
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
	const sessionLines = [
		`[sso-session ${session.name}]`,
		`sso_start_url = ${readStartUrl(session.startUrl)}`,
		`sso_region = ${session.region}`,
		`sso_registration_scopes = ${scopes}`,
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
		// a link is followed, not replaced
		const target = await realpath(file).catch(() => file);
		const old = await readFile(target).catch((error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT') return undefined;
			throw error;
		});
		const mode = old === undefined ? 0o600 : (await stat(target)).mode & 0o777;
		await mkdir(path.dirname(target), {recursive: true, mode: 0o700});
		await replaceFile(target, appended(old ?? Buffer.alloc(0), text), mode);
		return file;
	} catch (error) {
		throw new MusterError('disk', `${safeText(file)} can't be written; nothing was changed.`, {
			hint: 'Make it writable for you, or put the lines in by hand.',
			detail: (error as NodeJS.ErrnoException).code ?? '',
		});
	}
}

/** With the line ends that are there, and a blank line between. */
function appended(old: Buffer, text: string): Buffer {
	const isCrlf = old.includes('\r\n');
	const ending = isCrlf ? '\r\n' : '\n';
	const endsLine = old.length === 0 || old.at(-1) === 0x0a;
	const gap = old.length === 0 ? '' : endsLine ? ending : ending + ending;
	return Buffer.concat([old, Buffer.from(gap + text.replaceAll('\n', ending))]);
}

async function replaceFile(file: string, content: Buffer, mode: number): Promise<void> {
	const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
	try {
		const handle = await open(temporary, 'wx', 0o600);
		try {
			await handle.writeFile(content);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await chmod(temporary, mode);
		await rename(temporary, file);
	} catch (error) {
		await rm(temporary, {force: true}).catch(() => undefined);
		throw error;
	}
}
