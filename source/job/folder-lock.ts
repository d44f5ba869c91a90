import {randomBytes} from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {DatabaseSync} from 'node:sqlite';
import {MusterError} from '../model/error.ts';

/** Who works on a folder, for the words of the refusal. */
type Owner = {
	readonly host: string;
	readonly pid: number;
	readonly job: number | null;
	/** changes with every heartbeat */
	readonly beat: string;
};

/** Waits of the lock in milliseconds; tests make them short. */
export type LockTimes = {
	readonly heartbeat: number;
	/** how long another host's heartbeat may be silent before its lock is taken for dead */
	readonly silence: number;
	/** between two looks at it */
	readonly look: number;
	/** older heartbeats are dead without a wait */
	readonly dead: number;
};

const usualTimes: LockTimes = {heartbeat: 5000, silence: 20_000, look: 1000, dead: 600_000};

/**
 * Keeps two engines off one folder. The lock is SQLite's exclusive lock on `.muster/lock`, which the
 * operating system drops with the process, so neither a crash nor a reboot leaves it behind. Where a
 * network file system does not carry locks between hosts, the owner's heartbeat in `.muster/owner.json`
 * tells: a file of another host that still changes is a living owner.
 */
export class FolderLock {
	readonly #database: DatabaseSync | undefined;
	readonly #ownerFile: string;
	readonly #job: number | null;
	readonly #timer: NodeJS.Timeout;
	readonly #token = randomBytes(4).toString('hex');
	#beats = 0;
	#released = false;

	private constructor(
		database: DatabaseSync | undefined,
		ownerFile: string,
		job: number | null,
		heartbeat: number,
	) {
		this.#database = database;
		this.#ownerFile = ownerFile;
		this.#job = job;
		this.#beat();
		this.#timer = setInterval(() => this.#beat(), heartbeat);
		this.#timer.unref();
	}

	/** Takes the lock of a `.muster` folder or throws `locked`, or the signal's reason while it waits for another host. */
	static async take(
		folder: string,
		job: number | null,
		times: LockTimes = usualTimes,
		signal?: AbortSignal,
	): Promise<FolderLock> {
		mkdirSync(folder, {recursive: true});
		const ownerFile = path.join(folder, 'owner.json');
		const database = exclusive(path.join(folder, 'lock'), ownerFile);
		try {
			await otherHostIsSilent(ownerFile, times, signal);
			signal?.throwIfAborted();
			return new FolderLock(database, ownerFile, job, times.heartbeat);
		} catch (error) {
			database?.close();
			throw error;
		}
	}

	/** Gives the folder free. */
	release(): void {
		if (this.#released) return;
		this.#released = true;
		clearInterval(this.#timer);
		try {
			writeOwner(this.#ownerFile, {host: hostname(), pid: 0, job: this.#job, beat: 'released'});
		} catch {
			// The folder may be gone or full; the lock itself goes with the database.
		}
		this.#database?.close();
	}

	#beat(): void {
		this.#beats++;
		try {
			writeOwner(this.#ownerFile, {
				host: hostname(),
				pid: process.pid,
				job: this.#job,
				beat: `${this.#token}-${this.#beats}`,
			});
		} catch {
			// A full disk must not end the job here; the next beat tries again.
		}
	}
}

/**
 * Whether an engine of this host holds the folder's lock now; undefined where the file system has no
 * locks. A look: it reads, so that it stands in nobody's way for longer than that takes.
 */
export function isLocked(folder: string): boolean | undefined {
	const file = path.join(folder, 'lock');
	if (!existsSync(file)) return false;
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(file, {timeout: 0, readOnly: true});
		database.exec('SELECT count(*) FROM sqlite_schema');
		return false;
	} catch (error) {
		return errorNumber(error) === busy ? true : undefined;
	} finally {
		database?.close();
	}
}

/** SQLITE_BUSY: somebody holds the lock. */
const busy = 5;
/** SQLITE_IOERR and its kin: a file system without locks, where the heartbeat decides. */
const ioError = 10;
/** milliseconds that a look of another process may hold up the one who takes the lock */
const lookTime = 250;

const errorNumber = (error: unknown): number => ((error as {errcode?: number}).errcode ?? 0) & 0xff;

function exclusive(file: string, ownerFile: string): DatabaseSync | undefined {
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(file, {timeout: lookTime});
		database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
		return database;
	} catch (error) {
		database?.close();
		if (errorNumber(error) === ioError) return undefined;
		if (errorNumber(error) === busy) throw locked(ownerFile);
		throw new MusterError('disk', `The folder ${path.dirname(file)} can't be written.`, {
			hint: 'Choose another output folder, or mend its rights.',
			detail: error instanceof Error ? error.message : String(error),
			cause: error,
		});
	}
}

async function otherHostIsSilent(
	ownerFile: string,
	times: LockTimes,
	signal: AbortSignal | undefined,
): Promise<void> {
	const first = await wholeOwner(ownerFile, times, signal);
	if (first === undefined || first.host === hostname() || first.beat === 'released') return;
	if (ageOf(ownerFile) > times.dead) return;
	const end = Date.now() + times.silence;
	while (Date.now() < end) {
		await delay(times.look, undefined, {signal});
		const now = await wholeOwner(ownerFile, times, signal);
		if (now === undefined || now.beat === 'released') return;
		if (now.beat !== first.beat) throw locked(ownerFile, now);
	}
}

/** looks at a file that can't be read as an owner before it counts as a crash's remains */
const looksAtHalf = 3;

/**
 * The owner in a file, undefined where there is none. Another host may be caught while it writes, on
 * a file system where a rename is not whole: a file that is there and says nothing is looked at again.
 */
async function wholeOwner(
	file: string,
	times: LockTimes,
	signal: AbortSignal | undefined,
): Promise<Owner | undefined> {
	for (let looks = 1; ; looks++) {
		const owner = readOwner(file);
		if (owner !== undefined || looks === looksAtHalf || !existsSync(file)) return owner;
		await delay(times.look, undefined, {signal});
	}
}

function locked(ownerFile: string, owner = readOwner(ownerFile)): MusterError {
	const who =
		owner === undefined
			? ''
			: owner.host === hostname()
				? ` (process ${owner.pid}${owner.job === null ? '' : `, job ${owner.job}`})`
				: ` (on ${owner.host})`;
	return new MusterError(
		'locked',
		`Another muster works on ${path.dirname(path.dirname(ownerFile))}${who}.`,
		{hint: 'Watch it with `muster attach`, wait for its end, or choose another folder.'},
	);
}

function readOwner(file: string): Owner | undefined {
	try {
		const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner> | null;
		return typeof owner?.host === 'string' && typeof owner.beat === 'string'
			? (owner as Owner)
			: undefined;
	} catch {
		return undefined;
	}
}

function writeOwner(file: string, owner: Owner): void {
	const temporary = `${file}.${process.pid}`;
	writeFileSync(temporary, JSON.stringify(owner));
	renameSync(temporary, file);
}

/** Milliseconds since a file was written, by the file system's own clock, which other hosts share. */
function ageOf(file: string): number {
	const probe = `${file}.clock.${process.pid}`;
	try {
		writeFileSync(probe, '');
		return statSync(probe).mtimeMs - statSync(file).mtimeMs;
	} catch {
		return 0;
	} finally {
		rmSync(probe, {force: true});
	}
}
