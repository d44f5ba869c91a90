import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {placeWords} from '../../components/job-words.ts';
import {Analysis} from './analysis.tsx';
import {analysisTitle} from './body.ts';

const keymap: readonly KeyBinding[] = [
	{
		keys: ['d'],
		action: 'download',
		label: 'Download what is ready',
		short: 'download',
		priority: 1,
	},
	{
		keys: ['t'],
		action: 'tryOne',
		label: 'Try one: the smallest file, read back',
		short: 'try one',
		priority: 3,
	},
	{
		keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
		action: 'choose',
		label: 'Use the guess or key with that number',
		short: 'use guess',
		priority: 4,
	},
	{keys: ['u'], action: 'sure', label: 'Use all sure guesses', short: 'use sure ones', priority: 6},
	{
		keys: ['a'],
		action: 'ambiguous',
		label: 'One rule for all ambiguous rows',
		short: 'ambiguous',
		priority: 5,
	},
	{
		keys: ['x'],
		action: 'only',
		label: 'Only groups with something to look at',
		short: 'problems',
		priority: 4,
	},
	{
		keys: ['e'],
		action: 'export',
		label: 'Write missing.csv and the other lists',
		short: 'export',
		priority: 5,
	},
	{keys: ['s'], action: 'sort', label: 'Sort: problems, name, size', short: 'sort', priority: 7},
	{keys: ['/'], action: 'find', label: 'Find by name', short: 'find', priority: 8},
	{
		keys: ['enter'],
		action: 'enter',
		label: 'Open the rows; start when asked',
		short: 'open',
		priority: 7,
	},
	{keys: ['right', 'l'], action: 'openGroup', label: 'Open the rows'},
	{keys: ['m'], action: 'looser', label: 'Match more loosely', short: 'looser match', priority: 2},
	{keys: ['p'], action: 'prefix', label: 'Change the prefix', short: 'change prefix', priority: 2},
	{
		keys: ['v'],
		action: 'verify',
		label: 'Check every checksum',
		short: 'check checksums',
		priority: 2,
	},
	{keys: ['f'], action: 'folder', label: 'Other folder', short: 'folder', priority: 8},
	{keys: ['i'], action: 'signIn', label: 'Sign in again, also ahead of time'},
	{keys: ['r'], action: 'again', label: 'Analyse again'},
	{keys: ['y'], action: 'copy', label: 'Copy a key or guess'},
	{keys: ['o'], action: 'full', label: 'Show in full'},
	{keys: ['escape'], action: 'back', label: 'Back; results are kept'},
	...listKeys,
];

export const analysis: Screen = {
	id: 'analysis',
	title: ({snapshot}) => ({left: analysisTitle(snapshot), right: placeWords(snapshot)}),
	keymap,
	component: Analysis,
};
