import {matchRules} from '../model/match.ts';
import type {GuessReason, MatchMode, MatchRule} from '../model/match.ts';
import {
	baseNameOf,
	extensionOf,
	foldText,
	isKnownExtension,
	looseForm,
	probeForm,
	stemOf,
} from './name-forms.ts';

/** Reasons of a guess, the nearest first: the order in which guesses are offered. */
export const guessOrder = [
	'letter-case',
	'unicode-form',
	'separators',
	'leading-zeros',
	'other-folder',
	'other-ending',
	'one-letter-off',
	'two-letters-off',
] as const satisfies readonly GuessReason[];

/** A key that is not accepted but near; `depth` counts the trailing segments in which both agree. */
export type Guess = {readonly reason: GuessReason; readonly depth: number};

/** One way to read a wanted path: without its ending, or as a whole stem (`ending` undefined). */
type Reading = {readonly text: string; readonly ending: string | undefined};

/** What a key without its ending may be: the wanted path at its end, or as a whole. */
type Readings = {readonly tail: readonly Reading[]; readonly full: readonly Reading[]};

const rankOf = Object.fromEntries(matchRules.map((rule, rank) => [rule, rank])) as Record<
	MatchRule,
	number
>;

/** The rule behind a strength of `Matcher.strength`. */
export function ruleOf(strength: number): MatchRule {
	return matchRules[strength >> 1] ?? 'loose';
}

/** One wanted path, prepared to be held against many keys. */
export class Matcher {
	readonly wanted: string;
	readonly mode: MatchMode;
	/** a `/` stands in the wanted path: it says in which folder the file lies */
	readonly hasFolder: boolean;
	readonly #prefix: string;
	#stems: Readings | undefined;
	#loose: Readings | undefined;

	constructor(wanted: string, prefix: string, mode: MatchMode) {
		this.wanted = wanted;
		this.mode = mode;
		this.hasFolder = wanted.includes('/');
		this.#prefix = prefix;
	}

	/**
	 * How strongly `key` is what was wanted, or undefined when the mode doesn't accept it; lower is
	 * stronger. Twice the rank of the rule, plus one where the endings differ: `a.PNG` is nearer to a wanted
	 * `a.png` than the `a.json` beside it.
	 */
	strength(key: string): number | undefined {
		const {wanted} = this;
		if (wanted === '') return undefined;
		if (key === wanted) return rankOf.key * 2;
		if (isTail(key, wanted)) {
			if (this.#isFull(key)) return rankOf.path * 2;
			return (this.hasFolder ? rankOf.suffix : rankOf.name) * 2;
		}
		if (this.#begunName !== '' && key === this.#prefix + wanted) return rankOf.path * 2;
		if (this.mode === 'exact' || key.endsWith('/') || wanted.endsWith('/')) return undefined;
		return (
			this.#stemStrength(key) ?? (this.mode === 'loose' ? this.#looseStrength(key) : undefined)
		);
	}

	/** Why a key that `strength` refuses may be meant all the same. */
	guess(key: string): Guess | undefined {
		if (key.endsWith('/') || this.wanted === '' || this.wanted.endsWith('/')) return undefined;
		let best: Guess | undefined;
		for (const reference of this.references()) {
			const guess = this.#differences(key, reference);
			if (guess && (!best || compareGuesses(guess, best) < 0)) best = guess;
		}
		return best ?? this.#otherFolder(key);
	}

	/** The paths with which a key's end may agree: the wanted one, and with the part of a name that the prefix ends with. */
	references(): readonly string[] {
		const begun = this.#begunName;
		return begun === '' ? [this.wanted] : [this.wanted, begun + this.wanted];
	}

	/** The names under which the mode would accept a key's base name, if it were in the right folder. */
	nameForms(): string[] {
		const base = baseNameOf(this.wanted);
		if (this.mode === 'exact') return [base];
		const texts = readingsOf(base).map(({text}) => text);
		return [...new Set(this.mode === 'loose' ? texts.map(looseForm) : texts)];
	}

	/** The part of a name that the prefix ends with: `img_` of `data/img_`. */
	get #begunName(): string {
		return baseNameOf(this.#prefix);
	}

	/** The key is the wanted path put behind the prefix, as it is or as a folder. */
	#isFull(key: string): boolean {
		const prefix = this.#prefix;
		const before = key.length - this.wanted.length;
		if (prefix === '' || !key.startsWith(prefix)) return false;
		return before === prefix.length || (before === prefix.length + 1 && !prefix.endsWith('/'));
	}

	/** Everything that may stand for the whole key. */
	#wholePaths(): string[] {
		const {wanted} = this;
		const prefix = this.#prefix;
		if (prefix === '') return [wanted];
		const below = prefix + wanted;
		return prefix.endsWith('/') ? [wanted, below] : [wanted, below, `${prefix}/${wanted}`];
	}

