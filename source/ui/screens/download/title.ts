import {formatDuration} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';

/** `train-sso, signed in for 4 h 55 m`; shorter notice when it ends soon. */
export function signInWords({identity, at}: Pick<Snapshot, 'identity' | 'at'>): string {
	if (identity === null) return '';
	if (identity.expires === undefined) return identity.label;
	const seconds = (identity.expires - at) / 1000;
	if (seconds <= 0) return `${identity.label} · sign-in has ended`;
	const minutes = Math.floor(seconds / 60) * 60;
	const left = minutes === 0 ? 'under 1 m' : formatDuration(minutes);
	return seconds < 15 * 60
		? `${identity.label} · sign-in ends in ${left}`
		: `${identity.label}, signed in for ${left}`;
}

/** `bucket · prefix/` of a job. */
export function placeWords({spec}: Pick<Snapshot, 'spec'>): string {
	if (spec === null || spec.bucket === '') return '';
	return spec.prefix === '' ? spec.bucket : `${spec.bucket} · ${spec.prefix}`;
}

const doing: Readonly<Partial<Record<Snapshot['phase'], string>>> = {
	paused: 'Paused',
	stopping: 'Stopping',
};

/** `Downloading · job 12`. */
export function downloadTitle({job, phase}: Pick<Snapshot, 'job' | 'phase'>): string {
	const number = job === null ? '' : ` · job ${job}`;
	return `${doing[phase] ?? 'Downloading'}${number}`;
}
