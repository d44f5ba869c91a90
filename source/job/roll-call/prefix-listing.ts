import type {KeptListing} from '../../ledger/listing-table.ts';
import {MusterError} from '../../model/error.ts';
import {formatCount} from '../../model/format.ts';
import {compareKeys} from '../../model/key-order.ts';
import type {ListPage, ListQuery} from '../../stores/types.ts';
import {chunk, type RollCallContext} from './context.ts';
import {KeyRanges, newRange, type KeyRange} from './key-ranges.ts';
import {RequestRoom} from './request-room.ts';
import {type Survey, survey} from './survey.ts';

/** a listing that may have fewer pages is not worth a second range */
const pagesForRanges = 50;
/** pages after which a listing counts as a long one, and the keys behind them are looked at from afar */
const pagesBeforeSurvey = 4;
/** looks at a place where two ranges do not meet, for keys come and go while it is looked at */
const looks = 3;

type Arrival =
	| {readonly kind: 'page'; readonly range: KeyRange; readonly page: ListPage}
	| {readonly kind: 'error'; readonly range: KeyRange; readonly error: unknown}
	| {readonly kind: 'survey'; readonly survey: Survey}
	| {readonly kind: 'survey-error'; readonly error: unknown};

/**
 * Lists what lies below a prefix into the ledger, several ranges of keys at once where it is long.
 * Each page is kept in one transaction with how far its range has come, so a listing that was cut off
 * goes on from there. May be run several times, each time for so many pages.
 */
export class PrefixListing {
	readonly bucket: string;
	readonly prefix: string;
	readonly #context: RollCallContext;
	readonly #probeOf: ((key: string) => string) | undefined;
	readonly #kept: KeptListing;
	readonly #ranges: KeyRanges;
	readonly #room: RequestRoom;
	/** requests under way, by range */
	readonly #asked = new Map<KeyRange, Promise<Arrival>>();
	#survey: Promise<Arrival> | undefined;
	#isSurveyed = false;
	#abort = new AbortController();
	#pages: number;