	#stemStrength(key: string): number | undefined {
		this.#stems ??= {
			tail: readingsOf(this.wanted),
			full: this.#wholePaths().flatMap(readingsOf),
		};
		const ending = extensionOf(key);
		const stem = key.slice(0, key.length - ending.length);
		const path = bestTier(this.#stems.full, ending, (text) => stem === text);
		if (path !== undefined) return rankOf['path-stem'] * 2 + path;
		const tail = bestTier(this.#stems.tail, ending, (text) => isTail(stem, text));
		if (tail === undefined) return undefined;
		return (this.hasFolder ? rankOf['suffix-stem'] : rankOf['name-stem']) * 2 + tail;
	}

	#looseStrength(key: string): number | undefined {
		this.#loose ??= {
			tail: readingsOf(this.wanted).map(loosened),
			full: this.#wholePaths().flatMap(readingsOf).map(loosened),
		};
		const ending = extensionOf(key);
		const stem = loosePath(key.slice(0, key.length - ending.length));
		const tier =
			bestTier(this.#loose.full, ending, (text) => stem === text) ??
			bestTier(this.#loose.tail, ending, (text) => isTail(stem, text));
		return tier === undefined ? undefined : rankOf.loose * 2 + tier;
	}

	/** What differs between the wanted path and the end of the key, when their probes agree in every segment. */
	#differences(key: string, reference: string): Guess | undefined {
		const segments = reference.split('/');
		const tail = tailOf(key, segments.length);
		if (tail === undefined) return undefined;
		const ending = extensionOf(tail);
		const stem = tail.slice(0, tail.length - ending.length);
		const probe = probePath(stem);
		const depth = segments.length;
		let best: Guess | undefined;
		for (const reading of readingsOf(reference)) {
			if (probePath(reading.text) !== probe) continue;
			const reason = this.#reason(reading, stem, ending);
			if (reason && (!best || compareGuesses({reason, depth}, best) < 0)) best = {reason, depth};
		}
		return best;
	}

	#reason(reading: Reading, stem: string, ending: string): GuessReason | undefined {
		const wantedEnding = reading.ending ?? '';
		if (this.mode === 'exact' && wantedEnding.toLowerCase() !== ending.toLowerCase())
			return 'other-ending';
		if (reading.text !== stem) return textDifference(reading.text, stem);
		return wantedEnding === ending ? undefined : 'letter-case';
	}

	#otherFolder(key: string): Guess | undefined {
		if (!this.hasFolder || !this.nameForms().includes(nameFormOf(key, this.mode))) return undefined;
		const depth = sharedFolders(this.wanted, key) + 1;
		return depth > this.wanted.split('/').length - 1 ? undefined : {reason: 'other-folder', depth};
	}
}

/** A key's base name as `Matcher.nameForms` has the wanted one. */
export function nameFormOf(key: string, mode: MatchMode): string {
	const base = baseNameOf(key);
	if (mode === 'exact') return base;
	return mode === 'stem' ? stemOf(base) : looseForm(stemOf(base));
}

/** Orders guesses: the most telling reason first, then those that agree in more folders. */
export function compareGuesses(a: Guess, b: Guess): number {
	return guessOrder.indexOf(a.reason) - guessOrder.indexOf(b.reason) || b.depth - a.depth;
}

/** Both ways to read an ending: as an ending, and as part of the name unless it is a well-known one. */
export function readingsOf(path: string): Reading[] {
	const ending = extensionOf(path);
	const whole: Reading = {text: path, ending: undefined};
	if (ending === '') return [whole];
	const stripped: Reading = {text: path.slice(0, path.length - ending.length), ending};
	return isKnownExtension(ending) ? [stripped] : [whole, stripped];
}

function loosened({text, ending}: Reading): Reading {
	return {text: loosePath(text), ending};
}

function loosePath(path: string): string {
	return path.includes('/') ? path.split('/').map(looseForm).join('/') : looseForm(path);
}

function probePath(path: string): string {
	return path.includes('/') ? path.split('/').map(probeForm).join('/') : probeForm(path);
}

function isTail(path: string, tail: string): boolean {
	return (
		path.endsWith(tail) &&
		(path.length === tail.length || path.charCodeAt(path.length - tail.length - 1) === 47)
	);
}

/** 0 when a reading fits and the endings agree (or none was given), 1 when only another ending fits. */
function bestTier(
	readings: readonly Reading[],
	ending: string,
	fits: (text: string) => boolean,
): 0 | 1 | undefined {
	let best: 0 | 1 | undefined;
	for (const reading of readings) {
		if (!fits(reading.text)) continue;
		if (reading.ending === undefined || isSameEnding(reading.ending, ending)) return 0;
		best = 1;
	}
	return best;
}

const sameEndings: Readonly<Record<string, string>> = {'.jpeg': '.jpg', '.tiff': '.tif'};

function isSameEnding(a: string, b: string): boolean {
	const [x, y] = [a.toLowerCase(), b.toLowerCase()];
	return (sameEndings[x] ?? x) === (sameEndings[y] ?? y);
}

/** The last `count` segments of a key, or undefined when it has fewer. */
function tailOf(key: string, count: number): string | undefined {
	const segments = key.split('/');
	return segments.length < count ? undefined : segments.slice(-count).join('/');
}

/** How many folders right above the base names agree in their probes. */
function sharedFolders(a: string, b: string): number {
	const [x, y] = [a.split('/'), b.split('/')];
	let shared = 0;
	while (shared + 1 < Math.min(x.length, y.length)) {
		const [p, q] = [x[x.length - 2 - shared], y[y.length - 2 - shared]];
		if (probeForm(p ?? '') !== probeForm(q ?? '')) break;
		shared++;
	}
	return shared;
}

/** What differs between two texts with equal probes. */
function textDifference(a: string, b: string): GuessReason {
	const [looseA, looseB] = [loosePath(a), loosePath(b)];
	if (looseA !== looseB) {
		return withoutZeros(looseA) === withoutZeros(looseB) ? 'leading-zeros' : 'separators';
	}
	if (a.toLowerCase() === b.toLowerCase()) return 'letter-case';
	return foldText(a) === foldText(b) ? 'unicode-form' : 'separators';
}

function withoutZeros(text: string): string {
	return text.replace(/(?<![0-9])0+(?=[0-9])/g, '');
}
