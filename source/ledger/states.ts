import {matchRules, type MatchRule, type WantedState} from '../model/match.ts';

/** Numbers under which the ledger keeps the roll call's verdict on a wanted row. Never renumber. */
export const stateNumber = {
	pending: 0,
	found: 1,
	missing: 2,
	ambiguous: 3,
	duplicate: 4,
	excluded: 5,
} as const satisfies Record<WantedState, number>;

/** What became of a found row's file. Never renumber. */
export const statusNumber = {none: 0, waiting: 1, downloaded: 2, local: 3, failed: 4} as const;
export type FileState = keyof typeof statusNumber;

const stateNames: readonly WantedState[] = [
	'pending',
	'found',
	'missing',
	'ambiguous',
	'duplicate',
	'excluded',
];
const statusNames: readonly FileState[] = ['none', 'waiting', 'downloaded', 'local', 'failed'];

export const stateName = (state: number): WantedState => stateNames[state] ?? 'pending';
export const statusName = (status: number): FileState => statusNames[status] ?? 'none';
export const ruleNumber = (rule: MatchRule): number => matchRules.indexOf(rule);
export const ruleName = (rule: number | null): MatchRule | null =>
	rule === null ? null : (matchRules[rule] ?? null);
