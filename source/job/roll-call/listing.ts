import {MusterError} from '../../model/error.ts';
import {probeOf} from '../../planning/name-forms.ts';
import {areWholeKeys} from './asking.ts';
import {folderOf, type RollCallContext} from './context.ts';
import {PrefixListing} from './prefix-listing.ts';

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

/**
 * Lists everything below the prefix of the job. Nobody will look these keys up by name, and a store
 * that keeps to its order tells each key once: no index is made.
 */
export async function listWhole(context: RollCallContext): Promise<PrefixListing> {
	const {spec, progress} = context;
	progress.phase = 'listing';
	const listing = new PrefixListing(context, spec, undefined);
	await listing.run(Infinity);
	if (listing.isOdd) context.ledger.objects.index();
	progress.listed = true;
	return listing;
}

/** Lists what the wanted rows need, no further than asking for each of them would cost. */
export async function listFor(context: RollCallContext): Promise<Coverage> {
	const {spec, ledger, progress} = context;
	progress.phase = 'listing';
	const refused = new Set<string>();
	const names = await coverNames(context, refused);
	// Listings may overlap: with the index a key that is known already is left as it is.
	if (progress.keysListed > 0) ledger.objects.index();
	const buckets = new Set<string>();
	const unknown = new Map<string, MusterError>();
	for (const wanted of ledger.rollCall.wantedBuckets()) {
		const {bucket} = wanted;
		const prefix = folderOf(commonPrefix(wanted.first, wanted.last));
		const known = names && bucket === spec.bucket && prefix.startsWith(spec.prefix);
		if (known) {
			buckets.add(bucket);
			continue;
		}
		try {
			const listing = new PrefixListing(context, {bucket, prefix}, probeOf);
			const listed = await listIfAllowed(context, listing, pagesWorth(wanted.rows), refused);
			if (listed === 'whole') buckets.add(bucket);
		} catch (error) {
			// one wrong URL says nothing about the others
			if (!(error instanceof MusterError) || error.code !== 'no-such-bucket') throw error;
			unknown.set(bucket, error);
			context.log.write('warn', `${bucket}: ${error.message}`);
			context.notice('warning', `${error.message} Its rows are missing; the others go on.`);
		}
	}
	progress.listed = true;
	ledger.objects.index();
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
	const listing = new PrefixListing(context, {bucket, prefix}, probeOf);
	const begun = await listIfAllowed(context, listing, pagesWorth(rows), refused);
	if (begun === 'whole') return true;
	if (begun === 'refused' || (await areWholeKeys(context))) return false;
	await listing.run(Infinity);
	return true;
}

async function listIfAllowed(
	context: RollCallContext,
	listing: PrefixListing,
	pages: number,
	refused: Set<string>,
): Promise<'whole' | 'more' | 'refused'> {
	const {bucket, prefix} = listing;
	try {
		return await listing.run(pages);
	} catch (error) {
		if (!(error instanceof MusterError) || error.code !== 'denied') throw error;
		refused.add(bucket);
		context.log.write('warn', `listing ${bucket}/${prefix}: ${error.message}`);
		context.notice(
			'warning',
			`You may not list ${bucket}. Each file is asked for by its own name instead; that finds exact names only.`,
		);
		return 'refused';
	}
}

function commonPrefix(a: string, b: string): string {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	// A high surrogate alone would be no valid text.
	if (length > 0 && /[\uD800-\uDBFF]/.test(a[length - 1] ?? '')) length--;
	return a.slice(0, length);
}
