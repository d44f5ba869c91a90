import {safeText} from '../model/safe-text.ts';
import {lookupCrowd} from './crowd.ts';
import {errnoOf, isCrowd} from './disk-error.ts';
import type {Failure} from './retry.ts';

const words: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'the server refused the connection',
	ECONNRESET: 'the connection was reset',
	EPIPE: 'the connection was closed',
	ENOTFOUND: 'the server’s name could not be resolved',
	EAI_AGAIN: 'the name server did not answer',
	ENETUNREACH: 'the network cannot be reached',
	EHOSTUNREACH: 'the server cannot be reached',
	ETIMEDOUT: 'the connection timed out',
	HTTP_CONNECT_TIMEOUT: 'the connection could not be made in time',
	EMFILE: 'too many files and connections are open in this process',
	ENFILE: 'too many files and connections are open on this machine',
	HTTP_CLOSED: 'the connection was closed before the end',
	HTTP_BAD_ANSWER: 'the answer could not be read',
	HTTP_HEAD_TOO_LONG: 'the answer’s headers were too long',
};

/** TLS trouble that no repetition cures (names of OpenSSL and Node). */
const certificate = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

const isOfLookup = (error: unknown): boolean =>
	error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'getaddrinfo';

/** A request that failed below HTTP, in words. `name` is the object's key. */
export function networkFailure(error: unknown, name: string): Failure {
	const told = errnoOf(error) ?? '';
	// Without a descriptor to ask with, the resolver says that it knows no such name.
	const code = (isOfLookup(error) ? lookupCrowd() : undefined) ?? told;
	const detail = code === '' && error instanceof Error ? safeText(error.message) : code;
	if (certificate.test(code)) {
		return {
			remedy: 'give-up',
			error: {
				code: 'network',
				message: `${safeText(name)}: the server’s certificate is not trusted (${code}).`,
				hint: 'Check the endpoint and the clock; a private authority goes into NODE_EXTRA_CA_CERTS.',
				detail,
			},
		};
	}
	return {
		remedy: 'retry',
		...(isCrowd(code) && {isCrowded: true}),
		error: {
			code: 'network',
			message: `${safeText(name)}: ${words[code] ?? 'the request failed on the network'}.`,
			hint: 'Check the connection, then run the same command again; nothing finished is repeated.',
			detail,
		},
	};
}

/** No byte came for `seconds`. A fresh connection is all that helps, so nothing is waited for. */
export function stallFailure(name: string, seconds: number): Failure {
	return {
		remedy: 'retry',
		atOnce: true,
		error: {
			code: 'network',
			message: `${safeText(name)}: the server sent nothing for ${Math.round(seconds)} s.`,
			hint: 'Check the connection, then run the same command again; nothing finished is repeated.',
			detail: 'stalled',
		},
	};
}

/** Its bytes came far slower than others, and lanes were idle: the rest is asked for anew. */
export function slowFailure(name: string): Failure {
	return {
		remedy: 'retry',
		atOnce: true,
		isFree: true,
		error: {
			code: 'network',
			message: `${safeText(name)}: its bytes came far slower than those of others.`,
			hint: 'It is asked for again by itself.',
			detail: 'slow',
		},
	};
}
