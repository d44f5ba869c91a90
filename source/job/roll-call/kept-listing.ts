import type {Ledger} from '../../ledger/ledger.ts';
import {errorRecord, MusterError} from '../../model/error.ts';
import type {RollCallContext} from './context.ts';

/** milliseconds for which a listing that was cut off is good enough to go on with */
const freshFor = 3_600_000;
/** listed keys that are worth keeping for another run: ten pages */
const worthKeeping = 10_000;

/** A listing that was cut off goes on where it ended, unless the bucket has had an hour to change. */
export function mayTakeUp({ledger, log, isContinued}: RollCallContext): boolean {
	const newest = ledger.listings.newest();
	if (!isContinued || newest === undefined || newest.keys === 0) return false;
	const isFresh = Date.now() - newest.updated < freshFor;
	if (!isFresh) log.write('info', 'the listing that was cut off is older than an hour: lists anew');
	return isFresh;
}

/** The roll call has not come to its end, and has listed so much that another run should not have to. */
export function isLongListing(ledger: Ledger): boolean {
	return ledger.meta('rolled') === '0' && (ledger.listings.newest()?.keys ?? 0) >= worthKeeping;
}

/** The error that ended a roll call, with a word on what is left of it. */
export function withKeptListing(error: unknown): MusterError {
	const record = errorRecord(error);
	const kept =
		'What was listed is kept for an hour: the same command, or `muster resume`, goes on from there.';
	return MusterError.from({...record, hint: record.hint ? `${record.hint} ${kept}` : kept});
}
