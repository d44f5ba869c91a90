import {useEffect} from 'react';
import type {GroupSort} from '../../../job/link/messages.ts';
import {plural} from '../../../model/format.ts';
import type {GroupRow, Snapshot} from '../../../model/snapshot.ts';
import {groupNoun, titleEnd} from '../../components/counts.ts';
import {Frame} from '../../components/frame.tsx';
import {fullDialog, otherFolderHelp, placeWords, signInWords} from '../../components/job-words.ts';
import {useServices} from '../../hooks/services.ts';
import {useSearch} from '../../hooks/use-search.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useWholeSnapshot} from '../../hooks/use-snapshot.ts';
import {useTell} from '../../hooks/use-tell.ts';
import {useWindow, type WindowOptions} from '../../hooks/use-window.ts';
import {line} from '../../text/line.ts';
import {downloadBody, planBody} from './body.ts';
import {liveRows, stateVersion} from './live-rows.ts';
import {downloadTitle} from './title.ts';

const sorts: readonly GroupSort[] = ['state', 'name', 'left', 'speed', 'problems', 'size'];

const sortWords: Readonly<Record<GroupSort, string>> = {
	state: 'active first',
	name: 'by name',
	left: 'most left first',
	speed: 'fastest first',
	problems: 'problems first',
	size: 'largest first',
};

/** Rows change their order at most so often (UX.md, download). */
const reorderEvery = 5000;

/** The next smaller or larger number of connections; `auto` starts from what is in use. */
export function nextConnections(current: number, step: 1 | -1): number {
	const steps = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
	const found =
		step > 0 ? steps.find((value) => value > current) : steps.findLast((value) => value < current);
	return found ?? (step > 0 ? 256 : 1);
}

/** Where groups are done faster than the order changes, the finished ones in view make way. */
function outdatedRows({groups, shown}: Snapshot): WindowOptions<GroupRow>['outdated'] {
	const now = (rows: ReadonlyArray<GroupRow | undefined>) => liveRows(rows, shown);
	return {
		rows: (visible) => groups.active > 0 && now(visible).every((row) => row?.state !== 'active'),
		isOver: (row) => now([row])[0]?.state === 'done',
	};
}

/** The groups in view, found, sorted and kept in their order. */
function useGroups(swapped: boolean) {
	const {client, layout} = useServices();
	const snapshot = useWholeSnapshot(client);
	const plan = planBody(snapshot, layout, swapped);
	const few = snapshot.groups.total <= 12;
	const [chosenSort, setSort] = usePlace<GroupSort | null>('sort', null);
	// A handful of panes keep still; more than that are led by what is active.
	const sort = chosenSort ?? (few ? 'name' : 'state');
	const {field, searching, setSearching} = useSearch();
	const find = field.value;
	const list = useWindow('groups', {
		load: async (part, signal) =>
			client.call('groups', {...part, sort, ...(find === '' ? {} : {find})}, signal),
		query: JSON.stringify([sort, find, snapshot.job]),
		version: stateVersion(snapshot),
		every: reorderEvery,
		...(sort === 'state' ? {outdated: outdatedRows(snapshot)} : {}),
		height: plan.room,
		idOf: (row) => row.id,
		first: {total: snapshot.groups.total, rows: snapshot.shown},
	});
	const nextSort = () => {
		setSort(sorts[(sorts.indexOf(sort) + 1) % sorts.length] ?? 'state');
	};
	const order = [
		...(chosenSort === null ? [] : [sortWords[sort]]),
		...(find === '' || searching ? [] : [`find: ${find}`]),
	].join(' · ');
	const rows = liveRows(list.visible, snapshot.shown);
	return {snapshot, plan, list, rows, field, searching, setSearching, nextSort, order};
}

/** The dashboard of a running job. */
export function Download() {
	const services = useServices();
	const tell = useTell();
	const {client, layout, theme, navigation} = services;
	const [swapped, setSwapped] = usePlace('swapped', false);
	const {snapshot, plan, list, rows, field, searching, setSearching, nextSort, order} =
		useGroups(swapped);
	const {phase, spec} = snapshot;
	const ended = phase === 'finished' || phase === 'stopped' || phase === 'failed';
	useEffect(() => {
		// Esc from a screen above may come back here after the end.
		if (ended) navigation.replace('summary');
		// Later changes of the phase are led by the app.
		// oxlint-disable-next-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps
	}, []);
	const open = () => {
		const row = rows[list.index - list.offset];
		if (row !== undefined) navigation.open('group', {id: row.id, name: row.name});
	};
	const connections = (step: 1 | -1) => () => {
		const wanted = nextConnections(snapshot.totals.connections, step);
		tell(
			client.call('setConnections', {connections: wanted}),
			(answer) => `${plural(answer.connections, 'connection')} from now on`,
		);
	};
	const goesOn = phase === 'paused' || phase === 'stopping';
	const body = downloadBody({
		snapshot,
		layout,
		glyphs: theme.glyphs,
		plan,
		rows,
		total: list.total,
		offset: list.offset,
		index: list.index,
		order,
	});
	if (searching) body[layout.bodyRows - 1] = field.line('Find', layout.columns, true);
	else if (list.answered && list.total === 0 && field.value !== '') {
		body[layout.bodyRows - 1] = line(
			` No ${groupNoun(snapshot.spec).one} has "${field.value}" in its name. Esc shows all`,
		);
	}
	return (
		<Frame
			body={body}
			right={titleEnd(
				[signInWords(snapshot), placeWords(snapshot)],
				downloadTitle(snapshot),
				layout.columns,
			)}
			field={searching ? field : undefined}
			actions={{
				...list.actions,
				pause: goesOn
					? undefined
					: () => {
							tell(client.call('pause', {}), () => '');
						},
				proceed: goesOn
					? () => {
							tell(client.call('proceed', {}), () => '');
						}
					: undefined,
				background: () => {
					services.background();
				},
				open,
				problems: () => {
					navigation.open('problems');
				},
				sort: nextSort,
				retry: () => {
					tell(client.call('retryFailed', {}), ({files}) =>
						files === 0 ? 'Nothing has failed' : `${plural(files, 'file')} will be tried again`,
					);
				},
				swap: () => {
					setSwapped((value) => !value);
				},
				more: connections(1),
				less: connections(-1),
				signInAgain:
					snapshot.signIn?.refused == null
						? undefined
						: () => {
								navigation.open('sign-in');
							},
				signIn: () => {
					navigation.open('sign-in');
				},
				folder:
					spec !== null && snapshot.pauseReason === 'disk'
						? () => {
								services.showFull(...otherFolderHelp(spec));
							}
						: undefined,
				find: () => {
					setSearching(true);
				},
				copy: () => {
					services.copy(snapshot.spec?.folder ?? '');
				},
				full: () => {
					services.ask(
						fullDialog(snapshot, (title, text) => {
							services.showFull(title, text);
						}),
					);
				},
				back: () => {
					if (field.value !== '') field.set('');
					else navigation.open('jobs');
				},
			}}
		/>
	);
}
