import {errorRecord, exitStatus} from '../model/error.ts';
import type {SummaryEvent} from '../model/event.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {GroupTable} from './group-table.ts';
import type {JobPlace} from './job-place.ts';
import type {StateFacts} from './job-state.ts';
import type {NoticeBoard} from './notice-board.ts';
import {clearParts} from './parts.ts';
import {writeReports} from './reports.ts';
import {outcomeOf, summaryOf} from './summary.ts';

export type ResultContext = {
	readonly spec: JobSpec;
	readonly place: JobPlace;
	readonly groups: GroupTable;
	readonly state: Pick<StateFacts, 'activeSeconds'>;
	readonly notices: NoticeBoard;
};

/** What a job comes to: its exit status, its summary and its reports. */
export class JobResult {
	readonly #context: ResultContext;

	constructor(context: ResultContext) {
		this.#context = context;
	}

	/** The exit status that the rows deserve as they stand. */
	status(): number {
		const {groups, spec} = this.#context;
		return outcomeOf(groups.all(), spec.allowMissing);
	}

	summary(exitCode = this.status()): SummaryEvent {
		const {place, groups, state} = this.#context;
		return summaryOf(place.id, groups.all(), state.activeSeconds, exitCode);
	}

	/** Answers the names of the files that were written. */
	async writeReports(summary: SummaryEvent): Promise<readonly string[]> {
		const {ledger, reportsFolder} = this.#context.place;
		return writeReports(ledger, this.#context.place.readSpec(), reportsFolder, summary);
	}

	/**
	 * The end of a run. `code`: the exit status of one that was stopped or broke down; without it the work
	 * is done, and the rows decide. Answers the summary once the reports stand: whoever sees it may leave.
	 */
	async settle(code?: number): Promise<SummaryEvent> {
		const {spec, place, groups, state, notices} = this.#context;
		place.keepTime(state.activeSeconds);
		let exitCode = code ?? this.status();
		try {
			groups.recount(place.ledger);
			exitCode = code ?? this.status();
			if (code === undefined && exitCode !== exitStatus.failed) {
				place.ledger.setMeta('finished', '1');
				clearParts(spec);
			}
			await this.writeReports(this.summary(exitCode));
		} catch (error) {
			notices.tell('warning', `The reports could not be written: ${errorRecord(error).message}`);
		}
		place.log.write('info', `ended with status ${exitCode}`);
		place.log.flush();
		return this.summary(exitCode);
	}
}
