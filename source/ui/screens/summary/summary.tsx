import {formatCount, plural} from '../../../model/format.ts';
import type {GroupRow, Problem} from '../../../model/snapshot.ts';
import {titleEnd} from '../../components/counts.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useWholeSnapshot} from '../../hooks/use-snapshot.ts';
import {useTell} from '../../hooks/use-tell.ts';
import {useWindow} from '../../hooks/use-window.ts';
import {fullDialog, placeWords} from '../../components/job-words.ts';
import {inLedgerOrder} from '../../components/failed-files.ts';
import {failedRoom, summaryBody} from './body.ts';
import {summaryTitle, timeWords} from './title.ts';

/** More groups than these are not counted one by one. */
const mostGroups = 500;

/** The groups with something to look at: they lead the order that was asked for. Failed files, which a key tries again, come first. */
function troubledOf(rows: readonly GroupRow[]): {all: boolean; rows: readonly GroupRow[]} {
	const troubled = rows
		.filter((row) => row.failed + row.missing + row.ambiguous > 0)
		.toSorted((a, b) => b.failed - a.failed);
	return {all: troubled.length < mostGroups, rows: troubled};
}

/** The account of a job that has ended, and what can be done next. */
export function Summary() {
	const services = useServices();
	const tell = useTell();
	const {client, layout, theme, navigation} = services;
	const snapshot = useWholeSnapshot(client);
	const {phase, spec, job} = snapshot;
	const failedCount = snapshot.summary?.failed ?? snapshot.totals.filesFailed;
	const list = useWindow<Problem>('failed', {
		load: async (part, signal) => client.call('problems', part, signal),
		query: String(job),
		version: `${phase} ${failedCount}`,
		every: 1000,
		height: failedRoom(snapshot, layout),
		idOf: (problem) => problem.wantedId,
		first: {total: failedCount, rows: inLedgerOrder(snapshot.problems)},
	});
	const troubled = useCall(
		client,
		'groups',
		job === null ? null : {offset: 0, limit: mostGroups, sort: 'problems'},
	);
	const {row} = list;
	const ended = phase === 'stopped' || phase === 'failed';
	// The app goes to the download by itself when the job moves again.
	const retry = () => {
		if (ended && job !== null) tell(client.call('resumeJob', {job}));
		else {
			tell(client.call('retryFailed', {}), ({files}) =>
				files === 0 ? 'Nothing to try again' : `${plural(files, 'file')} will be tried again`,
			);
		}
	};
	const body = summaryBody({
		snapshot,
		layout,
		glyphs: theme.glyphs,
		failed: list.visible,
		failedTotal: list.total,
		index: list.index - list.offset,
		troubled: troubledOf(
			troubled.status === 'done' && troubled.value !== null ? troubled.value.rows : [],
		),
	});
	return (
		<Frame
			body={body}
			right={titleEnd(
				[timeWords(snapshot), snapshot.identity?.label ?? '', placeWords(snapshot)],
				summaryTitle(snapshot),
				layout.columns,
			)}
			actions={{
				...list.actions,
				retry: failedCount > 0 || ended ? retry : undefined,
				export: () => {
					tell(
						client.call('exportReports', {}),
						({folder, files}) => `Reports are in ${folder}: ${files.join(', ')}`,
					);
				},
				verify:
					phase === 'finished'
						? () => {
								services.notice('Reading every file back…');
								tell(client.call('verifyLocal', {}), ({files, bad}) =>
									bad === 0
										? `${plural(files, 'file')} read back, all of them are right`
										: `${formatCount(bad)} of ${plural(files, 'file')} differ; muster get fetches them again`,
								);
							}
						: undefined,
				problems:
					failedCount > 0
						? () => {
								navigation.open('problems');
							}
						: undefined,
				copy: () => {
					services.copy(spec?.folder ?? '');
				},
				copyFile:
					row === undefined
						? undefined
						: () => {
								services.copy(row.name);
							},
				full: () => {
					services.ask(
						fullDialog(snapshot, (title, text) => {
							services.showFull(title, text);
						}),
					);
				},
				quit: () => {
					services.quit();
				},
				history: () => {
					navigation.open('jobs');
				},
				another: () => {
					// the first screen lists the jobs: this one's record has to say by then that it is over
					client
						.call('abandon', {})
						.catch(() => undefined)
						.finally(() => {
							navigation.reset('welcome');
						});
				},
			}}
		/>
	);
}
