import {setImmediate as breathe} from 'node:timers/promises';
import {askOneByOne} from './roll-call/asking.ts';
import type {RollCallContext} from './roll-call/context.ts';
import {mayTakeUp} from './roll-call/kept-listing.ts';
import {joinByProbe, searchNearMisses} from './roll-call/joining.ts';
import {listFor, listWhole} from './roll-call/listing.ts';
import {readWanted, wantEverything} from './roll-call/reading.ts';

export type {RollCallContext, RollCallProgress} from './roll-call/context.ts';

/**
 * Holds every wanted row against the store. Afterwards each row in the ledger is found, missing,
 * ambiguous or a duplicate; filters and destinations are the plan's work. A question that failed for
 * another reason than "not there" ends the roll call with its error and never counts as missing.
 */
export async function callRoll(context: RollCallContext): Promise<void> {
	const {spec, ledger, progress} = context;
	ledger.rollCall.reset({keepListings: mayTakeUp(context)});
	if (spec.manifest.kind === 'prefix') {
		const listing = await listWhole(context);
		progress.phase = 'matching';
		await wantEverything(context, listing);
	} else {
		await readWanted(context);
		ledger.rollCall.markRepeats(spec.layout === 'groups');
		await matchRows(context);
	}
}

/** Strongest rules first: URLs, whole keys and paths, then names that were not listed, then looser forms. */
async function matchRows(context: RollCallContext): Promise<void> {
	const {spec, ledger, progress} = context;
	const coverage = await listFor(context);
	progress.phase = 'matching';
	ledger.rollCall.resolveExact(spec.bucket, spec.prefix);
	progress.rowsChecked = progress.rowsRead - ledger.rollCall.countUnresolved();
	await breathe();
	await askOneByOne(context, coverage);
	await joinByProbe(context, coverage);
	await searchNearMisses(context);
	progress.rowsChecked = progress.rowsRead;
}
