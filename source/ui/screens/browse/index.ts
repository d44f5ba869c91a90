import {findKeys, listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {whereWords} from '../../wizard/steps.ts';
import {Browse} from './browse.tsx';

export const browse: Screen = {
	id: 'browse',
	title: ({draft}) => ({left: 'Browse', right: whereWords(draft)}),
	keymap: [
		{
			keys: ['enter', 'right', 'l'],
			action: 'open',
			label: 'Open the folder, show the file',
			short: 'open',
			priority: 2,
		},
		{keys: ['left', 'h'], action: 'goUp', label: 'Up one folder', short: 'up', priority: 3},
		{keys: ['space'], action: 'mark', label: 'Mark folder or file', short: 'mark', priority: 3},
		{
			keys: ['a'],
			action: 'markAll',
			label: 'Mark all that are shown, or none',
			short: 'mark all',
			priority: 7,
		},
		{
			keys: ['c'],
			action: 'count',
			label: 'Count files and bytes of the folder',
			short: 'count',
			priority: 5,
		},
		{
			keys: ['f'],
			action: 'use',
			label: 'Use this folder, or the marked part of it',
			short: 'use this folder',
			priority: 1,
		},
		{keys: ['m'], action: 'more', label: 'List more', short: 'list more', priority: 2},
		...findKeys,
		{keys: ['y'], action: 'copy', label: 'Copy the s3 address', short: 'copy', priority: 7},
		{keys: ['o'], action: 'full', label: 'Show the whole key', short: 'full key', priority: 8},
		{keys: ['s'], action: 'sort', label: 'Sort by name, size, date', short: 'sort', priority: 8},
		{keys: ['r'], action: 'reload', label: 'List again', priority: 9},
		...listKeys,
	],
	component: Browse,
};
