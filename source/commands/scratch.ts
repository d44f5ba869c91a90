import {existsSync} from 'node:fs';
import {copyFile, mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {DatabaseSync, backup} from 'node:sqlite';

/** What earlier jobs wrote down about the folder's files, so that a check need not read them again. */
async function copyLedger(from: string, folder: string): Promise<void> {
	if (!existsSync(from)) return;
	try {
		await mkdir(path.join(folder, '.muster'));
		const copy = path.join(folder, '.muster', 'ledger.sqlite');
		// a ledger that was closed well is one file; opening it would leave two more beside it
		if (!existsSync(`${from}-wal`)) return await copyFile(from, copy);
		const database = new DatabaseSync(from, {readOnly: true});
		try {
			await backup(database, copy);
		} finally {
			database.close();
		}
	} catch {
		await rm(path.join(folder, '.muster'), {recursive: true, force: true});
	}
}

/**
 * Runs a roll call that must change nothing: its ledger is a copy in a temporary folder, which is
 * removed afterwards. A job that runs in the output folder is not disturbed.
 */
export async function withScratchLedger<Result>(
	outputFolder: string,
	work: (ledgerFolder: string) => Promise<Result>,
): Promise<Result> {
	const folder = await mkdtemp(path.join(tmpdir(), 'muster-check-'));
	try {
		await copyLedger(path.join(outputFolder, '.muster', 'ledger.sqlite'), folder);
		return await work(folder);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}
