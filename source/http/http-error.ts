/** What went wrong below an answer's meaning; `transfer/network-error.ts` and `stores/network.ts` have the words. */
export type HttpErrorCode =
	/** the connection could not be made in time */
	| 'HTTP_CONNECT_TIMEOUT'
	/** nothing came for long */
	| 'HTTP_TIMEOUT'
	/** the server ended the connection before the answer was whole */
	| 'HTTP_CLOSED'
	/** the answer breaks the rules of HTTP/1.1 */
	| 'HTTP_BAD_ANSWER'
	| 'HTTP_HEAD_TOO_LONG';

/** An answer that could not be read, or did not come. */
export class HttpError extends Error {
	readonly code: HttpErrorCode;

	constructor(code: HttpErrorCode, message: string) {
		super(message);
		this.name = 'HttpError';
		this.code = code;
	}
}
