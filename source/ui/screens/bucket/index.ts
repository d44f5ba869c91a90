import {findKeys, listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {whereWords} from '../../wizard/steps.ts';
import {BucketScreen} from './bucket.tsx';

export const bucket: Screen = {
	id: 'bucket',
	title: ({draft}) => ({left: 'Buckets', right: whereWords(draft)}),
	keymap: [
		{
			keys: ['enter', 'right', 'l'],
			action: 'open',
			label: 'Open the bucket',
			short: 'open',
			priority: 1,
		},
		...findKeys,
		{keys: ['n'], action: 'type', label: 'Type a bucket name', short: 'type a name', priority: 2},
		{keys: ['y'], action: 'copy', label: 'Copy the s3 address', short: 'copy'},
		{
			keys: ['o'],
			action: 'full',
			label: 'Show the address in full',
			short: 'full text',
			priority: 7,
		},
		{keys: ['s'], action: 'sort', label: 'Sort by last use or name', short: 'sort', priority: 6},
		{keys: ['r'], action: 'reload', label: 'List again', short: 'refresh'},
		{keys: ['i'], action: 'signIn', label: 'Sign in again', short: 'sign in', priority: 1},
		...listKeys,
	],
	component: BucketScreen,
};
