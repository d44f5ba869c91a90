import pLimit from 'p-limit';
import type {StoredRow} from '../ledger/archive-table.ts';
import type {Ledger} from '../ledger/ledger.ts';
import {archivedWords, archiveOf, storageText, tieringClass} from '../model/archive.ts';
import {objectKey} from '../model/brand.ts';
import {MusterError} from '../model/error.ts';
import {formatBytes, formatCount, plural} from '../model/format.ts';
import type {Store} from '../stores/types.ts';
import type {JobLog} from './log.ts';

export type ArchiveContext = {
	readonly ledger: Ledger;
	readonly store: Store;
	readonly log: JobLog;
	readonly signal: AbortSignal;
};

/** Files of the plan that can't be fetched because their objects are archived. */
export type ArchivedFiles = {
	readonly files: number;
	readonly bytes: number;
	/** of these, those that are being restored */
	readonly ongoing: number;
};

const questionsAtOnce = 48;
const sampleSize = 24;
const chunk = 480;

/**
 * Planned files whose objects are archived fail before the download, in words, instead of one by
 * one in the middle of it. A listing tells the class and, asked for it, the restoration; of
 * Intelligent-Tiering it tells nothing: some objects are asked for themselves, and all if one of
 * those has sunk into an archive. `known` are the storages of the ledger, and grow by what is learnt.
 * `asking`: `each` archived object anew, as what is known is old; `nothing` after a person's decision.
 */
export async function setArchivedAside(
	context: ArchiveContext,
	known: Set<string>,
	asking: 'sample' | 'each' | 'nothing',
): Promise<ArchivedFiles> {
	const {ledger} = context;
	if (asking !== 'nothing' && known.has(tieringClass) && (await isAnyArchived(context)))
		await askEach(context, tieringClass, known);
	if (asking === 'each')
		for (const storage of Array.from(known))
			if (archiveOf(storage) !== undefined) await askEach(context, storage, known);
	let files = 0;
	let bytes = 0;
	let ongoing = 0;
	for (const storage of known) {
		const archive = archiveOf(storage);
		if (archive === undefined) continue;
		ledger.archive.refuse(
			storage,
			archivedWords('The object', archive.storage, archive.tier, archive.restore),
		);
		const refused = ledger.archive.refused(storage);
		files += refused.files;
		bytes += refused.bytes;
		if (archive.restore === 'ongoing') ongoing += refused.files;
	}
	return {files, bytes, ongoing};
}

/** `12 files (3.4 GiB) are archived and not fetched, 2 of them being restored. …`; undefined for none. */
export function archivedNotice({files, bytes, ongoing}: ArchivedFiles): string | undefined {
	if (files === 0) return undefined;
	const what = `${plural(files, 'file')} (${formatBytes(bytes)}) ${files === 1 ? 'is' : 'are'} archived and not fetched`;
	const restoring = `${formatCount(ongoing)} of ${formatCount(files)} being restored`;
	return `${what}, ${restoring}. \`aws s3api restore-object\` restores; muster resume fetches what is restored.`;
}

async function isAnyArchived(context: ArchiveContext): Promise<boolean> {
	const sample = context.ledger.archive.sampleIn(tieringClass, sampleSize);
	const texts = await ask(context, sample);
	const archived = texts.filter(({storage}) => archiveOf(storage) !== undefined).length;
	context.log.write(
		'info',
		`${archived} of ${sample.length} Intelligent-Tiering objects asked are archived`,
	);
	return archived > 0;
}

async function askEach(
	context: ArchiveContext,
	storage: string,
	known: Set<string>,
): Promise<void> {
	const {ledger, signal} = context;
	let last = 0;
	for (;;) {
		const rows = ledger.archive.waitingIn(storage, last, chunk);
		if (rows.length === 0) return;
		last = rows.at(-1)?.id ?? last;
		const texts = await ask(context, rows);
		for (const text of texts) known.add(text.storage);
		ledger.archive.setStorage(texts);
		signal.throwIfAborted();
	}
}

/** How these objects are stored now; what may not be asked, or is gone, is left for the download to tell. */
async function ask(
	{store, signal}: ArchiveContext,
	rows: readonly StoredRow[],
): Promise<readonly {objectId: number; storage: string}[]> {
	const limit = pLimit(questionsAtOnce);
	const answers = await Promise.all(
		rows.map((row) =>
			limit(async () => {
				const {objectId, bucket, key} = row;
				const object = await store
					.stat({bucket, key: objectKey(key)}, signal)
					.catch((error: unknown) => {
						if (error instanceof MusterError && error.code === 'denied') return undefined;
						throw error;
					});
				if (object === undefined) return [];
				return [{objectId, storage: storageText(object) ?? 'STANDARD'}];
			}),
		),
	);
	return answers.flat();
}
