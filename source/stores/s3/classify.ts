import type {ErrorCode, ErrorRecord, Remedy} from '../../model/error.ts';
import {safeText} from '../../model/safe-text.ts';
import type {Answer} from '../types.ts';
import {archivedWords} from '../../model/archive.ts';
import {isRegion} from './address.ts';
import {deniedWords, keyWords} from './denied.ts';
import type {Asked, Known, Refusal} from './refusal.ts';
import {
	capital,
	codeOf,
	detail,
	header,
	messageOf,
	quote,
	regionOf,
	retryAfter,
	serverOffset,
	skew,
	subject,
} from './refusal.ts';
import {tagText} from './xml.ts';

type Reader = (known: Known) => Answer;

/** Further than this from the server's clock, signatures are refused. */
const skewLimit = 15 * 60_000;

/**
 * What a response other than success means.
 * Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function readAnswer(refusal: Refusal, asked: Asked): Answer {
	const code = refusal.code ?? codeOf(refusal);
	const known = {...refusal, code, asked};
	return (byCode.get(code) ?? byStatus(known))(known);
}

function byStatus(known: Known): Reader {
	const {status, headers} = known;
	if (status === 403 && skew(known) > skewLimit) return clockSkew;
	if (status < 400 || (status === 400 && header(headers, 'x-amz-bucket-region')))
		return wrongRegion;
	if (status === 401 || status === 403) return denied;
	if (status === 404) return known.asked.ref.key === '' ? noSuchBucket : noSuchKey;
	if (status === 408 || status === 425) return server;
	if (status === 412) return changed;
	if (status === 416) return badRange;
	if (status === 429 || status === 503 || status === 509) return throttled;
	return status >= 500 ? server : refused;
}

const expired: Reader = (known) =>
	answer(
		known,
		'credentials',
		'expired-credentials',
		`The sign-in has expired: the store refused ${subject(known)}.`,
		{
			hint: 'Sign in again (`aws sso login`, or fresh keys), then go on: nothing is lost.',
		},
	);

const unknownKey: Reader = (known) =>
	answer(
		known,
		'credentials',
		'expired-credentials',
		`The store does not know this access key: it refused ${subject(known)}.`,
		{
			hint: 'The key was deleted, rotated or belongs to another store. Use fresh credentials, or check --endpoint-url.',
		},
	);

const badToken: Reader = (known) =>
	answer(
		known,
		'credentials',
		'expired-credentials',
		`The store refused the session token for ${subject(known)}.`,
		{
			hint: 'The session was ended, or the token was cut or belongs to other keys. Sign in again, or copy all three keys anew.',
		},
	);

/** The gate closes for it, unless these very keys were right before: then it is about this request alone. */
const badSignature: Reader = (known) =>
	answer(known, 'credentials', 'denied', `The store refused the signature for ${subject(known)}.`, {
		hint: 'The secret key does not belong to the access key, or was copied with a character too many or too few.',
	});

const denied: Reader = (known) => {
	const region = header(known.headers, 'x-amz-bucket-region');
	const {message, hint} = deniedWords(known);
	return {
		...answer(known, 'give-up', 'denied', message, {hint}),
		...(isRegion(region) ? {region} : {}),
	};
};

const encrypted: Reader = (known) => {
	const {message, hint} = keyWords(known);
	return answer(known, 'give-up', 'denied', message, {hint});
};

const accountProblem: Reader = (known) =>
	answer(
		known,
		'give-up',
		'denied',
		`The store serves nothing from this account: it refused ${subject(known)}.`,
		{
			hint: 'The account is closed, suspended or not signed up for S3; the detail has the words of the store. Permissions do not mend that.',
		},
	);

/** The offset that the answer tells is used from then on, and the request repeated. */
const clockSkew: Reader = (known) => {
	const offset = serverOffset(known);
	return {
		...answer(
			known,
			offset === undefined ? 'pause' : 'retry',
			'clock-skew',
			`${clockWords(offset)}: the store refused ${subject(known)}.`,
			{
				hint: 'Set the clock (`timedatectl set-ntp true`), then go on.',
			},
		),
		...(offset === undefined ? {} : {clockOffset: offset}),
	};
};

function clockWords(offset: number | undefined): string {
	if (offset === undefined) return "This machine's clock is wrong";
	const minutes = Math.round(Math.abs(offset) / 60_000);
	if (minutes === 0) return 'The request came too late, though the clock is right';
	const amount = minutes < 180 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
	return `This machine's clock is ${amount} ${offset > 0 ? 'slow' : 'fast'}`;
}

const throttled: Reader = (known) => ({
	...answer(known, 'retry', 'throttled', `The store asks for fewer requests (${subject(known)}).`, {
		hint: 'muster slows down by itself; --connections with a smaller number helps if it goes on.',
	}),
	slowDown: true,
	...retryAfter(known.headers),
});

const server: Reader = (known) => ({
	...answer(
		known,
		'retry',
		'server',
		`The store had an internal error (${known.status}) with ${subject(known)}.`,
		{
			hint: 'Such errors usually pass: try again later.',
		},
	),
	...retryAfter(known.headers),
});

