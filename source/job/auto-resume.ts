import type {FoundRow} from '../ledger/plan-table.ts';
import {type ErrorRecord, errorRecord, exitStatus, exitStatusOf} from '../model/error.ts';
import type {PauseReason} from '../model/event.ts';
import type {JobSpec} from '../model/job-spec.ts';
import type {Store} from '../stores/types.ts';
import {DiskWait, missingWords, roomFor, type Room} from './disk-wait.ts';
import type {GroupTable} from './group-table.ts';
import type {JobLog} from './log.ts';
import type {NoticeBoard} from './notice-board.ts';
import {Outage} from './outage.ts';

export type AutoResumeContext = {
	readonly spec: JobSpec;
	readonly groups: GroupTable;
	readonly notices: NoticeBoard;
	readonly store: Pick<Store, 'probeBucket'>;
	readonly log: () => JobLog;
	/** what the job is paused for now; a wait for something else has been overtaken */
	readonly pauseReason: () => PauseReason | null;
	/** when the last byte came, Unix milliseconds */
	readonly quietSince: () => number;
	readonly proceed: () => Promise<void>;
	/** the connection is back, but the credentials are not: the person's turn */
	readonly onNoCredentials: (error: ErrorRecord) => void;
	readonly onChange: () => void;
};

/** A job that was paused without a person: waits for the network or for room on the disk, and then goes on by itself. */
export class AutoResume {
	readonly #context: AutoResumeContext;
	readonly #outage = new Outage();
	readonly #diskWait = new DiskWait();

	constructor(context: AutoResumeContext) {
		this.#context = context;
	}

	/** Whether the connection is gone as a whole. Asks the store itself: one object that can't be fetched is no outage. */
	async isOutage({bucket}: FoundRow): Promise<boolean> {
		if (this.#outage.isHopeless(Date.now())) return false;
		const {store} = this.#context;
		return this.#outage.confirm(
			async () => (await store.probeBucket(bucket)).error?.code === 'network',
		);
	}

	/** What a person is told about a pause. Without a connection they are told of the next try, which is planned here. */
	wordsOf(reason: PauseReason, error: ErrorRecord): string {
		if (reason === 'network') return this.#waitForNetwork();
		return error.code === 'disk-full' ? error.message + missingWords(this.#room()) : error.message;
	}

	#waitForNetwork(): string {
		const {quietSince} = this.#context;
		return this.#outage.wait(quietSince(), Date.now(), () => void this.#tryAgain());
	}

	/** Without a connection there may be no credentials either: that is another wait, or the person's turn. */
	async #tryAgain(): Promise<void> {
		const {pauseReason, proceed, notices, onNoCredentials, onChange} = this.#context;
		if (pauseReason() !== 'network') return;
		try {
			await proceed();
		} catch (error) {
			// Stopped while the sign-in took its time: nothing is waited for any more.
			if (pauseReason() !== 'network') return;
			const record = errorRecord(error);
			if (exitStatusOf(record.code) === exitStatus.credentials) onNoCredentials(record);
			else notices.tell('error', this.#waitForNetwork(), 'network');
		} finally {
			onChange();
		}
	}

	/** Looks for room on the disk from now on; open files are parked by then, so that what they hold is known. */
	waitForRoom(): void {
		const {pauseReason, proceed, notices, log} = this.#context;
		this.#diskWait.begin(
			() => this.#room(),
			() => {
				if (pauseReason() !== 'disk') return;
				log().write('info', 'there is room on the disk again');
				proceed().catch((error: unknown) => {
					if (pauseReason() !== 'disk') return;
					notices.tell('error', errorRecord(error).message, 'disk');
					this.waitForRoom();
				});
			},
		);
	}

	#room(): Room {
		const {spec, groups} = this.#context;
		let left = 0;
		for (const {bytes, bytesDone} of groups.all()) left += Math.max(0, bytes - bytesDone);
		return roomFor(spec, left);
	}

	/** A file has come: an outage is over, and so are its words; the next waits are short again. */
	fileCame(): void {
		this.#outage.over();
		this.#context.notices.takeBack('network');
		this.#diskWait.over();
	}

	/** The job goes on, whoever ordered it. What was told of the pause is over, but for an outage: a file has to end that. */
	resumed(): void {
		this.stop();
		this.#context.notices.takeBack('disk');
		this.#context.notices.takeBack('credentials');
	}

	/** The job ends: nothing is waited for any more. */
	stop(): void {
		this.#outage.stop();
		this.#diskWait.stop();
	}
}
