import type {TableInspection} from '../manifests/index.ts';
import {wantedAddress} from '../manifests/index.ts';
import type {MatchMode} from '../model/match.ts';
import {safeText} from '../model/safe-text.ts';
import {decide, type Decision} from '../planning/match.ts';
import {probeOf, wantedProbes} from '../planning/name-forms.ts';
import type {Store} from '../stores/types.ts';
import type {ColumnTrial, ExampleRow} from './link/messages.ts';

const mostKeys = 50_000;
const likely = 0.2;
const mostColumns = 5;
const examplesShown = 5;

/** Part of a listing in memory, good for trying which column of a table names the files. */
export class TrialListing {
	readonly #bucket: string;
	readonly #prefix: string;
	readonly #byProbe = new Map<string, {id: number; key: string}[]>();
	#keys = 0;
	#partial = false;

	constructor(bucket: string, prefix: string) {
		this.#bucket = bucket;
		this.#prefix = prefix;
	}

	get keysListed(): number {
		return this.#keys;
	}

	async read(store: Store, signal?: AbortSignal): Promise<void> {
		let continuation: string | undefined;
		do {
			const page = await store.list({
				bucket: this.#bucket,
				prefix: this.#prefix,
				...(continuation === undefined ? {} : {continuation}),
				...(signal === undefined ? {} : {signal}),
			});
			for (const {key} of page.objects) {
				const probe = probeOf(key);
				const family = this.#byProbe.get(probe);
				const entry = {id: this.#keys++, key};
				if (family === undefined) this.#byProbe.set(probe, [entry]);
				else if (family.length < 1000) family.push(entry);
			}
			continuation = page.continuation;
		} while (continuation !== undefined && this.#keys < mostKeys);
		this.#partial = continuation !== undefined;
	}

	/** How well each column that may name files answers, with a few rows of each as examples. */
	try(
		table: TableInspection,
		options: {ending: string; match: MatchMode; endpoint?: string},
	): {trials: readonly ColumnTrial[]; examples: readonly (ExampleRow & {column: number})[]} {
		const columns = table.columns
			.filter((column) => column.nameScore >= likely)
			.sort((a, b) => b.nameScore - a.nameScore)
			.slice(0, mostColumns);
		const examples: (ExampleRow & {column: number})[] = [];
		const trials = columns.map(({number}) => {
			let found = 0;
			let unclear = 0;
			let tried = 0;
			for (const [index, row] of table.sample.entries()) {
				const cell = row[number - 1] ?? '';
				if (cell.trim() === '') continue;
				tried++;
				const {key, decision} = this.#lookUp(cell, options);
				if (decision.kind === 'found') found++;
				if (decision.kind === 'ambiguous') unclear++;
				if (index >= examplesShown) continue;
				examples.push({
					column: number,
					row: index + 1,
					text: safeText(cell),
					key: safeText(key),
					state: decision.kind === 'none' ? 'missing' : decision.kind,
				});
			}
			return {column: number, tried, found, unclear, partial: this.#partial};
		});
		return {trials, examples};
	}

	#lookUp(
		cell: string,
		options: {ending: string; match: MatchMode; endpoint?: string},
	): {key: string; decision: Decision} {
		const address = wantedAddress(cell, options);
		const path = address.kind === 'name' ? address.path : address.ref.key;
		const prefix = address.kind === 'name' ? this.#prefix : '';
		const candidates = wantedProbes(path, prefix).flatMap(
			(probe) => this.#byProbe.get(probe) ?? [],
		);
		const decision = decide(path, candidates, prefix, options.match);
		const match = decision.kind === 'found' ? decision.id : undefined;
		const key = candidates.find(({id}) => id === match)?.key ?? prefix + path;
		return {key, decision};
	}
}
