import type {JobRecord} from '../../../job/link/messages.ts';
import {exitStatus} from '../../../model/error.ts';
import {commandLine} from '../../../model/command-line.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useList} from '../../hooks/use-list.ts';
import {useSnapshot} from '../../hooks/use-snapshot.ts';
import {useTell} from '../../hooks/use-tell.ts';
import {jobsBody, jobsRoom, unfinished} from './body.ts';

const none: readonly JobRecord[] = [];

/** Past and unfinished jobs on this machine, newest first. */
export function Jobs() {
	const services = useServices();
	const tell = useTell();
	const {client, layout, navigation} = services;
	const current = useSnapshot(client, ({job, phase}) => ({job, phase}));
	const answer = useCall(client, 'jobs', {});
	const rows =
		answer.status === 'done'
			? answer.value
			: answer.status === 'loading'
				? (answer.previous ?? none)
				: none;
	const list = useList('jobs', {
		rows,
		key: (job) => String(job.id),
		text: (job) => `${job.id} ${job.title} ${job.folder} ${job.state}`,
		height: jobsRoom(layout),
	});
	const words =
		answer.status === 'failed'
			? [answer.error.message, answer.error.hint].filter(Boolean).join(' ')
			: answer.status === 'loading'
				? 'Reading the jobs of this machine…'
				: list.find === ''
					? 'No jobs on this machine yet.'
					: `No job with "${list.find}". Esc shows all`;
	const body = jobsBody({
		layout,
		visible: list.visible,
		total: list.rows.length,
		below: list.below,
		chosen: list.row,
		words,
	});
	if (list.field !== undefined) {
		body[layout.bodyRows - 1] = list.findField.line('Find', layout.columns, true);
	}
	const busy =
		current.phase === 'downloading' || current.phase === 'paused' || current.phase === 'stopping';
	const open = (job: JobRecord) => {
		if (job.id === current.job && busy) {
			navigation.replace('download');
			return;
		}
		if ((job.state === 'running' || job.socket !== null) && !busy) {
			// Another engine has this job: the app opens anew on that one.
			services.leave({reason: 'quit', exitCode: exitStatus.ok, lines: [], attach: job.id});
			return;
		}
		if (busy) {
			services.notice(`Job ${current.job ?? ''} is running here; b or q first.`, 'warning');
			return;
		}
		if (unfinished(job)) {
			// The app goes to the download by itself when the job moves.
			tell(client.call('resumeJob', {job: job.id}));
			return;
		}
		tell(client.call('prepare', {spec: job.spec}), undefined, () => {
			navigation.replace('analysis');
		});
	};
	const {row} = list;
	return (
		<Frame
			body={body}
			field={list.field}
			actions={{
				...list.actions,
				open:
					row === undefined
						? undefined
						: () => {
								open(row);
							},
				again: answer.reload,
				copy:
					row === undefined
						? undefined
						: () => {
								services.copy(commandLine(row.spec));
							},
				full:
					row === undefined
						? undefined
						: () => {
								services.showFull(`Job ${row.id} again, without questions`, commandLine(row.spec));
							},
				back: () => {
					if (!list.clearFind()) navigation.back();
				},
			}}
		/>
	);
}
