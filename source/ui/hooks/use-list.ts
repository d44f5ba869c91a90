import {findRows, listStart, moveList, settle, type ListMove, type ListPlace} from '../list.ts';
import type {Actions} from '../screen.ts';
import {useField, type Field} from './use-field.ts';
import {usePlace} from './use-place.ts';

export type List<T> = {
	/** rows that match the search */
	readonly rows: readonly T[];
	/** position of the chosen row in `rows` */
	readonly index: number;
	readonly row: T | undefined;
	/** first visible row */
	readonly offset: number;
	readonly visible: ReadonlyArray<{
		readonly row: T;
		readonly selected: boolean;
		readonly index: number;
	}>;
	readonly above: number;
	readonly below: number;
	/** spread into the screen's actions: movement, `find`, and `back`, which ends a search first */
	readonly actions: Actions;
	/** the search field while it has the focus; hand it to `<Frame field>` */
	readonly field: Field | undefined;
	readonly findField: Field;
	readonly find: string;
	/** ends the search; answers whether there was one. Use it first in `back`. */
	readonly clearFind: () => boolean;
	readonly select: (key: string) => void;
	readonly move: (move: ListMove) => void;
};

/**
 * A windowed list with a selection that survives new rows, resizes and going away, and a search
 * (`/`, typing narrows at once, Enter keeps, Esc clears).
 */
export function useList<T>(
	id: string,
	options: {
		readonly rows: readonly T[];
		readonly key: (row: T) => string;
		readonly text?: (row: T) => string;
		/** rows on screen */
		readonly height: number;
		/** the row to choose when the list is opened for the first time */
		readonly first?: string | null;
	},
): List<T> {
	const {key, text} = options;
	const height = Math.max(1, options.height);
	const [place, setPlace] = usePlace<ListPlace>(`list:${id}`, {
		...listStart,
		key: options.first ?? null,
	});
	const [searching, setSearching] = usePlace(`searching:${id}`, false);
	const findField = useField(`find:${id}`, {
		onSubmit() {
			setSearching(false);
		},
		onCancel() {
			findField.set('');
			setSearching(false);
		},
	});
	const find = findField.value;
	const rows = text === undefined ? options.rows : findRows(options.rows, find, text);
	const keys = rows.map((row) => key(row));
	const settled = settle(place, keys, height);
	const move = (name: ListMove) => () => {
		setPlace((value) => moveList(settle(value, keys, height), name, keys, height));
	};

	return {
		rows,
		index: settled.index,
		row: rows[settled.index],
		offset: settled.offset,
		visible: rows.slice(settled.offset, settled.offset + height).map((row, number) => ({
			row,
			index: settled.offset + number,
			selected: settled.offset + number === settled.index,
		})),
		above: settled.offset,
		below: Math.max(0, rows.length - settled.offset - height),
		actions: {
			up: move('up'),
			down: move('down'),
			pageUp: move('pageUp'),
			pageDown: move('pageDown'),
			first: move('first'),
			last: move('last'),
			back() {
				if (find === '' && !searching) return false;
				findField.set('');
				setSearching(false);
				return undefined;
			},
			find:
				text === undefined
					? undefined
					: () => {
							setSearching(true);
						},
		},
		field: searching ? findField : undefined,
		findField,
		find,
		clearFind() {
			if (find === '' && !searching) return false;
			findField.set('');
			setSearching(false);
			return true;
		},
		move: (name) => {
			move(name)();
		},
		select(wanted) {
			const index = keys.indexOf(wanted);
			setPlace((value) => ({...value, key: wanted, index: index === -1 ? value.index : index}));
		},
	};
}
