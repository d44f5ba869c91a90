import type {Snapshot} from '../../../model/snapshot.ts';

const doing: Readonly<Partial<Record<Snapshot['phase'], string>>> = {
	paused: 'Paused',
	stopping: 'Stopping',
};

/** `Downloading · job 12`. */
export function downloadTitle({job, phase}: Pick<Snapshot, 'job' | 'phase'>): string {
	const number = job === null ? '' : ` · job ${job}`;
	return `${doing[phase] ?? 'Downloading'}${number}`;
}
