import type {BrowsePage, JobRecord, LinkResult} from '../../../job/link/messages.ts';
import {formatBytes, plural} from '../../../model/format.ts';
import type {RememberedChoices} from '../../../model/remembered.ts';
import type {CallState} from '../../hooks/use-call.ts';
import {since} from '../../text/dates.ts';
import {blank, bold, keyValues, left, line, right, type Line} from '../../text/line.ts';
import {baseName} from '../../wizard/steps.ts';
import type {Bucket} from './rows.ts';

export type BucketFacts = {
	readonly bucket: Bucket;
	readonly probe: CallState<LinkResult<'probeBucket'>>;
	readonly top: CallState<BrowsePage>;
	readonly jobs: readonly JobRecord[];
	readonly remembered: RememberedChoices;
	readonly now: number;
	readonly payer: boolean;
};

/** `yes`, `no: why`, or that it is being asked. */
export function listWords(probe: BucketFacts['probe']): string {
	switch (probe.status) {
		case 'done':
			return probe.value.canList ? 'yes' : `no: ${probe.value.error?.message ?? 'not allowed'}`;
		case 'failed':
			return `no: ${probe.error.message}`;
		default:
			return 'asking';
	}
}

function topLines(top: CallState<BrowsePage>, prefix: string | null, width: number): Line[] {
	if (top.status !== 'done') return [];
	const {entries, continuation} = top.value;
	const folders = entries.filter((entry) => entry.kind === 'folder');
	const files = entries.filter((entry) => entry.kind === 'file');
	const bytes = files.reduce((sum, file) => sum + file.size, 0);
	const last = prefix?.split('/')[0];
	return [
		blank,
		line(bold(left('Folders at the top', 24)), continuation === null ? '' : 'first 1,000 keys'),
		...folders.slice(0, 8).map((folder) => {
			const name = `  ${left(folder.name, Math.max(8, width - 18))}`;
			return line(
				name,
				last !== undefined && `${last}/` === folder.prefix ? ' last used here' : '',
			);
		}),
		...(folders.length > 8 ? [line(`  ${folders.length - 8} more`)] : []),
		...(files.length > 0 ? [line(`  ${plural(files.length, 'file')}, ${formatBytes(bytes)}`)] : []),
	];
}

function jobLines({jobs, bucket, now}: BucketFacts, width: number): Line[] {
	const mine = jobs.filter((job) => job.spec.bucket === bucket.name).slice(0, 3);
	if (mine.length === 0) return [];
	return [
		blank,
		line(bold('Your last jobs in this bucket')),
		...mine.map((job) =>
			line(
				` ${right(job.id, 4)}  ${left(since(job.updated, now), 15)} `,
				left(job.spec.prefix, Math.max(6, width - 38)),
				` ${plural(job.filesDone, 'file')}`,
			),
		),
	];
}

function rememberedLines({remembered, bucket, jobs}: BucketFacts): Line[] {
	const known = remembered.buckets[bucket.name];
	if (known === undefined) return [];
	const manifest = jobs.find((job) => job.spec.bucket === bucket.name)?.spec.manifest;
	const csv =
		manifest?.kind === 'csv'
			? `${[manifest.column, manifest.groupBy].filter(Boolean).join(', ')}  (${baseName(manifest.file)})`
			: undefined;
	const rows: Array<readonly [string, string]> = [];
	if (known.prefix !== undefined)
		rows.push(['prefix', known.prefix === '' ? 'the top' : known.prefix]);
	if (known.folder !== undefined) rows.push(['folder', known.folder]);
	if (csv !== undefined) rows.push(['columns', csv]);
	return rows.length === 0 ? [] : [blank, line(bold('Remembered for it')), ...keyValues(rows, 9)];
}

/** The second pane: what is known about the bucket under the cursor. */
export function bucketSide(facts: BucketFacts, width: number): Line[] {
	const {bucket, probe, payer} = facts;
	const region = probe.status === 'done' ? (probe.value.region ?? bucket.region) : bucket.region;
	return [
		line(bold(bucket.name)),
		line(`s3://${bucket.name}/`),
		blank,
		...keyValues(
			[
				['Region', region ?? '-'],
				['Can you list it', listWords(probe)],
				['Requester pays', payer ? 'yes' : 'no'],
			],
			16,
		),
		...topLines(facts.top, bucket.prefix, width),
		...jobLines(facts, width),
		...rememberedLines(facts),
	];
}
