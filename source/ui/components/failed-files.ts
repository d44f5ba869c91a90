import type {Problem} from '../../model/snapshot.ts';

/** The engine tells problems as they come, the ledger lists them by row: one order on screen. */
export function inLedgerOrder(problems: readonly Problem[]): readonly Problem[] {
	return problems.toSorted((a, b) => a.wantedId - b.wantedId);
}
