import {findKeys, listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {Profile} from './profile.tsx';

export const profile: Screen = {
	id: 'profile',
	title: () => ({left: 'Sign-in'}),
	keymap: [
		{
			keys: ['enter', 'right', 'l'],
			action: 'use',
			label: 'Use this sign-in',
			short: 'use',
			priority: 1,
		},
		{keys: ['r'], action: 'reload', label: 'Read the sign-ins again', short: 'read again'},
		...findKeys,
		...listKeys,
	],
	component: Profile,
};
