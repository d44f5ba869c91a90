import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {jobId, type JobId} from '../model/brand.ts';
import {MusterError} from '../model/error.ts';
import {isLocked} from './folder-lock.ts';
import type {JobRecord} from './link/messages.ts';

/** Takes the next free job number on this machine: making its folder is atomic. */
export function newJobId(jobsFolder: string): JobId {
	mkdirSync(jobsFolder, {recursive: true, mode: 0o700});
	let next = 1 + Math.max(0, ...readdirSync(jobsFolder).map((name) => Number(name) || 0));
	for (;;) {
		try {
			mkdirSync(path.join(jobsFolder, String(next)), {mode: 0o700});
			return jobId(next);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			next++;
		}
	}
}

/** Takes a number back that came to nothing. */
export function forgetJob(jobsFolder: string, id: JobId): void {
	rmSync(path.join(jobsFolder, String(id)), {recursive: true, force: true});
}

/** Writes a job's record whole or not at all. A home that can't be written must not stop a job. */
export function writeJob(jobsFolder: string, record: JobRecord): void {
	try {
		const file = recordFile(jobsFolder, record.id);
		writeFileSync(`${file}.new`, JSON.stringify(record, undefined, '\t'), {mode: 0o600});
		renameSync(`${file}.new`, file);
	} catch {
		// `muster jobs` will not know this run; the ledger in its folder does.
	}
}

/** All jobs, newest first. A job that says it runs while its process is gone is `interrupted`. */
export async function listJobs(jobsFolder: string): Promise<JobRecord[]> {
	let names: string[];
	try {
		names = readdirSync(jobsFolder);
	} catch {
		return [];
	}
	return names
		.map((name) => readJob(jobsFolder, Number(name)))
		.filter((record) => record !== undefined)
		.sort((a, b) => b.id - a.id);
}

/** A job by number, or the newest unfinished one. */
export async function findJob(jobsFolder: string, id: number | undefined): Promise<JobRecord> {
	if (id !== undefined) {
		const record = readJob(jobsFolder, id);
		if (record !== undefined) return record;
		throw new MusterError('usage', `There is no job ${id} on this machine.`, {
			hint: '`muster jobs` lists them.',
		});
	}
	const unfinished = (await listJobs(jobsFolder)).find((record) => record.state !== 'finished');
	if (unfinished !== undefined) return unfinished;
	throw new MusterError('usage', 'There is no unfinished job on this machine.', {
		hint: '`muster jobs` lists past ones; `muster get` starts a new one.',
	});
}

export function readJob(jobsFolder: string, id: number): JobRecord | undefined {
	try {
		const record = JSON.parse(readFileSync(recordFile(jobsFolder, id), 'utf8')) as JobRecord;
		const active = record.state === 'running' || record.state === 'paused';
		const alive = active && record.pid !== null && isAlive(record.pid, record.folder);
		return active && !alive ? {...record, state: 'interrupted', socket: null, pid: null} : record;
	} catch {
		return undefined;
	}
}

const recordFile = (jobsFolder: string, id: number): string =>
	path.join(jobsFolder, String(id), 'job.json');

/**
 * A number alone proves little: after a reboot it may be another process's, and in a container without
 * an init one that was killed keeps it for ever. The folder's lock is gone in both cases.
 */
function isAlive(pid: number, folder: string): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
	}
	return isLocked(path.join(folder, '.muster')) ?? true;
}
