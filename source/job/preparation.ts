import type {JobSpec, ManifestSpec} from '../model/job-spec.ts';
import type {AmbiguousRule} from '../model/match.ts';
import type {Store} from '../stores/types.ts';
import {archivedNotice, setArchivedAside, type ArchivedFiles} from './archived.ts';
import {choose, resolveAmbiguous, useSureGuesses} from './decisions.ts';
import type {GroupTable} from './group-table.ts';
import type {JobPlace} from './job-place.ts';
import {keepManifest} from './manifest-copy.ts';
import type {NoticeBoard} from './notice-board.ts';
import {placeAhead} from './place-ahead.ts';
import {lookAgain, makePlan, recogniseLocal, startPlan, type PlanContext} from './plan.ts';
import {callRoll, type RollCallProgress} from './roll-call.ts';
import {keepHeapSmall} from './small-heap.ts';
import {countAll} from './summary.ts';

export type PreparationContext = {
	readonly spec: JobSpec;
	/** the manifest as it was understood, nothing left to guess */
	readonly reading: ManifestSpec;
	readonly place: JobPlace;
	readonly store: Store;
	/** counted anew whenever the plan has changed */
	readonly groups: GroupTable;
	readonly notices: NoticeBoard;
	readonly signal: AbortSignal;
};

/** What can be told of a preparation while it goes on, and afterwards. */
export type PreparationFacts = Pick<
	Preparation,
	'progress' | 'startedAt' | 'seconds' | 'sureGuesses' | 'choices'
>;

/**
 * All that comes before a download: the roll call and its plan, or those of an earlier run looked at
 * again, and what a person decides about rows that were left open. Leaves a plan in the ledger.
 */
export class Preparation {
	readonly progress: RollCallProgress = {
		phase: 'reading',
		rowsRead: 0,
		rowsChecked: 0,
		rowsSkipped: 0,
		keysListed: 0,
		listed: false,
	};
	/** of the roll call, Unix milliseconds */
	startedAt = Date.now();
	/** that the roll call took; 0 until it stands */
	seconds = 0;
	/** missing rows with one guess alone */
	sureGuesses = 0;
	/** decisions of a person so far */
	choices = 0;
	/** what the plan leaves out because it is archived */
	archived: ArchivedFiles = {files: 0, bytes: 0, ongoing: 0};
	readonly #context: PreparationContext;
	/** how the objects of the ledger are stored, the usual way left out */
	#storages = new Set<string>();

	constructor(context: PreparationContext) {
		this.#context = context;
	}

	/** Holds every wanted row against the store and gives the found ones their places. Throws what ended it. */
	async rollCall(): Promise<void> {
		const {place, store, groups, notices, signal} = this.#context;
		const {ledger} = place;
		const letHeapGrow = keepHeapSmall();
		try {
			const isContinued = place.isContinued && ledger.meta('rolled') === '0';
			ledger.setMeta('rolled', '0');
			ledger.setMeta('seconds', '0');
			this.startedAt = Date.now();
			const spec = await this.#keepManifest();
			const plan = this.#planContext();
			startPlan(plan);
			await callRoll({
				spec,
				ledger,
				store,
				groups,
				progress: this.progress,
				log: place.log,
				signal,
				isContinued,
				notice: (level, text) => notices.tell(level, text),
				placeAhead: (isSorted) => placeAhead(plan, isSorted),
			});
			if (spec.ambiguous !== 'ask') await resolveAmbiguous(ledger, spec, spec.ambiguous, {signal});
			await makePlan(plan);
			if (spec.manifest.kind === 'prefix') await recogniseLocal(plan);
			// what an earlier run has listed was not met by this one
			this.#storages = isContinued ? new Set(ledger.archive.storages()) : ledger.objects.storages;
			await this.#setAside('sample');
			ledger.rollCall.indexWanted();
			ledger.setMeta('rolled', '1');
			this.#recount();
			signal.throwIfAborted();
			this.seconds = (Date.now() - this.startedAt) / 1000;
			place.log.write('info', `roll call in ${this.seconds.toFixed(1)} s`);
		} finally {
			letHeapGrow();
		}
	}

	/** The spec of the manifest's copy beside the ledger. */
	async #keepManifest(): Promise<JobSpec> {
		const {spec, reading, place} = this.#context;
		place.keepReading(reading);
		return keepManifest({...spec, manifest: reading}, place.stateFolder);
	}

	/** Whether an earlier run has left a plan to go on with: none, or half of one, is not enough. */
	canTakeUp(): boolean {
		const {ledger, isContinued} = this.#context.place;
		if (!isContinued || ledger.meta('rolled') !== '1') return false;
		// A run that ended between a person's choice and its plan: nobody would fetch these rows.
		return ledger.plan.unplannedAfter(0, 1).length === 0;
	}

	/** Takes up the plan of an earlier run without a new roll call: failed files wait again, the disk is looked at. */
	async takeUp(): Promise<void> {
		this.#context.place.ledger.progress.retryFailed();
		await lookAgain(this.#planContext());
		await recogniseLocal(this.#planContext());
		this.#storages = new Set(this.#context.place.ledger.archive.storages());
		await this.#setAside('each');
		this.#recount();
		const rows = countAll(this.#context.groups.all()).wanted;
		this.progress.rowsRead = rows;
		this.progress.rowsChecked = rows;
		this.progress.listed = true;
	}

	/** A key for one row, or null to leave it open again. */
	async choose(wantedId: number, objectId: number | null): Promise<void> {
		await this.#decide(() => choose(this.#context.place.ledger, wantedId, objectId));
	}

	/** One rule for all ambiguous rows, or those of a group. Answers how many rows. */
	async resolveAmbiguous(rule: Exclude<AmbiguousRule, 'ask'>, groupId?: number): Promise<number> {
		const {spec, place, signal} = this.#context;
		const which = {signal, ...(groupId === undefined ? {} : {groupId})};
		return this.#decide(() => resolveAmbiguous(place.ledger, spec, rule, which));
	}

	/** Takes every guess that is the only one for its row. Answers how many rows. */
	async useSureGuesses(groupId?: number): Promise<number> {
		return this.#decide(() => useSureGuesses(this.#context.place.ledger, groupId));
	}

	async #decide<Result>(decision: () => Result | Promise<Result>): Promise<Result> {
		const result = await decision();
		this.choices++;
		await makePlan(this.#planContext());
		await this.#setAside('nothing');
		this.#recount();
		return result;
	}

	async #setAside(asking: 'sample' | 'each' | 'nothing'): Promise<void> {
		const {place, store, signal, notices} = this.#context;
		const {ledger, log} = place;
		this.archived = await setArchivedAside({ledger, store, log, signal}, this.#storages, asking);
		const notice = archivedNotice(this.archived);
		if (notice !== undefined) notices.tell('warning', notice);
	}

	#recount(): void {
		const {groups, place} = this.#context;
		groups.recount(place.ledger);
		this.sureGuesses = place.ledger.progress.sureGuesses().length;
	}

	#planContext(): PlanContext {
		const {spec, place, signal} = this.#context;
		return {
			spec,
			ledger: place.ledger,
			log: place.log,
			signal,
			job: place.id ?? 0,
			disk: {caseInsensitive: false, normalising: process.platform === 'darwin'},
		};
	}
}
