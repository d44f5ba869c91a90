import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {objectKey} from '../../../source/model/brand.ts';
import {exitStatusOf} from '../../../source/model/error.ts';
import type {Remedy} from '../../../source/model/error.ts';
import {readAnswer} from '../../../source/stores/s3/classify.ts';

const object = {bucket: 'pictures', key: objectKey('a/b.png')};
const bucket = {bucket: 'pictures', key: ''} as const;
const service = {bucket: '', key: ''} as const;

type Case = {
	readonly name: string;
	readonly status?: number;
	readonly code: string;
	readonly words?: string;
	readonly more?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly about?: typeof object | typeof bucket | typeof service;
	readonly remedy: Remedy;
	readonly exit: number;
	readonly says: RegExp;
	readonly hint: RegExp;
};

const who =
	'User: arn:aws:sts::123456789012:assumed-role/Trainer/ada is not authorized to perform:';
const on = 'on resource: "arn:aws:s3:::pictures/a/b.png"';
const denied = {code: 'AccessDenied', remedy: 'give-up', exit: 4} as const;
const expired = {status: 400, remedy: 'credentials', exit: 4} as const;
const hour = 3_600_000;

const cases: readonly Case[] = [
	// the gate: signed out, expired, revoked
	...['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'].map((code) => ({
		...expired,
		name: code,
		code,
		says: /sign-in has expired/,
		hint: /Sign in again/,
	})),
	{
		...expired,
		name: 'a token that is none any more',
		code: 'InvalidToken',
		says: /refused the session token/,
		hint: /copy all three keys/,
	},
	...['InvalidAccessKeyId', 'InvalidClientTokenId', 'UnrecognizedClientException'].map((code) => ({
		...expired,
		name: code,
		code,
		says: /does not know this access key/,
		hint: /deleted, rotated/,
	})),
	...['AuthFailure', 'InvalidSecurity'].map((code) => ({
		...expired,
		status: 401,
		name: code,
		code,
		says: /does not know this access key/,
		hint: /fresh credentials/,
	})),
	{
		name: 'a wrong secret key',
		code: 'SignatureDoesNotMatch',
		remedy: 'credentials',
		exit: 4,
		says: /refused the signature/,
		hint: /secret key does not belong to the access key/,
	},
	// the clock
	...['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestExpired'].map((code) => ({
		name: code,
		code,
		headers: {date: new Date(Date.now() + 5 * hour).toUTCString()},
		remedy: 'retry' as const,
		exit: 4,
		says: /clock is 5 h slow/,
		hint: /timedatectl/,
	})),
	{
		name: 'late, though the clock is right',
		code: 'RequestExpired',
		headers: {date: new Date().toUTCString()},
		remedy: 'retry',
		exit: 4,
		says: /came too late, though the clock is right/,
		hint: /clock/,
	},
	{
		name: 'a clock that nobody tells',
		code: 'RequestTimeTooSkewed',
		remedy: 'pause',
		exit: 4,
		says: /clock is wrong/,
		hint: /timedatectl/,
	},
	// what may be lacking
	{
		...denied,
		name: 'one key',
		says: /"a\/b\.png" is denied\.$/,
		hint: /s3:GetObject.*--request-payer/,
	},
	{
		...denied,
		name: 'the bucket',
		about: bucket,
		says: /bucket "pictures" is denied/,
		hint: /s3:ListBucket for pictures/,
	},
	{
		...denied,
		name: 'all buckets',
		about: service,
		says: /list of buckets is denied/,
		hint: /s3:ListAllMyBuckets/,
	},
	{
		...denied,
		name: 'an action by its name',
		words: `${who} s3:GetObject ${on} because no identity-based policy allows the s3:GetObject action`,
		says: /"a\/b\.png" is denied\.$/,
		hint: /need s3:GetObject/,
	},
	{
		...denied,
		name: 'HeadBucket, refused as ListBucket',
		about: bucket,
		words: `${who} s3:ListBucket on resource: "arn:aws:s3:::pictures" because no identity-based policy allows the s3:ListBucket action`,
		says: /bucket "pictures" is denied\.$/,
		hint: /need s3:ListBucket for pictures/,
	},
	{
		...denied,
		name: 'the KMS key',
		words: `${who} kms:Decrypt on resource: arn:aws:kms:eu-west-1:123456789012:key/11-22 because no identity-based policy allows the kms:Decrypt action`,
		says: /"a\/b\.png" is denied/,
		hint: /need kms:Decrypt on arn:aws:kms:eu-west-1:123456789012:key\/11-22/,
	},
	{
		...denied,
		name: 'KMS by its code',
		code: 'KMS.AccessDeniedException',
		says: /is denied/,
		hint: /kms:Decrypt/,
	},
	...['KMS.DisabledException', 'KMS.NotFoundException', 'KMS.KMSInvalidStateException'].map(
		(code) => ({
			...denied,
			status: 400,
			name: code,
			code,
			says: /encrypted with a KMS key that can't be used/,
			hint: /disabled.*deletion|owner/,
		}),
	),
	{
		...denied,
		name: 'a service control policy',
		words: `${who} s3:GetObject ${on} with an explicit deny in a service control policy`,
		says: /denied by a service control policy/,
		hint: /s3:GetObject.*organization/,
	},
	{
		...denied,
		name: 'a resource control policy',
		words: `${who} s3:GetObject ${on} with an explicit deny in a resource control policy`,
		says: /resource control policy/,
		hint: /organization/,
	},
	{
		...denied,
		name: 'a VPC endpoint',
		about: bucket,
		words: `${who} s3:ListBucket ${on} because no VPC endpoint policy allows the s3:ListBucket action`,
		says: /VPC endpoint that this machine goes through/,
		hint: /allow s3:ListBucket/,
	},
	{
		...denied,
		name: 'a session policy',
		words: `${who} s3:GetObject ${on} because no session policy allows the s3:GetObject action`,
		says: /policy of this session/,
		hint: /includes s3:GetObject/,
	},
	{
		...denied,
		name: 'a permissions boundary',
		words: `${who} s3:GetObject ${on} because no permissions boundary allows the s3:GetObject action`,
		says: /permissions boundary/,
		hint: /boundary has to allow s3:GetObject/,
	},
	{
		...denied,
		name: "the bucket's policy, which forbids",
		words: `${who} s3:GetObject ${on} with an explicit deny in a resource-based policy`,
		says: /bucket's own policy/,
		hint: /denies s3:GetObject explicitly/,
	},
	{
		...denied,
		name: "the user's policy, which forbids",
		words: `${who} s3:GetObject ${on} with an explicit deny in an identity-based policy`,
		says: /a policy of this user or role/,
		hint: /no other policy/,
	},
	{
		...denied,
		name: 'a bucket of another account',
		words: `${who} s3:GetObject ${on} because no resource-based policy allows the s3:GetObject action`,
		says: /bucket's own policy/,
		hint: /another account.*s3:GetObject/,
	},
	{
		...denied,
		name: 'nobody at all',
		words: `User: anonymous is not authorized to perform: s3:GetObject ${on}`,
		says: /is denied\.$/,
		hint: /sign in with some that may s3:GetObject/,
	},
	{
		...denied,
		name: 'requester pays',
		about: bucket,
		words: 'Access Denied: the bucket is a requester pays bucket',
		says: /is denied/,
		hint: /--request-payer agrees/,
	},
	...['AllAccessDisabled', 'AccountProblem', 'NotSignedUp'].map((code) => ({
		...denied,
		name: code,
		code,
		says: /serves nothing from this account/,
		hint: /account is closed, suspended/,
	})),
	{
		...denied,
		status: 400,
		name: "a key of the owner's",
		code: 'InvalidRequest',
		words:
			'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
		says: /SSE-C/,
		hint: /aws s3 cp --sse-c/,
	},
	// archived
	{
		name: 'Deep Archive',
		code: 'InvalidObjectState',
		more: '<StorageClass>DEEP_ARCHIVE</StorageClass>',
		remedy: 'give-up',
		exit: 1,
		says: /"a\/b\.png" is archived \(DEEP_ARCHIVE\)/,
		hint: /restore-object.*12 to 48 hours/,
	},
	{
		name: 'an archive tier of Intelligent-Tiering',
		code: 'InvalidObjectState',
		more: '<StorageClass>INTELLIGENT_TIERING</StorageClass><AccessTier>ARCHIVE_ACCESS</AccessTier>',
		remedy: 'give-up',
		exit: 1,
		says: /archived \(INTELLIGENT_TIERING, ARCHIVE_ACCESS\)/,
		hint: /minutes to 5 hours/,
	},
];

describe('what each refusal means, in words', () => {
	for (const {name, code, about = object, status = 403, words = 'Access Denied', ...rest} of cases)
		test(name, () => {
			const body = `<Error><Code>${code}</Code><Message>${words}</Message>${rest.more ?? ''}</Error>`;
			const refusal = {status, headers: rest.headers ?? {}, body};
			const {remedy, error} = readAnswer(refusal, {ref: about, clockOffset: 0});
			assert.equal(remedy, rest.remedy);
			assert.equal(exitStatusOf(error.code), rest.exit, error.code);
			assert.match(error.message, rest.says);
			assert.match(error.hint ?? '', rest.hint);
			assert.ok(error.detail?.startsWith(`${status} ${code}`));
		});
});
