/** Inner settings of the engine. Not options of the program: tests shorten the times, nobody else touches them. */
export type TransferSettings = {
	/**
	 * a request without a byte for this long is cut and repeated, milliseconds; after a quarter (no answer
	 * yet) or two fifths of it (amid a body) while other requests bring bytes
	 */
	readonly stallAfter: number;
	readonly connectTimeout: number;
	/** first ceiling of the backoff after network and server errors, milliseconds */
	readonly backoffBase: number;
	/** the same after "slow down" answers, which want more patience */
	readonly slowDownBase: number;
	readonly backoffCap: number;
	/** the longest wait that a server's Retry-After can ask for */
	readonly retryAfterCap: number;
	/** how often a file with wrong bytes is fetched from scratch before it counts as failed */
	readonly restarts: number;
	/** how long small files may go on after `park` before they are cut too, milliseconds */
	readonly parkGrace: number;
	/** results wait at most this long for company, milliseconds */
	readonly flushAfter: number;
};

export const defaultSettings: TransferSettings = {
	stallAfter: 20_000,
	connectTimeout: 10_000,
	backoffBase: 200,
	slowDownBase: 1000,
	backoffCap: 20_000,
	retryAfterCap: 120_000,
	restarts: 3,
	parkGrace: 500,
	flushAfter: 10,
};

/** Bodies up to this size are held in memory and written in one go; larger ones are streamed to disk. */
export const inMemoryLimit = 256 * 1024;

/** Objects from this size on keep their temporary file when they are stopped, and go on from there. */
export const resumableFrom = 1024 * 1024;

/** After this many bytes a note is laid beside a temporary file, so that it survives a crash too. */
export const noteAfter = 8 * 1024 * 1024;
