import {listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {placeWords} from '../../components/job-words.ts';
import {Problems} from './problems.tsx';

const keymap: readonly KeyBinding[] = [
	{keys: ['r'], action: 'retry', label: 'Try this file again', short: 'try again', priority: 1},
	{
		keys: ['a'],
		action: 'retryAll',
		label: 'Try all failed files again',
		short: 'all again',
		priority: 1,
	},
	{
		keys: ['e'],
		action: 'export',
		label: 'Write failed.csv and the other lists',
		short: 'export',
		priority: 3,
	},
	{keys: ['y'], action: 'copy', label: 'Copy the path', short: 'copy', priority: 4},
	{
		keys: ['o', 'enter'],
		action: 'full',
		label: 'Show everything about it',
		short: 'in full',
		priority: 3,
	},
	...listKeys,
];

export const problems: Screen = {
	id: 'problems',
	title({snapshot}) {
		const job = snapshot.job === null ? '' : ` · job ${snapshot.job}`;
		return {left: `Problems${job}`, right: placeWords(snapshot)};
	},
	keymap,
	component: Problems,
};
