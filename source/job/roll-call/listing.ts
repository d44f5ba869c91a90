import {MusterError} from '../../model/error.ts';
import {probeOf} from '../../planning/name-forms.ts';
import {areWholeKeys} from './asking.ts';
import {folderOf, type RollCallContext} from './context.ts';

/**
 * What the listings cover. Rows that none covers are asked for by name: `names` tells of the bare
 * names and paths, `buckets` of the URLs.
 */
export type Coverage = {
	readonly names: boolean;
	readonly buckets: ReadonlySet<string>;
	/** buckets whose listing was refused */
	readonly refused: ReadonlySet<string>;
	/** buckets of URLs that do not exist, with what the store said */
	readonly unknown: ReadonlyMap<string, MusterError>;
};

/** one question costs about as much as this many listed keys */
const keysPerQuestion = 10;

/** pages of 1,000 keys that cost about as much as asking for each row */
const pagesWorth = (rows: number): number =>
	Math.max(3, Math.ceil((rows * keysPerQuestion) / 1000));

/** Lists everything below the prefix of the job. */
export async function listWhole(context: RollCallContext): Promise<void> {
	const {spec, progress} = context;
	progress.phase = 'listing';
	await listPages(context, {bucket: spec.bucket, prefix: spec.prefix, pages: Infinity});
	progress.listed = true;
	context.ledger.rollCall.indexObjects();
}

/** Lists what the wanted rows need, no further than asking for each of them would cost. */
export async function listFor(context: RollCallContext): Promise<Coverage> {
	const {spec, ledger, progress} = context;
	progress.phase = 'listing';
	const refused = new Set<string>();
	const names = await coverNames(context, refused);
	// Listings may overlap: with the index a key that is known already is left as it is.
	if (progress.keysListed > 0) ledger.rollCall.indexObjects();
	const buckets = new Set<string>();
	const unknown = new Map<string, MusterError>();
	for (const wanted of ledger.rollCall.wantedBuckets()) {
		const {bucket} = wanted;
		const prefix = folderOf(commonPrefix(wanted.first, wanted.last));
		const known = names && bucket === spec.bucket && prefix.startsWith(spec.prefix);
		const pages = pagesWorth(wanted.rows);
		try {
			if (known || (await listIfAllowed(context, {bucket, prefix, pages}, refused)) === 'whole')
				buckets.add(bucket);
		} catch (error) {
			// one wrong URL says nothing about the others
			if (!(error instanceof MusterError) || error.code !== 'no-such-bucket') throw error;
			unknown.set(bucket, error);
			context.log.write('warn', `${bucket}: ${error.message}`);
			context.notice('warning', `${error.message} Its rows are missing; the others go on.`);
		}
	}
	progress.listed = true;
	ledger.rollCall.indexObjects();
	return {names, buckets, refused, unknown};
}

/**
 * Names may stand anywhere below the prefix, so all of it is listed, unless it is far larger than
 * the manifest and the manifest's names are whole keys: those can be asked for.
 */
async function coverNames(context: RollCallContext, refused: Set<string>): Promise<boolean> {
	const {spec, ledger} = context;
	const rows = ledger.rollCall.countNames();
	if (rows === 0) return false;
	const {bucket, prefix} = spec;
	if (bucket === '') {
		throw new MusterError('usage', 'The manifest holds file names, but no bucket was given.', {
			hint: 'Name the source: muster get s3://BUCKET/PREFIX …',
		});
	}
	const part = {bucket, prefix, pages: pagesWorth(rows)};
	const begun = await listIfAllowed(context, part, refused);
	if (begun === 'whole') return true;
	if (begun === 'refused' || (await areWholeKeys(context))) return false;
	await listPages(context, {...part, pages: Infinity, continuation: begun.continuation});
	return true;
}

type Part = {
	readonly bucket: string;
	readonly prefix: string;
	readonly pages: number;
	readonly continuation?: string;
};
type Listed = 'whole' | {readonly continuation: string};

async function listIfAllowed(
	context: RollCallContext,
	part: Part,
	refused: Set<string>,
): Promise<Listed | 'refused'> {
	try {
		return await listPages(context, part);
	} catch (error) {
		if (!(error instanceof MusterError) || error.code !== 'denied') throw error;
		refused.add(part.bucket);
		context.log.write('warn', `listing ${part.bucket}/${part.prefix}: ${error.message}`);
		context.notice(
			'warning',
			`You may not list ${part.bucket}. Each file is asked for by its own name instead; that finds exact names only.`,
		);
		return 'refused';
	}
}

/** Reads up to `pages` pages into the ledger, the next page under way while one is written. */
async function listPages(context: RollCallContext, part: Part): Promise<Listed> {
	const {store, ledger, progress, signal, log} = context;
	const {bucket, prefix} = part;
	const page = (continuation: string | undefined) =>
		store.list({bucket, prefix, signal, ...(continuation === undefined ? {} : {continuation})});
	const started = Date.now();
	let listed = 0;
	let next = page(part.continuation);
	for (let count = 1; ; count++) {
		const {objects, continuation} = await next;
		if (continuation !== undefined && count < part.pages) {
			next = page(continuation);
			// The page is awaited in the next turn; a failure before that must not count as unhandled.
			next.catch(() => undefined);
		}
		ledger.rollCall.addObjects(bucket, objects, probeOf);
		listed += objects.length;
		progress.keysListed += objects.length;
		signal.throwIfAborted();
		if (continuation !== undefined && count < part.pages) continue;
		log.write(
			'info',
			`listed ${listed} keys of ${bucket}/${prefix} in ${Date.now() - started} ms${continuation === undefined ? '' : ', and there are more'}`,
		);
		return continuation === undefined ? 'whole' : {continuation};
	}
}

function commonPrefix(a: string, b: string): string {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	// A high surrogate alone would be no valid text.
	if (length > 0 && /[\uD800-\uDBFF]/.test(a[length - 1] ?? '')) length--;
	return a.slice(0, length);
}
