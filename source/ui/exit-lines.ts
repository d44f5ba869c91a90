import type {Phase, Snapshot} from '../model/snapshot.ts';
import {summaryLines} from '../model/summary-lines.ts';
import type {AppResult} from './types.ts';

/** Nothing was fetched yet: a roll call leaves no account behind. */
const before: ReadonlySet<Phase> = new Set(['idle', 'reading', 'listing', 'matching', 'ready']);

/**
 * What stays in the scrollback after the app: at most 12 lines, keys whole. A job that goes on in the
 * background is nothing to resume; the command says how to come back to it.
 */
export function exitLines(snapshot: Snapshot, reason: AppResult['reason']): string[] {
	if (snapshot.job === null || before.has(snapshot.phase)) return [];
	const lines = summaryLines(snapshot);
	return reason === 'background' ? lines.filter((line) => !line.startsWith('Next ')) : lines;
}
