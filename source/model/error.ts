/**
 * Stable codes of everything that can go wrong. The code decides the exit status and what the
 * scheduler does; the words are for people.
 */
export type ErrorCode =
	| 'usage'
	| 'manifest'
	| 'configuration'
	| 'no-credentials'
	| 'expired-credentials'
	| 'denied'
	| 'no-such-bucket'
	| 'no-such-key'
	| 'wrong-region'
	| 'archived'
	| 'throttled'
	| 'network'
	| 'server'
	| 'clock-skew'
	| 'changed'
	| 'checksum'
	| 'size-mismatch'
	| 'disk-full'
	| 'disk'
	| 'unsafe-name'
	| 'locked'
	| 'stopped'
	| 'internal';

/** What the scheduler does about an error. */
export type Remedy =
	/** try the same request again after a backoff */
	| 'retry'
	/** close the credential gate; counts as no attempt */
	| 'credentials'
	/** fetch the object from its first byte again */
	| 'restart'
	/** pause the whole job until a person or the disk acts */
	| 'pause'
	/** this file failed; the others go on */
	| 'give-up';

/** Plain form of an error, as it crosses threads, processes, the ledger and events. */
export type ErrorRecord = {
	readonly code: ErrorCode;
	/** one sentence: what happened, to which file */
	readonly message: string;
	/** what to do next */
	readonly hint?: string;
	/** technical detail for support: service code, request id, errno */
	readonly detail?: string;
};

/** Every error that muster raises on purpose. `message` says what happened, `hint` what to do next. */
export class MusterError extends Error {
	override readonly name = 'MusterError';
	readonly code: ErrorCode;
	readonly hint: string | undefined;
	readonly detail: string | undefined;

	constructor(
		code: ErrorCode,
		message: string,
		options: {hint?: string; detail?: string; cause?: unknown} = {},
	) {
		super(message, options.cause === undefined ? undefined : {cause: options.cause});
		this.code = code;
		this.hint = options.hint;
		this.detail = options.detail;
	}

	record(): ErrorRecord {
		return {
			code: this.code,
			message: this.message,
			...(this.hint === undefined ? {} : {hint: this.hint}),
			...(this.detail === undefined ? {} : {detail: this.detail}),
		};
	}

	static from(record: ErrorRecord): MusterError {
		return new MusterError(record.code, record.message, {
			...(record.hint === undefined ? {} : {hint: record.hint}),
			...(record.detail === undefined ? {} : {detail: record.detail}),
		});
	}
}

/** Any thrown value as a record; what muster did not raise itself is `internal`. */
export function errorRecord(error: unknown): ErrorRecord {
	if (error instanceof MusterError) return error.record();
	if (error instanceof Error) {
		const errno = (error as NodeJS.ErrnoException).code;
		return {
			code: 'internal',
			message: error.message || error.name,
			...(errno === undefined ? {} : {detail: errno}),
		};
	}
	return {code: 'internal', message: String(error)};
}

/** Nobody is signed in, or not any more: other credentials mend it. */
export function isSignedOut({code}: Pick<ErrorRecord, 'code'>): boolean {
	return code === 'no-credentials' || code === 'expired-credentials';
}

/** Exit statuses of CLI.md. */
export const exitStatus = {
	ok: 0,
	failed: 1,
	usage: 2,
	missing: 3,
	credentials: 4,
	disk: 5,
	hangup: 129,
	interrupted: 130,
	terminated: 143,
} as const;

/** The exit status that stands for an error which ended a whole command. */
export function exitStatusOf(code: ErrorCode): number {
	switch (code) {
		case 'usage':
		case 'manifest':
		case 'configuration':
		case 'no-such-bucket':
		case 'locked':
			return exitStatus.usage;
		case 'no-credentials':
		case 'expired-credentials':
		case 'denied':
		case 'clock-skew':
			return exitStatus.credentials;
		case 'disk':
		case 'disk-full':
			return exitStatus.disk;
		default:
			return exitStatus.failed;
	}
}
