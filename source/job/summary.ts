import type {JobId} from '../model/brand.ts';
import {exitStatus} from '../model/error.ts';
import type {RollCallCounts, SummaryEvent} from '../model/event.ts';
import type {GroupCounts} from './group-table.ts';

/** The counts of all groups together; `bytes` is what is left to download. */
export function countAll(groups: readonly GroupCounts[]): RollCallCounts {
	const sum = {
		wanted: 0,
		found: 0,
		missing: 0,
		ambiguous: 0,
		local: 0,
		excluded: 0,
		duplicate: 0,
		bytes: 0,
	};
	for (const group of groups) {
		sum.wanted += group.wanted;
		sum.found += group.found;
		sum.missing += group.missing;
		sum.ambiguous += group.ambiguous;
		sum.local += group.local;
		sum.excluded += group.excluded;
		sum.duplicate += group.duplicate;
		sum.bytes += group.bytes - group.bytesDone;
	}
	return sum;
}

/** Files to download and what became of them, over all groups. */
export function sumGroups(groups: readonly GroupCounts[]): {
	files: number;
	filesDone: number;
	failed: number;
	bytes: number;
	bytesDone: number;
} {
	const sum = {files: 0, filesDone: 0, failed: 0, bytes: 0, bytesDone: 0};
	for (const group of groups) {
		sum.files += group.files;
		sum.filesDone += group.filesDone;
		sum.failed += group.failed;
		sum.bytes += group.bytes;
		sum.bytesDone += group.bytesDone;
	}
	return sum;
}

/** What is left to download. */
export function workLeft(groups: readonly GroupCounts[]): {files: number; bytes: number} {
	const {files, filesDone, bytes, bytesDone} = sumGroups(groups);
	return {files: files - filesDone, bytes: bytes - bytesDone};
}

/** The exit status of a job whose work is done, after CLI.md. */
export function outcomeOf(groups: readonly GroupCounts[], allowMissing: boolean): number {
	if (groups.some((group) => group.failed > 0)) return exitStatus.failed;
	const incomplete = groups.some((group) => group.missing + group.ambiguous > 0);
	return incomplete && !allowMissing ? exitStatus.missing : exitStatus.ok;
}

/** The last event of a job; `seconds` is time spent downloading. */
export function summaryOf(
	job: JobId | null,
	groups: readonly GroupCounts[],
	seconds: number,
	exitCode: number,
): SummaryEvent {
	const counts = countAll(groups);
	let downloaded = 0;
	let failed = 0;
	let bytes = 0;
	for (const group of groups) {
		downloaded += group.filesDone;
		failed += group.failed;
		bytes += group.bytesDone;
	}
	return {
		type: 'summary',
		job,
		wanted: counts.wanted,
		found: counts.found,
		missing: counts.missing,
		ambiguous: counts.ambiguous,
		excluded: counts.excluded,
		duplicate: counts.duplicate,
		downloaded,
		local: counts.local,
		failed,
		bytes,
		seconds: round(seconds),
		files_per_second: seconds > 0 ? round(downloaded / seconds) : 0,
		bytes_per_second: seconds > 0 ? Math.round(bytes / seconds) : 0,
		exit_code: exitCode,
	};
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
