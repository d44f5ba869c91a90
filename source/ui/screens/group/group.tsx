import type {RowQuery} from '../../../job/link/messages.ts';
import {plural} from '../../../model/format.ts';
import type {GroupRow, WantedRow} from '../../../model/snapshot.ts';
import {groupName, titleEnd} from '../../components/counts.ts';
import {wantedText} from '../../components/candidates.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useSearch} from '../../hooks/use-search.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useWholeSnapshot} from '../../hooks/use-snapshot.ts';
import {useTell} from '../../hooks/use-tell.ts';
import {useWindow} from '../../hooks/use-window.ts';
import type {ScreenProps} from '../../screen.ts';
import {placeWords} from '../../components/job-words.ts';
import {groupBody, planGroup} from './body.ts';

/** What the screen is opened with. */
export type GroupProps = {readonly id: number; readonly name: string};

/** Props come untyped from the navigation stack. */
export function groupProps(props: unknown): GroupProps {
	if (typeof props === 'object' && props !== null && 'id' in props && 'name' in props) {
		const {id, name} = props;
		if (typeof id === 'number' && typeof name === 'string') return {id, name};
	}
	return {id: 0, name: ''};
}

const needsLook: readonly WantedRow['state'][] = ['failed', 'missing', 'ambiguous'];

/** States of files move while the job runs; the list follows at this pace. */
const followEvery = 2000;

function versionOf(phase: string, live: GroupRow | undefined, counts: readonly number[]): string {
	return [phase, live?.filesDone ?? 0, live?.failed ?? 0, ...counts].join(' ');
}

/** The files of one group with their states; choices for those that are open. */
export function Group({props}: ScreenProps) {
	const {id, name} = groupProps(props);
	const services = useServices();
	const tell = useTell();
	const {client, layout, theme, navigation} = services;
	const snapshot = useWholeSnapshot(client);
	const {phase, rollCall, totals} = snapshot;
	const [problemsOnly, setProblemsOnly] = usePlace('problemsOnly', false);
	const {field, searching, setSearching} = useSearch();
	const find = field.value;
	const moving = phase === 'downloading' || phase === 'paused' || phase === 'stopping';
	const live = moving ? snapshot.shown.find((row) => row.id === id) : undefined;
	const plan = planGroup(layout, live);
	const question: Omit<RowQuery, 'offset' | 'limit'> = {
		groupId: id,
		...(problemsOnly ? {states: needsLook} : {}),
		...(find === '' ? {} : {find}),
	};
	const list = useWindow<WantedRow>('rows', {
		load: async (part, signal) => client.call('rows', {...question, ...part}, signal),
		query: JSON.stringify(question),
		version: versionOf(phase, live, [rollCall.missing, rollCall.ambiguous, totals.filesFailed]),
		every: followEvery,
		height: plan.area,
		idOf: (row) => row.id,
	});
	const {row} = list;
	const order = [
		...(problemsOnly ? ['only problems'] : []),
		...(find === '' ? [] : [`find: ${find}`]),
	].join(' · ');
	const body = groupBody({
		layout,
		glyphs: theme.glyphs,
		plan,
		live,
		rows: list.visible,
		total: list.total,
		offset: list.offset,
		index: list.index,
		answered: list.answered,
		prefix: snapshot.spec?.prefix ?? '',
		order,
	});
	if (searching) body[layout.bodyRows - 1] = field.line('Find', layout.columns, true);
	const open = row?.state === 'missing' || row?.state === 'ambiguous';
	const decidable = phase === 'ready' && row !== undefined;
	const act = <T,>(asked: Promise<T>, words: (answer: T) => string) => {
		tell(asked, words, list.reload);
	};
	const retried = ({files}: {files: number}) =>
		files === 0 ? 'Nothing here has failed' : `${plural(files, 'file')} will be tried again`;
	return (
		<Frame
			body={body}
			right={titleEnd([placeWords(snapshot)], groupName(name), layout.columns)}
			field={searching ? field : undefined}
			actions={{
				...list.actions,
				choose:
					decidable && open && row.candidates.length > 0
						? (key) => {
								const candidate = row.candidates[Number(key) - 1];
								if (candidate === undefined) return false;
								const choice = {wantedId: row.id, objectId: candidate.objectId};
								act(client.call('choose', choice), () => `Taken: ${candidate.key}`);
							}
						: undefined,
				undo:
					decidable && row.rule === 'chosen'
						? () => {
								act(
									client.call('choose', {wantedId: row.id, objectId: null}),
									() => 'Left out again',
								);
							}
						: undefined,
				sure:
					phase === 'ready'
						? () => {
								act(
									client.call('useSureGuesses', {groupId: id}),
									({rows}) => `${plural(rows, 'sure guess', 'sure guesses')} taken here`,
								);
							}
						: undefined,
				retry:
					row?.state === 'failed'
						? () => {
								act(client.call('retryFailed', {wantedId: row.id}), retried);
							}
						: undefined,
				retryAll:
					moving && (live?.failed ?? 0) > 0
						? () => {
								act(client.call('retryFailed', {groupId: id}), retried);
							}
						: undefined,
				only: () => {
					setProblemsOnly((value) => !value);
				},
				find: () => {
					setSearching(true);
				},
				copy:
					row === undefined
						? undefined
						: () => {
								services.copy(copyText(row, snapshot.spec?.bucket ?? ''));
							},
				full:
					row === undefined
						? undefined
						: () => {
								const parts = [
									wantedText(row.text),
									row.key,
									row.path,
									...row.candidates.map(({key}) => key),
								];
								services.showFull(
									name,
									[...new Set(parts.filter((part) => part !== null))].join(' '),
								);
							},
				back: () => {
					if (field.value !== '') field.set('');
					else navigation.back();
				},
			}}
		/>
	);
}

/** The address of the object where there is one, else the wanted text. */
function copyText(row: WantedRow, bucket: string): string {
	if (row.key !== null && bucket !== '') return `s3://${bucket}/${row.key}`;
	return row.key ?? row.candidates[0]?.key ?? wantedText(row.text);
}
