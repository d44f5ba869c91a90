import {MusterError} from '../model/error.ts';
import type {Credentials} from '../stores/types.ts';
import type {PastedField, PastedValue} from './pasted-text.ts';
import {bareWords, cleanPaste, namedValues} from './pasted-text.ts';

export type PastedKeys = {
	readonly credentials: Credentials;
	readonly region?: string;
	/** how to name it safely: `…WXYZ` */
	readonly label: string;
};

/** AWS writes its access keys in base 32; keys of other services look like anything. */
const awsKey = /^A[KS]IA[A-Z2-7]{16}$/;
const likeAwsKey = /^A[KS]IA[A-Z0-9]{16}$/;
const secretLength = 40;
const hidden = /\*{2}|\.{3}|[…•●]/;

/**
 * Reads what people paste: the blocks that the AWS access portal copies (bash, cmd, PowerShell,
 * ini), JSON of the AWS CLI and STS, `.env` lines, or the bare keys, whatever a terminal did to
 * them on the way. Throws MusterError `usage` with words that say what is lacking; never repeats
 * what was pasted.
 */
export function readPastedKeys(text: string, now: number = Date.now()): PastedKeys {
	const clean = cleanPaste(text);
	if (clean.trim() === '') throw refusal('Nothing was pasted.', copyAll);
	const values = namedValues(clean);
	if (!values.some(({field}) => field === 'access' || field === 'secret')) {
		return keysFrom([...bareValues(bareWords(clean)), ...values.filter(isAside)], now);
	}
	// `# ` before a line is a comment beside lines without it, and a prompt where they are not enough
	const plain = values.filter(({commented}) => !commented);
	if (plain.length === values.length) return keysFrom(values, now);
	try {
		return keysFrom(plain, now);
	} catch {
		return keysFrom(values, now);
	}
}

const copyAll =
	'Copy the whole block: access key, secret key and, for temporary keys, the session token.';

const isAside = ({field}: PastedValue) => field === 'region' || field === 'expires';

/** Bare keys can only be told by their shape: an AWS access key, then its secret, then the rest. */
function bareValues(words: readonly string[]): readonly PastedValue[] {
	const at = words.findIndex((word) => likeAwsKey.test(word));
	const access = words[at];
	if (access === undefined) {
		if (words.some((word) => /^A(?:IDA|ROA)[A-Z0-9]{16}$/.test(word)))
			throw refusal(
				'What was pasted is the id of a user or a role, not an access key.',
				'An access key begins with AKIA or ASIA.',
			);
		throw refusal('No access key was found in what was pasted.', copyAll);
	}
	const rest = words.slice(at + 1);
	// the same block twice is still one
	const again = rest.indexOf(access);
	const own = again === -1 ? rest : rest.slice(0, again);
	const other = own.some((word) => likeAwsKey.test(word));
	if (other || (again !== -1 && own.join('') !== rest.slice(again + 1).join(''))) throw twoSets();
	let secret = own[0] ?? '';
	let used = 1;
	while (awsKey.test(access) && secret.length < secretLength && used < own.length)
		secret += own[used++] ?? '';
	const value = (field: PastedField, text: string): readonly PastedValue[] =>
		text === '' ? [] : [{field, value: text, commented: false}];
	const token = own.slice(used).join('');
	return [...value('access', access), ...value('secret', secret), ...value('token', token)];
}

function keysFrom(values: readonly PastedValue[], now: number): PastedKeys {
	const all = (field: PastedField) => [
		...new Set(values.filter((each) => each.field === field).map(({value}) => value)),
	];
	const [accessKeyId, secondAccess] = all('access');
	const [secretAccessKey, secondSecret] = all('secret');
	const [sessionToken, secondToken] = all('token');
	if (accessKeyId === undefined)
		throw refusal('No access key was found in what was pasted.', copyAll);
	if ([secondAccess, secondSecret, secondToken].some((second) => second !== undefined))
		throw twoSets();
	checkAccess(accessKeyId);
	checkSecret(secretAccessKey, accessKeyId);
	checkToken(sessionToken, accessKeyId);
	const expires = expiryOf(all('expires'), now);
	const region = all('region').find((name) => /^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(name));
	return {
		credentials: {
			accessKeyId,
			secretAccessKey,
			...(sessionToken === undefined ? {} : {sessionToken}),
			...(expires === undefined ? {} : {expires}),
		},
		...(region === undefined ? {} : {region}),
		label: `…${accessKeyId.slice(-4)}`,
	};
}

function checkAccess(access: string): void {
	if (hidden.test(access)) throw cutOff('access key');
	if (/^A[KS]IA/.test(access) && !likeAwsKey.test(access))
		throw refusal('The access key is not whole: it has 20 characters.', copyAll);
	if (!/^[\w.-]{3,128}$/.test(access))
		throw refusal('The access key holds characters that none has.', copyAll);
}

function checkSecret(secret: string | undefined, access: string): asserts secret is string {
	if (secret === undefined) {
		throw refusal(
			'The secret key is lacking.',
			'An access key alone opens nothing: copy both, and the session token if there is one.',
		);
	}
	if (hidden.test(secret)) throw cutOff('secret key');
	if (awsKey.test(access) && secret.length !== secretLength)
		throw refusal(
			`The secret key has ${secret.length} characters instead of ${secretLength}.`,
			'It was copied with some too many or too few.',
		);
	if (awsKey.test(access) ? !/^[A-Za-z0-9/+]+$/.test(secret) : !/^[\u0021-\u007E]+$/.test(secret))
		throw refusal('The secret key holds characters that none has.', copyAll);
}

function checkToken(token: string | undefined, access: string): void {
	if (token === undefined) {
		if (!access.startsWith('ASIA')) return;
		throw refusal(
			'The session token is lacking: keys that begin with ASIA are temporary and need theirs.',
			'Copy all three lines.',
		);
	}
	if (hidden.test(token)) throw cutOff('session token');
	if (!/^[A-Za-z0-9+/=_.%-]+$/.test(token))
		throw refusal('The session token holds characters that none has.', copyAll);
}

function expiryOf(values: readonly string[], now: number): number | undefined {
	const times = values.map((value) => Date.parse(value)).filter((time) => !Number.isNaN(time));
	const [expires] = times;
	if (expires === undefined || expires > now) return expires;
	throw refusal(
		`These keys ended at ${new Date(expires).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
		'Copy fresh ones. If that time is yet to come, this machine has the wrong one.',
	);
}

const cutOff = (what: string) =>
	refusal(`The ${what} is hidden or cut off in what was pasted.`, 'Copy it with its own button.');

const twoSets = () =>
	refusal(
		'Two different sets of keys were pasted.',
		'Paste one alone: one access key with its secret key and its session token.',
	);

function refusal(message: string, hint: string): MusterError {
	return new MusterError('usage', message, {hint});
}
