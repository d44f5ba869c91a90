import {listKeys} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {sourceWords} from '../../wizard/steps.ts';
import {Options} from './options.tsx';

export const options: Screen = {
	id: 'options',
	title: ({draft}) => ({left: 'Options', right: sourceWords(draft)}),
	keymap: [
		{
			keys: ['enter'],
			action: 'analyse',
			label: 'Start the analysis',
			short: 'analyse',
			priority: 1,
		},
		{
			keys: ['right', 'space', 'l'],
			action: 'more',
			label: 'Next value',
			short: 'next value',
			priority: 2,
		},
		{
			keys: ['left', 'h'],
			action: 'less',
			label: 'Value before',
			short: 'value before',
			priority: 3,
		},
		...listKeys,
	],
	component: Options,
};
