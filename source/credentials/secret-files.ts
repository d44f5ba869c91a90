import {readFile, stat} from 'node:fs/promises';
import {parseEnv} from 'node:util';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {optionKeys, type CredentialSpec} from '../model/job-spec.ts';
import type {Credentials} from '../stores/types.ts';
import type {Loaded} from './types.ts';

type FilesSpec = Extract<CredentialSpec, {kind: 'files'}>;

/** Names that hold the same thing, the AWS one first; the second ones are those of older scripts. */
const names = {
	accessKeyId: ['AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY'],
	secretAccessKey: ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_SECRET', 'AWS_SECRET_KEY'],
	sessionToken: ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
	region: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
} as const;

type Variables = Readonly<Record<string, string | undefined>>;

export function variable(variables: Variables, name: keyof typeof names): string | undefined {
	return names[name].map((each) => variables[each]?.trim()).find(Boolean);
}

/** Keys among variables of an environment or a `.env`; undefined unless both are there. */
export function keysOf(variables: Variables): Credentials | undefined {
	const accessKeyId = variable(variables, 'accessKeyId');
	const secretAccessKey = variable(variables, 'secretAccessKey');
	const sessionToken = variable(variables, 'sessionToken');
	const expires = Date.parse(variables['AWS_CREDENTIAL_EXPIRATION'] ?? '');
	if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
	return {
		accessKeyId,
		secretAccessKey,
		...(sessionToken === undefined ? {} : {sessionToken}),
		...(Number.isNaN(expires) ? {} : {expires}),
	};
}

/** `--access-key-file`, `--secret-key-file`, `--session-token-file`; what no file gives comes from the environment. */
export async function loadFiles(spec: FilesSpec, env: NodeJS.ProcessEnv): Promise<Loaded> {
	const accessKeyId = spec.accessKeyFile
		? await readSecret(spec.accessKeyFile, '--access-key-file')
		: variable(env, 'accessKeyId');
	const secretAccessKey = spec.secretKeyFile
		? await readSecret(spec.secretKeyFile, '--secret-key-file')
		: variable(env, 'secretAccessKey');
	const sessionToken = spec.sessionTokenFile
		? await readSecret(spec.sessionTokenFile, '--session-token-file')
		: undefined;
	if (accessKeyId === undefined || secretAccessKey === undefined) {
		const lacking = accessKeyId === undefined ? 'access key' : 'secret key';
		throw new MusterError('no-credentials', `There is no ${lacking} beside the files given.`, {
			hint: 'Give both --access-key-file and --secret-key-file.',
		});
	}
	return {
		label: 'key files',
		isFixed: true,
		credentials: {accessKeyId, secretAccessKey, ...(sessionToken ? {sessionToken} : {})},
	};
}

/** `--env-file`. */
export async function loadEnvFile(file: string): Promise<Loaded> {
	const credentials = keysOf(parseEnv(await readText(file, '--env-file')));
	if (credentials !== undefined) return {label: safeText(file), credentials, isFixed: true};
	throw new MusterError('no-credentials', `${safeText(file)} holds no access key and secret key.`, {
		hint: 'It needs the lines AWS_ACCESS_KEY_ID=… and AWS_SECRET_ACCESS_KEY=….',
	});
}

/** `--access-key`, `--secret-key`, `--session-token`: what this process was told, if it was. */
export async function loadOptions(env: NodeJS.ProcessEnv): Promise<Loaded> {
	const accessKeyId = env[optionKeys.accessKey];
	const secretAccessKey = env[optionKeys.secretKey];
	const sessionToken = env[optionKeys.sessionToken];
	if (!accessKeyId || !secretAccessKey)
		throw new MusterError('no-credentials', 'The keys of this job are kept nowhere.', {
			hint: 'They were given as options: give them once more, muster resume JOB --access-key … --secret-key … (and --session-token …).',
		});
	if (accessKeyId.startsWith('ASIA') && !sessionToken)
		throw new MusterError('no-credentials', 'The session token is lacking.', {
			hint: 'Keys that begin with ASIA are temporary: add --session-token.',
		});
	return {
		label: 'key options',
		credentials: {accessKeyId, secretAccessKey, ...(sessionToken ? {sessionToken} : {})},
	};
}

/** Variables of a file that may be missing, such as `.env`: none then. */
export async function readVariables(file: string): Promise<Variables> {
	return readFile(file, 'utf8').then(
		(text) => parseEnv(withoutMark(text)),
		() => ({}),
	);
}

/** A sentence for each of these files that others than its owner may read. */
export async function warnReadable(files: readonly (string | undefined)[]): Promise<string[]> {
	if (process.platform === 'win32') return [];
	const warnings: string[] = [];
	for (const file of files) {
		const mode =
			file === undefined
				? 0
				: await stat(file).then(
						(facts) => facts.mode,
						() => 0,
					);
		if ((mode & 0o044) !== 0)
			warnings.push(
				`Others can read ${safeText(file ?? '')}, which holds a secret: chmod 600 mends that.`,
			);
	}
	return warnings;
}

async function readSecret(file: string, option: string): Promise<string> {
	const text = (await readText(file, option)).trim();
	if (text !== '' && !/\s/.test(text)) return text;
	const what = text === '' ? 'is empty' : 'holds more than one word';
	throw new MusterError('no-credentials', `${safeText(file)} (${option}) ${what}.`, {
		hint: 'The file should hold the key alone, on one line.',
	});
}

async function readText(file: string, option: string): Promise<string> {
	try {
		return withoutMark(await readFile(file, 'utf8'));
	} catch (error) {
		const errno = (error as NodeJS.ErrnoException).code ?? '';
		const why = errno === 'ENOENT' ? 'does not exist' : `cannot be read (${errno})`;
		throw new MusterError('no-credentials', `${safeText(file)} (${option}) ${why}.`, {
			hint: 'Check the path and its permissions.',
			detail: errno,
		});
	}
}

const withoutMark = (text: string) => text.replace(/^\uFEFF/, '');
