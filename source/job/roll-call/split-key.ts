import {compareKeys} from '../../model/key-order.ts';

/** S3 takes keys of up to 1,024 bytes */
const mostBytes = 1024;
/** characters behind the common part that the middle is computed from; 17 ** 8 and the like fit a number */
const depth = 6;
/** more different characters than this would not fit `base ** depth` into an exact number */
const mostCharacters = 400;

/** The characters that keys are made of, in the order of their code points: what a middle is made of. */
export class Alphabet {
	#points: number[] = [];
	readonly #known = new Set<number>();

	constructor(text = '') {
		this.learn(text);
	}

	learn(text: string): void {
		let isNew = false;
		for (const character of text) {
			const point = character.codePointAt(0) ?? 0;
			// what a URL or a document may not carry unharmed is not sent of our own accord
			const isUsable = point >= 0x20 && point !== 0x7f && (point < 0xd800 || point > 0xdfff);
			if (!isUsable || this.#known.has(point) || this.#known.size >= mostCharacters) continue;
			this.#known.add(point);
			isNew = true;
		}
		if (isNew) this.#points = [...this.#known].sort((a, b) => a - b);
	}

	get size(): number {
		return this.#points.length;
	}

	/** Number of known characters before this one, and whether it is known itself. */
	place(point: number): {rank: number; isKnown: boolean} {
		let low = 0;
		let high = this.#points.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#points[middle] ?? 0) < point) low = middle + 1;
			else high = middle;
		}
		return {rank: low, isKnown: this.#points[low] === point};
	}

	/** At most `count` characters behind `point`, spread evenly, the last one among them. */
	behind(point: number, count: number): readonly string[] {
		const {rank, isKnown} = this.place(point);
		const rest = this.#points.slice(isKnown ? rank + 1 : rank);
		const step = Math.max(1, rest.length / count);
		const chosen: string[] = [];
		for (let at = rest.length - 1; at >= 0; at -= step) {
			const character = rest[Math.round(at)];
			if (character !== undefined) chosen.push(String.fromCodePoint(character));
		}
		return chosen.reverse();
	}

	character(rank: number): string {
		const point = this.#points[Math.max(0, Math.min(rank, this.#points.length - 1))];
		return point === undefined ? '' : String.fromCodePoint(point);
	}
}

/**
 * How far `key` lies between `low` and `high`, 0 to 1, if keys were spread evenly over the alphabet.
 * `high` null is the end of everything below `prefix`.
 */
export function shareOf(
	key: string,
	low: string,
	high: string | null,
	prefix: string,
	alphabet: Alphabet,
): number {
	const common = high === null ? prefix : commonPart(low, high);
	const from = valueOf(low, common, alphabet);
	const to = high === null ? ceilingOf(alphabet) : valueOf(high, common, alphabet);
	const at = valueOf(key, common, alphabet);
	return to > from ? Math.max(0, Math.min(1, (at - from) / (to - from))) : 0.5;
}

/** The least text behind all that begin with `text`; undefined behind which there is none. */
export function successor(text: string): string | undefined {
	const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
	for (let last = points.pop(); last !== undefined; last = points.pop()) {
		if (last >= 0x10_ffff) continue;
		const next = last === 0xd7ff ? 0xe000 : last + 1;
		return String.fromCodePoint(...points, next);
	}
	return undefined;
}

/**
 * A text between `low` and `high`, both left out, that halves the keys between them if they are spread
 * evenly over the alphabet. It need not be a key, only valid text of at most 1,024 bytes; undefined
 * where there is no room. All of it begins with `prefix`; `high` null is the end of everything below it.
 */
export function middleKey(
	low: string,
	high: string | null,
	prefix: string,
	alphabet: Alphabet,
): string | undefined {
	if (alphabet.size < 2) return undefined;
	const common = high === null ? prefix : commonPart(low, high);
	const from = valueOf(low, common, alphabet);
	const to = high === null ? ceilingOf(alphabet) : valueOf(high, common, alphabet);
	const text = shortest(common, Math.floor((from + to) / 2), alphabet, (candidate) =>
		isBetween(low, candidate, high),
	);
	if (high === null) return text;
	// neighbours in the first place where they differ: what begins with the lower one's character is left
	const below = deeper(low, common);
	if (below === undefined || (text !== undefined && !text.startsWith(below))) return text;
	return middleBelow(low, below, high, alphabet) ?? text;
}

/** The middle of what follows `low` among the texts that begin with `common`; a number is followed by numbers. */
function middleBelow(
	low: string,
	common: string,
	high: string,
	alphabet: Alphabet,
): string | undefined {
	const from = valueOf(low, common, alphabet);
	const isNumber = /[0-9]/.test(low.charAt(common.length));
	const to = isNumber ? valueOf(`${common}:`, common, alphabet) : ceilingOf(alphabet);
	const middle = Math.floor((from + to) / 2);
	return shortest(common, middle, alphabet, (candidate) => isBetween(low, candidate, high));
}

/**
 * Keys from `first` to `last` begin alike, and end in numbers most of the time (`set/img_` of `set/img_0001`):
 * the least text behind all that begin so.
 */
export function endOfNames(first: string, last: string, prefix: string): string | undefined {
	const common = commonPart(first, last).replace(/[0-9]+$/, '');
	return common.length > prefix.length ? successor(common) : undefined;
}

/** `common` and the first digits of `value`, as few as will do. */
function shortest(
	common: string,
	value: number,
	alphabet: Alphabet,
	fits: (text: string) => boolean,
): string | undefined {
	const base = alphabet.size + 1;
	let text = common;
	let rest = value;
	for (let position = depth - 1; position >= 0; position--) {
		const unit = base ** position;
		const digit = Math.floor(rest / unit);
		rest -= digit * unit;
		// digit 0 is the end of the text
		text += alphabet.character(digit === 0 ? 0 : digit - 1);
		if (fits(text)) return text;
	}
	return undefined;
}

function isBetween(low: string, text: string, high: string | null): boolean {
	return (
		compareKeys(low, text) < 0 &&
		(high === null || compareKeys(text, high) < 0) &&
		Buffer.byteLength(text) <= mostBytes
	);
}

const ceilingOf = (alphabet: Alphabet): number => (alphabet.size + 1) ** depth - 1;

/** The characters of `text` behind `common` as a number of base `alphabet.size + 1`. */
function valueOf(text: string, common: string, alphabet: Alphabet): number {
	const base = alphabet.size + 1;
	let value = 0;
	let position = common.length;
	for (let count = 0; count < depth; count++) {
		const point = text.codePointAt(position);
		value = value * base + (point === undefined ? 0 : alphabet.place(point).rank + 1);
		position += point !== undefined && point > 0xffff ? 2 : 1;
	}
	return value;
}

/** What both begin with; never half a surrogate pair. */
export function commonPart(a: string, b: string): string {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	if (length > 0 && /[\uD800-\uDBFF]/.test(a[length - 1] ?? '')) length--;
	return a.slice(0, length);
}

/** `common` and the next character of `text`. */
function deeper(text: string, common: string): string | undefined {
	const point = text.codePointAt(common.length);
	return point === undefined ? undefined : common + String.fromCodePoint(point);
}
