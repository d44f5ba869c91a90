import {findKeys, listKeys, type KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {SsoSetup} from './sso-setup.tsx';

const keymap: readonly KeyBinding[] = [
	{
		keys: ['enter', 'right', 'l'],
		action: 'accept',
		label: 'Take it and go on',
		short: 'go on',
		priority: 1,
	},
	{
		keys: ['enter', 'right', 'l'],
		action: 'more',
		label: 'The lines below; all are shown before they are written',
		short: 'more',
		priority: 1,
	},
	{keys: ['enter'], action: 'write', label: 'Write these lines', short: 'write it', priority: 1},
	{keys: ['y'], action: 'copy', label: 'Copy the address', short: 'copy address', priority: 2},
	{keys: ['v'], action: 'swap', label: 'Swap the colours of the QR code', short: 'swap QR colours'},
	...findKeys,
	{keys: ['r'], action: 'again', label: 'Ask again', short: 'ask again', priority: 3},
	{
		keys: ['escape'],
		action: 'back',
		label: 'The question before; nothing is written',
		short: 'back',
		priority: 2,
	},
	...listKeys,
];

/** The first sign-in with IAM Identity Center: from its start URL to a profile of the AWS tools. */
export const ssoSetup: Screen = {
	id: 'sso-setup',
	title: () => ({left: 'Sign in with IAM Identity Center'}),
	keymap,
	component: SsoSetup,
};
