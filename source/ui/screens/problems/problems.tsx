import {plural} from '../../../model/format.ts';
import type {Problem} from '../../../model/snapshot.ts';
import {titleEnd} from '../../components/counts.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useWholeSnapshot} from '../../hooks/use-snapshot.ts';
import {useTell} from '../../hooks/use-tell.ts';
import {useWindow} from '../../hooks/use-window.ts';
import {placeWords} from '../../components/job-words.ts';
import {inLedgerOrder} from '../../components/failed-files.ts';
import {planProblems, problemsBody} from './body.ts';

/** New problems show up at this pace. */
const followEvery = 1000;

/** Every failed file with its reason and what helps. */
export function Problems() {
	const services = useServices();
	const tell = useTell();
	const {client, layout} = services;
	const snapshot = useWholeSnapshot(client);
	const plan = planProblems(layout);
	const list = useWindow<Problem>('problems', {
		load: async (part, signal) => client.call('problems', part, signal),
		query: String(snapshot.job),
		version: `${snapshot.totals.filesFailed} ${snapshot.problems.at(-1)?.wantedId ?? ''}`,
		every: followEvery,
		height: plan.area,
		idOf: (problem) => problem.wantedId,
		first: {
			total: Math.max(snapshot.totals.filesFailed, snapshot.problems.length),
			rows: inLedgerOrder(snapshot.problems),
		},
	});
	const act = <T,>(asked: Promise<T>, words: (answer: T) => string) => {
		tell(asked, words, list.reload);
	};
	const retried = ({files}: {files: number}) =>
		files === 0 ? 'Nothing to try again' : `${plural(files, 'file')} will be tried again`;
	const {row} = list;
	const body = problemsBody({
		layout,
		plan,
		rows: list.visible,
		total: list.total,
		offset: list.offset,
		index: list.index,
		answered: list.answered,
	});
	const some = list.total > 0;
	return (
		<Frame
			body={body}
			right={titleEnd([placeWords(snapshot)], 'Problems · job 0000', layout.columns)}
			actions={{
				...list.actions,
				retry:
					row === undefined
						? undefined
						: () => {
								act(client.call('retryFailed', {wantedId: row.wantedId}), retried);
							},
				retryAll: some
					? () => {
							act(client.call('retryFailed', {}), retried);
						}
					: undefined,
				export: () => {
					act(
						client.call('exportReports', {}),
						({folder, files}) => `Reports are in ${folder}: ${files.join(', ')}`,
					);
				},
				copy:
					row === undefined
						? undefined
						: () => {
								services.copy(row.name);
							},
				full:
					row === undefined
						? undefined
						: () => {
								const {message, hint, code, detail} = row.error;
								const parts = [row.name, message, hint, `code=${code}`, detail];
								services.showFull(row.group, parts.filter((part) => part !== undefined).join(' '));
							},
			}}
		/>
	);
}
