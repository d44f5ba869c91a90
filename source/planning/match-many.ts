import type {MatchMode} from '../model/match.ts';
import {compareKeys, guessesShown, keepBest, Tally} from './decision.ts';
import type {Decision, KeyCandidate, RankedGuess} from './decision.ts';
import {nameFormOf, readingsOf} from './match-rules.ts';
import {probeForm, probeOf} from './name-forms.ts';

/**
 * A folder of the tree that the wanted paths make when read from their ends, by probes: below the
 * node of a base name the folder that holds it, below that the next one up.
 */
type Node = {
	folders: Map<string, Node> | undefined;
	/** wanted paths that begin here: every key that comes this far is a candidate */
	tallies: Tally[] | undefined;
	/** by acceptable base name: the first keys that came this far, to be guessed for wanted paths that go on */
	passed: Map<string, KeyCandidate[]> | undefined;
};

/**
 * Decides many wanted paths against many candidates in one pass, with the answers of `decide`. For
 * groups in which every key has the same name (100,000 times `rgb.png`), where asking each wanted path about
 * each key would never end. Time: candidates times their depth; memory: the wanted paths.
 */
export function decideMany(
	wanted: readonly {readonly id: number; readonly path: string}[],
	candidates: Iterable<KeyCandidate>,
	prefix: string,
	mode: MatchMode,
): Map<number, Decision> {
	const tree = new WantedTree(mode);
	const tallies = new Map<string, Tally>();
	for (const {path} of wanted) {
		if (tallies.has(path)) continue;
		const tally = new Tally(path, prefix, mode);
		tallies.set(path, tally);
		tree.plant(tally);
	}
	for (const candidate of candidates) tree.offer(candidate);
	const decisions = new Map<string, Decision>();
	for (const [path, tally] of tallies) {
		const decision = tally.decision(() => tree.otherFolders(tally));
		decisions.set(path, decision);
	}
	const answers = new Map<number, Decision>();
	for (const {id, path} of wanted) {
		answers.set(id, decisions.get(path) ?? {kind: 'none', guesses: []});
	}
	return answers;
}

class WantedTree {
	readonly #root = emptyNode();
	readonly #mode: MatchMode;
	readonly #probes = new Map<string, string>();

	constructor(mode: MatchMode) {
		this.#mode = mode;
	}

	plant(tally: Tally): void {
		const {matcher} = tally;
		for (const reference of matcher.references()) {
			for (const names of branchesOf(reference)) {
				const nodes = this.#branch(names);
				const end = nodes.at(-1);
				if (end && !end.tallies?.includes(tally)) (end.tallies ??= []).push(tally);
			}
		}
		if (!matcher.hasFolder) return;
		for (const names of branchesOf(matcher.wanted)) {
			for (const node of this.#branch(names).slice(0, -1)) {
				for (const form of matcher.nameForms()) {
					node.passed ??= new Map();
					if (!node.passed.has(form)) node.passed.set(form, []);
				}
			}
		}
	}

	offer(candidate: KeyCandidate): void {
		const {key} = candidate;
		let node = this.#root.folders?.get(probeOf(key));
		if (!node) return;
		const form = nameFormOf(key, this.#mode);
		let end = key.lastIndexOf('/');
		for (;;) {
			const passed = node.passed?.get(form);
			if (passed) keepBest(passed, candidate, guessesShown, compareKeys);
			if (node.tallies) for (const tally of node.tallies) tally.offer(candidate);
			if (end < 0 || !node.folders) return;
			const start = end === 0 ? -1 : key.lastIndexOf('/', end - 1);
			node = node.folders.get(this.#probe(key.slice(start + 1, end)));
			if (!node) return;
			end = start;
		}
	}

	/** Keys whose name fits a wanted path but whose folder does not, nearest folders first. */
	otherFolders({matcher}: Tally): RankedGuess[] {
		if (!matcher.hasFolder || matcher.wanted.endsWith('/')) return [];
		const guesses: RankedGuess[] = [];
		for (const names of branchesOf(matcher.wanted)) {
			for (const [at, node] of this.#branch(names).slice(0, -1).entries()) {
				for (const form of matcher.nameForms()) {
					for (const candidate of node.passed?.get(form) ?? []) {
						guesses.push({...candidate, reason: 'other-folder', depth: at + 1});
					}
				}
			}
		}
		return guesses.sort((a, b) => b.depth - a.depth);
	}

	/** The nodes of a branch, made where they are not there yet. */
	#branch(names: readonly string[]): Node[] {
		const nodes: Node[] = [];
		let node = this.#root;
		for (const name of names) {
			node.folders ??= new Map();
			let next = node.folders.get(name);
			if (!next) {
				next = emptyNode();
				node.folders.set(name, next);
			}
			nodes.push(next);
			node = next;
		}
		return nodes;
	}

	/** Folder names come again and again. */
	#probe(segment: string): string {
		let probe = this.#probes.get(segment);
		if (probe === undefined) {
			probe = probeForm(segment);
			if (this.#probes.size >= 20_000) this.#probes.clear();
			this.#probes.set(segment, probe);
		}
		return probe;
	}
}

function emptyNode(): Node {
	return {folders: undefined, tallies: undefined, passed: undefined};
}

/** The probes of a path's segments from its base name upwards, for each way to read its ending. */
function branchesOf(path: string): string[][] {
	const segments = path.split('/');
	const base = segments.pop() ?? '';
	const folders = segments.map(probeForm).reverse();
	if (base === '') return [[probeOf(path), ...folders]];
	const probes = new Set(readingsOf(base).map(({text}) => probeForm(text)));
	return [...probes].map((probe) => [probe, ...folders]);
}
