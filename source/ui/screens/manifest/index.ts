import {findKeys, listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {sourceWords} from '../../wizard/steps.ts';
import {Manifest} from './manifest.tsx';

export const manifest: Screen = {
	id: 'manifest',
	title: ({draft}) => ({left: 'What to get', right: sourceWords(draft)}),
	keymap: [
		{keys: ['enter', 'right', 'l'], action: 'open', label: 'Use it', short: 'use', priority: 1},
		...findKeys,
		{
			keys: ['n'],
			action: 'type',
			label: 'Type the path of a file',
			short: 'type a path',
			priority: 2,
		},
		{keys: ['y'], action: 'copy', label: 'Copy the path', short: 'copy'},
		{keys: ['o'], action: 'full', label: 'Show the path in full', short: 'full path', priority: 7},
		{keys: ['r'], action: 'reload', label: 'Look for files again', short: 'look again'},
		...listKeys,
	],
	component: Manifest,
};
