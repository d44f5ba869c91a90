import {accessSync, constants, lstatSync, statfsSync, statSync} from 'node:fs';
import {homedir, userInfo} from 'node:os';
import path from 'node:path';
import type {DiskInfo, JobRecord} from './link/messages.ts';

/** What a person should know of an output folder before it is used; nothing is made or changed. */
export function diskInfo(folder: string, jobs: readonly JobRecord[]): DiskInfo {
	const absolute = path.resolve(folder);
	const existing = nearestExisting(absolute);
	const problem = problemOf(absolute, existing);
	const space = spaceOf(existing);
	const unfinished = jobs.find((job) => job.folder === absolute && job.state !== 'finished');
	return {
		folder: absolute,
		exists: existing === absolute,
		writable: problem === null,
		problem,
		free: space?.free ?? 0,
		total: space?.total ?? 0,
		unfinishedJob: unfinished?.id ?? null,
		alternative: problem === null ? null : alternative(absolute),
	};
}

function nearestExisting(folder: string): string {
	for (let candidate = folder; ; candidate = path.dirname(candidate)) {
		try {
			lstatSync(candidate);
			return candidate;
		} catch {
			if (candidate === path.dirname(candidate)) return candidate;
		}
	}
}

function problemOf(folder: string, existing: string): string | null {
	try {
		const stats = statSync(existing);
		if (!stats.isDirectory()) {
			return existing === folder ? `${folder} is a file, not a folder.` : `${existing} is a file.`;
		}
		accessSync(existing, constants.W_OK | constants.X_OK);
		return null;
	} catch {
		return `You may not write to ${folder}${ownerOf(existing)}.`;
	}
}

function ownerOf(folder: string): string {
	try {
		const {uid} = statSync(folder);
		if (uid === 0) return ' (owned by root)';
		return uid === userInfo().uid ? '' : ` (owned by user ${uid})`;
	} catch {
		return '';
	}
}

function alternative(folder: string): DiskInfo['alternative'] {
	const offered = path.join(homedir(), path.basename(folder));
	const existing = nearestExisting(offered);
	if (problemOf(offered, existing) !== null) return null;
	return {folder: offered, free: spaceOf(existing)?.free ?? 0};
}

function spaceOf(folder: string): {free: number; total: number} | undefined {
	try {
		const stats = statfsSync(folder);
		return {free: stats.bavail * stats.bsize, total: stats.blocks * stats.bsize};
	} catch {
		return undefined;
	}
}