	constructor(
		context: RollCallContext,
		{bucket, prefix}: {bucket: string; prefix: string},
		probeOf: ((key: string) => string) | undefined,
		room = new RequestRoom(),
	) {
		this.#room = room;
		const {ledger, log, progress} = context;
		this.#context = context;
		this.bucket = bucket;
		this.prefix = prefix;
		this.#probeOf = probeOf;
		const known = ledger.listings.find(bucket, prefix);
		this.#kept = known ?? ledger.listings.begin(bucket, prefix);
		this.#pages = this.#kept.pages;
		const ranges = known === undefined ? [] : ledger.listings.ranges(known.id);
		this.#ranges = new KeyRanges(
			prefix,
			ranges.map((range) => ({...newRange(range.after, range.upTo), ...range, chained: false})),
		);
		if (known === undefined || known.keys === 0) return;
		// Of a store without an order the keys are known, but not how far it was read: they come again.
		if (!known.orderly) ledger.objects.index();
		progress.keysListed += this.#kept.keys;
		log.write(
			'info',
			`takes up the listing of ${bucket}/${prefix}: ${formatCount(this.#kept.keys)} keys are known, its newest page is of ${new Date(this.#kept.updated).toISOString()}`,
		);
	}

	/** Runs of object rows in key order, from `first` up to `last`; of an odd store in the order of arrival. */
	rows(): readonly {readonly first: number; readonly last: number}[] {
		const {ledger} = this.#context;
		if (!this.#ranges.isOdd) return ledger.listings.pages(this.#kept.id);
		const runs: {first: number; last: number}[] = [];
		const last = ledger.objects.lastId();
		for (let first = 1; first <= last; first += chunk) runs.push({first, last: first + chunk - 1});
		return runs;
	}

	/** Keys may have come twice: only an index tells. */
	get isOdd(): boolean {
		return this.#ranges.isOdd;
	}

	/** Reads on until everything is listed ('whole') or `pages` pages were asked for in all. Throws what a request has thrown. */
	async run(pages: number): Promise<'whole' | 'more'> {
		const {signal, log, ledger} = this.#context;
		const started = Date.now();
		const before = this.#context.progress.keysListed;
		const stop = (): void => this.#abort.abort(signal.reason);
		this.#abort = new AbortController();
		signal.addEventListener('abort', stop, {once: true});
		try {
			signal.throwIfAborted();
			await this.#readAll(pages);
			if (this.#ranges.isDone) await this.#closeGaps(pages);
		} finally {
			signal.removeEventListener('abort', stop);
			await this.#end();
		}
		const isWhole = this.#ranges.isDone;
		if (this.#ranges.isOdd) this.#context.progress.keysListed = ledger.objects.count();
		const {all, prefix} = this.#ranges;
		log.write(
			'info',
			`listed ${this.#context.progress.keysListed - before} keys of ${this.bucket}/${prefix} in ${Date.now() - started} ms, ${all.length} ranges${isWhole ? '' : ', and there are more'}`,
		);
		return isWhole ? 'whole' : 'more';
	}

	/** Cuts off what is under way, after an error or a stop. */
	async #end(): Promise<void> {
		this.#abort.abort();
		await Promise.all([...this.#asked.values(), this.#survey]);
		this.#asked.clear();
		this.#survey = undefined;
	}

	async #readAll(pages: number): Promise<void> {
		for (let arrived = performance.now(); ;) {
			this.#askOn(pages);
			if (this.#asked.size === 0) return;
			const {signal} = this.#context;
			const began = performance.now();
			const busy = began - arrived;
			const awaited = [...this.#asked.values(), ...(this.#survey ? [this.#survey] : [])];
			const arrival = await Promise.race(awaited);
			signal.throwIfAborted();
			arrived = performance.now();
			if (arrival.kind === 'page') this.#room.grow(arrived - began, busy);
			if (arrival.kind === 'survey' || arrival.kind === 'survey-error') this.#takeSurvey(arrival);
			else this.#take(arrival, pages);
		}
	}

	/** Gives every free place to a range that waits, or to the upper part of one that is long. */
	#askOn(pages: number): void {
		const waiting = this.#ranges.all.filter((range) => !range.done && !this.#asked.has(range));
		if (pages >= pagesForRanges) this.#beginSurvey();
		const maySplit = this.#isSurveyed && this.#survey === undefined;
		// Before the survey there is one range, read page by page.
		while (this.#asked.size < this.#room.size && this.#pages < pages) {
			const range = waiting.shift() ?? (maySplit ? this.#ranges.split() : undefined);
			if (range === undefined) return;
			this.#pages++;
			this.#asked.set(range, this.#ask(range));
		}
	}

	async #ask(range: KeyRange): Promise<Arrival> {
		try {
			return {kind: 'page', range, page: await this.#page(range)};
		} catch (error) {
			return {kind: 'error', range, error};
		}
	}

	#beginSurvey(): void {
		const range = this.#ranges.all.at(-1);
		if (this.#isSurveyed || range === undefined || this.#ranges.isOdd) return;
		if (this.#pages < pagesBeforeSurvey || range.done || range.last === '') return;
		// nobody waits for pages: more at once would not be faster
		if (this.#room.size < 2) return;
		this.#isSurveyed = true;
		this.#survey = this.#lookAhead(range);
	}

	async #lookAhead({first, last}: KeyRange): Promise<Arrival> {
		const {prefix, alphabet} = this.#ranges;
		const keyBehind = async (after: string): Promise<string | null> => {
			const {objects} = await this.#list({startAfter: after, pageSize: 1});
			return objects[0]?.key ?? null;
		};
		try {
			const options = {prefix, first: first ?? last, last, alphabet, keyBehind};
			return {kind: 'survey', survey: await survey(options)};
		} catch (error) {
			return {kind: 'survey-error', error};
		}
	}

	#takeSurvey(arrival: Extract<Arrival, {kind: 'survey' | 'survey-error'}>): void {
		this.#survey = undefined;
		if (arrival.kind === 'survey') this.#ranges.useSurvey(arrival.survey);
		else if (isRefusal(arrival.error)) this.#goOddly('it refuses start-after');
		else throw arrival.error;
	}

	#page({continuation, last, after}: KeyRange): Promise<ListPage> {
		const behind = last || after;
		if (continuation !== undefined) return this.#list({continuation});
		return this.#list(behind === '' ? {} : {startAfter: behind});
	}

	#list(query: Pick<ListQuery, 'continuation' | 'startAfter' | 'pageSize'>): Promise<ListPage> {
		return this.#context.store.list({
			...query,
			bucket: this.bucket,
			prefix: this.#ranges.prefix,
			signal: this.#abort.signal,
			onSlowDown: () => this.#room.shrink(),
		});
	}

	#take(arrival: Extract<Arrival, {range: KeyRange}>, pages: number): void {
		const {range} = arrival;
		this.#asked.delete(range);
		const {signal, ledger, progress} = this.#context;
		// a range that was given up when the store turned out to be odd
		if (!this.#ranges.all.includes(range)) return;
		if (arrival.kind === 'error') {
			if (!wasAskedBehind(range) || !isRefusal(arrival.error)) throw arrival.error;
			this.#goOddly('it refuses start-after');
			return;
		}
		const wasOdd = this.#ranges.isOdd;
		const objects = this.#ranges.took(range, arrival.page);
		if (objects === undefined) {
			this.#goOddly('its keys are not in the order of their bytes');
			return;
		}
		if (!wasOdd && this.#ranges.isOdd) ledger.listings.forgetOrder(this.#kept.id);
		// The next page is under way while this one is written.
		this.#askOn(pages);
		const changed = this.#ranges.takeChanged();
		const ranges = this.#ranges.isOdd ? [] : changed;
		const page = {listing: this.#kept.id, bucket: this.bucket, objects, ranges};
		ledger.listings.keep(page, this.#probeOf);
		progress.keysListed += objects.length;
		signal.throwIfAborted();
	}

	/** Where two ranges don't meet in the same key, that key came or went meanwhile, or the order is none. */
	async #closeGaps(pages: number): Promise<void> {
		for (const {lower, upper} of this.#ranges.gaps()) {
			if (await this.#isClosed(lower, upper)) continue;
			this.#goOddly(`its keys around ${JSON.stringify(upper.after)} have no order`);
			await this.#readAll(pages);
			return;
		}
	}

	async #isClosed(lower: KeyRange, upper: KeyRange): Promise<boolean> {
		for (let look = 0; look < looks; look++) {
			const seam = newRange(upper.after, null);
			const [below, above] = await Promise.all([
				this.#page(newRange(lower.last || lower.after, null)),
				this.#page(seam),
			]);
			const seen = below.objects.find(({key}) => compareKeys(key, upper.after) > 0);
			const [first] = above.objects;
			if (seen?.key === first?.key) return true;
		}
		return false;
	}

	/** One page after another from now on. What is known stays, and comes again: the index leaves each key once. */
	#goOddly(reason: string): void {
		const {ledger, log} = this.#context;
		log.write('warn', `lists ${this.bucket} one page after another: ${reason}`);
		this.#ranges.goOddly();
		ledger.listings.forgetOrder(this.#kept.id);
		ledger.objects.index();
	}
}

const wasAskedBehind = ({continuation, last, after}: KeyRange): boolean =>
	continuation === undefined && (last || after) !== '';

/** The store can't start behind a key: it does not know how to, or says that the request is wrong. */
const isRefusal = (error: unknown): boolean =>
	error instanceof MusterError && error.code === 'server';
