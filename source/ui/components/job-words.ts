import {commandLine} from '../../model/command-line.ts';
import {formatDuration} from '../../model/format.ts';
import type {JobSpec} from '../../model/job-spec.ts';
import type {Snapshot} from '../../model/snapshot.ts';
import type {Dialog} from '../hooks/services.ts';

/** `train-sso, signed in for 4 h 55 m`; shorter notice when it ends soon. */
export function signInWords({
	identity,
	signIn,
	at,
}: Pick<Snapshot, 'identity' | 'signIn' | 'at'>): string {
	if (identity === null) return '';
	if (signIn?.refused != null) return `${identity.label} · sign-in has ended`;
	// What renews itself has no end that a person should know of.
	if (identity.personNeededAt === undefined) return identity.label;
	const seconds = (identity.personNeededAt - at) / 1000;
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

/** The same job to another disk, for when this one is full; nothing fetched so far is touched. */
export function otherFolderHelp(spec: JobSpec): [string, string] {
	return [
		'The rest to another disk: change the folder behind --to',
		commandLine({...spec, folder: '/other/disk'}),
	];
}

/** Folder, reports, log and command, each to be shown whole and alone, so that a selection takes just it. */
export function fullDialog(
	{spec, reports}: Pick<Snapshot, 'spec' | 'reports'>,
	show: (title: string, text: string) => void,
): Dialog {
	const texts: ReadonlyArray<readonly [string, string | undefined]> = [
		['The line that repeats this job', spec === null ? undefined : commandLine(spec)],
		['The folder with the files', spec?.folder],
		['The reports', reports?.folder],
		['The log', reports?.log],
	];
	return {
		title: 'Show in full',
		text: [],
		choices: texts.flatMap(([label, text]) =>
			text === undefined
				? []
				: [
						{
							label,
							run: () => {
								show(label, text);
							},
						},
					],
		),
	};
}
