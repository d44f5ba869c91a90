import type {Dataset} from './dataset.ts';
import type {Target} from './targets.ts';

/** How a workload is measured; each kind has its file beside this one. */
export type WorkloadKind =
	'download' | 'listing' | 'rerun' | 'dashboard' | 'connections' | 'memory';

export type Workload = {
	/** as the command line names it */
	readonly name: string;
	readonly kind: WorkloadKind;
	readonly title: string;
	readonly dataset: Dataset;
	/** what tables compare the others with */
	readonly subject: string;
	readonly targets: readonly Target[];
	/** runs when nothing is named */
	readonly byDefault?: true;
	/** s5cmd also with other parts than its own 5 × 50 MiB, for objects that have parts */
	readonly s5cmdParts?: true;
	/** milliseconds that a round trip takes besides */
	readonly delays?: readonly number[];
};

const kibibyte = 1024;
const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

const fasterThan = (
	against: string,
	atLeast: number,
	label: string,
	subject = 'muster',
): Target => ({
	measure: 'speed',
	label,
	subject,
	against,
	atLeast,
});

/** 400 MB, whatever the job. */
const memoryTarget = (label: string): Target => ({
	measure: 'memory',
	label,
	subject: 'muster',
	atMost: 400e6,
});

/** Bucket names come from the workload's, so that no two share one. */
const dataset = (
	bucket: string,
	count: number,
	size: number,
	body: Dataset['body'] = 'distinct',
): Dataset => ({bucket, count, size, body});

export const workloads: readonly Workload[] = [
	{
		name: 'small',
		kind: 'download',
		title: '20,000 × 10 KiB',
		dataset: dataset('small', 20_000, 10 * kibibyte),
		subject: 'muster',
		byDefault: true,
		targets: [
			fasterThan('s5cmd', 1.5, 'small: files/s against s5cmd'),
			{
				measure: 'cpu',
				label: 'small: CPU seconds against s5cmd',
				subject: 'muster',
				against: 's5cmd',
				atMost: 1,
			},
		],
	},
	{
		name: 'medium',
		kind: 'download',
		title: '2,000 × 512 KiB',
		dataset: dataset('medium', 2000, 512 * kibibyte),
		subject: 'muster',
		byDefault: true,
		targets: [fasterThan('s5cmd', 1.2, 'medium: MiB/s against s5cmd')],
	},
	{
		name: 'large',
		kind: 'download',
		title: '1 × 2 GiB',
		dataset: dataset('large', 1, 2 * gibibyte),
		subject: 'muster',
		byDefault: true,
		s5cmdParts: true,
		targets: [fasterThan('s5cmd', 1, 'large: MiB/s against s5cmd with its best settings')],
	},
	{
		name: 'list',
		kind: 'listing',
		title: 'listing 1,000,000 keys',
		dataset: dataset('list', 1_000_000, 10 * kibibyte, 'shared'),
		subject: 'muster',
		byDefault: true,
		targets: [fasterThan('s5cmd', 2, 'list: against s5cmd ls')],
	},
	{
		name: 'rerun',
		kind: 'rerun',
		title: 'rerun of a finished job of 100,000 files',
		dataset: dataset('rerun', 100_000, kibibyte, 'shared'),
		subject: 'muster',
		targets: [
			fasterThan('s5cmd', 5, 'rerun: against s5cmd sync'),
			fasterThan('rclone', 5, 'rerun: against rclone copy'),
		],
	},
	{
		name: 'dashboard',
		kind: 'dashboard',
		title: 'dashboard against --quiet, 20,000 × 10 KiB',
		dataset: dataset('dashboard', 20_000, 10 * kibibyte),
		subject: 'dashboard',
		targets: [fasterThan('quiet', 0.97, 'dashboard: files/s against --quiet', 'dashboard')],
	},
	{
		name: 'connections',
		kind: 'connections',
		title: '--connections auto against fixed numbers, 20,000 × 10 KiB',
		dataset: dataset('connections', 20_000, 10 * kibibyte),
		subject: 'auto',
		delays: [0, 30, 100],
		targets: [fasterThan('fixed', 0.9, 'auto against the best fixed number', 'auto')],
	},
	{
		name: 'memory-keys',
		kind: 'memory',
		title: 'peak memory, a job of 1,000,000 keys',
		dataset: dataset('memory-keys', 1_000_000, 128, 'shared'),
		subject: 'muster',
		targets: [memoryTarget('memory: a job of 1,000,000 keys')],
	},
	{
		name: 'memory-object',
		kind: 'memory',
		title: 'peak memory, an object of 20 GB',
		dataset: dataset('memory-object', 1, 20e9, 'sparse'),
		subject: 'muster',
		targets: [memoryTarget('memory: an object of 20 GB')],
	},
	{
		name: 'download-64KiB-1_000x',
		kind: 'download',
		title: 'aws-crt-s3-benchmarks download-64KiB-1_000x',
		dataset: dataset('crt-64kib', 1000, 64 * kibibyte),
		subject: 'muster',
		targets: [],
	},
	{
		name: 'download-256KiB-10_000x',
		kind: 'download',
		title: 'aws-crt-s3-benchmarks download-256KiB-10_000x',
		dataset: dataset('crt-256kib', 10_000, 256 * kibibyte),
		subject: 'muster',
		targets: [],
	},
	{
		name: 'download-5GiB-1x',
		kind: 'download',
		title: 'aws-crt-s3-benchmarks download-5GiB-1x',
		dataset: dataset('crt-5gib', 1, 5 * gibibyte),
		subject: 'muster',
		s5cmdParts: true,
		targets: [],
	},
];

/** The same workload with fewer objects, or a smaller one when it has but one; its words tell. */
export function scaled(workload: Workload, factor: number): Workload {
	if (factor === 1) return workload;
	const {dataset: whole} = workload;
	const side = whole.count === 1 ? 'size' : 'count';
	const least = Math.min(whole[side], side === 'size' ? 64 * mebibyte : 100);
	const words = `scaled to ${factor}`;
	return {
		...workload,
		title: `${workload.title}, ${words}`,
		dataset: {...whole, [side]: Math.max(least, Math.round(whole[side] * factor))},
		targets: workload.targets.map((target) => ({...target, label: `${target.label}, ${words}`})),
	};
}
