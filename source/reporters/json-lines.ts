import {safeJson, safeText} from '../model/safe-text.ts';
import {errorLines, progressOf, summaryOf} from './lines.ts';
import type {Clock, Lines, Reporter} from './types.ts';
import type {SummaryEvent} from '../model/event.ts';

/** at most two a second are promised; the second one is kept for the last, which may come at any time */
const progressEvery = 1000;

/** `--json`: one event a line on standard output, words for people on standard error. */
export function jsonReporter(lines: Lines, now: Clock = Date.now): Reporter {
	let lastProgress = -Infinity;
	let summary: SummaryEvent | undefined;
	let finished = false;
	let lastNotice = '';
	const write = (value: object): void => lines.out(safeJson(value));
	return {
		event(event) {
			if (finished) return;
			if (event.type === 'summary') {
				// kept back: it stands last and carries the status that the process ends with
				summary = event;
				return;
			}
			// told from snapshots, at a pace of their own
			if (event.type !== 'progress') write(event);
		},
		snapshot(snapshot) {
			const {notice} = snapshot;
			if (notice !== null && notice.level !== 'error' && notice.text !== lastNotice) {
				lastNotice = notice.text;
				lines.err(safeText(`${notice.level === 'info' ? 'note' : 'warning'}: ${notice.text}`));
			}
			if (finished || snapshot.phase !== 'downloading') return;
			const at = now();
			if (at - lastProgress < progressEvery) return;
			lastProgress = at;
			write(progressOf(snapshot));
		},
		expect: () => {},
		say: (text) => lines.err(safeText(text)),
		fail: (error) => {
			for (const line of errorLines(error)) lines.err(line);
		},
		finish(snapshot, exitCode) {
			if (finished) return;
			finished = true;
			if (snapshot.startedAt !== null) write(progressOf(snapshot));
			write({...summaryOf(snapshot, summary), exit_code: exitCode});
		},
	};
}
