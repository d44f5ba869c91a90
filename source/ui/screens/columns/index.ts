import type {Screen} from '../../screen.ts';
import {baseName, sourceWords} from '../../wizard/steps.ts';
import {Columns, columnsFile} from './columns.tsx';

export const columns: Screen = {
	id: 'columns',
	title: ({draft, props}) => ({
		left: `Manifest · ${baseName(columnsFile(props))}`,
		right: sourceWords(draft),
	}),
	keymap: [
		{keys: ['enter'], action: 'accept', label: 'Accept and go on', short: 'accept', priority: 1},
		{
			keys: ['tab', 'shift+tab'],
			action: 'next',
			label: 'Next question',
			short: 'next',
			priority: 2,
		},
		{keys: ['up', 'k'], action: 'up', label: 'Choice up'},
		{keys: ['down', 'j'], action: 'down', label: 'Choice down'},
		{keys: ['p'], action: 'prefix', label: 'Change the prefix', short: 'prefix', priority: 3},
		{
			keys: ['e'],
			action: 'ending',
			label: 'Put an ending behind each value',
			short: 'ending',
			priority: 3,
		},
		{
			keys: ['m'],
			action: 'match',
			label: 'Match: exact name, any ending, loose',
			short: 'match',
			priority: 3,
		},
		{
			keys: ['h'],
			action: 'header',
			label: 'First row is a header, or not',
			short: 'header row',
			priority: 7,
		},
		{
			keys: ['d'],
			action: 'delimiter',
			label: 'Next delimiter: comma, semicolon, tab, bar',
			short: 'delimiter',
			priority: 8,
		},
		{keys: ['b'], action: 'bad', label: 'Show the bad rows', short: 'bad rows', priority: 4},
		{keys: ['left'], action: 'left', label: 'Preview left'},
		{keys: ['right', 'l'], action: 'right', label: 'Preview right'},
		{keys: ['r'], action: 'reload', label: 'Read the file again'},
	],
	component: Columns,
};
