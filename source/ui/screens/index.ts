import type {Screen} from '../screen.ts';
import {analysis} from './analysis/index.ts';
import {browse} from './browse/index.ts';
import {bucket} from './bucket/index.ts';
import {columns} from './columns/index.ts';
import {download} from './download/index.ts';
import {folder} from './folder/index.ts';
import {group} from './group/index.ts';
import {jobs} from './jobs/index.ts';
import {manifest} from './manifest/index.ts';
import {options} from './options/index.ts';
import {problems} from './problems/index.ts';
import {profile} from './profile/index.ts';
import {signIn} from './sign-in/index.ts';
import {ssoSetup} from './sso-setup/index.ts';
import {summary} from './summary/index.ts';
import {welcome} from './welcome/index.ts';

/** Every screen of the app; a new one is one line here. */
export const screens: readonly Screen[] = [
	welcome,
	profile,
	bucket,
	browse,
	manifest,
	columns,
	folder,
	options,
	analysis,
	download,
	group,
	problems,
	signIn,
	ssoSetup,
	summary,
	jobs,
];

/** The screen of that name; an unknown name leads to the first screen. */
export function screenOf(id: string): Screen {
	return screens.find((screen) => screen.id === id) ?? welcome;
}
