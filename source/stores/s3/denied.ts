import {safeText} from '../../model/safe-text.ts';
import type {Known} from './refusal.ts';
import {capital, messageOf, subject} from './refusal.ts';

type Words = {readonly message: string; readonly hint: string};

/**
 * Why access is denied, in words, with the permission that is lacking. AWS tells the action, the
 * resource and the kind of policy in its message where both sides are of one organization:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function deniedWords(known: Known): Words {
	const words = messageOf(known) ?? '';
	const what = subject(known);
	const right = lackingRight(known);
	const policy = policies.find(([pattern]) => pattern.test(words))?.[1];
	if (policy !== undefined) {
		const [who, hint] = policy;
		return {message: `Access to ${what} is denied${who}.`, hint: hint(right)};
	}
	const message = `Access to ${what} is denied.`;
	if (/requester.?pays/i.test(words))
		return {message, hint: 'Who asks has to pay in this bucket: --request-payer agrees to it.'};
	if (/\buser: anonymous\b/i.test(words))
		return {
			message,
			hint: `Without credentials it is not open: sign in with some that may ${right}.`,
		};
	return {message, hint: plainHint(known, right)};
}

/** What S3 says of the key that encrypts an object. */
export function keyWords(known: Known): Words {
	const what = capital(subject(known));
	if (/AccessDenied/i.test(known.code)) return deniedWords(known);
	return {
		message: `${what} is encrypted with a KMS key that can't be used.`,
		hint: 'The key is disabled, waits for its deletion or is gone: its owner can mend that in KMS.',
	};
}

/** `s3:GetObject`, or what the message names: `kms:Decrypt on arn:aws:kms:…`. */
function lackingRight(known: Known): string {
	const {asked, code, body} = known;
	const words = messageOf(known) ?? '';
	const named = /perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(words)?.[1];
	if (named !== undefined && !named.startsWith('s3:')) {
		const resource = /on resource: "?(arn:[^\s"]+)/.exec(words)?.[1];
		return safeText(`${named}${resource === undefined ? '' : ` on ${resource}`}`);
	}
	if (/kms/i.test(code + words + body)) return 'kms:Decrypt';
	if (named !== undefined) return safeText(named);
	const {ref} = asked;
	if (ref.bucket === '') return 's3:ListAllMyBuckets';
	return ref.key === '' ? 's3:ListBucket' : 's3:GetObject';
}

function plainHint({asked: {ref}}: Known, right: string): string {
	if (right.startsWith('kms:'))
		return `The object is encrypted with a KMS key: these credentials need ${right} for it.`;
	if (ref.bucket === '') return `These credentials need ${right}, or name the bucket yourself.`;
	const bucket = safeText(ref.bucket);
	const payer = 'if who asks has to pay there, --request-payer';
	if (ref.key === '') return `These credentials need ${right} for ${bucket}; ${payer}.`;
	return right === 's3:GetObject'
		? `These credentials need ${right} for it; without s3:ListBucket a missing key looks the same; ${payer}.`
		: `These credentials need ${right} for it.`;
}

type Policy = readonly [who: string, hint: (right: string) => string];

/** By what the message says of the policy that denies; those that forbid come before those that merely don't allow. */
const policies: readonly (readonly [RegExp, Policy])[] = [
	[
		/service control polic/i,
		[
			" by a service control policy of the account's organization",
			(right) =>
				`No policy of the account can allow ${right} against it: ask whoever manages the organization.`,
		],
	],
	[
		/resource control polic/i,
		[
			" by a resource control policy of the bucket's organization",
			(right) =>
				`No policy of the bucket can allow ${right} against it: ask whoever manages the organization.`,
		],
	],
	[
		/vpc endpoint polic/i,
		[
			' by the policy of the VPC endpoint that this machine goes through',
			(right) =>
				`The endpoint's policy has to allow ${right} as well; elsewhere it may work already.`,
		],
	],
	[
		/session polic/i,
		[
			' by the policy of this session',
			(right) =>
				`Whoever gave out these credentials limited them: sign in with a session or permission set that includes ${right}.`,
		],
	],
	[
		/permissions? boundar/i,
		[
			' by the permissions boundary of this user or role',
			(right) => `The boundary has to allow ${right} as well as a policy.`,
		],
	],
	[
		/explicit deny in (?:a|the) (?:resource|bucket)-?\s?(?:based )?polic/i,
		[
			" by the bucket's own policy",
			(right) =>
				`It denies ${right} explicitly, perhaps for this network or kind of request: ask the bucket's owner.`,
		],
	],
	[
		/explicit deny in an identity-based polic/i,
		[
			' by a policy of this user or role',
			(right) => `It denies ${right} explicitly, which no other policy can allow.`,
		],
	],
	[
		/no resource-based polic/i,
		[
			" by the bucket's own policy",
			(right) => `The bucket belongs to another account: its policy has to allow ${right}, too.`,
		],
	],
];
