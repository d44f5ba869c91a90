import type {FileEvent, JobEvent} from '../model/event.ts';
import {formatBytes, formatCount} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import type {Snapshot} from '../model/snapshot.ts';
import {summaryLines, withGroup} from '../model/summary-lines.ts';
import {GroupTracker, doneLine} from './group-tracker.ts';
import {LineBudget} from './line-budget.ts';
import * as words from './lines.ts';
import type {Clock, Lines, Reporter} from './types.ts';

export type TextOptions = {
	/** every file has its line */
	readonly verbose: boolean;
	/** the roll call's counts have been printed by the command already */
	readonly rollCall?: boolean;
};

const beat = 10_000;
const step = 0.05;
const moving: ReadonlySet<Snapshot['phase']> = new Set(['downloading', 'stopping']);
const calling: ReadonlySet<Snapshot['phase']> = new Set(['reading', 'listing', 'matching']);

/** Plain lines: one each 10 s or 5 %, each group done, each problem. Never a `\r`, no colour. */
export class TextReporter implements Reporter {
	readonly #lines: Lines;
	readonly #options: TextOptions;
	readonly #now: Clock;
	readonly #groups = new GroupTracker();
	readonly #doneBudget = new LineBudget(20);
	readonly #problemBudget = new LineBudget(20);
	#lastAt: number;
	#lastFraction = 0;
	#lastNotice = '';
	#newest: Snapshot | undefined;

	constructor(lines: Lines, options: TextOptions, now: Clock = Date.now) {
		this.#lines = lines;
		this.#options = options;
		this.#now = now;
		this.#lastAt = now();
	}

	event(event: JobEvent): void {
		switch (event.type) {
			case 'roll-call':
				if (this.#options.rollCall !== false) this.#line(words.rollCallLine(event));
				return;
			case 'file':
				return this.#file(event);
			case 'paused':
				return this.#line(words.pauseLine(event.reason));
			case 'resumed':
				return this.#line('going on');
			default:
		}
	}

	snapshot(snapshot: Snapshot): void {
		this.#newest = snapshot;
		const {notice} = snapshot;
		if (notice !== null && notice.text !== this.#lastNotice) {
			this.#lastNotice = notice.text;
			this.#line(`${notice.level === 'info' ? 'note' : notice.level}: ${notice.text}`);
		}
		this.#flushHeld(false);
		if (moving.has(snapshot.phase)) this.#progress(snapshot);
		else if (calling.has(snapshot.phase)) this.#calling(snapshot);
	}

	expect(groups: Parameters<Reporter['expect']>[0]): void {
		this.#groups.expect(groups);
	}

	say(text: string): void {
		this.#line(text);
	}

	fail(error: Parameters<Reporter['fail']>[0]): void {
		for (const line of words.errorLines(error)) this.#lines.err(line);
	}

	finish(snapshot: Snapshot, exitCode: number): void {
		this.#flushHeld(true);
		if (snapshot.startedAt === null) {
			// a roll call alone, or a failure before it: its lines are out already
			this.#line(`nothing was downloaded. Exit code ${exitCode}.`);
			return;
		}
		for (const line of summaryLines(snapshot)) this.#lines.out(line);
		this.#line(words.lastLine(snapshot, exitCode));
	}

	#line(text: string): void {
		this.#lines.out(`${words.clockTime(this.#now())} ${safeText(text)}`);
	}

	#file(event: FileEvent): void {
		const at = this.#now();
		const name = withGroup(event.group, event.path ?? event.wanted);
		if (event.error !== undefined) {
			if (this.#problemBudget.take(at))
				this.#line(`problem ${name}: ${event.error.message} code=${event.error.code}`);
		} else if (this.#options.verbose) {
			const size = event.status === 'downloaded' ? `, ${formatBytes(event.bytes)}` : '';
			const checked = event.verified === undefined ? '' : `, ${event.verified}`;
			this.#line(`${event.status} ${name}${size}${checked}`);
		}
		const done = this.#groups.take(event);
		if (done !== undefined && this.#doneBudget.take(at)) this.#line(doneLine(done));
	}

	#flushHeld(all: boolean): void {
		const at = this.#now();
		const done = this.#doneBudget.held(at, all);
		if (done > 0)
			this.#line(
				`done ${formatCount(done)} more ${words.groupWord(this.#newest?.spec ?? null, done)}`,
			);
		const problems = this.#problemBudget.held(at, all);
		if (problems > 0)
			this.#line(`problem in ${formatCount(problems)} more files; all are in the reports`);
	}

	#progress(snapshot: Snapshot): void {
		const now = words.fraction(snapshot.totals);
		const at = this.#now();
		// a fast job passes many steps in one second; one line a second says enough
		const passed = now - this.#lastFraction >= step && at - this.#lastAt >= 1000;
		if (!passed && at - this.#lastAt < beat) return;
		this.#lastAt = at;
		this.#lastFraction = now;
		this.#line(words.progressLine(snapshot));
	}

	#calling({rollCall, phase}: Snapshot): void {
		const at = this.#now();
		if (at - this.#lastAt < beat) return;
		this.#lastAt = at;
		this.#line(
			`${phase}: ${formatCount(rollCall.rowsRead)} rows read, ` +
				`${formatCount(rollCall.keysListed)} keys listed, ${formatCount(rollCall.rowsChecked)} rows checked`,
		);
	}
}
