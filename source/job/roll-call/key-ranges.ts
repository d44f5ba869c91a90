import {compareKeys} from '../../model/key-order.ts';
import {Alphabet, endOfNames, middleKey, shareOf} from './split-key.ts';
import type {Survey} from './survey.ts';

/** Keys behind `after` up to and with `upTo`, and how far they have been read. */
export type KeyRange = {
	/** '' is the beginning of everything below the prefix */
	readonly after: string;
	/** null is its end */
	upTo: string | null;
	/** the newest key that was read; '' before the first */
	last: string;
	/** the first key that the store has behind `after`, of this range or not; null: none; undefined: not asked yet */
	first: string | null | undefined;
	/** what followed the last key of this range; null: nothing; undefined: not seen yet */
	beyond: string | null | undefined;
	done: boolean;
	/** pages that were read in this run */
	pages: number;
	/** it was split since its newest page */
	isSplit: boolean;
	/** the split before had nothing in its upper part */
	missed: boolean;
	/** the store's token for the next page; undefined asks behind `last` */
	continuation: string | undefined;
	/** the token that has brought the newest page */
	token: string | undefined;
	/** every page since the beginning hangs on the one before by its token */
	chained: boolean;
};

export type RangePage<Entry> = {
	readonly objects: readonly Entry[];
	readonly continuation?: string;
};

/** one split in so many pages may turn out to have been for nothing, and a few to begin with */
const pagesForWaste = 8;
const freeWaste = 8;
/** pages that a range should have left for a split to pay */
const pagesWorthSplit = 2;

/**
 * A listing as ranges of keys that are read side by side. Whoever is free splits the range that has
 * most left, so that it adapts to keys that are spread unevenly; a wrong guess costs one request and
 * leaves an empty range.
 *
 * Nothing is taken on trust from the store. Pages have to be in the order of S3, and where two ranges
 * meet, the lower one has to end by seeing the very key that the upper one began with: then no key
 * can lie between them, whatever the store's order is. Otherwise the store is `odd`, and listed one
 * page after another.
 */
export class KeyRanges {
	readonly prefix: string;
	#ranges: KeyRange[];
	readonly #changed = new Set<KeyRange>();
	readonly alphabet = new Alphabet();
	#isOdd = false;
	/** pages with keys, and pages without any: splits for nothing */
	#useful = 0;
	#wasted = 0;

	constructor(prefix: string, kept: readonly KeyRange[] = []) {
		this.prefix = prefix;
		this.#ranges = kept.length > 0 ? [...kept] : [newRange('', null)];
		for (const {after, last, first} of this.#ranges) {
			for (const key of [after, last, first ?? '']) this.alphabet.learn(key);
		}
	}

	/** In key order. */
	get all(): readonly KeyRange[] {
		return this.#ranges;
	}

	get isDone(): boolean {
		return this.#ranges.every(({done}) => done);
	}

	/** The store has an order of its own: there is one range, and no key tells where it is. */
	get isOdd(): boolean {
		return this.#isOdd;
	}

