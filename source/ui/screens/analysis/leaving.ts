import {plural} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';
import type {Dialog} from '../../hooks/services.ts';

/** Before choices are lost that a person took in this roll call; undefined when there are none to lose. */
export function leavingDialog(
	{phase, rollCall}: Pick<Snapshot, 'phase' | 'rollCall'>,
	leave: () => void,
): Dialog | undefined {
	if (phase !== 'ready' || rollCall.choices === 0) return undefined;
	const {choices} = rollCall;
	return {
		title: `${plural(choices, 'choice')} would be lost`,
		text: [
			'What you took for ambiguous or missing rows belongs to this roll call.',
			'The next one starts without it; d downloads with it.',
		],
		choices: [
			{label: 'Stay here', run: () => undefined},
			{label: 'Leave, and choose again in the next roll call', run: leave},
		],
	};
}
