import {formatCount} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';
import {clock} from '../../components/counts.ts';
import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {placeWords} from '../download/title.ts';
import {Summary} from './summary.tsx';

const keymap: readonly KeyBinding[] = [
	{
		keys: ['r'],
		action: 'retry',
		label: 'Try failed files again, go on',
		short: 'retry',
		priority: 1,
	},
	{
		keys: ['x'],
		action: 'problems',
		label: 'All failed files with their reasons',
		short: 'problems',
		priority: 4,
	},
	{
		keys: ['e'],
		action: 'export',
		label: 'Write missing.csv, failed.csv, resolved.csv',
		short: 'export lists',
		priority: 3,
	},
	{keys: ['y'], action: 'copy', label: 'Copy the folder', short: 'copy folder', priority: 5},
	{keys: ['o'], action: 'full', label: 'Paths and command in full', short: 'in full', priority: 5},
	{keys: ['v'], action: 'verify', label: 'Read every file back', short: 'verify', priority: 7},
	{keys: ['h'], action: 'history', label: 'Jobs on this machine', short: 'history', priority: 6},
	{keys: ['enter'], action: 'another', label: 'New job', short: 'new job', priority: 2},
	...listKeys,
];

const words: Readonly<Partial<Record<Snapshot['phase'], string>>> = {
	finished: 'finished',
	failed: 'failed',
	stopped: 'stopped, everything is saved',
};

export const summary: Screen = {
	id: 'summary',
	title({snapshot}) {
		const {job, phase, startedAt, finishedAt, totals} = snapshot;
		const failed = snapshot.summary?.failed ?? totals.filesFailed;
		const need =
			failed === 0
				? ''
				: ` · ${formatCount(failed)} ${failed === 1 ? 'file needs' : 'files need'} you`;
		const time =
			startedAt === null || finishedAt === null
				? ''
				: `${clock(startedAt)} to ${clock(finishedAt)}`;
		return {
			left: `Job ${job ?? ''} ${words[phase] ?? phase}${need}`,
			right: [time, snapshot.identity?.label ?? '', placeWords(snapshot)]
				.filter(Boolean)
				.join(' · '),
		};
	},
	keymap,
	component: Summary,
};
