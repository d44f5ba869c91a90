import {formatCount} from '../../../model/format.ts';
import type {AmbiguousRule} from '../../../model/match.ts';
import type {Dialog} from '../../hooks/services.ts';

const rules: ReadonlyArray<readonly [Exclude<AmbiguousRule, 'ask'>, string]> = [
	['newest', 'Take the newest key of each'],
	['largest', 'Take the largest key of each'],
	['first', 'Take the first key of each, in the order of the listing'],
	['all', 'Take all keys of each'],
	['skip', 'Leave them out; they stand in the report'],
];

/** One rule for all ambiguous rows. */
export function ambiguousDialog(
	count: number,
	run: (rule: Exclude<AmbiguousRule, 'ask'>) => void,
): Dialog {
	const rows = count === 1 ? 'row fits' : 'rows fit';
	return {
		title: `${formatCount(count)} ambiguous ${rows} more than one key`,
		text: ['One rule for all of them; Enter on a row of the table decides one by one.'],
		choices: rules.map(([rule, label]) => ({
			label,
			run: () => {
				run(rule);
			},
		})),
	};
}