	/** The ranges that have changed since the last call. */
	takeChanged(): readonly KeyRange[] {
		const changed = [...this.#changed];
		this.#changed.clear();
		return changed;
	}

	/**
	 * Takes a page that was asked for behind what `range` has. Answers the entries that belong to it,
	 * or undefined where the page shows that the store is odd: then `goOddly` has to be called.
	 */
	took<Entry extends {readonly key: string}>(
		range: KeyRange,
		page: RangePage<Entry>,
	): readonly Entry[] | undefined {
		const {objects} = page;
		if (!this.#isOdd && !isAscending(objects, range.last || range.after)) {
			if (this.#ranges.length > 1 || !range.chained) return undefined;
			this.#isOdd = true;
		}
		const count = this.#isOdd ? objects.length : countUpTo(objects, range.upTo);
		const over = objects[count];
		range.pages++;
		range.isSplit = false;
		if (count > 0) this.#useful++;
		else this.#miss(range);
		if (range.first === undefined && objects[0] !== undefined) range.first = objects[0].key;
		range.token = range.continuation;
		range.continuation = page.continuation;
		const last = objects[count - 1]?.key;
		if (last !== undefined) {
			range.last = last;
			this.alphabet.learn(last);
			this.alphabet.learn(objects[count >> 1]?.key ?? '');
		}
		if (over !== undefined || page.continuation === undefined) {
			range.done = true;
			range.beyond = over === undefined ? null : over.key;
			range.first ??= null;
		}
		this.#changed.add(range);
		return count === objects.length ? objects : objects.slice(0, count);
	}

	/** Nothing lies in a range: the one below it ends before it. */
	#miss(range: KeyRange): void {
		this.#wasted++;
		const lower = this.#ranges[this.#ranges.indexOf(range) - 1];
		if (lower !== undefined) lower.missed = true;
	}

	/** Makes ranges of what a survey of the keys behind the last range has found. */
	useSurvey({keys, end}: Survey): void {
		let range = this.#ranges.at(-1);
		if (range === undefined || range.done || range.upTo !== null || this.#isOdd) return;
		if (end !== null && compareKeys(range.last, end) < 0) {
			const rest = {...newRange(end, null), first: null, beyond: null, done: true};
			range.upTo = end;
			this.#ranges.push(rest);
			this.#changed.add(range).add(rest);
		}
		for (const key of keys) {
			this.alphabet.learn(key);
			const isInside =
				compareKeys(range.last || range.after, key) < 0 &&
				(range.upTo === null || compareKeys(key, range.upTo) < 0);
			if (isInside) range = this.#cut(range, key);
		}
	}

	/** Splits the range that has most left and answers its upper part; undefined where no range is known to be long. */
	split(): KeyRange | undefined {
		if (this.#isOdd || this.#wasted > freeWaste + this.#useful / pagesForWaste) return undefined;
		const long = this.#ranges
			.filter(({done, isSplit, pages, last}) => !done && !isSplit && pages > 0 && last !== '')
			.map((range) => ({range, left: this.#pagesLeft(range)}))
			.filter(({left}) => left >= pagesWorthSplit)
			.sort((a, b) => b.left - a.left);
		for (const {range} of long) {
			const at = this.#place(range);
			if (at !== undefined) return this.#cut(range, at);
		}
		return undefined;
	}

	/** Half way, or, where nothing came behind that, the end of the names that all begin as those so far. */
	#place(range: KeyRange): string | undefined {
		const {first, last, upTo, missed} = range;
		const end = missed ? endOfNames(first ?? last, last, this.prefix) : undefined;
		range.missed = false;
		const isInside =
			end !== undefined &&
			compareKeys(last, end) < 0 &&
			(upTo === null || compareKeys(end, upTo) < 0);
		return isInside ? end : middleKey(last, upTo, this.prefix, this.alphabet);
	}

	/** Ends `range` with `at` and answers the range of what follows. */
	#cut(range: KeyRange, at: string): KeyRange {
		const upper = newRange(at, range.upTo);
		range.upTo = at;
		range.isSplit = true;
		this.#ranges.splice(this.#ranges.indexOf(range) + 1, 0, upper);
		this.#changed.add(range).add(upper);
		return upper;
	}

	/** A guess, from how far the pages have got if keys are spread evenly. */
	#pagesLeft({pages, first, after, last, upTo}: KeyRange): number {
		const share = shareOf(last, first ?? after, upTo, this.prefix, this.alphabet);
		return share <= 0 ? Infinity : (pages * (1 - share)) / share;
	}

	/** Pairs of neighbours whose ends don't meet in the same key. Only for ranges that are done. */
	gaps(): readonly {lower: KeyRange; upper: KeyRange}[] {
		return this.#ranges.flatMap((lower, index) => {
			const upper = this.#ranges[index + 1];
			return upper === undefined || lower.beyond === upper.first ? [] : [{lower, upper}];
		});
	}

	/**
	 * Goes on as one range that ends with the prefix, page by page with the store's tokens. What the
	 * other ranges have brought comes again.
	 */
	goOddly(): void {
		const [first] = this.#ranges;
		const main = first?.chained === true ? first : newRange('', null);
		main.upTo = null;
		// the page that went past the end was cut there: it is asked for once more
		if (main.done) main.continuation = main.token;
		main.done = false;
		main.beyond = undefined;
		this.#ranges = [main];
		this.#isOdd = true;
	}
}

export function newRange(after: string, upTo: string | null): KeyRange {
	return {
		after,
		upTo,
		last: '',
		first: undefined,
		beyond: undefined,
		done: false,
		pages: 0,
		isSplit: false,
		missed: false,
		continuation: undefined,
		token: undefined,
		chained: after === '',
	};
}

/** In the order of S3, each key once, all of them behind `before`. */
function isAscending(objects: readonly {readonly key: string}[], before: string): boolean {
	let previous = before;
	for (const {key} of objects) {
		if (compareKeys(previous, key) >= 0) return false;
		previous = key;
	}
	return true;
}

/** How many of the objects lie up to `upTo`. */
function countUpTo(objects: readonly {readonly key: string}[], upTo: string | null): number {
	if (upTo === null) return objects.length;
	let count = objects.length;
	while (count > 0 && compareKeys(objects[count - 1]?.key ?? '', upTo) > 0) count--;
	return count;
}
