import pLimit from 'p-limit';
import type {UnresolvedRow} from '../../ledger/roll-call-table.ts';
import {objectKey} from '../../model/brand.ts';
import {MusterError} from '../../model/error.ts';
import type {ObjectInfo} from '../../model/object.ts';
import {probeOf, stemOf} from '../../planning/name-forms.ts';
import type {RollCallContext} from './context.ts';
import type {Coverage} from './listing.ts';

const questionsAtOnce = 48;
const sampleSize = 24;
/** the share of a sample that must be there for the names to count as whole keys */
const enough = 0.75;
const unreadable = 'not there, or you may not read it';
const unlisted = 'not there under this very name; you may not list the bucket for others';

type Answer =
	| {readonly kind: 'there'; readonly object: ObjectInfo}
	| {readonly kind: 'absent'}
	/** S3 says so of an absent key, too, when one may not list */
	| {readonly kind: 'denied'; readonly error: MusterError};

/**
 * Whether the manifest's names stand for keys as they are, told from rows spread over it. A bare
 * name may lie in any folder: where there is one, only a listing can tell.
 */
export async function areWholeKeys(context: RollCallContext): Promise<boolean> {
	if (context.ledger.rollCall.hasBareNames()) return false;
	const sample = context.ledger.rollCall.spreadNames(sampleSize);
	const limit = pLimit(questionsAtOnce);
	const answers = await Promise.all(sample.map((row) => limit(() => ask(context, row))));
	const there = answers.filter(({kind}) => kind === 'there').length;
	context.log.write('info', `${there} of ${sample.length} sample names are whole keys`);
	return there >= sample.length * enough;
}

/**
 * Rows that no listing covers are asked for by name, many at once. Those that are not there leave
 * the keys beside them in the ledger, so that another ending is found and others are suggested.
 */
export async function askOneByOne(context: RollCallContext, coverage: Coverage): Promise<void> {
	const {ledger, progress, signal, spec} = context;
	const limit = pLimit(questionsAtOnce);
	const denied: {id: number; error: MusterError}[] = [];
	let there = 0;
	let last = 0;
	for (;;) {
		const rows = ledger.rollCall.unresolvedAfter(last, 500);
		if (rows.length === 0) break;
		last = rows.at(-1)?.id ?? last;
		const questions = rows.filter(({id, bucket}) => {
			if (bucket === null) return !coverage.names;
			const unknown = coverage.unknown.get(bucket);
			if (unknown !== undefined) ledger.verdicts.setMissing(id, unknown.message);
			return unknown === undefined && !coverage.buckets.has(bucket);
		});
		const answers = await Promise.all(
			questions.map((row) => limit(async () => ({row, answer: await ask(context, row)}))),
		);
		const absent: UnresolvedRow[] = [];
		for (const {row, answer} of answers) {
			if (answer.kind === 'there') {
				there++;
				recordThere(context, row, answer.object);
			} else if (answer.kind === 'denied') denied.push({id: row.id, error: answer.error});
			else if (coverage.refused.has(row.bucket ?? spec.bucket))
				ledger.verdicts.setMissing(row.id, unlisted);
			else absent.push(row);
		}
		await Promise.all(absent.map((row) => limit(() => listBeside(context, row))));
		progress.rowsChecked += questions.length;
		signal.throwIfAborted();
	}
	const [wrong] = [...denied.map(({error}) => error), ...coverage.unknown.values()];
	// no row could be looked up anywhere: that is no missing file, it is a wrong bucket or profile
	const isAnyCovered = coverage.names || coverage.buckets.size > 0;
	if (wrong !== undefined && there === 0 && !isAnyCovered) throw wrong;
	for (const {id} of denied) ledger.verdicts.setMissing(id, unreadable);
}

/** A name may be a whole key or a path below the prefix; both are stronger than any other match. */
function keysOf({spec}: RollCallContext, {bucket, path}: UnresolvedRow): readonly string[] {
	return bucket === null ? [...new Set([path, spec.prefix + path])] : [path];
}

async function ask(context: RollCallContext, row: UnresolvedRow): Promise<Answer> {
	const {store, spec, signal} = context;
	let answer: Answer = {kind: 'absent'};
	for (const key of keysOf(context, row)) {
		try {
			const ref = {bucket: row.bucket ?? spec.bucket, key: objectKey(key)};
			const object = await store.stat(ref, signal);
			if (object !== undefined) return {kind: 'there', object};
		} catch (error) {
			if (!(error instanceof MusterError) || error.code !== 'denied') throw error;
			answer = {kind: 'denied', error};
		}
	}
	return answer;
}

function recordThere(context: RollCallContext, row: UnresolvedRow, object: ObjectInfo): void {
	const {ledger, spec} = context;
	const bucket = row.bucket ?? spec.bucket;
	ledger.objects.add(bucket, [object], probeOf);
	const objectId = ledger.objects.idOf(bucket, object.key);
	if (objectId === undefined) return;
	const rule = object.key === row.path ? 'key' : 'path';
	ledger.verdicts.record([{kind: 'found', wantedId: row.id, objectId, rule}]);
}

/** One page of keys that begin with the wanted name, its ending left out. */
async function listBeside(context: RollCallContext, row: UnresolvedRow): Promise<void> {
	const {store, ledger, spec, signal} = context;
	const bucket = row.bucket ?? spec.bucket;
	for (const key of keysOf(context, row)) {
		const stem = stemOf(key);
		if (stem === '') continue;
		const {objects} = await store.list({
			bucket,
			prefix: stem,
			delimiter: '/',
			pageSize: 50,
			signal,
		});
		ledger.objects.add(bucket, objects, probeOf);
	}
}
