import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {Download} from './download.tsx';
import {signInWords} from '../../components/job-words.ts';
import {downloadTitle} from './title.ts';

const keymap: readonly KeyBinding[] = [
	{keys: ['p'], action: 'pause', label: 'Pause; open files are kept', short: 'pause', priority: 1},
	{keys: ['p'], action: 'proceed', label: 'Go on', short: 'go on', priority: 1},
	{
		keys: ['b'],
		action: 'background',
		label: 'Leave; the job keeps running',
		short: 'background',
		priority: 2,
	},
	{
		keys: ['enter', 'right', 'l'],
		action: 'open',
		label: 'Open the files',
		short: 'open',
		priority: 4,
	},
	{keys: ['x'], action: 'problems', label: 'Only problems', short: 'problems', priority: 3},
	{keys: ['s'], action: 'sort', label: 'Sort: state, name, left, speed, problems', short: 'sort'},
	{keys: ['r'], action: 'retry', label: 'Try failed files again, and S3 now', short: 'retry'},
	{keys: ['v'], action: 'swap', label: 'Panes or list', short: 'panes or list', priority: 7},
	{keys: ['+', '='], action: 'more', label: 'More connections', short: 'more', priority: 9},
	{
		keys: ['-'],
		action: 'less',
		label: 'Fewer connections',
		short: 'fewer connections',
		priority: 9,
	},
	{keys: ['/'], action: 'find', label: 'Find by name', short: 'find', priority: 6},
	{
		keys: ['i'],
		action: 'signInAgain',
		label: 'Sign in again',
		short: 'sign in again',
		priority: 1,
	},
	{keys: ['i'], action: 'signIn', label: 'Sign in again, also ahead of time'},
	{
		keys: ['f'],
		action: 'folder',
		label: 'Other folder for the rest',
		short: 'other folder',
		priority: 2,
	},
	{keys: ['y'], action: 'copy', label: 'Copy the folder'},
	{keys: ['o'], action: 'full', label: 'Show folder, reports and log in full'},
	{keys: ['escape'], action: 'back', label: 'To the list of jobs; the job goes on'},
	...listKeys,
];

export const download: Screen = {
	id: 'download',
	title: ({snapshot}) => ({left: downloadTitle(snapshot), right: signInWords(snapshot)}),
	keymap,
	component: Download,
};
