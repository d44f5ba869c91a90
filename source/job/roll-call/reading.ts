import path from 'node:path';
import {setImmediate as breathe} from 'node:timers/promises';
import type {NewWanted} from '../../ledger/roll-call-table.ts';
import {readManifest} from '../../manifests/index.ts';
import {MusterError} from '../../model/error.ts';
import {formatCount} from '../../model/format.ts';
import type {JobSpec} from '../../model/job-spec.ts';
import {chunk, type RollCallContext} from './context.ts';
import type {PrefixListing} from './prefix-listing.ts';

/** a prefix with more folders than this keeps the further ones in one group */
const mostGroups = 10_000;

/** Numbers for group names in the order in which they come up; past `most` of them all go into one, ''. */
function groupNumbers(
	{ledger, groups}: RollCallContext,
	most = Infinity,
): (name: string) => number {
	const ids = new Map<string, number>();
	return (wanted) => {
		const name = ids.size < most || ids.has(wanted) ? wanted : '';
		const known = ids.get(name);
		if (known !== undefined) return known;
		const id = ledger.rollCall.addGroup(name);
		ids.set(name, id);
		groups.add(id, name);
		return id;
	};
}

/** Reads the manifest into the ledger. Throws `manifest` when it names no file. */
export async function readWanted(context: RollCallContext): Promise<void> {
	const {spec, ledger, groups, progress, log} = context;
	progress.phase = 'reading';
	const groupId = groupNumbers(context);
	let batch: NewWanted[] = [];
	let firstSkipped = '';
	const flush = async (): Promise<void> => {
		ledger.rollCall.addWanted(batch);
		for (const {groupId} of batch) {
			const group = groups.get(groupId);
			if (group !== undefined) group.wanted++;
		}
		batch = [];
		context.signal.throwIfAborted();
		await breathe();
	};
	for await (const entry of readManifest(spec.manifest, {
		signal: context.signal,
		endpoint: spec.store.endpoint,
	})) {
		if (entry.type === 'wanted') {
			batch.push({item: entry.item, groupId: groupId(entry.item.group)});
			progress.rowsRead++;
			if (batch.length >= chunk) await flush();
			continue;
		}
		const {problem} = entry;
		log.write('warn', `manifest: ${problem.message}`);
		ledger.rollCall.addProblem(problem);
		if (problem.kind === 'skipped-row') {
			progress.rowsSkipped++;
			firstSkipped ||= problem.message;
		} else {
			await flush();
			progress.rowsRead++;
			ledger.rollCall.addMissingList(problem, groupId(problem.group));
			context.notice('warning', problem.message);
		}
	}
	await flush();
	const {rowsRead, rowsSkipped} = progress;
	if (rowsRead === 0) throw nothingWanted(spec, rowsSkipped, firstSkipped);
	if (rowsSkipped > 0) context.notice('warning', skippedWords(rowsSkipped, firstSkipped));
}

function skippedWords(count: number, first: string): string {
	return count === 1
		? `One row of the list was skipped. ${first}`
		: `${formatCount(count)} rows of the list were skipped. The first: ${first}`;
}

function nothingWanted({manifest, prefix}: JobSpec, skipped: number, first: string): MusterError {
	const file = manifest.kind === 'prefix' ? prefix : path.basename(manifest.file);
	return new MusterError('manifest', `${file} names no files.`, {
		hint:
			skipped > 0
				? skippedWords(skipped, first)
				: 'Check that it is the right file and the right column.',
	});
}

/** A whole prefix: every listed object is a wanted row; its group is the first folder below the prefix. */
export async function wantEverything(
	context: RollCallContext,
	listing: PrefixListing,
): Promise<void> {
	const {spec, ledger, progress} = context;
	const groupId = groupNumbers(context, mostGroups);
	const placeOf = context.placeAhead?.(!listing.isOdd);
	for (const ids of listing.rows()) {
		progress.rowsRead = ledger.rollCall.wantObjects(
			ids,
			spec.prefix,
			progress.rowsRead,
			groupId,
			!listing.isOdd,
			placeOf,
		);
		progress.rowsChecked = progress.rowsRead;
		context.signal.throwIfAborted();
		await breathe();
	}
	if (progress.rowsRead === 0) {
		throw new MusterError('manifest', `There is nothing under s3://${spec.bucket}/${spec.prefix}`, {
			hint: 'Check the prefix; `muster` without arguments lets you browse the bucket.',
		});
	}
}
