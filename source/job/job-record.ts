import type {JobId} from '../model/brand.ts';
import type {JobSpec} from '../model/job-spec.ts';
import {safeText} from '../model/safe-text.ts';
import type {Snapshot} from '../model/snapshot.ts';
import type {Job} from './job.ts';
import type {JobRecord} from './link/messages.ts';

/** The job as `muster jobs` shows it. `socket`: where its engine can be attached to. */
export function recordOf(
	job: Job,
	id: JobId,
	{totals, rollCall}: Snapshot,
	socket: string | null,
): JobRecord {
	return {
		id,
		folder: job.spec.folder,
		title: titleOf(job.spec),
		started: job.state.startedAt ?? job.preparation.startedAt,
		updated: Date.now(),
		state: recordState(job),
		files: totals.files,
		filesDone: totals.filesDone,
		bytes: totals.bytes,
		bytesDone: totals.bytesDone,
		failed: totals.filesFailed,
		missing: rollCall.missing + rollCall.ambiguous,
		socket: job.state.isLive ? socket : null,
		pid: job.state.isLive ? process.pid : null,
		spec: job.spec,
		speed: job.state.summary === null ? null : job.state.summary.bytes_per_second,
	};
}

function recordState(job: Job): JobRecord['state'] {
	switch (job.state.phase) {
		case 'downloading':
		case 'stopping':
			return 'running';
		case 'paused':
			return 'paused';
		case 'finished':
			return 'finished';
		case 'failed':
			return 'failed';
		default:
			return 'stopped';
	}
}

function titleOf(spec: JobSpec): string {
	const source =
		spec.bucket === '' ? 'the manifest’s buckets' : `s3://${spec.bucket}/${spec.prefix}`;
	const {manifest} = spec;
	const name =
		manifest.kind === 'prefix' ? '' : `${manifest.file.split(/[/\\]/).at(-1) ?? ''} from `;
	return safeText(`${name}${source}`);
}
