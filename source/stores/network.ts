import type {Answer} from './types.ts';

/** Nobody listens there, or the name is unknown: waiting long would not help. */
const unreachable = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'EPROTO',
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_INVALID_URL',
]);

/** errno or HttpError's code of a failed request, also from inside an AggregateError or a cause. */
export function networkCode(error: unknown): string | undefined {
	if (!(error instanceof Error)) return undefined;
	const {code} = error as NodeJS.ErrnoException;
	if (typeof code === 'string') return code;
	if (error instanceof AggregateError) return networkCode(error.errors[0]);
	if (error.name === 'TimeoutError') return 'ETIMEDOUT';
	return networkCode(error.cause);
}

export function isUnreachable(error: unknown): boolean {
	return unreachable.has(networkCode(error) ?? '');
}

/** A request that got no answer at all, in words; `origin` is where it went. */
export function networkAnswer(error: unknown, origin: string): Answer {
	const code = networkCode(error) ?? '';
	const detail = [code, error instanceof Error ? error.message : String(error)].filter(Boolean);
	return {
		remedy: 'retry',
		error: {
			code: 'network',
			message: `${reason(code)} ${origin}.`,
			hint: hint(code),
			detail: [...new Set(detail)].join(': ').slice(0, 500),
		},
	};
}

function reason(code: string): string {
	if (code === 'ECONNREFUSED') return 'Nothing answers at';
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'No name server knows the host of';
	if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'No answer in time from';
	if (/CERT|TLS|SSL|SIGNED|EPROTO/.test(code)) return 'No trusted connection to';
	if (unreachable.has(code)) return 'There is no way to';
	return 'The connection broke to';
}

function hint(code: string): string {
	if (/CERT|TLS|SSL|SIGNED|EPROTO/.test(code))
		return 'Check the certificate, and whether the endpoint speaks http or https; NODE_EXTRA_CA_CERTS adds a private authority.';
	return 'Check --endpoint-url, the region and the network connection.';
}
