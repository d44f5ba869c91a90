import type {GuessReason, MatchMode, MatchRule} from '../model/match.ts';
import {compareGuesses, Matcher, ruleOf} from './match-rules.ts';
import type {Guess} from './match-rules.ts';

export type KeyCandidate = {readonly id: number; readonly key: string};

/** What the roll call finds out about one wanted name. */
export type Decision =
	| {readonly kind: 'found'; readonly id: number; readonly rule: MatchRule}
	/** several keys at the same strength; `ids` are the first twenty of `total` */
	| {
			readonly kind: 'ambiguous';
			readonly rule: MatchRule;
			readonly ids: readonly number[];
			readonly total: number;
	  }
	/** nothing is accepted; at most three keys that may be meant, best first */
	| {readonly kind: 'none'; readonly guesses: readonly GuessedKey[]};

export type GuessedKey = {readonly id: number; readonly reason: GuessReason};
export type RankedGuess = Guess & KeyCandidate;

export const ambiguousShown = 20;
export const guessesShown = 3;

/** Best reason first, then more shared folders, then the order of keys. */
export function compareRanked(a: RankedGuess, b: RankedGuess): number {
	return compareGuesses(a, b) || compareKeys(a, b);
}

export function compareKeys(a: KeyCandidate, b: KeyCandidate): number {
	return a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id;
}

/** Puts `item` in its place among the best `limit`. */
export function keepBest<Item>(
	best: Item[],
	item: Item,
	limit: number,
	compare: (a: Item, b: Item) => number,
): void {
	const last = best[limit - 1];
	if (last !== undefined && compare(item, last) >= 0) return;
	let at = best.length;
	while (at > 0 && compare(item, best[at - 1] ?? item) < 0) at--;
	best.splice(at, 0, item);
	if (best.length > limit) best.pop();
}

/** Takes the candidates of one wanted path one by one and keeps only what its decision needs. */
export class Tally {
	readonly matcher: Matcher;
	#strength = Number.POSITIVE_INFINITY;
	// made when there is something to keep: most paths of a large group have one key or none
	#ids: number[] | undefined;
	#total = 0;
	#guesses: RankedGuess[] | undefined;

	constructor(wanted: string, prefix: string, mode: MatchMode) {
		this.matcher = new Matcher(wanted, prefix, mode);
	}

	offer({id, key}: KeyCandidate): void {
		const strength = this.matcher.strength(key);
		if (strength === undefined) {
			if (this.#total === 0) this.#offerGuess(id, key);
			return;
		}
		if (strength > this.#strength) return;
		if (strength < this.#strength || !this.#ids) {
			this.#strength = strength;
			this.#ids = [];
			this.#total = 0;
			this.#guesses = undefined;
		}
		this.#total++;
		if (this.#ids.length < ambiguousShown) this.#ids.push(id);
	}

	/** `further` are guesses that came from elsewhere; asked for only when nothing was accepted. */
	decision(further: () => readonly RankedGuess[] = () => []): Decision {
		const id = this.#ids?.[0];
		if (!this.#ids || id === undefined)
			return {kind: 'none', guesses: this.#bestGuesses(further())};
		const rule = ruleOf(this.#strength);
		if (this.#total === 1) return {kind: 'found', id, rule};
		return {kind: 'ambiguous', rule, ids: this.#ids, total: this.#total};
	}

	#offerGuess(id: number, key: string): void {
		const guess = this.matcher.guess(key);
		if (guess) keepBest((this.#guesses ??= []), {...guess, id, key}, guessesShown, compareRanked);
	}

	#bestGuesses(further: readonly RankedGuess[]): GuessedKey[] {
		const best = [...(this.#guesses ?? [])];
		for (const guess of further) {
			if (best.some(({id}) => id === guess.id)) continue;
			keepBest(best, guess, guessesShown, compareRanked);
		}
		return best.map(({id, reason}) => ({id, reason}));
	}
}
