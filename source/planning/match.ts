import type {GuessReason, MatchMode, MatchRule} from '../model/match.ts';
import {Tally} from './decision.ts';
import type {Decision, KeyCandidate} from './decision.ts';
import {Matcher, ruleOf} from './match-rules.ts';

export type {Decision, GuessedKey, KeyCandidate} from './decision.ts';
export {decideMany} from './match-many.ts';

/**
 * The strongest rule by which `key` is what was wanted, or undefined when `mode` accepts none.
 * A wanted path with folders never matches a key in another folder.
 */
export function classify(
	wanted: string,
	key: string,
	prefix: string,
	mode: MatchMode,
): MatchRule | undefined {
	const strength = new Matcher(wanted, prefix, mode).strength(key);
	return strength === undefined ? undefined : ruleOf(strength);
}

/** Why a key that the mode does not accept may be meant all the same: the single most telling reason. */
export function guessReason(
	wanted: string,
	key: string,
	prefix: string,
	mode: MatchMode,
): GuessReason | undefined {
	const matcher = new Matcher(wanted, prefix, mode);
	return matcher.strength(key) === undefined ? matcher.guess(key)?.reason : undefined;
}

/**
 * What becomes of one wanted path, given the keys that may be it (those with a shared probe).
 * The strongest keys win; several of the same strength are ambiguous, never a silent pick.
 */
export function decide(
	wanted: string,
	candidates: Iterable<KeyCandidate>,
	prefix: string,
	mode: MatchMode,
): Decision {
	const tally = new Tally(wanted, prefix, mode);
	for (const candidate of candidates) tally.offer(candidate);
	return tally.decision();
}
