import type {JobRecord} from '../../../job/link/messages.ts';
import {formatCount, plural} from '../../../model/format.ts';
import type {JobSpec} from '../../../model/job-spec.ts';
import {since} from '../../text/dates.ts';
import {manifestWords, shortPath} from '../../wizard/steps.ts';

/** What the first screen offers. */
export type WelcomeRow =
	| {
			readonly kind: 'watch' | 'resume';
			readonly words: string;
			readonly detail: string;
			readonly job: JobRecord;
	  }
	| {
			readonly kind: 'again';
			readonly words: string;
			readonly detail: string;
			readonly spec: JobSpec;
	  }
	| {readonly kind: 'new' | 'jobs' | 'samples'; readonly words: string; readonly detail: string};

const unfinished: ReadonlySet<JobRecord['state']> = new Set(['paused', 'stopped', 'interrupted']);

/** A paused job has one, too: it is watched, and goes on there. */
const hasEngine = (job: JobRecord): boolean => job.state === 'running' || job.socket !== null;

function progress(job: JobRecord): string {
	if (job.files === 0) return 'nothing fetched yet';
	return `${formatCount(job.filesDone)} of ${plural(job.files, 'file')}`;
}

function againWords({spec, updated}: JobRecord, home: string, now: number): string {
	const source = spec.bucket === '' ? 'its buckets' : spec.bucket;
	return `Again: ${manifestWords(spec.manifest, spec.prefix)} from ${source} to ${shortPath(spec.folder, home)} (${since(updated, now)})`;
}

/** Running jobs first, then unfinished ones, then the last one once more, then a new one. At most three of each. */
export function welcomeRows(
	jobs: readonly JobRecord[],
	settings: {readonly home: string; readonly now: number; readonly demo: boolean},
): WelcomeRow[] {
	const newest = jobs.toSorted((a, b) => b.updated - a.updated);
	const running = newest.filter(hasEngine).slice(0, 3);
	const open = newest.filter((job) => unfinished.has(job.state) && !hasEngine(job)).slice(0, 3);
	const last = newest.find((job) => job.state === 'finished' || job.state === 'failed');
	return [
		...running.map((job) => ({
			kind: 'watch' as const,
			words: `Job ${job.id} is ${job.state}: ${progress(job)}`,
			detail: `Enter watches it. Folder ${shortPath(job.folder, settings.home)}`,
			job,
		})),
		...open.map((job) => ({
			kind: 'resume' as const,
			words: `Job ${job.id} is not finished: ${progress(job)} (${since(job.updated, settings.now)})`,
			detail: `Enter goes on with it; nothing that is done is fetched again. Folder ${shortPath(job.folder, settings.home)}`,
			job,
		})),
		...(last === undefined
			? []
			: [
					{
						kind: 'again' as const,
						words: againWords(last, settings.home, settings.now),
						detail:
							'Enter calls the roll again with the same answers; files that are here are left alone.',
						spec: last.spec,
					},
				]),
		{
			kind: 'new',
			words: settings.demo ? 'Start the rehearsal' : 'New download',
			detail:
				'Sign-in, bucket, list of files, folder; then you see what is there before anything is fetched.',
		},
		...(jobs.length === 0
			? []
			: [
					{
						kind: 'jobs' as const,
						words: `All jobs on this machine (${formatCount(jobs.length)})`,
						detail: 'Past and unfinished downloads with their folders and reports.',
					},
				]),
	];
}
