import {useEffect, useRef} from 'react';
import type {GroupSort} from '../../../job/link/messages.ts';
import type {GroupRow, Snapshot, WantedRow} from '../../../model/snapshot.ts';
import {wantedText} from '../../components/candidates.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useSearch} from '../../hooks/use-search.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useWindow} from '../../hooks/use-window.ts';
import type {Actions} from '../../screen.ts';
import {calling, groupRoom, planAnalysis} from './body.ts';

const sorts: readonly GroupSort[] = ['problems', 'name', 'size'];

const sortWords: Readonly<Partial<Record<GroupSort, string>>> = {
	problems: 'problems first',
	name: 'by name',
	size: 'largest first',
};

/** While the roll call runs, the table follows it at this pace. */
const followEvery = 1000;

const needsLook: readonly WantedRow['state'][] = ['missing', 'ambiguous'];

/** The table of groups: sort, search, filter, window. */
export function useTable(snapshot: Snapshot) {
	const {client, layout} = useServices();
	const [sort, setSort] = usePlace<GroupSort>('sort', 'problems');
	const [problemsOnly, setProblemsOnly] = usePlace('problemsOnly', false);
	const {field, searching, setSearching} = useSearch();
	const find = field.value;
	const plan = planAnalysis(layout);
	const {rollCall, phase} = snapshot;
	const list = useWindow<GroupRow>('groups', {
		load: async (part, signal) =>
			client.call('groups', {...part, sort, problemsOnly, ...(find === '' ? {} : {find})}, signal),
		query: JSON.stringify([sort, problemsOnly, find, snapshot.job]),
		version: `${phase} ${rollCall.rowsChecked} ${rollCall.missing} ${rollCall.ambiguous} ${rollCall.bytes}`,
		every: followEvery,
		// The roll call stands: what was counted on the way there must not stay in view.
		urgent: phase,
		// One line less than the area, should the list be longer than that.
		height: groupRoom(plan, rollCall.groups),
		idOf: (row) => row.id,
	});
	const order = [
		sortWords[sort] ?? '',
		...(problemsOnly ? ['only problems'] : []),
		...(find === '' ? [] : [`find: ${find}`]),
	].join(' · ');
	const actions: Actions = {
		...list.actions,
		sort: () => {
			setSort((value) => sorts[(sorts.indexOf(value) + 1) % sorts.length] ?? 'problems');
		},
		only: () => {
			setProblemsOnly((value) => !value);
		},
		find: () => {
			setSearching(true);
		},
	};
	return {plan, list, order, actions, field, searching, problemsOnly};
}

/** Rows of the chosen group that need a look, at most what a pane can show. */
export function useOpenRows(snapshot: Snapshot, group: GroupRow | undefined, version: number) {
	const {client, layout} = useServices();
	const wanted = group !== undefined && !calling(snapshot) && group.missing + group.ambiguous > 0;
	const params = {
		groupId: group?.id ?? 0,
		states: needsLook,
		offset: 0,
		limit: Math.min(40, layout.rows),
	};
	const answer = useCall(client, 'rows', wanted ? params : null);
	const {reload} = answer;
	useEffect(() => {
		if (version > 0) reload();
	}, [version, reload]);
	if (!wanted) return {total: 0, rows: []};
	const known =
		answer.status === 'done'
			? answer.value
			: answer.status === 'loading'
				? answer.previous
				: undefined;
	// While the next group's rows are on their way, the last group's must not be chosen from.
	const rows = known?.rows.filter((row) => row.groupId === group.id) ?? [];
	return {total: rows.length === 0 ? 0 : (known?.total ?? 0), rows};
}

/** The first name that was looked for, when nothing at all was found. */
export function useFirstMissing(snapshot: Snapshot): string | null {
	const {client} = useServices();
	const none = snapshot.phase === 'ready' && snapshot.rollCall.found === 0;
	const answer = useCall(client, 'rows', none ? {offset: 0, limit: 1, states: ['missing']} : null);
	if (answer.status !== 'done') return null;
	const row = answer.value.rows[0];
	if (row === undefined) return null;
	const text = wantedText(row.text);
	if (text !== row.text || text.includes('://')) return text;
	const prefix = snapshot.spec?.prefix ?? '';
	return text.startsWith(prefix) ? text : prefix + text;
}

/**
 * A job with nothing left to fetch may be over before its download was ever seen. What an earlier
 * job left behind is not this one's end: only a roll call seen here counts.
 */
export function useSummaryAtEnd(phase: Snapshot['phase']): void {
	const {navigation} = useServices();
	const seen = useRef(false);
	useEffect(() => {
		if (phase === 'ready') seen.current = true;
		else if (phase === 'finished' && seen.current) navigation.replace('summary');
	}, [phase, navigation]);
}
