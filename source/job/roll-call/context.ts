import type {Ledger} from '../../ledger/ledger.ts';
import type {PlaceOf} from '../../ledger/roll-call-table.ts';
import type {JobSpec} from '../../model/job-spec.ts';
import type {Store} from '../../stores/types.ts';
import type {GroupTable} from '../group-table.ts';
import type {JobLog} from '../log.ts';

/** Live counts of a roll call, changed in place as it goes on. */
export type RollCallProgress = {
	phase: 'reading' | 'listing' | 'matching';
	rowsRead: number;
	rowsChecked: number;
	rowsSkipped: number;
	keysListed: number;
	listed: boolean;
};

export type RollCallContext = {
	readonly spec: JobSpec;
	readonly ledger: Ledger;
	readonly store: Store;
	readonly groups: GroupTable;
	readonly progress: RollCallProgress;
	readonly log: JobLog;
	readonly signal: AbortSignal;
	/** the ledger holds the listings of a roll call of this very job that did not come to its end */
	readonly isContinued: boolean;
	/** gives listed objects their places as their rows are made; left out, the plan does it later */
	readonly placeAhead?: (isSorted: boolean) => PlaceOf | undefined;
	readonly notice: (level: 'info' | 'warning', text: string) => void;
};

/** rows that are read, written and decided together */
export const chunk = 2000;

/** `a/b/` of `a/b/c.png`, '' of a bare name. */
export const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
