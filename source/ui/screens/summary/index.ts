import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {Summary} from './summary.tsx';
import {summaryTitle, timeWords} from './title.ts';

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
		priority: 9,
	},
	{
		keys: ['e'],
		action: 'export',
		label: 'Write missing.csv, failed.csv, resolved.csv',
		short: 'export lists',
		priority: 3,
	},
	{keys: ['y'], action: 'copy', label: 'Copy the folder', short: 'copy folder', priority: 5},
	{keys: ['o'], action: 'full', label: 'Paths and command in full', short: 'in full', priority: 9},
	{keys: ['v'], action: 'verify', label: 'Read every file back', short: 'verify', priority: 9},
	{keys: ['h'], action: 'history', label: 'Jobs on this machine', short: 'history', priority: 9},
	{keys: ['enter'], action: 'another', label: 'New job', short: 'new job', priority: 2},
	{keys: ['q'], action: 'quit', label: 'Quit', short: 'quit', priority: 6},
	...listKeys,
];

export const summary: Screen = {
	id: 'summary',
	title: ({snapshot}) => ({left: summaryTitle(snapshot), right: timeWords(snapshot)}),
	keymap,
	component: Summary,
};
