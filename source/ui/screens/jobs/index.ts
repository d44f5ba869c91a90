import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {Jobs} from './jobs.tsx';

const keymap: readonly KeyBinding[] = [
	{
		keys: ['enter', 'right', 'l'],
		action: 'open',
		label: 'Show, go on, or call the roll again',
		short: 'open',
		priority: 1,
	},
	{keys: ['/'], action: 'find', label: 'Find a job', short: 'find', priority: 3},
	{keys: ['r'], action: 'again', label: 'List again', short: 'list again', priority: 4},
	{keys: ['y'], action: 'copy', label: 'Copy the command', short: 'copy command', priority: 4},
	{keys: ['o'], action: 'full', label: 'Show the command in full', short: 'in full', priority: 5},
	{keys: ['escape', 'left', 'h'], action: 'back', label: 'Back'},
	...listKeys,
];

export const jobs: Screen = {
	id: 'jobs',
	title: () => ({left: 'Jobs'}),
	keymap,
	component: Jobs,
};
