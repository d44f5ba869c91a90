import {useEffect} from 'react';
import type {ProfileInfo, StoreAccess} from '../../../job/link/messages.ts';
import {Frame} from '../../components/frame.tsx';
import {fieldError} from '../../components/wizard-words.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useList} from '../../hooks/use-list.ts';
import {useAnalyse, useHint, useNow, useWizard} from '../../hooks/use-wizard.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {credentialsLabel, reduceDraft} from '../../draft.ts';
import {accent, blank, bold, line, wrap, type Line} from '../../text/line.ts';
import {accessOf, obviousProfile} from '../../wizard/steps.ts';
import {allFine, checkLine, checkList} from './checks.ts';
import {welcomeRows, type WelcomeRow} from './rows.ts';

/** Whom to ask S3 as: what the command line said, the one obvious profile, the last one that was used, or the only one. */
function accessToTry(
	given: StoreAccess | undefined,
	profiles: readonly ProfileInfo[],
	remembered: string | undefined,
): StoreAccess | null {
	if (given !== undefined) return given;
	const live = profiles.filter(({kind, state}) => kind !== 'anonymous' && state !== 'expired');
	const profile =
		obviousProfile(profiles) ??
		live.find((one) => one.name === remembered) ??
		(live.length === 1 ? live[0] : undefined);
	return profile === null || profile === undefined ? null : accessOf(profile, undefined);
}

function rowLine(row: WelcomeRow, selected: boolean): Line {
	return line(selected ? accent(' > ') : '   ', selected ? bold(row.words) : row.words);
}

/** The first screen: what goes on, what can go on, and whether this machine is ready. */
export function Welcome() {
	const services = useServices();
	const {client, options, layout, theme, draft, dispatch, navigation, leave, notice} = services;
	const {answer} = useWizard();
	const now = useNow();
	const {analyse, busy} = useAnalyse();
	const profiles = useCall(client, 'profiles', {});
	const jobs = useCall(client, 'jobs', {});
	const disk = useCall(client, 'disk', {folder: options.demo?.folder ?? options.workingFolder});
	const known = profiles.status === 'done' ? profiles.value : [];
	const access = accessToTry(options.access, known, options.remembered.read().profile);
	const identity = useCall(client, 'identify', access);
	const checks = checkList({
		layout,
		theme,
		profiles,
		identity,
		disk,
		folder: options.workingFolder,
	});
	const records = jobs.status === 'done' ? jobs.value : [];
	const rows = welcomeRows(records, {
		home: options.home,
		now,
		demo: options.demo !== undefined,
	});
	const [moved, setMoved] = usePlace('movedOn', false);

	const begin = () => {
		const only = known.filter(({kind}) => kind !== 'anonymous').length === 1;
		const taken = obviousProfile(known) !== null || (only && identity.status === 'done');
		if (options.access !== undefined || (access !== null && taken)) {
			const use = access ?? options.access;
			if (use === undefined) return;
			answer('profile', {
				type: 'access',
				access: use,
				identity:
					identity.status === 'done' ? identity.value : {label: credentialsLabel(use.credentials)},
				region: identity.status === 'done' ? identity.value.region : null,
			});
			return;
		}

		answer('start');
	};

	const takeUp = async (row: WelcomeRow & {kind: 'watch' | 'resume'}) => {
		if (row.kind === 'watch' && row.job.socket !== null) {
			leave({reason: 'quit', exitCode: 0, lines: [], attach: row.job.id});
			return;
		}

		try {
			await client.call('resumeJob', {job: row.job.id});
			navigation.open('download');
		} catch (error) {
			notice(fieldError(error), 'error');
		}
	};

	const height = Math.min(rows.length, Math.max(1, layout.bodyRows - (layout.short ? 2 : 14)));
	const list = useList('welcome', {
		rows,
		key: (row) => (row.kind === 'watch' || row.kind === 'resume' ? `job ${row.job.id}` : row.kind),
		height,
	});
	const open = () => {
		const {row} = list;
		switch (row?.kind) {
			case 'watch':
			case 'resume':
				void takeUp(row);
				return;
			case 'again':
				dispatch({type: 'spec', spec: row.spec});
				void analyse(reduceDraft(draft, {type: 'spec', spec: row.spec}));
				return;
			case 'jobs':
				navigation.open('jobs');
				return;
			default:
				begin();
		}
	};

	// A first run on a machine that is ready needs no key here.
	const ready =
		jobs.status === 'done' && records.length === 0 && allFine(checks) && options.demo === undefined;
	useEffect(() => {
		if (!ready || moved) return;
		setMoved(true);
		notice('All six checks are fine.');
		begin();
	});

	const hint = useHint('welcome', 'Arrows choose, Enter takes it, ? shows every key of a screen.');
	const intro =
		options.demo === undefined
			? `muster ${options.version} brings the files on your list from S3 to this machine.`
			: 'A rehearsal: a small S3 on this machine with sample pictures. Nothing leaves it, nothing is charged.';
	const body: Line[] = [
		...(layout.short
			? [line(` ${intro}`)]
			: [...wrap(intro, layout.columns - 2).map((text) => line(` ${text}`)), blank]),
		...list.visible.map(({row, selected}) => rowLine(row, selected)),
		...(list.below > 0 ? [line(`   ↓ ${list.below} more`)] : layout.short ? [] : [blank]),
		...(layout.short || list.row === undefined
			? []
			: wrap(list.row.detail, layout.columns - 4).map((text) => line(`   ${text}`))),
		...(layout.short
			? []
			: [blank, line(bold(' This machine')), ...checks.map((check) => checkLine(check))]),
	];
	return (
		<Frame
			body={body}
			hint={hint}
			right={options.demo === undefined ? '' : 'rehearsal'}
			actions={{
				...list.actions,
				open: busy ? undefined : open,
				reload() {
					profiles.reload();
					jobs.reload();
					disk.reload();
					identity.reload();
				},
				jobs: records.length === 0 ? undefined : () => navigation.open('jobs'),
			}}
		/>
	);
}
