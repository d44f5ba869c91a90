import type {IncomingHttpHeaders} from 'node:http';
import type {IdentityCenter} from './identity-center.ts';
import {requestId} from './identity-center.ts';
import type {Caller, RoleCredentials} from './role-keys.ts';
import {S3Error} from './s3-error.ts';
import {escapeXml} from './xml.ts';

export type StsAnswer = {readonly status: number; readonly body: string};

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const roleArn = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.+\/)?([\w+=,.@-]+)$/;
/** A role by this name is nobody's to take. */
const deniedRole = 'Denied';

/** STS as far as profiles need it (query protocol): roles, web identities, and who one is. */
export function answerSts(
	center: IdentityCenter,
	form: URLSearchParams,
	headers: IncomingHttpHeaders,
): StsAnswer {
	const action = form.get('Action') ?? '';
	try {
		switch (action) {
			case 'AssumeRole':
				callerOf(center, headers);
				return success(action, assumed(center, form));
			case 'AssumeRoleWithWebIdentity':
				if ((form.get('WebIdentityToken') ?? '') === '')
					throw new S3Error(400, 'InvalidIdentityToken', 'No identity token was given.');
				return success(action, assumed(center, form));
			case 'GetCallerIdentity':
				return success(action, identity(callerOf(center, headers)));
			default:
				throw new S3Error(400, 'InvalidAction', `Could not find operation ${action}.`);
		}
	} catch (error) {
		if (!(error instanceof S3Error)) throw error;
		return refusal(error);
	}
}

function callerOf(center: IdentityCenter, headers: IncomingHttpHeaders): Caller {
	const accessKeyId = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1];
	if (accessKeyId === undefined)
		throw new S3Error(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
	const token = headers['x-amz-security-token'];
	return center.roles.callerOf(accessKeyId, Array.isArray(token) ? token[0] : token);
}

function assumed(center: IdentityCenter, form: URLSearchParams): string {
	const arn = form.get('RoleArn') ?? '';
	const [, account, role] = roleArn.exec(arn) ?? [];
	const sessionName = form.get('RoleSessionName') ?? 'sandbox';
	if (account === undefined || role === undefined)
		throw new S3Error(400, 'ValidationError', `${arn} is invalid`);
	if (role === deniedRole)
		throw new S3Error(
			403,
			'AccessDenied',
			`User is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
		);
	const asked = Number(form.get('DurationSeconds') ?? Number.POSITIVE_INFINITY);
	const seconds = Math.min(asked, center.options.roleSeconds);
	const keys = center.roles.issue({account, role, seconds, sessionName});
	return `<AssumedRoleUser><AssumedRoleId>AROASANDBOX:${escapeXml(sessionName)}</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/${role}/${escapeXml(sessionName)}</Arn></AssumedRoleUser>${credentials(keys)}`;
}

const credentials = (keys: RoleCredentials) =>
	`<Credentials><AccessKeyId>${keys.accessKeyId}</AccessKeyId><SecretAccessKey>${keys.secretAccessKey}</SecretAccessKey><SessionToken>${keys.sessionToken}</SessionToken><Expiration>${isoSeconds(keys.expires)}</Expiration></Credentials>`;

const identity = ({account, arn}: Caller) =>
	`<Arn>${escapeXml(arn)}</Arn><UserId>AIDASANDBOX</UserId><Account>${account}</Account>`;

function success(action: string, result: string): StsAnswer {
	return {
		status: 200,
		body: `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${requestId()}</RequestId></ResponseMetadata></${action}Response>`,
	};
}

/** STS words the same refusals a little otherwise than S3. */
function refusal({status, code, message}: S3Error): StsAnswer {
	const isUnknown = code === 'InvalidAccessKeyId' || code === 'InvalidToken';
	const name = isUnknown ? 'InvalidClientTokenId' : code;
	return {
		status: isUnknown || code === 'ExpiredToken' ? 403 : status,
		body: `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${name}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId()}</RequestId></ErrorResponse>`,
	};
}

export const isoSeconds = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