const noSuchKey: Reader = (known) =>
	answer(known, 'give-up', 'no-such-key', `${capital(subject(known))} is not there (any more).`, {
		hint: 'Call the roll again to see what the bucket holds now.',
	});

const noSuchBucket: Reader = (known) =>
	answer(
		known,
		'give-up',
		'no-such-bucket',
		`There is no bucket ${quote(known.asked.ref.bucket)}.`,
		{
			hint: 'Check the spelling, and --endpoint-url or --profile if it lies elsewhere.',
		},
	);

const wrongRegion: Reader = (known) => {
	const region = regionOf(known);
	const where = region === undefined ? 'another region' : `region ${region}`;
	return {
		...answer(
			known,
			region === undefined ? 'give-up' : 'retry',
			'wrong-region',
			`The bucket ${quote(known.asked.ref.bucket)} lies in ${where}.`,
			{
				hint: region === undefined ? redirectHint(known) : `--region ${region} saves the detour.`,
			},
		),
		...(region === undefined ? {} : {region}),
	};
};

function redirectHint({headers, code}: Known): string {
	const location = header(headers, 'location') ?? '';
	if (code !== '' || !URL.canParse(location)) return 'Name its region with --region.';
	return `The endpoint sends requests on to ${safeText(new URL(location).origin)}: give that as --endpoint-url, if you trust it.`;
}

const changed: Reader = (known) =>
	answer(
		known,
		'restart',
		'changed',
		`${capital(subject(known))} changed while it was being fetched.`,
		{
			hint: 'It is fetched again from its first byte.',
		},
	);

const badRange: Reader = (known) =>
	answer(
		known,
		'restart',
		'changed',
		`${capital(subject(known))} is shorter than it was when it was listed.`,
		{
			hint: 'It is fetched again from its first byte.',
		},
	);

const archived: Reader = (known) => {
	const storage =
		tagText(known.body, 'StorageClass') ?? header(known.headers, 'x-amz-storage-class');
	const tier = tagText(known.body, 'AccessTier') ?? header(known.headers, 'x-amz-archive-status');
	const {message, hint} = archivedWords(capital(subject(known)), storage, tier);
	return answer(known, 'give-up', 'archived', message, {hint});
};

const ownKey: Reader = (known) =>
	answer(
		known,
		'give-up',
		'denied',
		`${capital(subject(known))} is encrypted with a key of its owner's (SSE-C).`,
		{
			hint: 'S3 gives it only to who sends that key along, which muster does not do: `aws s3 cp --sse-c` does.',
		},
	);

const refused: Reader = (known) => {
	if (known.code === 'InvalidRequest' && /server.side.encryption/i.test(messageOf(known) ?? ''))
		return ownKey(known);
	return answer(
		known,
		'give-up',
		'server',
		`The store refused ${subject(known)} with status ${known.status}.`,
		{
			hint: 'This is not expected to pass by itself; the detail has the words of the store.',
		},
	);
};

/** Said of a wrong region, but also of an access key that is none. */
const malformed: Reader = (known) =>
	regionOf(known) === undefined ? badSignature(known) : wrongRegion(known);

const byCode: ReadonlyMap<string, Reader> = new Map(
	(
		[
			[expired, 'ExpiredToken ExpiredTokenException TokenRefreshRequired'],
			[badToken, 'InvalidToken'],
			[
				unknownKey,
				'InvalidAccessKeyId InvalidClientTokenId UnrecognizedClientException AuthFailure InvalidSecurity',
			],
			[badSignature, 'SignatureDoesNotMatch'],
			[denied, 'AccessDenied AccessDeniedException Forbidden KMS.AccessDeniedException'],
			[
				encrypted,
				'KMS.DisabledException KMS.KMSInvalidStateException KMS.InvalidStateException KMS.NotFoundException',
			],
			[accountProblem, 'AllAccessDisabled AccountProblem NotSignedUp'],
			[clockSkew, 'RequestTimeTooSkewed RequestInTheFuture RequestExpired'],
			[
				throttled,
				'SlowDown SlowDownRead ServiceUnavailable RequestLimitExceeded Throttling ThrottlingException',
			],
			[
				throttled,
				'TooManyRequests TooManyRequestsException BandwidthLimitExceeded ThrottledException KMS.ThrottlingException',
			],
			[server, 'InternalError InternalServerError RequestTimeout OperationAborted'],
			[noSuchKey, 'NoSuchKey NoSuchVersion'],
			[noSuchBucket, 'NoSuchBucket InvalidBucketName'],
			[wrongRegion, 'PermanentRedirect TemporaryRedirect Redirect'],
			[malformed, 'AuthorizationHeaderMalformed AuthorizationQueryParametersError'],
			[wrongRegion, 'IllegalLocationConstraintException IncorrectEndpoint'],
			[changed, 'PreconditionFailed'],
			[badRange, 'InvalidRange'],
			[archived, 'InvalidObjectState'],
		] as const
	).flatMap(([reader, codes]) => codes.split(' ').map((code): [string, Reader] => [code, reader])),
);

function answer(
	known: Known,
	remedy: Remedy,
	code: ErrorCode,
	message: string,
	{hint}: {hint: string},
): Answer {
	const error: ErrorRecord = {code, message, hint, detail: detail(known)};
	return {remedy, error};
}
