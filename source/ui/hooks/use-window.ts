import {useCallback, useEffect, useRef, useState} from 'react';
import {errorRecord, type ErrorRecord} from '../../model/error.ts';
import type {ListMove} from '../list.ts';
import type {Actions} from '../screen.ts';
import {
	askedWindow,
	moveWindow,
	pinRow,
	settleWindow,
	windowStart,
	type Loaded,
	type WindowPlace,
} from '../window.ts';
import {usePlace} from './use-place.ts';

export type WindowOptions<Row> = {
	/** asks the engine for a part of the list */
	readonly load: (
		part: {readonly offset: number; readonly limit: number},
		signal: AbortSignal,
	) => Promise<{readonly total: number; readonly rows: readonly Row[]}>;
	/** what is asked (sort, search, filter) as text: another query starts at the top */
	readonly query: string;
	/** changes when the rows may have changed; then they are asked for again */
	readonly version: string;
	/** least time between two such questions, milliseconds */
	readonly every: number;
	/** a change of this is asked about at once */
	readonly urgent?: string;
	/** when the rows in view tell nothing new, the next question comes after a second at most */
	readonly outdated?: {
		readonly rows: (visible: ReadonlyArray<Row | undefined>) => boolean;
		/** a row that need not be held under the cursor then */
		readonly isOver: (row: Row) => boolean;
	};
	readonly height: number;
	readonly idOf: (row: Row) => number;
	/** known before the first answer */
	readonly first?: {readonly total: number; readonly rows: readonly Row[]};
};

export type WindowList<Row> = {
	readonly total: number;
	readonly index: number;
	readonly offset: number;
	/** the visible rows; undefined where the answer is still to come */
	readonly visible: ReadonlyArray<Row | undefined>;
	readonly row: Row | undefined;
	readonly answered: boolean;
	readonly error: ErrorRecord | undefined;
	/** movement, to be spread into the screen's actions */
	readonly actions: Actions;
	/** asks again now, after a change of one's own */
	readonly reload: () => void;
};

/** A list whose rows are all outdated is asked for again so often. */
const outdatedEvery = 1000;

/** Counts up when `version` changes, but at most once in `every` milliseconds; at once with `urgent`. */
function useBeat(version: string, every: number, urgent: string): number {
	const [beat, setBeat] = useState(0);
	const seen = useRef({version, urgent, at: -Infinity});
	useEffect(() => {
		if (seen.current.version === version && seen.current.urgent === urgent) return;
		const show = () => {
			seen.current = {version, urgent, at: performance.now()};
			setBeat((value) => value + 1);
		};
		const wait = seen.current.urgent === urgent ? seen.current.at + every - performance.now() : 0;
		if (wait <= 0) {
			show();
			return;
		}
		const timer = setTimeout(show, wait);
		return () => {
			clearTimeout(timer);
		};
	}, [version, every, urgent]);
	return beat;
}

/**
 * A list of any length of which only the visible rows (and a page around them) are ever held. Keys
 * move at once; rows that are not here yet show as `undefined` until the engine answers.
 */
export function useWindow<Row>(id: string, options: WindowOptions<Row>): WindowList<Row> {
	const {query, height} = options;
	const [place, setPlace] = usePlace<WindowPlace & {readonly query: string}>(`window:${id}`, {
		...windowStart,
		query,
	});
	const [loaded, setLoaded] = usePlace<Loaded<Row> | undefined>(`rows:${id}`, () =>
		options.first === undefined ? undefined : {query, offset: 0, ...options.first},
	);
	const [error, setError] = useState<ErrorRecord>();
	const [answered, setAnswered] = useState('');
	const [turn, setTurn] = useState(0);
	const current = place.query === query ? place : {...windowStart, query};
	const known = loaded?.query === query ? loaded : undefined;
	const total = known?.total ?? 0;
	const settled = settleWindow(current, total, Math.max(1, height));
	const asked = askedWindow(settled.offset, height);
	const rowAt = (index: number) => known?.rows[index - known.offset];
	const visible = Array.from(
		{length: Math.max(0, Math.min(height, total - settled.offset))},
		(_, number) => rowAt(settled.offset + number),
	);
	const isOutdated = settled.offset === 0 && options.outdated?.rows(visible) === true;
	const every = isOutdated ? Math.min(outdatedEvery, options.every) : options.every;
	const beat = useBeat(options.version, every, options.urgent ?? '');
	const row = rowAt(settled.index);
	const isHeld =
		settled.touched && !(isOutdated && row !== undefined && options.outdated?.isOver(row));
	const latest = useRef({options, settled, isHeld});
	useEffect(() => {
		latest.current = {options, settled, isHeld};
	});

	useEffect(() => {
		const controller = new AbortController();
		const {signal} = controller;
		const part = {offset: asked.offset, limit: asked.limit};
		const ask = async () => {
			try {
				const answer = await latest.current.options.load(part, signal);
				if (signal.aborted) return;
				const {settled: now, options: given, isHeld: held} = latest.current;
				const after = {query, offset: part.offset, ...answer};
				setError(undefined);
				setAnswered(query);
				setLoaded((before) => (held ? pinRow(before, after, now.index, given.idOf) : after));
			} catch (reason) {
				if (!signal.aborted) setError(errorRecord(reason));
			}
		};
		void ask();
		return () => {
			controller.abort();
		};
		// `beat` and `turn` only say that it is time to ask again.
		// oxlint-disable-next-line react/exhaustive-effect-dependencies
	}, [query, asked.offset, asked.limit, beat, turn, setLoaded]);

	const move = (name: ListMove) => () => {
		// From the newest place: two keys may come before the next draw.
		setPlace((value) => ({
			...moveWindow(value.query === query ? value : windowStart, name, total, Math.max(1, height)),
			query,
		}));
	};
	const reload = useCallback(() => {
		// Who decided something about a row is at that row: the next key must not meet another one.
		setPlace((value) => ({
			...(value.query === query ? value : {...windowStart, query}),
			touched: true,
		}));
		setTurn((value) => value + 1);
	}, [query, setPlace]);
	return {
		total,
		index: settled.index,
		offset: settled.offset,
		visible,
		row,
		answered: answered === query,
		error,
		actions: {
			up: move('up'),
			down: move('down'),
			pageUp: move('pageUp'),
			pageDown: move('pageDown'),
			first: move('first'),
			last: move('last'),
		},
		reload,
	};
}
