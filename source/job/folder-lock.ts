import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync} from 'node:fs';
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

const heartbeatSeconds = 5;
/** how long another host's heartbeat may be silent before its lock is taken for dead */
const silenceSeconds = 20;

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

	private constructor(database: DatabaseSync | undefined, ownerFile: string, job: number | null) {
		this.#database = database;
		this.#ownerFile = ownerFile;
		this.#job = job;
		this.#beat();
		this.#timer = setInterval(() => this.#beat(), heartbeatSeconds * 1000);
		this.#timer.unref();
	}

	/** Takes the lock of a `.muster` folder or throws `locked`. */
	static async take(folder: string, job: number | null): Promise<FolderLock> {
		mkdirSync(folder, {recursive: true});
		const ownerFile = path.join(folder, 'owner.json');
		const database = exclusive(path.join(folder, 'lock'), ownerFile);
		try {
			await otherHostIsSilent(ownerFile);
			return new FolderLock(database, ownerFile, job);
		} catch (error) {
			database?.close();
			throw error;
		}
	}

	/** Gives the folder free. */
	release(): void {
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

/** Whether an engine of this host holds the folder's lock now; a look, nothing is taken. */
export function isLocked(folder: string): boolean {
	const file = path.join(folder, 'lock');
	if (!existsSync(file)) return false;
	try {
		exclusive(file, path.join(folder, 'owner.json'))?.close();
		return false;
	} catch {
		return true;
	}
}

function exclusive(file: string, ownerFile: string): DatabaseSync | undefined {
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(file, {timeout: 0});
		database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
		return database;
	} catch (error) {
		database?.close();
		const errcode = (error as {errcode?: number}).errcode ?? 0;
		// 5 SQLITE_BUSY: held. 10 SQLITE_IOERR and its kin: a file system without locks, where the heartbeat decides.
		if ((errcode & 0xff) === 10) return undefined;
		if ((errcode & 0xff) === 5) throw locked(ownerFile);
		throw new MusterError('disk', `The folder ${path.dirname(file)} can't be written.`, {
			hint: 'Choose another output folder, or mend its rights.',
			detail: error instanceof Error ? error.message : String(error),
			cause: error,
		});
	}
}

async function otherHostIsSilent(ownerFile: string): Promise<void> {
	const first = readOwner(ownerFile);
	if (first === undefined || first.host === hostname() || first.beat === 'released') return;
	if (ageSeconds(ownerFile) > 600) return;
	const end = Date.now() + silenceSeconds * 1000;
	while (Date.now() < end) {
		await delay(1000);
		const now = readOwner(ownerFile);
		if (now === undefined || now.beat === 'released') return;
		if (now.beat !== first.beat) throw locked(ownerFile);
	}
}

function locked(ownerFile: string): MusterError {
	const owner = readOwner(ownerFile);
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
		return JSON.parse(readFileSync(file, 'utf8')) as Owner;
	} catch {
		return undefined;
	}
}

function writeOwner(file: string, owner: Owner): void {
	const temporary = `${file}.${process.pid}`;
	writeFileSync(temporary, JSON.stringify(owner));
	renameSync(temporary, file);
}

/** Age by the file system's own clock, which other hosts share. */
function ageSeconds(file: string): number {
	try {
		const probe = `${file}.clock.${process.pid}`;
		writeFileSync(probe, '');
		const now = statSync(probe).mtimeMs;
		renameSync(probe, `${file}.clock`);
		return (now - statSync(file).mtimeMs) / 1000;
	} catch {
		return 0;
	}
}
