import {listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {Welcome} from './welcome.tsx';

export const welcome: Screen = {
	id: 'welcome',
	title: () => ({left: 'Welcome'}),
	keymap: [
		{
			keys: ['enter', 'right', 'l'],
			action: 'open',
			label: 'Take the chosen row',
			short: 'go on',
			priority: 1,
		},
		{keys: ['r'], action: 'reload', label: 'Check again', short: 'check again'},
		{keys: ['h'], action: 'jobs', label: 'History: all jobs on this machine', short: 'history'},
		...listKeys,
	],
	component: Welcome,
};
