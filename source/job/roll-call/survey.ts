import {compareKeys} from '../../model/key-order.ts';
import {type Alphabet, commonPart, successor} from './split-key.ts';

/** What a survey found: some keys, in order, and a text behind which there are none (null: not known). */
export type Survey = {readonly keys: readonly string[]; readonly end: string | null};

export type SurveyOptions = {
	readonly prefix: string;
	/** the first and the newest key that were listed */
	readonly first: string;
	readonly last: string;
	readonly alphabet: Alphabet;
	/** the first key behind `after`, null when there is none: a request for one key */
	readonly keyBehind: (after: string) => Promise<string | null>;
};

/** questions at once, each for one key */
const atOnce = 9;
/** characters of the greatest key that are looked for */
const levels = 3;

/**
 * Finds out how far the keys behind `last` reach, with some two dozen questions for one key each: first
 * where the listed keys first differ from greater ones (most begin alike: the way down to a folder), then
 * by which characters they go on there. The keys that come up divide the rest into ranges.
 */
export async function survey(options: SurveyOptions): Promise<Survey> {
	const {last, alphabet, keyBehind} = options;
	const found = new Set<string>();
	const ask = async (texts: readonly string[]) =>
		Promise.all(
			texts.map(async (text) => {
				const key = await keyBehind(text);
				if (key !== null) found.add(key);
				return {text, key};
			}),
		);
	// From the top folder down: what ends first is nearest to the end of everything.
	const answers = await ask(placesToDiffer(options));
	const shallowest = answers.findIndex(({key}) => key !== null);
	let end = answers.at(shallowest === -1 ? -1 : shallowest - 1)?.text ?? null;
	if (shallowest === 0) end = null;
	let top = answers[shallowest]?.key ?? undefined;
	let common = top === undefined ? '' : commonPart(last, top);
	for (let level = 0; top !== undefined && level < levels; level++) {
		const point = top.codePointAt(common.length);
		if (point === undefined) break;
		const base = common;
		const higher = await ask(alphabet.behind(point, atOnce).map((character) => base + character));
		end = higher.find(({key}) => key === null)?.text ?? end;
		top = higher.findLast(({key}) => key !== null)?.key ?? top;
		common = base + String.fromCodePoint(top.codePointAt(base.length) ?? 0);
	}
	const keys = [...found].filter((key) => compareKeys(last, key) < 0).sort(compareKeys);
	return {keys, end: end !== null && compareKeys(last, end) < 0 ? end : null};
}

/** The least texts behind `last` that differ from it where a greater key may first differ from `last`, shallowest first: after a folder that the keys so far share, then in each character. */
function placesToDiffer({prefix, first, last}: SurveyOptions): readonly string[] {
	const shared = commonPart(first, last).length;
	const ends: number[] = [];
	let slash = last.indexOf('/', prefix.length);
	for (; slash !== -1 && slash < shared; slash = last.indexOf('/', slash + 1)) ends.push(slash);
	const folders = ends.slice(0, atOnce - 4);
	const characters = Array.from(last.slice(Math.max(prefix.length, (folders.at(-1) ?? -1) + 1)));
	let at = last.length - characters.join('').length;
	for (const character of characters.slice(0, 2 * atOnce - folders.length)) {
		folders.push(at);
		at += character.length;
	}
	return folders.flatMap((position) => {
		const common = last.slice(0, position);
		const behind = successor(common + String.fromCodePoint(last.codePointAt(position) ?? 0));
		return behind?.startsWith(common) === true ? [behind] : [];
	});
}
