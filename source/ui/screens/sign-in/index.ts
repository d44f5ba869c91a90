import type {KeyBinding} from '../../keymap.ts';
import type {Screen} from '../../screen.ts';
import {signInWords} from '../../components/job-words.ts';
import {SignIn} from './sign-in.tsx';

const keymap: readonly KeyBinding[] = [
	{keys: ['y'], action: 'copy', label: 'Copy the address', short: 'copy address', priority: 2},
	{
		keys: ['1', '2', '3', '4'],
		action: 'choose',
		label: 'Choose by number',
		hidden: true,
	},
	{keys: ['enter'], action: 'accept', label: 'Take the chosen way', short: 'choose', priority: 1},
	{keys: ['v'], action: 'swap', label: 'Swap the colours of the QR code', short: 'swap QR colours'},
	{keys: ['o'], action: 'qr', label: 'Show or hide the QR code, the address in full', short: 'QR'},
	{keys: ['r'], action: 'newCode', label: 'Ask for a new code', short: 'new code', priority: 3},
	{
		keys: ['t'],
		action: 'tryAgain',
		label: 'Try the credentials as they are now',
		short: 'try again',
	},
	{keys: ['up', 'k'], action: 'up', label: 'Row up'},
	{keys: ['down', 'j', 'tab'], action: 'down', label: 'Row down'},
	{
		keys: ['escape'],
		action: 'back',
		label: 'Later: the job waits, and goes on by itself once you are signed in',
		short: 'later',
		priority: 1,
	},
];

/** Where a person signs in again, for a job that waits or for the wizard. */
export const signIn: Screen = {
	id: 'sign-in',
	title: ({snapshot}) => ({
		left:
			snapshot.job !== null && snapshot.signIn?.refused != null
				? `Sign in · job ${snapshot.job} waits`
				: 'Sign in',
		right: signInWords(snapshot),
	}),
	keymap,
	component: SignIn,
};
