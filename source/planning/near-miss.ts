import type {GuessReason} from '../model/match.ts';
import {baseNameOf, looseForm, probeForm, stemOf} from './name-forms.ts';

export type NearMissReason = Extract<GuessReason, 'one-letter-off' | 'two-letters-off'>;
export type NearKey = {
	readonly objectId: number;
	readonly key: string;
	readonly reason: NearMissReason;
};

type Ranked = NearKey & {readonly distance: number};

/** A distinct form of missing names, with the rows that want it by the folder in which they want it. */
type Form = {
	readonly text: string;
	/** which letters occur, a bit each */
	readonly letters: number;
	/** rows by the probes of their folders; '' for bare names */
	readonly rows: Map<string, number[]>;
	/** how many folders the rows name */
	readonly depths: Set<number>;
};

const shown = 3;
const shortest = 4;
const shortestForTwo = 8;
const cached = 20_000;
/** Comparisons letter by letter in one pass: a bound for names that are all alike. */
const comparisons = 1_000_000;

/**
 * Finds keys whose names are a slip of the finger away from missing names, in one pass over all keys. One
 * edit (a letter too many, too few, wrong, or two swapped), or two in names of eight and more. Digits must
 * agree: `take_0421` is the next take, not a misspelt `take_0420`. So must the folder, where the missing
 * name has one: two differences are no guess. Endings, letter case and separators don't count.
 */
export class NearMiss {
	/** forms by their digits, then by their length */
	readonly #forms = new Map<string, Map<number, Form[]>>();
	readonly #best = new Map<number, Ranked[]>();
	#comparisonsLeft = comparisons;
	/** names repeat in many folders */
	readonly #near = new Map<string, readonly (readonly [Form, number])[]>();

	/** Takes the first `limit` missing rows with a wanted path each; more would only be noise. */
	constructor(missing: Iterable<{readonly id: number; readonly path: string}>, limit = 2000) {
		let left = limit;
		for (const {id, path} of missing) {
			if (left-- <= 0) break;
			this.#add(id, path);
		}
	}

	/** Looks at one key of the listing. */
	offer(objectId: number, key: string): void {
		const base = baseNameOf(key);
		if (base === '') return;
		const text = looseForm(stemOf(base));
		for (const [form, distance] of this.#nearForms(text)) {
			for (const depth of form.depths) {
				const rows = form.rows.get(foldersOf(key, depth));
				if (rows) for (const row of rows) this.#keep(row, objectId, key, distance);
			}
		}
	}

	/** By missing row at most three keys, the nearest first; rows without any are left out. */
	results(): Map<number, NearKey[]> {
		return new Map(
			[...this.#best].map(([row, best]) => [
				row,
				best.map(({objectId, key, reason}) => ({objectId, key, reason})),
			]),
		);
	}

	#add(id: number, path: string): void {
		const base = baseNameOf(path);
		const text = looseForm(stemOf(base));
		if (text.length < shortest) return;
		const digits = digitsOf(text);
		const byLength = this.#forms.get(digits) ?? new Map<number, Form[]>();
		this.#forms.set(digits, byLength);
		const forms = byLength.get(text.length) ?? [];
		byLength.set(text.length, forms);
		let form = forms.find((known) => known.text === text);
		if (!form) {
			form = {text, letters: lettersOf(text), rows: new Map(), depths: new Set()};
			forms.push(form);
		}
		const depth = path.split('/').length - 1;
		const folder = foldersOf(path, depth);
		form.depths.add(depth);
		form.rows.set(folder, [...(form.rows.get(folder) ?? []), id]);
	}

	#nearForms(text: string): readonly (readonly [Form, number])[] {
		const byLength = this.#forms.get(digitsOf(text));
		if (!byLength) return [];
		let near = this.#near.get(text);
		if (!near) {
			near = this.#compare(text, byLength);
			if (this.#near.size >= cached) this.#near.clear();
			this.#near.set(text, near);
		}
		return near;
	}

	#compare(text: string, byLength: Map<number, Form[]>): [Form, number][] {
		const near: [Form, number][] = [];
		const letters = lettersOf(text);
		for (let length = text.length - 2; length <= text.length + 2; length++) {
			const limit = Math.max(length, text.length) >= shortestForTwo ? 2 : 1;
			if (Math.abs(length - text.length) > limit) continue;
			for (const form of byLength.get(length) ?? []) {
				// an edit takes away one letter and brings another at most
				if (bitCount(form.letters ^ letters) > 2 * limit) continue;
				if (this.#comparisonsLeft-- <= 0) return near;
				const distance = editDistance(form.text, text, limit);
				if (distance > 0 && distance <= limit) near.push([form, distance]);
			}
		}
		return near;
	}

	#keep(row: number, objectId: number, key: string, distance: number): void {
		const best = this.#best.get(row) ?? [];
		const last = best[shown - 1];
		if (last && (last.distance < distance || (last.distance === distance && last.key <= key)))
			return;
		const reason = distance === 1 ? 'one-letter-off' : 'two-letters-off';
		best.push({objectId, key, reason, distance});
		best.sort((a, b) => a.distance - b.distance || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
		if (best.length > shown) best.pop();
		this.#best.set(row, best);
	}
}

/** The probes of the `depth` folders right above a path's base name; what no path has when there are fewer. */
function foldersOf(path: string, depth: number): string {
	if (depth === 0) return '';
	const segments = path.split('/');
	segments.pop();
	return segments.length < depth ? '\0' : segments.slice(-depth).map(probeForm).join('/');
}

/** The runs of digits in a text. */
function digitsOf(text: string): string {
	let digits = '';
	let inRun = false;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		const isDigit = code >= 48 && code <= 57;
		if (isDigit) digits += inRun ? text[at] : ` ${text[at]}`;
		inRun = isDigit;
	}
	return digits;
}

function lettersOf(text: string): number {
	let letters = 0;
	for (let at = 0; at < text.length; at++) letters |= 1 << (text.charCodeAt(at) & 31);
	return letters;
}

function bitCount(bits: number): number {
	let rest = bits - ((bits >>> 1) & 0x55555555);
	rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
	return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Edits between two texts (insertion, deletion, substitution, swap of neighbours; the "optimal string
 * alignment" distance), or more than `limit` as soon as that is sure.
 */
export function editDistance(a: string, b: string, limit: number): number {
	let start = 0;
	while (start < a.length && a.charCodeAt(start) === b.charCodeAt(start)) start++;
	let [endA, endB] = [a.length, b.length];
	while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
		endA--;
		endB--;
	}
	return alignment(a.slice(start, endA), b.slice(start, endB), limit);
}

function alignment(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) > limit) return limit + 1;
	if (a === '' || b === '') return Math.min(a.length + b.length, limit + 1);
	let beforeLast: number[] = [];
	let last = Array.from({length: b.length + 1}, (_, at) => at);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		let least = i;
		for (let j = 1; j <= b.length; j++) {
			const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
			let cost = Math.min(
				(row[j - 1] ?? 0) + 1,
				(last[j] ?? 0) + 1,
				(last[j - 1] ?? 0) + (same ? 0 : 1),
			);
			if (
				i > 1 &&
				j > 1 &&
				a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
				a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
			)
				cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
			row.push(cost);
			if (cost < least) least = cost;
		}
		if (least > limit) return limit + 1;
		beforeLast = last;
		last = row;
	}
	return Math.min(last[b.length] ?? 0, limit + 1);
}
