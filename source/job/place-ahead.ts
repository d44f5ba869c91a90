import type {PlaceOf} from '../ledger/roll-call-table.ts';
import {objectKey} from '../model/brand.ts';
import {isPlain, localPath} from '../planning/destination.ts';
import {compileFilters} from '../planning/filters.ts';
import {foldedPlace, type PlanContext} from './plan.ts';

type Placed = {readonly key: string; readonly id: number};

/**
 * Gives objects of a whole prefix their places while their rows are made: for a million of them that spares
 * reading and writing each row once more. What is not plain (filtered, refused, taken by another) is
 * left to `makePlan`. `isSorted`: they come in key order, each once.
 */
export function placeAhead(context: PlanContext, isSorted: boolean): PlaceOf | undefined {
	const {spec, ledger, disk} = context;
	const {layout, prefix} = spec;
	// in groups the place depends on the group, which the row gets in the same moment
	if (layout === 'groups') return undefined;
	const isOneToOne = layout === 'keys' && (prefix === '' || prefix.endsWith('/'));
	const needsNoLook = isSorted && isOneToOne && !disk.caseInsensitive;
	const filter = compileFilters(spec.filters, prefix);
	const above = new FilesAbove((id) => ledger.plan.isFolderToo(id));
	return (text, size, id) => {
		const key = objectKey(text);
		if (filter({key, size}) !== undefined) return null;
		const target = localPath({layout, group: '', key, prefix});
		if (target.kind === 'refused') return null;
		const {path} = target;
		if (!needsNoLook) {
			const {folded, folders} = foldedPlace(context, path);
			return ledger.plan.takeAhead({id, folded, folders}) ? path : null;
		}
		// Different keys have different paths, and none that is plain is one that had to be changed: all
		// that can stand in the way is a folder.
		above.pass(key);
		if (!isPlain(path)) return null;
		above.push({key, id});
		return path;
	};
}

/**
 * Finds files that are folders of others (`a` beside `a/b`) among keys in order: everything from
 * one to the other begins with the first, so the last few that each begin the next are all that is kept.
 */
class FilesAbove {
	readonly #found: (id: number) => void;
	readonly #stack: Placed[] = [];

	constructor(found: (id: number) => void) {
		this.#found = found;
	}

	/** A key that will be a file at or below its folders. */
	pass(key: string): void {
		const stack = this.#stack;
		for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
			if (key.startsWith(top.key)) break;
			stack.pop();
		}
		for (const {key: file, id} of stack) if (key[file.length] === '/') this.#found(id);
	}

	push(placed: Placed): void {
		this.#stack.push(placed);
	}
}
