import {safeText} from '../model/safe-text.ts';
import type {Snapshot} from '../model/snapshot.ts';
import {withGroup} from '../model/summary-lines.ts';
import {LineBudget} from './line-budget.ts';
import {clockTime, errorLines, lastLine, rollCallLine} from './lines.ts';
import type {Clock, Lines, Reporter} from './types.ts';

/** A roll call that stands and no download after it: `muster check`. */
const called = ({phase, startedAt}: Snapshot): boolean => phase === 'ready' && startedAt === null;

/** `--quiet`: problems on standard error, and the last line. */
export function quietReporter(lines: Lines, now: Clock = Date.now): Reporter {
	const budget = new LineBudget(20);
	return {
		hears: 'problems',
		event(event) {
			if (event.type !== 'file' || event.error === undefined || !budget.take(now())) return;
			const name = withGroup(event.group, event.path ?? event.wanted);
			lines.err(safeText(`problem ${name}: ${event.error.message} code=${event.error.code}`));
		},
		snapshot: () => {},
		expect: () => {},
		say: () => {},
		fail: (error) => {
			for (const line of errorLines(error)) lines.err(line);
		},
		finish: (snapshot, exitCode) => {
			const text = called(snapshot)
				? `${rollCallLine(snapshot.rollCall)}. Exit code ${exitCode}.`
				: lastLine(snapshot, exitCode);
			lines.out(`${clockTime(now())} ${safeText(text)}`);
		},
	};
}
