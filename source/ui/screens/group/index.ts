import {groupName} from '../../components/counts.ts';
import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {placeWords} from '../../components/job-words.ts';
import {Group, groupProps} from './group.tsx';

const keymap: readonly KeyBinding[] = [
	{
		keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
		action: 'choose',
		label: 'Use the key with that number',
		short: 'use key',
		priority: 1,
	},
	{
		keys: ['u'],
		action: 'sure',
		label: 'Use the sure guesses of this group',
		short: 'use sure ones',
		priority: 3,
	},
	{keys: ['n'], action: 'undo', label: 'Take none after all', short: 'take none', priority: 2},
	{keys: ['r'], action: 'retry', label: 'Try this file again', short: 'try again', priority: 1},
	{
		keys: ['a'],
		action: 'retryAll',
		label: 'Try all failed files here again',
		short: 'all again',
		priority: 4,
	},
	{keys: ['x'], action: 'only', label: 'Only problems', short: 'problems', priority: 3},
	{keys: ['/'], action: 'find', label: 'Find a file', short: 'find', priority: 3},
	{keys: ['y'], action: 'copy', label: 'Copy the s3 address', short: 'copy', priority: 5},
	{keys: ['o', 'enter'], action: 'full', label: 'Show in full', short: 'in full', priority: 5},
	{keys: ['escape', 'left', 'h'], action: 'back', label: 'Back'},
	...listKeys,
];

export const group: Screen = {
	id: 'group',
	title({snapshot, props}) {
		return {left: groupName(groupProps(props).name), right: placeWords(snapshot)};
	},
	keymap,
	component: Group,
};
