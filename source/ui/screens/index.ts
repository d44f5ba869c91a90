import type {Screen} from '../screen.ts';
import {analysis} from './analysis/index.ts';
import {download} from './download/index.ts';
import {group} from './group/index.ts';
import {jobs} from './jobs/index.ts';
import {placeholderScreen} from './placeholder/index.ts';
import {problems} from './problems/index.ts';
import {summary} from './summary/index.ts';

/** Every screen of the app; a new one is one line here. */
export const screens: readonly Screen[] = [analysis, download, group, problems, summary, jobs];

/** The screen of that name. */
export function screenOf(id: string): Screen {
	return screens.find((screen) => screen.id === id) ?? placeholderScreen(id);
}
