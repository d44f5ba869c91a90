import {listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {sourceWords} from '../../wizard/steps.ts';
import {Folder} from './folder.tsx';

export const folder: Screen = {
	id: 'folder',
	title: ({draft}) => ({left: 'Output folder', right: sourceWords(draft)}),
	keymap: [
		{
			keys: ['enter', 'right', 'l'],
			action: 'use',
			label: 'Use this folder',
			short: 'use',
			priority: 1,
		},
		{
			keys: ['f', 'n'],
			action: 'type',
			label: 'Type another folder',
			short: 'type a folder',
			priority: 2,
		},
		{keys: ['r'], action: 'reload', label: 'Look at the disk again', short: 'check disk'},
		{keys: ['y'], action: 'copy', label: 'Copy the path', short: 'copy'},
		{keys: ['o'], action: 'full', label: 'Show the path in full', short: 'full path', priority: 7},
		...listKeys,
	],
	component: Folder,
};
